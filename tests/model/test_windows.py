"""Histories of windows, audiences, overrides and added time: what students may do is what simple rules say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st

from admin_attempts.app import api as attempts_api
from admin_attempts.app import lambda_handler as admin_attempts
from admin_exams.app import api as admin_exams_api
from admin_exams.app import lambda_handler as admin_exams
from admin_students.app import api as students_api
from admin_students.app import lambda_handler as admin_students
from attempt_sweeper import service as sweeper_service
from attempt_sweeper.app import lambda_handler as sweeper
from exams.app import api as exams_api
from exams.app import lambda_handler as exams
from results.app import api as results_api
from results.app import lambda_handler as results
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.platform import audit
from smartexam.platform.audit import Change
from tests.factories.clock import MORNING
from tests.factories.events import Answer, FakeContext
from tests.factories.exams import MCQ, create_exam
from tests.factories.users import create_user
from tests.model.histories import Dice, explored, sequences
from tests.model.serial import SerialPool
from tests.model.windows import Exam, Grant, Student
from tests.model.world import World

STUDENTS = 3
BATCHES = (1, 2)
START = int(MORNING)
_JSON = {"accept": "application/json"}
_ACTIONS = (
    *(["start"] * 6 + ["override"] * 6 + ["wait"] * 5 + ["closing"] * 2 + ["withdraw"] * 2 + ["add_time"] * 2),
    *("sync", "submit", "paper", "sweep", "status", "audience", "duration", "attempts"),
    *("join", "join", "leave", "leave", "add_time_to_all"),
)
_WAITS = (1, 30, 60, 60, 300, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Setting:
    """The exam of a history."""

    status: str
    closes_after: int | None
    max_attempts: int
    is_after_close: bool
    is_started: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something happens; the numbers choose whom and what it is about."""

    action: str
    who: int
    how: int
    value: int


def _step(dice: Dice) -> Step:
    return Step(dice.pick(_ACTIONS), dice.number(STUDENTS), dice.number(16), dice.number(16))


histories = st.tuples(
    st.builds(
        Setting,
        st.sampled_from(["ongoing", "upcoming"]),
        st.sampled_from([7200, 1800, 5400, None]),
        st.sampled_from([0, 1, 2]),
        st.booleans(),
        st.sampled_from([True, True, False]),
    ),
    sequences(_step),
)
Record = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_windows(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(histories, lambda history: machine.run(*history), count=80))


def _logged(changed: list[int]) -> Any:
    return audit.entry(Change(1, "batch.change", "batch", None, {"users": changed}), MORNING)


