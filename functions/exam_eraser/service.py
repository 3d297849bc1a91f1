"""Erases an exam of any size, in pieces."""

from collections.abc import Callable

from smartexam.catalog import erasing_queue
from smartexam.catalog.store import exams
from smartexam.erasing import erase_exam
from smartexam.platform.observability import note


def erase(exam_id: int, has_time: Callable[[], bool]) -> None:
    """Delete everything that a deleted exam left, or as much as there is time for; the rest is sent to the queue.

    An exam that exists is left alone: its deletion was ordered and did not happen.

    Args:
        exam_id: the exam.
        has_time: whether there is time for another piece.

    Raises:
        Unavailable: the database or the queue cannot be reached.
    """
    note(exam_id=exam_id)
    if exams.get_exam(exam_id) is None and not erase_exam(exam_id, has_time):
        erasing_queue.order(exam_id)
