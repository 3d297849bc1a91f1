"""Attempts that students left open: the handler of `attempt_sweeper`."""

import pytest

from attempt_sweeper import service
from attempt_sweeper.app import lambda_handler
from exams.models import SyncBody
from exams.saving import sync
from exams.starting import start
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, papers
from smartexam.platform.dynamodb import table
from smartexam.platform.errors import Unavailable
from smartexam.sitting import ending
from smartexam.sitting.store import attempts, results, sitting_items
from tests.factories.clock import MORNING
from tests.factories.events import FakeContext
from tests.factories.exams import create_exam, question_ids

GRACE = 30
LATE = MORNING + 3600 + GRACE + 1


def at(now: float) -> ExamTime:
    return ExamTime(now, GRACE, "Asia/Kolkata")


def sweep(now: float, *, has_time: bool = True) -> service.Swept:
    return service.sweep(at(now), lambda: has_time)


def open_attempt(user_id: int, exam: Exam, answer: str | None = "B") -> int:
    time = at(MORNING)
    sitting, _ = start(user_id, exam.id, time)
    sync(user_id, exam.id, SyncBody(answers={str(question_ids(exam.id)[0]): answer}), time)
    return sitting.attempt_id


def result_of(user_id: int, exam: Exam, result_id: int) -> results.Result | None:
    return results.get_result(user_id, exam.id, result_id)


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam()


def test_grades_the_last_saved_answers(exam: Exam) -> None:
    attempt_id = open_attempt(1, exam)

    assert sweep(LATE) == service.Swept(ended=1, failed=0, out_of_time=False)
    result = result_of(1, exam, attempt_id)
    assert result is not None
    assert result.score.outcomes == "CUU"
    assert result.completed_at - result.started_at == 3600


def test_waits_until_the_grace_is_over(exam: Exam) -> None:
    attempt_id = open_attempt(1, exam)

    assert sweep(MORNING + 3600 + GRACE).ended == 0
    assert result_of(1, exam, attempt_id) is None


def test_grades_attempts_that_a_crash_left_closed(exam: Exam) -> None:
    attempt_id = open_attempt(1, exam)
    attempts.close_attempt(1, exam.id, time=at(MORNING + 60))

    assert sweep(LATE).ended == 1
    result = result_of(1, exam, attempt_id)
    assert result is not None
    assert result.completed_at == MORNING + 60


def test_does_nothing_twice(exam: Exam) -> None:
    open_attempt(1, exam)
    sweep(LATE)

    assert sweep(LATE) == service.Swept(ended=0, failed=0, out_of_time=False)


def test_takes_as_many_pages_as_there_are(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_PAGE", 2)
    monkeypatch.setattr(service, "_WORKERS", 1)
    for user_id in range(1, 40, sitting_items.DUE_SHARDS // 4):
        open_attempt(user_id, exam, None)

    assert sweep(LATE).ended == 10


def test_drops_the_sitting_of_a_deleted_exam(exam: Exam) -> None:
    open_attempt(1, exam)
    sitting = attempts.get_sitting(1, exam.id)
    assert sitting is not None
    exam_changes.remove_exam(exam.id)
    table.batch_delete("catalog", [(papers.answers_key(exam.id, sitting.paper_version), "PART#00")])
    papers.load_answer_key.cache_clear()

    sweep(LATE)

    assert attempts.get_sitting(1, exam.id) is None


def test_one_students_failure_does_not_delay_the_others(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    open_attempt(1, exam)
    other = open_attempt(2, exam)
    real = ending.end_if_due

    def failing(sitting: sitting_items.Sitting, time: ExamTime) -> bool:
        if sitting.user_id == 1:
            raise Unavailable
        return real(sitting, time)

    monkeypatch.setattr(service, "end_if_due", failing)

    assert sweep(LATE) == service.Swept(ended=1, failed=1, out_of_time=False)
    assert result_of(2, exam, other) is not None


def test_stops_when_time_runs_out(exam: Exam) -> None:
    open_attempt(1, exam)

    assert sweep(LATE, has_time=False) == service.Swept(ended=0, failed=0, out_of_time=True)


def test_handler_reports(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lambda_handler({}, FakeContext(remaining_ms=lambda: 60_000)) == {
        "ended": 0,
        "failed": 0,
        "out_of_time": False,
    }