def _iso(moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


class Machine:
    """Carries histories out, and compares every answer with the rules."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.admin = create_user(role="admin")
        self.users = [create_user() for _ in range(STUDENTS)]
        for batch_id in BATCHES:
            batches.create(Batch(batch_id, f"Batch {batch_id}", 0, MORNING), _logged([]))
        world.frozen(exams_api, results_api, attempts_api, admin_exams_api, students_api)
        patch.setattr(sweeper_service, "ThreadPoolExecutor", SerialPool)
        # Changes reach running attempts in the request itself; the job is for those that are being started meanwhile.
        patch.setattr("smartexam.jobs.queue.hand_over", lambda *_, **__: None)
        world.built()

    def run(self, setting: Setting, history: list[Step]) -> None:
        self.world.begin()
        # Half a second, so that nothing depends on which of two equal moments comes first.
        self.world.clock.advance(1.5)
        closes_at = None if setting.closes_after is None else START + setting.closes_after
        is_after_close = setting.is_after_close and closes_at is not None
        stored = create_exam(
            [MCQ],
            start_time="10:00" if setting.is_started else "10:05",
            status=setting.status,
            closes_at=closes_at,
            max_attempts=setting.max_attempts,
            result_mode="after_close" if is_after_close else "instant",
        )
        self.id = stored.id
        # The first is in both batches, the second in one.
        students = [Student(frozenset(each)) for each in ({1, 2}, {1}, ())]
        for who, student in enumerate(students):
            for batch_id in student.batches:
                enrolments.add_students(batch_id, [self.users[who].id], _logged)
        opens_at = START if setting.is_started else START + 300
        self.exam = Exam(setting.status, opens_at, closes_at, None, 60, setting.max_attempts, is_after_close, students)
        started = [Step("start", who, 0, 0) for who in range(STUDENTS)] if setting.is_started else []
        for number, step in enumerate([*started, *history]):
            getattr(self, f"_{step.action}")(step)
            self._compare(number % STUDENTS)
        self.world.clock.advance(48 * 3600)
        self._sweep(Step("sweep", 0, 0, 0))

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def _call(self, who: int, handler: Any, method: str, path: str, **request: Any) -> Answer:
        token = self.world.token(self.users[who])
        answer = self.world.request(handler, method, path, token=token, headers=_JSON, **request)
        assert answer is not None
        return answer

    def _administer(self, handler: Any, path: str, body: dict[str, Any]) -> Answer:
        answer = self.world.request(handler, "POST", path, token=self.world.token(self.admin), body=body)
        assert answer is not None
        assert answer.status == 200, answer.body
        return answer

    def _compare(self, who: int) -> None:
        """What a student sees of the exam, and those who sit it of their time, without changing anything."""
        for each in range(STUDENTS):
            if self.exam.is_in_progress(each, self.now):
                self._paper(Step("paper", each, 0, 0))
        if self.exam.students[who].running is None:
            self._results(who)
        state = self.exam.state(who, self.now)
        listed = {
            status: self._call(who, exams, "GET", "/api/exams", query={"status": status}).body["exams"]
            for status in ("upcoming", "ongoing", "completed")
        }
        found = [status for status, shown in listed.items() if shown]
        assert found == ([state] if self.exam.admits(self.exam.students[who]) else []), (who, state)
        for shown in listed[state]:
            closes = self.exam.closes(who)
            assert datetime.fromisoformat(shown["opens_at"]).timestamp() == self.exam.opens(who)
            assert (shown["closes_at"] is None) == (closes is None)
            assert closes is None or datetime.fromisoformat(shown["closes_at"]).timestamp() == closes

    def _wait(self, step: Step) -> None:
        self.world.clock.advance(_WAITS[step.how % len(_WAITS)])

    def _start(self, step: Step) -> None:
        expected = self.exam.start(step.who, self.now)
        answer = self._call(step.who, exams, "POST", f"/start-exam/{self.id}")
        told = answer.body.get("code") or ("resumed" if answer.body["resumed"] else "started")
        assert told == expected, answer.body

    def _running(self, who: int) -> bool:
        self.exam.settle(who, self.now)
        return self.exam.students[who].running is not None

    def _remaining(self, who: int) -> int:
        running = self.exam.students[who].running
        assert running is not None
        deadline = self.exam.deadline(who)
        return max(0, min(int(deadline - self.now), deadline - running.started_at))

    def _paper(self, step: Step) -> None:
        answer = self._call(step.who, exams, "GET", f"/exam/{self.id}")
        assert (answer.status == 200) == self._running(step.who), answer.body
        if answer.status == 200:
            assert answer.body["remaining_seconds"] == self._remaining(step.who)

    def _sync(self, step: Step) -> None:
        body: dict[str, Any] = {"answers": {}, "markedForReview": []}
        answer = self._call(step.who, exams, "POST", f"/api/sync-exam-answers/{self.id}", body=body)
        assert (answer.status == 200) == self._running(step.who), answer.body
        if answer.status == 200:
            assert answer.body["remaining_seconds"] == self._remaining(step.who)

    def _submit(self, step: Step) -> None:
        answer = self._call(step.who, exams, "POST", f"/submit-exam/{self.id}")
        if self._running(step.who):
            self.exam.end(step.who)
        assert (answer.status == 200) == bool(self.exam.students[step.who].completed), answer.body
        self._results(step.who)

    def _results(self, who: int) -> None:
        answer = self._call(who, results, "GET", f"/result/{self.id}")
        if not self.exam.students[who].completed:
            assert answer.status == 404, answer.body
        elif self.exam.shows_results(self.now):
            assert answer.status == 200, answer.body
        else:
            assert answer.body["code"] == "result_pending", answer.body

    def _sweep(self, _: Step) -> None:
        context = FakeContext(remaining_ms=lambda: 900_000)
        ended = self.world.invoked(lambda: sweeper({}, context))["ended"]
        due = [who for who in range(STUDENTS) if self.exam.students[who].running and not self._running(who)]
        assert ended == len(due)
        for who in range(STUDENTS):
            if self.exam.students[who].running is None:
                self._results(who)

    def _override(self, step: Step) -> None:
        moments = (None, -600, 600, 3600)
        given = [None if each is None else int(self.now) + each for each in moments]
        opens_at, closes_at = given[step.how % 4], given[step.value % 4]
        if opens_at is not None and closes_at is not None and closes_at <= opens_at:
            opens_at = None
        grant = Grant(
            extra_minutes=(None, 0, 15, 60)[step.value // 4],
            extra_percent=(None, 33, 0, 50)[step.how // 4],
            opens_at=opens_at,
            closes_at=closes_at,
            max_attempts=(None, 0, 1, 3)[(step.how + step.value) % 4],
        )
        if grant == Grant():
            return
        body: dict[str, Any] = {"user_id": self.users[step.who].id}
        if step.value % 3 == 0:
            batch_id = BATCHES[step.who % len(BATCHES)]
            body = {"batch_id": batch_id}
            self.exam.of_batches[batch_id] = grant
        else:
            self.exam.own[step.who] = grant
        fields = {name: getattr(grant, name) for name in ("extra_minutes", "extra_percent", "max_attempts")}
        fields |= {"opens_at": _iso(grant.opens_at), "closes_at": _iso(grant.closes_at)}
        self._administer(admin_attempts, f"/admin/exams/{self.id}/overrides", body | fields)

    def _withdraw(self, step: Step) -> None:
        batch_id = BATCHES[step.who % len(BATCHES)]
        if step.how % 2 and step.who in self.exam.own:
            del self.exam.own[step.who]
            override_id = self.users[step.who].id * 2
        elif batch_id in self.exam.of_batches:
            del self.exam.of_batches[batch_id]
            override_id = batch_id * 2 + 1
        else:
            return
        self._administer(admin_attempts, f"/admin/exams/{self.id}/overrides/delete/{override_id}", {})

    def _edit(self, **fields: Any) -> None:
        self._administer(admin_exams, f"/admin/exams/edit/{self.id}", fields)

    def _closing(self, step: Step) -> None:
        closes_at = max(self.exam.opens_at + 60, int(self.now) + (-600, 60, 600, 1800, 3600)[step.how % 5])
        if step.how == 15 and not self.exam.is_after_close:
            self._edit(closes_at=None)
            self.exam.closes_at = None
            return
        self._edit(closes_at=_iso(closes_at))
        self.exam.closes_at = closes_at

    def _status(self, step: Step) -> None:
        self.exam.status = ("ongoing", "ongoing", "upcoming", "completed")[step.how % 4]
        self._edit(status=self.exam.status)

    def _audience(self, step: Step) -> None:
        named = (frozenset({1}), frozenset({2}), frozenset({1, 2}))[step.how % 3]
        self.exam.audience = None if step.value % 3 == 0 else named
        if self.exam.audience is None:
            self._edit(audience="everyone")
        else:
            self._edit(audience="batches", batch_ids=sorted(named))

    def _duration(self, step: Step) -> None:
        self.exam.minutes = (60, 30, 90)[step.how % 3]
        self._edit(duration=self.exam.minutes)

    def _attempts(self, step: Step) -> None:
        self.exam.max_attempts = step.how % 4
        self._edit(max_attempts=self.exam.max_attempts)

    def _join(self, step: Step) -> None:
        self._move(step, joins=True)

    def _leave(self, step: Step) -> None:
        self._move(step, joins=False)

    def _move(self, step: Step, *, joins: bool) -> None:
        """Change a student's batches; a running attempt has the end of the present ones."""
        student, batch_id = self.exam.students[step.who], BATCHES[step.how % len(BATCHES)]
        way = "add" if joins else "remove"
        body = {"user_ids": [self.users[step.who].id]}
        self._administer(admin_students, f"/admin/batches/{batch_id}/students/{way}", body)
        student.batches = student.batches | {batch_id} if joins else student.batches - {batch_id}

    def _add_time(self, step: Step) -> None:
        self._give_time({"user_ids": [self.users[step.who].id]}, [step.who], step.how)

    def _add_time_to_all(self, step: Step) -> None:
        self._give_time({"all": True}, range(STUDENTS), step.how)

    def _give_time(self, body: dict[str, Any], whom: Any, how: int) -> None:
        minutes = (1, 5, 30, 600)[how % 4]
        answer = self._administer(admin_attempts, f"/admin/exams/{self.id}/add-time", body | {"minutes": minutes})
        assert answer.body["changed"] == self.exam.add_time(whom, minutes * 60, self.now)
