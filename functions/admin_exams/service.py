"""Lists, creates, changes and deletes exams."""

from collections.abc import Mapping
from typing import Any

from admin_exams import fields
from admin_exams.models import AdminExam
from smartexam.catalog import erasing_queue
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import display, number_or_text
from smartexam.catalog.store import exam_changes, exams
from smartexam.erasing import erase_exam
from smartexam.platform import ids
from smartexam.platform.errors import InvalidFields, NotFound, Unavailable
from smartexam.platform.times import iso

PAGE_SIZE = 50
# How many pieces of a deleted exam are erased within the request: about 4,000 rows, one or two seconds.
_PIECES_AT_ONCE = 16


def list_exams(*, status: str | None, category_id: int | None, after: str | None) -> tuple[list[AdminExam], str | None]:
    """A page of exams and the place to continue after.

    Raises:
        InvalidFields: no such status.
    """
    if status is not None and status not in fields.STATUSES:
        raise InvalidFields([("status", f"must be one of {', '.join(fields.STATUSES)}")])
    found, place = exams.list_exams(status=status, category_id=category_id, limit=PAGE_SIZE, after=after)
    return [view(exam) for exam in found], place


def create_exam(given: Mapping[str, Any], admin_id: int, now: float) -> Exam:
    """Store a new exam.

    Raises:
        InvalidFields: something is missing or wrong.
    """
    values = fields.read_new(given)
    exam = Exam(id=ids.next_id("exam"), created_at=now, **values)
    try:
        exam_changes.create_exam(exam, admin_id)
    except NotFound:
        raise _no_category() from None
    return exam


def edit_exam(exam_id: int, given: Mapping[str, Any], admin_id: int, now: float) -> Exam:
    """Change an exam.

    Raises:
        InvalidFields: something is wrong.
        NotFound: there is no such exam.
    """
    changes = fields.read_changes(given)
    try:
        return exam_changes.edit_exam(exam_id, lambda _: changes, (admin_id, now))
    except NotFound as error:
        if error.code == "category_not_found":
            raise _no_category() from None
        raise


def delete_exam(exam_id: int, admin_id: int, now: float) -> None:
    """Delete an exam and everything that belongs to it: the exam at once, the rest as far as time permits.

    The last pass is ordered first, so it completes the deletion if this process dies. It also deletes writes that were
    in progress, such as the start of an attempt.

    Raises:
        NotFound: there is no such exam.
        Unavailable: the database or the queue cannot be reached.
    """
    exams.find_exam(exam_id)
    erasing_queue.order_last_pass(exam_id)
    if not exam_changes.remove_exam(exam_id, (admin_id, now)):
        raise exams.no_exam()
    pieces = iter(range(_PIECES_AT_ONCE))
    try:
        if not erase_exam(exam_id, lambda: next(pieces, None) is not None):
            erasing_queue.order(exam_id)
    except Unavailable:
        # The exam is deleted, as requested; the last pass deletes the rest.
        return


def release_results(exam_id: int, admin_id: int, now: float) -> bool:
    """Release an exam's results, or withdraw them.

    Returns:
        Whether they are released now.

    Raises:
        NotFound: there is no such exam.
    """
    by = admin_id, now
    return exam_changes.edit_exam(exam_id, lambda exam: {"is_released": not exam.is_released}, by).is_released


def view(exam: Exam) -> AdminExam:
    """An exam as admins see it."""
    return AdminExam(
        id=exam.id,
        name=exam.name,
        date=exam.date,
        start_time=exam.start_time,
        duration=exam.duration,
        status=exam.status,
        category_id=exam.category_id,
        total_questions=exam.question_count,
        max_marks=display(exam.max_marks),
        max_attempts=exam.max_attempts,
        result_mode=exam.result_mode,
        result_delay=exam.result_delay,
        instructions=exam.instructions,
        positive_marks=number_or_text(exam.positive_marks),
        negative_marks=number_or_text(exam.negative_marks),
        allow_assistant=exam.allow_assistant,
        released=exam.is_released,
        created_at=iso(exam.created_at),
    )


def _no_category() -> InvalidFields:
    return InvalidFields([("category_id", "There is no such category")])
