"""Ending an attempt: close it, grade what was saved, store the result.

An attempt is closed before it is graded, so no answer can be saved in between. If the process dies after the close,
the student's next request or the sweeper grades the closed attempt. Any number of callers may do so at the same time;
exactly one result is stored.
"""

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.layout import layout_of
from smartexam.catalog.store import papers
from smartexam.platform.errors import Conflict, NotFound
from smartexam.sitting import answers, grading
from smartexam.sitting.deadlines import refreshed
from smartexam.sitting.store import attempts, results, sitting_index
from smartexam.sitting.store.results import Result
from smartexam.sitting.store.sitting_items import CLOSED, OPEN, Sitting, SittingRefused

_TRIES = 8


def end_if_due(sitting: Sitting, time: ExamTime) -> bool:
    """Close and grade the running attempt if its time is over or only its grading is missing.

    The sitting may have changed since it was read. Returns whether the attempt was due.
    """
    if not sitting.is_due(time):
        return False
    if sitting.status == OPEN:
        sitting = refreshed(sitting, time)
        if not sitting.is_due(time):
            return False
    if sitting.status == OPEN:
        try:
            sitting = attempts.close_late(sitting, by_time=True)
        except SittingRefused as refused:
            stored = refused.sitting
            if stored is not None and stored.status == OPEN:
                return False  # it was granted more time, or the next one has begun
            if stored is None or stored.attempt_id != sitting.attempt_id or stored.status != CLOSED:
                return True  # another caller has ended it
            sitting = stored
    grade_closed(sitting)
    return True


def close(user_id: int, exam_id: int, time: ExamTime) -> Sitting:
    """Close the open attempt for its student, and return it with the last saved answers.

    An attempt whose deadline has passed, also by what holds now, is closed as of its deadline.

    Raises:
        Conflict: `attempt_busy`, if the attempt's end changes again and again.
        SittingRefused: no attempt is open; it may be closed already and not yet graded.
    """
    for _ in range(_TRIES):
        try:
            return attempts.close_attempt(user_id, exam_id, time=time)
        except SittingRefused as refused:
            sitting = refused.sitting
            if sitting is None or sitting.status != OPEN:
                raise
        # In the grace too: the student may have been granted more time, and then ends the attempt now.
        sitting = refreshed(sitting, time)
        if sitting.deadline >= time.now:
            continue
        try:
            return attempts.close_late(sitting, by_time=sitting.is_due(time))
        except SittingRefused as refused:
            found = refused.sitting
            if found is None or found.status != OPEN or found.attempt_id != sitting.attempt_id:
                raise
    raise Conflict("The attempt changes all the time", code="attempt_busy")


def current_sitting(user_id: int, exam_id: int, time: ExamTime) -> Sitting | None:
    """A student's sitting of an exam, after `end_if_due`."""
    sitting = attempts.get_sitting(user_id, exam_id)
    if sitting is None or not sitting.is_due(time):
        return sitting
    end_if_due(sitting, time)
    return attempts.get_sitting(user_id, exam_id)


def end_all_due(user_id: int, time: ExamTime) -> set[int]:
    """Call `end_if_due` for all running attempts of a student; one read if there are none.

    Returns:
        The exams whose attempt goes on.
    """
    running = sitting_index.running_exams(user_id)
    sittings = attempts.get_sittings((user_id, exam_id) for exam_id in running)
    return {sitting.exam_id for sitting in sittings if not end_if_due(sitting, time) and sitting.is_running}


def grade_closed(sitting: Sitting) -> int | None:
    """Grade a closed attempt and store its result, once.

    Returns:
        The id of the result; None if the exam was deleted, in which case the sitting is deleted too.
    """
    try:
        key = papers.load_answer_key(sitting.exam_id, sitting.paper_version)
        paper = papers.load_paper(sitting.exam_id, sitting.paper_version)
    except NotFound:
        attempts.drop_sitting(sitting.user_id, sitting.exam_id, sitting.attempt_id)
        return None
    layout = layout_of(paper, sitting.seed)
    # The draft uses the student's letters; results use the exam's.
    given = [
        layout.own(position, answer) if position in layout.drawn else None
        for position, answer in enumerate(answers.decode(sitting.answers, len(paper), sitting.changes))
    ]
    results.store_result(
        Result(
            id=sitting.attempt_id,
            user_id=sitting.user_id,
            exam_id=sitting.exam_id,
            exam_name=paper.exam.name,
            attempt_number=sitting.attempt_number,
            score=grading.grade(key, given),
            paper_version=sitting.paper_version,
            answers=answers.encode(answer or "" for answer in given),
            seed=sitting.seed,
            started_at=sitting.started_at,
            completed_at=sitting.completed_at,
        )
    )
    return sitting.attempt_id
