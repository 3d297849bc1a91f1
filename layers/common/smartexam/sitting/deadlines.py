"""The ends of running attempts when an exam's closing, or what a student is granted, changes.

An attempt stores its deadline, so that saving answers reads nothing else. A change of the exam, of an override, or of a
student's batches is carried over to the running attempts at once, and once more a little later, for attempts that were
being started meanwhile. Once the stored deadline has passed, it is compared with what holds now, before a request is
refused and before the attempt is closed by time: no attempt ends early because a change has not reached it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from smartexam.catalog import grants
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants
from smartexam.catalog.store import overrides, papers
from smartexam.platform.errors import Conflict, NotFound
from smartexam.platform.parallel import in_parallel
from smartexam.sitting import sections
from smartexam.sitting.store import attempts, sitting_index
from smartexam.sitting.store.sitting_items import OPEN, Sitting, SittingRefused

# Tells students that their attempts have another end.
Tell = Callable[[Sequence[Sitting], ExamTime], None]

_PIECE = 100
_TRIES = 8
_READERS = 10


def refreshed(sitting: Sitting, time: ExamTime, *, takes_back: bool = False) -> Sitting:
    """A sitting with the deadline that holds now; of an exam that is gone as it is.

    One round trip where nothing changed since the attempt's deadline was set.

    Args:
        sitting: as it was read.
        time: the time of the request or job.
        takes_back: whether the deadline may become earlier although the exam and its overrides are unchanged, because
            the student may have left a batch.

    Raises:
        Conflict: `attempt_busy`, if the attempt's end changes again and again.
    """
    for _ in range(_TRIES):
        try:
            exam, granted, _batch_ids = overrides.find(sitting.exam_id, sitting.user_id)
        except NotFound:
            return sitting
        try:
            return _refreshed(sitting, exam, granted, time, takes_back=takes_back)
        except SittingRefused as refused:
            if refused.sitting is None or refused.sitting.attempt_id != sitting.attempt_id:
                return sitting
            sitting = refused.sitting
    raise Conflict("The attempt changes all the time", code="attempt_busy")


def still_running(sitting: Sitting, time: ExamTime) -> Sitting | None:
    """The sitting, if its attempt accepts answers, perhaps because its student was granted more time; else None.

    In the grace too the deadline is compared with what holds now, because only in time answers can be cleared.
    """
    if sitting.status == OPEN and sitting.deadline < time.now:
        sitting = refreshed(sitting, time)
    return sitting if sitting.is_in_progress(time) else None


def refresh_student(user_id: int, exam: Exam, time: ExamTime, *, tell: Tell) -> None:
    """Carry a change over to one student's running attempt."""
    sitting = attempts.get_sitting(user_id, exam.id)
    if sitting is not None and sitting.status == OPEN:
        _tell_moved([(sitting, refreshed(sitting, time))], time, tell)


def refresh_all(exam: Exam, time: ExamTime, may_go_on: Callable[[], bool], *, tell: Tell) -> bool:
    """Carry a change over to every running attempt at an exam, and tell those whose end moves, a hundred at a time.

    Args:
        exam: as it is after the change.
        time: the time of the request or job.
        may_go_on: asked after each hundred sittings.
        tell: gets each hundred's attempts with their new ends.

    Returns:
        Whether all were looked at.
    """
    for keys in sitting_index.keys_of_exam(exam.id, prefix="SITTING#", limit=_PIECE):
        places = [(int(pk.removeprefix("USER#")), exam.id) for pk, _ in keys]
        running = [sitting for sitting in attempts.get_sittings(places) if sitting.status == OPEN]
        stale = [sitting for sitting in running if sitting.grants_version != exam.grants_version]
        if stale:
            granted = overrides.granted_to(exam.id, [sitting.user_id for sitting in stale])
            moved = []
            for sitting in stale:
                try:
                    moved.append((sitting, _refreshed(sitting, exam, granted[sitting.user_id], time)))
                except SittingRefused as refused:
                    if refused.sitting is not None:
                        moved.append((sitting, refreshed(refused.sitting, time)))
            _tell_moved(moved, time, tell)
        if not may_go_on():
            return False
    return True


