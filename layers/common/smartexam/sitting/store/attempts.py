"""Reads sittings, and opens, moves and closes their attempts; see `sitting_items`."""

import math
from collections.abc import Iterable

from pynamodb.expressions.update import Action

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed
from smartexam.platform.keys import user_key
from smartexam.sitting.store.sitting_items import (
    CLOSED,
    IDLE,
    OPEN,
    Sitting,
    SittingItem,
    due_shard,
    exam_shard,
    refused,
    sitting_from,
    sitting_key,
)


def get_sitting(user_id: int, exam_id: int) -> Sitting | None:
    """A student's sitting of an exam; None if the student never had one."""
    item = table.get(SittingItem, user_key(user_id), sitting_key(exam_id))
    return None if item is None else sitting_from(item)


def get_sittings(places: Iterable[tuple[int, int]]) -> list[Sitting]:
    """Sittings by (user id, exam id), without those that do not exist; one round trip per 100."""
    found = table.batch_get((SittingItem, user_key(user_id), sitting_key(exam_id)) for user_id, exam_id in places)
    return [sitting_from(item) for item in found.values()]


def sittings_of(user_id: int) -> list[Sitting]:
    """All sittings of a student."""
    return [sitting_from(item) for item in table.query_all(SittingItem, user_key(user_id), prefix="SITTING#")]


def start_attempt(  # noqa: PLR0913 - what an attempt begins with
    user_id: int,
    exam_id: int,
    *,
    attempt_id: int,
    paper_version: int,
    now: float,
    deadline: float,
    max_attempts: int,
    seed: str = "",
    section_ends: int | None = None,
    lasts: int | None = None,
    grants_version: int = 0,
) -> Sitting:
    """Open an attempt, in one conditional write.

    Args:
        attempt_id: a fresh id.
        paper_version: the version of the attempt's paper.
        seed: seed of the attempt's layout, "" for the paper as it is.
        section_ends: when the first of timed sections ends; None without timed sections.
        now: epoch seconds, as is `deadline`.
        max_attempts: the student's limit, 0 for none.
        lasts: seconds by the exam's duration, if that is not until the deadline.
        grants_version: of the exam by which the deadline was set.

    Raises:
        SittingRefused: an attempt is running, or none is left.
    """
    free = SittingItem.status.does_not_exist() | (SittingItem.status == IDLE)
    if max_attempts:
        # `spent` is the used attempts less the granted ones, so one comparison with the limit decides.
        free &= SittingItem.spent.does_not_exist() | (SittingItem.spent < max_attempts)
    actions = [
        SittingItem.status.set(OPEN),
        SittingItem.attempt_id.set(attempt_id),
        SittingItem.attempts_started.add(1),
        SittingItem.paper_version.set(paper_version),
        SittingItem.started_at.set(int(now)),
        SittingItem.deadline.set(int(deadline)),
        SittingItem.lasts.set(int(deadline - now) if lasts is None else lasts),
        SittingItem.lost.set(0),
        SittingItem.added.set(0),
        SittingItem.grants_version.set(grants_version),
        SittingItem.revision.set(0),
        SittingItem.answers.set(""),
        SittingItem.changes.set({}),
        SittingItem.earlier_changes.set([]),
        SittingItem.marked.set(""),
        SittingItem.due_shard.set(due_shard(user_id)),
        SittingItem.exam_shard.set(exam_shard(exam_id, user_id)),
        SittingItem.exam_sk.set(f"SITTING#{user_id}"),
        SittingItem.closed_at.remove(),
        SittingItem.ended_by_time.remove(),
        SittingItem.seed.set(seed) if seed else SittingItem.seed.remove(),
        *_first_section(int(now), section_ends),
    ]
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, free))
    except ConditionFailed as failed:
        stored = refused(failed)
        if stored.sitting is not None and stored.sitting.attempt_id == attempt_id:
            return stored.sitting  # the client has repeated this write after its answer was lost
        raise stored from None


def enter_section(sitting: Sitting, index: int, begun: int, ends: int, deadline: int) -> Sitting:
    """Enter the next of an attempt's timed sections, in one conditional write.

    Args:
        sitting: as read.
        index: of the section.
        begun: when it begins, epoch seconds, as are `ends` and `deadline`.
        deadline: the attempt's new one, without the lost time.

    Raises:
        SittingRefused: the attempt has another section, deadline or end by now.
    """
    lost = sitting.lost + sitting.deadline - deadline
    return _move(sitting, deadline, [*_section(index, begun, ends), SittingItem.lost.set(lost)])


