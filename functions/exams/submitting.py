"""Ends an attempt when its student hands it in."""

from exams.running import no_attempt
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store.exams import find_exam
from smartexam.sitting import ending
from smartexam.sitting.store import results
from smartexam.sitting.store.sitting_items import CLOSED, OPEN, SittingRefused


def submit(user_id: int, exam_id: int, time: ExamTime) -> tuple[Exam, int, int]:
    """End the running attempt and grade it; for an ended attempt, return its result again.

    Returns:
        The exam, when the attempt ended in epoch seconds, and its result's id.

    Raises:
        NotFound: no such exam.
        BadRequest: there is no attempt.
    """
    try:
        sitting = ending.close(user_id, exam_id, time)
    except SittingRefused as refused:
        if refused.sitting is None:
            find_exam(exam_id, reader=user_id)
            raise no_attempt() from None
        sitting = refused.sitting
    result_id = ending.grade_closed(sitting) if sitting.status == CLOSED else sitting.last_result_id
    exam = find_exam(exam_id, reader=user_id)
    if result_id is None:
        raise no_attempt()
    if sitting.status != OPEN:
        return exam, sitting.completed_at, result_id
    # The attempt's time was over, and between our two writes another request ended it and started the next one.
    result = results.get_result(user_id, exam_id, result_id)
    if result is None:
        raise no_attempt()
    return exam, result.completed_at, result_id