def refresh_members(user_ids: Sequence[int], exam_ids: Collection[int], time: ExamTime, *, tell: Tell) -> None:
    """Carry joined and left batches over to students' running attempts at the exams that grant the batches something.

    One round trip for ten students, and two for each running attempt.
    """
    running = in_parallel(sitting_index.running_exams, user_ids, most=_READERS)
    places = [
        (user_id, exam_id)
        for user_id, found in zip(user_ids, running, strict=True)
        for exam_id in found
        if exam_id in exam_ids
    ]
    moved = [(each, refreshed(each, time, takes_back=True)) for each in attempts.get_sittings(places)]
    _tell_moved(moved, time, tell)


@dataclass(frozen=True, slots=True)
class Added:
    """The attempts that were given time, with their new ends, and who has no running attempt."""

    extended: list[Sitting]
    without: list[int]


def add_time(exam_id: int, user_ids: list[int], seconds: int, time: ExamTime) -> Added:
    """Give students' running attempts more time, beyond the exam's closing too."""
    extended: list[Sitting] = []
    without = []
    for at in range(0, len(user_ids), _PIECE):
        piece = user_ids[at : at + _PIECE]
        found = {sitting.user_id: sitting for sitting in attempts.get_sittings((each, exam_id) for each in piece)}
        for user_id in piece:
            sitting = _extended(found.get(user_id), seconds, time)
            if sitting is None:
                without.append(user_id)
            else:
                extended.append(sitting)
    return Added(extended, without)


def running_attempts(exam_id: int, time: ExamTime) -> Iterator[list[Sitting]]:
    """The attempts at an exam that are in progress, up to a hundred at a time."""
    for keys in sitting_index.keys_of_exam(exam_id, prefix="SITTING#", limit=_PIECE):
        places = [(int(pk.removeprefix("USER#")), exam_id) for pk, _ in keys]
        yield [sitting for sitting in attempts.get_sittings(places) if sitting.is_in_progress(time)]


def _tell_moved(changes: Sequence[tuple[Sitting, Sitting]], time: ExamTime, tell: Tell) -> None:
    """Tell the students whose attempts have another end than before."""
    moved = [after for before, after in changes if after.deadline != before.deadline]
    if moved:
        tell(moved, time)


def _refreshed(sitting: Sitting, exam: Exam, granted: Grants, time: ExamTime, *, takes_back: bool = False) -> Sitting:
    """The sitting with the deadline by these grants.

    Raises:
        SittingRefused: the sitting has changed since it was read.
    """
    if sitting.status != OPEN or sitting.grants_version > exam.grants_version:
        return sitting
    lasts = sitting.lasts + grants.extra_seconds(sitting.lasts, granted)
    deadline = grants.window(exam, granted, time.timezone).deadline(
        sitting.started_at, lasts, sitting.added - sitting.lost
    )
    if sitting.grants_version == exam.grants_version:
        # A start may have read the grants just before a change and the exam's version just after it.
        is_current = deadline == sitting.deadline if takes_back else deadline <= sitting.deadline
        if is_current:
            return sitting
    return _move(sitting, deadline, sitting.added, exam.grants_version, time)


def _extended(sitting: Sitting | None, seconds: int, time: ExamTime) -> Sitting | None:
    """A running attempt with its new end; None if there is none."""
    for _ in range(_TRIES):
        if sitting is None or not sitting.is_in_progress(time):
            return None
        try:
            deadline, added = sitting.deadline + seconds, sitting.added + seconds
            return _move(sitting, deadline, added, sitting.grants_version, time)
        except SittingRefused as refused:
            sitting = refused.sitting
    raise Conflict("The attempt changes all the time", code="attempt_busy")


def _move(sitting: Sitting, deadline: int, added: int, grants_version: int, time: ExamTime) -> Sitting:
    """Give an attempt another end; of timed sections, the open one and those after it get their part of the time."""
    section = None
    if sitting.section_ends:
        paper = papers.load_paper(sitting.exam_id, sitting.paper_version)
        place, _ = sections.stretched(paper, sitting, deadline - sitting.deadline, time.now)
        section = place.index, place.begun, place.ends
    return attempts.move_deadline(sitting, deadline, added=added, grants_version=grants_version, section=section)