def move_deadline(
    sitting: Sitting,
    deadline: int,
    *,
    added: int,
    grants_version: int,
    section: tuple[int, int, int] | None = None,
) -> Sitting:
    """Give a running attempt another end, if nobody else did since it was read.

    Args:
        sitting: as it was read.
        deadline: epoch seconds.
        added: seconds given while it ran, all together.
        grants_version: of the exam by which the deadline was set.
        section: of timed sections, the index, beginning and end of the open one; None for others.

    Raises:
        SittingRefused: the attempt is not open any more, or has another section or end.
    """
    actions: list[Action] = [
        SittingItem.added.set(added),
        SittingItem.grants_version.set(grants_version),
        # Attempts that began before it was stored derive it from their deadline.
        SittingItem.lasts.set(sitting.lasts),
    ]
    return _move(sitting, deadline, actions + ([] if section is None else _section(*section)))


def _section(index: int, begun: int, ends: int) -> list[Action]:
    return [SittingItem.section.set(index), SittingItem.section_from.set(begun), SittingItem.section_ends.set(ends)]


def _move(sitting: Sitting, deadline: int, actions: list[Action]) -> Sitting:
    """Change when a running attempt ends, and what belongs to that, if it is as it was read."""
    unchanged = (
        (SittingItem.status == OPEN)
        & (SittingItem.attempt_id == sitting.attempt_id)
        & (SittingItem.deadline == sitting.deadline)
    )
    if sitting.section_ends:
        unchanged &= (SittingItem.section == sitting.section) & (SittingItem.section_ends == sitting.section_ends)
    pk, sk = user_key(sitting.user_id), sitting_key(sitting.exam_id)
    try:
        return sitting_from(
            table.update(SittingItem, pk, sk, [*actions, SittingItem.deadline.set(deadline)], unchanged)
        )
    except ConditionFailed as failed:
        raise refused(failed) from None


def _first_section(now: int, ends: int | None) -> list[Action]:
    if ends is None:
        return [SittingItem.section.remove(), SittingItem.section_from.remove(), SittingItem.section_ends.remove()]
    return [SittingItem.section.set(0), SittingItem.section_from.set(now), SittingItem.section_ends.set(ends)]


def close_attempt(user_id: int, exam_id: int, *, time: ExamTime) -> Sitting:
    """Close the open attempt, so that nothing can be saved any more, and return it with the last saved answers.

    Raises:
        SittingRefused: no attempt is open, or its deadline has passed; it may be closed already and not yet graded.
    """
    # Deadlines are whole seconds, so comparing with the rounded-up time ends saving and closing at the same moment.
    in_time = (SittingItem.status == OPEN) & (SittingItem.deadline >= math.ceil(time.now))
    actions = [SittingItem.status.set(CLOSED), SittingItem.closed_at.set(int(time.now))]
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, in_time))
    except ConditionFailed as failed:
        raise refused(failed) from None


def close_late(sitting: Sitting, *, by_time: bool) -> Sitting:
    """Close an attempt as of its deadline, if it still has that deadline.

    Args:
        sitting: as it was read, with a deadline that has passed.
        by_time: whether the grace is over too, so that its student did not hand it in.

    Raises:
        SittingRefused: the attempt is not open any more, or was granted more time.
    """
    actions: list[Action] = [SittingItem.status.set(CLOSED), SittingItem.closed_at.set(sitting.deadline)]
    if by_time:
        actions.append(SittingItem.ended_by_time.set(value=True))
    unchanged = (
        (SittingItem.status == OPEN)
        & (SittingItem.attempt_id == sitting.attempt_id)
        & (SittingItem.deadline == sitting.deadline)
    )
    pk, sk = user_key(sitting.user_id), sitting_key(sitting.exam_id)
    try:
        return sitting_from(table.update(SittingItem, pk, sk, actions, unchanged))
    except ConditionFailed as failed:
        raise refused(failed) from None


def drop_sitting(user_id: int, exam_id: int, attempt_id: int) -> None:
    """Delete a sitting whose exam is gone, unless it has changed."""
    try:
        table.delete(SittingItem, user_key(user_id), sitting_key(exam_id), SittingItem.attempt_id == attempt_id)
    except ConditionFailed:
        return
