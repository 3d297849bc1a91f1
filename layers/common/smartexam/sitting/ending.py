"""The one way in which an attempt ends: close it, grade what was saved, store the result.

Close comes before grade, so no answer can slip in between. A crash after the close leaves a closed attempt, which
whoever comes next finishes: the student's next call or the sweeper. All of them may do so at once; one result remains.
"""

from smartexam.catalog.store import papers
from smartexam.platform.errors import NotFound
from smartexam.sitting import answers, grading
from smartexam.sitting.store import attempts
from smartexam.sitting.store.attempts import CLOSED, OPEN, Result, Sitting, SittingRefused


def finalise(sitting: Sitting, now: float, grace: float) -> int | None:
    """End the running attempt of a sitting, from whatever state it is in.

    Args:
        sitting: as it was read; it may have changed since.
        now: epoch seconds.
        grace: seconds after the deadline during which the student may still submit.

    Returns:
        The id of its result, also if somebody else ended it; None if its exam was deleted.
    """
    if sitting.status == OPEN:
        try:
            sitting = attempts.close_attempt(
                sitting.user_id, sitting.exam_id, attempt_id=sitting.attempt_id, now=now, grace=grace
            )
        except SittingRefused as refused:
            stored = refused.sitting
            if stored is None or stored.attempt_id != sitting.attempt_id or stored.status != CLOSED:
                return sitting.attempt_id
            sitting = stored
    return grade_closed(sitting)


def settled_sitting(user_id: int, exam_id: int, now: float, grace: float) -> Sitting | None:
    """A student's place in an exam, after ending an attempt whose time is over or whose grading is missing."""
    sitting = attempts.get_sitting(user_id, exam_id)
    if sitting is None or not sitting.is_due(now, grace):
        return sitting
    finalise(sitting, now, grace)
    return attempts.get_sitting(user_id, exam_id)


def settle_all(user_id: int, now: float, grace: float) -> None:
    """End those attempts of a student whose time is over or whose grading is missing; one read where none runs."""
    running = attempts.running_exams(user_id)
    for sitting in attempts.get_sittings((user_id, exam_id) for exam_id in running):
        if sitting.is_due(now, grace):
            finalise(sitting, now, grace)


def grade_closed(sitting: Sitting) -> int | None:
    """Grade a closed attempt and store its result, once.

    Returns:
        The id of the result; None if the exam was deleted: then the sitting goes too.
    """
    try:
        key = papers.load_answer_key(sitting.exam_id, sitting.paper_version)
        paper = papers.load_paper(sitting.exam_id, sitting.paper_version)
    except NotFound:
        attempts.drop_sitting(sitting.user_id, sitting.exam_id, sitting.attempt_id)
        return None
    given = answers.decode(sitting.answers, len(paper), sitting.changes)
    attempts.finish_attempt(
        Result(
            id=sitting.attempt_id,
            user_id=sitting.user_id,
            exam_id=sitting.exam_id,
            exam_name=paper.exam.name,
            attempt_number=sitting.attempt_number,
            score=grading.grade(key, given),
            paper_version=sitting.paper_version,
            answers=answers.encode(given),
            started_at=sitting.started_at,
            completed_at=sitting.completed_at,
        )
    )
    return sitting.attempt_id
