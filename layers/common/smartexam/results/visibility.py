"""Decides which results a student may see.

The exam's current settings give the time from which a result is visible; before that it is pending.
"""

import msgspec

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams
from smartexam.platform.errors import Conflict, Forbidden, NotFound
from smartexam.platform.times import iso
from smartexam.sitting.ending import current_sitting
from smartexam.sitting.store import results
from smartexam.sitting.store.results import Result
from smartexam.sitting.store.sitting_items import Sitting


class Found(msgspec.Struct, frozen=True):
    """A result, whether the exam's settings show it now, and from when on (None while an admin holds it back)."""

    result: Result
    is_visible: bool
    available_at: float | None


def find_result(user_id: int, exam_id: int, result_id: int | None, time: ExamTime) -> Found:
    """A student's result of an exam, by default the latest one, whether it may be shown or not.

    Raises:
        NotFound: no such exam, or no such result of this student.
    """
    exam = exams.find_exam(exam_id, reader=user_id)
    return _find(exam, current_sitting(user_id, exam_id, time), user_id, result_id, time)


def visible_result(user_id: int, exam_id: int, result_id: int | None, time: ExamTime) -> Result:
    """A result that its student may see now; see `find_result`.

    Raises:
        NotFound: no such exam, or no such result of this student.
        Conflict: `exam_in_progress`, the student sits the exam (again).
        Forbidden: not yet; with the time if it is known.
    """
    exam = exams.find_exam(exam_id, reader=user_id)
    sitting = current_sitting(user_id, exam_id, time)
    if sitting is not None and sitting.is_in_progress(time):
        raise Conflict("The results of this exam are closed until your attempt is over", code="exam_in_progress")
    found = _find(exam, sitting, user_id, result_id, time)
    if found.is_visible:
        return found.result
    raise Forbidden(
        pending_message(found.available_at),
        code="result_pending",
        result_pending=True,
        available_at=None if found.available_at is None else iso(found.available_at),
    )


def pending_message(available_at: float | None) -> str:
    """Why a result is not visible yet."""
    if available_at is None:
        return "The results of this exam have not been released yet"
    return f"The result will be available at {iso(available_at)}"


def _find(exam: Exam, sitting: Sitting | None, user_id: int, result_id: int | None, time: ExamTime) -> Found:
    if result_id is None:
        result_id = None if sitting is None else sitting.last_result_id
    result = None if result_id is None else results.get_result(user_id, exam.id, result_id)
    if result is None:
        raise NotFound("Result not found", code="result_not_found")
    return Found(
        result,
        is_visible=exam.shows_result(result.completed_at, time.now),
        available_at=exam.result_available_at(result.completed_at),
    )
