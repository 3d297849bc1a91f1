"""Sitting an exam while AWS fails: nothing acknowledged is lost, no attempt and no result is doubled."""

from typing import Any

import pytest

from attempt_sweeper.app import lambda_handler as sweep
from exams import recent
from exams.app import lambda_handler
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.keys import user_key
from smartexam.sitting.answers import decode
from smartexam.sitting.store import attempts
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.exams import RIGHT, create_exam, question_ids
from tests.factories.users import access_token, create_user
from tests.faults.consistency import Stored
from tests.faults.drill import Drill, Flow


class Student:
    """A student in an exam."""

    def __init__(self, clock: FrozenClock, **fields: Any) -> None:
        self.clock = clock
        self.exam: Exam = create_exam(**fields)
        self.user: User = create_user()
        self.answers = dict(zip(map(str, question_ids(self.exam.id)), RIGHT, strict=True))

    def call(self, method: str, path: str, **request: Any) -> Answer:
        token = access_token(self.user, self.clock.now())
        return send(lambda_handler, method, path.format(self.exam.id), token=token, **request)

    def start(self) -> Answer:
        return self.call("POST", "/start-exam/{}")

    def sync(self, **body: Any) -> Answer:
        return self.call("POST", "/api/sync-exam-answers/{}", body=body or {"answers": self.answers})

    def submit(self) -> Answer:
        return self.call("POST", "/submit-exam/{}", headers={"accept": "application/json"})

    def sitting(self, stored: Stored) -> dict[str, Any]:
        return stored["attempts"][user_key(self.user.id), f"SITTING#{self.exam.id}"]


@pytest.fixture
def student(drill: Drill, clock: FrozenClock) -> Student:
    return Student(clock)


def test_start(drill: Drill, student: Student) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        sitting = student.sitting(stored)
        assert sitting["status"] == "open"
        assert sitting["attempts_started"] == 1
        assert sitting["attempt_id"] == answer.body["attempt_id"]

    drill.run(
        Flow(
            call=student.start,
            done=lambda answer: answer.status == 200 and not answer.body["resumed"],
            done_before=lambda answer: answer.status == 200 and answer.body["resumed"],
            audit=audit,
        )
    )


def test_start_after_an_attempt_that_ran_out(drill: Drill, student: Student, clock: FrozenClock) -> None:
    student.start()
    student.sync()
    clock.advance(student.exam.duration * 60 + 31)

    def audit(stored: Stored, answer: Answer) -> None:
        sitting = student.sitting(stored)
        assert (sitting["status"], sitting["attempts_started"], sitting["completed"]) == ("open", 2, 1)
        assert sitting["attempt_id"] == answer.body["attempt_id"]
        results_are_whole(stored, student)

    drill.run(
        Flow(
            call=student.start,
            done=lambda answer: answer.status == 200 and answer.body.get("attempt_number") == 2,
            done_before=lambda answer: answer.status == 200 and answer.body["resumed"],
            audit=audit,
        )
    )


@pytest.mark.parametrize(
    ("is_partial", "sends_revision", "is_warm"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, True)],
)
def test_sync(drill: Drill, student: Student, is_partial: bool, sends_revision: bool, is_warm: bool) -> None:
    student.start()
    revision = student.sync(answers={}).body["revision"]
    body: dict[str, Any] = {"answers": student.answers, "markedForReview": list(map(int, student.answers))[:1]}
    body |= {"partial": True} if is_partial else {}
    body |= {"revision": revision} if sends_revision else {}

    def call() -> Answer:
        if is_warm:
            recent.versions.saw(student.exam.id, 3)
        return student.sync(**body)

    def audit(stored: Stored, answer: Answer) -> None:
        sitting = student.sitting(stored)
        saved = decode(sitting["answers"], 3, sitting["changes"])
        assert saved == ["B", "AC", "1.41"]
        assert sitting["revision"] == answer.body["revision"]
        assert not sends_revision or answer.body["revision"] == revision + 1

    def done_before(answer: Answer) -> bool:
        is_own = answer.body.get("answers") == student.answers and answer.body.get("revision") == revision + 1
        return sends_revision and answer.status == 409 and is_own

    drill.run(
        Flow(
            call=call,
            done=lambda answer: answer.status == 200 and answer.body["saved"] == 3,
            done_before=done_before,
            audit=audit,
        )
    )


def test_sync_with_a_revision_that_is_stale(drill: Drill, student: Student) -> None:
    student.start()
    student.sync()

    def audit(stored: Stored, answer: Answer) -> None:
        assert student.sitting(stored)["revision"] == 1

    drill.run(
        Flow(
            call=lambda: student.sync(answers={}, revision=0),
            done=lambda answer: answer.body.get("code") == "stale_revision",
            audit=audit,
        )
    )


def test_submit(drill: Drill, student: Student) -> None:
    attempt_id = student.start().body["attempt_id"]
    student.sync()

    def audit(stored: Stored, answer: Answer) -> None:
        sitting = student.sitting(stored)
        assert (sitting["status"], sitting["completed"], sitting["spent"]) == ("idle", 1, 1)
        results_are_whole(stored, student)

    drill.run(
        Flow(
            call=student.submit,
            done=lambda answer: answer.status == 200 and answer.body["result_id"] == attempt_id,
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_closed", [False, True])
def test_sweep(drill: Drill, student: Student, clock: FrozenClock, is_closed: bool) -> None:
    student.start()
    student.sync()
    now = clock.now()
    if is_closed:
        attempts.close_attempt(student.user.id, student.exam.id, time=ExamTime.at(now))
    clock.advance(student.exam.duration * 60 + 31)

    def audit(stored: Stored, answer: Any) -> None:
        sitting = student.sitting(stored)
        assert (sitting["status"], sitting["completed"], sitting["spent"]) == ("idle", 1, 1)
        results_are_whole(stored, student)

    drill.run(
        Flow(
            call=lambda: sweep({}, FakeContext(remaining_ms=lambda: 60_000)),
            done=lambda outcome: outcome == {"ended": 1, "failed": 0, "out_of_time": False},
            done_before=lambda outcome: outcome["failed"] == 0,
            audit=audit,
            seconds=60,
        )
    )


def results_are_whole(stored: Stored, student: Student) -> None:
    """One result of twelve marks, also in the history, and nothing else."""
    found = [(sk, row) for (_, sk), row in stored["attempts"].items() if not sk.startswith("SITTING#")]
    assert sorted(sk.partition("#")[0] for sk, _ in found) == ["HISTORY", "RESULT"]
    assert all((row["score"], row["correct"]) == (12, 3) for _, row in found)
