"""What a student is sitting right now, for what is closed to them meanwhile: the assistant, and some discussions.

An attempt whose time and grace are over is in nobody's way, also while its grading is missing.
"""

from collections.abc import Iterable

from smartexam.catalog.store import papers
from smartexam.platform.errors import NotFound
from smartexam.sitting.store import attempts
from smartexam.sitting.store.attempts import OPEN, Sitting


def exams_in_progress(user_id: int, now: float, grace: float) -> list[int]:
    """Exams of which a student's attempt runs; one round trip if there is none, two otherwise."""
    exam_ids = attempts.running_exams(user_id)
    if not exam_ids:
        return []
    sittings = attempts.get_sittings((user_id, exam_id) for exam_id in exam_ids)
    return [sitting.exam_id for sitting in sittings if is_in_progress(sitting, now, grace)]


def sitting_with(question_id: int, exam_id: int, user_ids: Iterable[int], now: float, grace: float) -> set[int]:
    """Those of some users whose running attempt contains a question; one round trip per 100 users.

    An attempt contains what its own version of the paper does: not a question added later, but one deleted since.

    Args:
        question_id: the question.
        exam_id: the exam that it belongs or belonged to.
        user_ids: whom to ask about.
        now: epoch seconds.
        grace: seconds after a deadline during which an attempt may still be submitted.
    """
    sittings = attempts.get_sittings((user_id, exam_id) for user_id in user_ids)
    return {sitting.user_id for sitting in sittings if is_sitting_with(sitting, question_id, now, grace)}


def is_sitting_with(sitting: Sitting, question_id: int, now: float, grace: float) -> bool:
    """Whether an attempt runs and contains a question; see `sitting_with`."""
    return is_in_progress(sitting, now, grace) and _contains(sitting.exam_id, sitting.paper_version, question_id)


def is_in_progress(sitting: Sitting, now: float, grace: float) -> bool:
    """Whether an attempt runs and has time left."""
    return sitting.status == OPEN and not sitting.is_over(now, grace)


def _contains(exam_id: int, version: int, question_id: int) -> bool:
    try:
        paper = papers.load_paper(exam_id, version)
    except NotFound:
        return False  # the exam was deleted: there is nothing left to sit
    return str(question_id) in paper.positions
