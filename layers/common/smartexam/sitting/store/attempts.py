"""Sittings in the attempts table: a student's attempts at an exam.

    pk        sk                    what
    USER#42   SITTING#7             counts of the student's attempts at an exam, and the running one with its draft
    USER#42   RESULT#7#17           the result of an attempt (with the attempt's id), with answers and outcomes
    USER#42   HISTORY#<ms>#17       the same result in the student's history

A sitting is one item, so each rule about it is one conditional write. Starting requires that no attempt is running and
one is left. Saving answers requires that the attempt is open, in time, and has the given paper version and (optional)
revision; it reads nothing. Closing returns the last saved draft. Nothing can be added after it, so grading sees exactly
the acknowledged answers.

    idle ──start──▶ open ──close──▶ closed ──grade──▶ idle
                    │  ▲
                    └──┘ save

An open or closed attempt has a `due_shard`. The index `due` lists such attempts for the sweeper, so none is lost after
a crash, and the index `running` lists them for their student. `running` is a local index, which can be read with strong
consistency: it decides what the student may do elsewhere. No index holds a draft.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    IntAttribute,
    Item,
    TextMapAttribute,
    TextMapListAttribute,
)
from smartexam.platform.keys import user_key

IDLE, OPEN, CLOSED = "idle", "open", "closed"
# 10,000 students who start or submit within seconds must not write to one partition of an index.
DUE_SHARDS = 16
EXAM_SHARDS = 8


class SittingItem(Item):
    """A student's attempts at an exam."""

    class Meta:
        context = "attempts"

    status = UnicodeAttribute(default=IDLE)
    attempt_id = IntAttribute(null=True)
    attempts_started = IntAttribute(default=0)
    completed = IntAttribute(default=0)
    allowance = IntAttribute(default=0)
    spent = IntAttribute(default=0)
    paper_version = IntAttribute(null=True)
    started_at = IntAttribute(null=True)
    deadline = IntAttribute(null=True)
    closed_at = IntAttribute(null=True)
    lasts = IntAttribute(null=True)
    lost = IntAttribute(default=0)
    added = IntAttribute(default=0)
    grants_version = IntAttribute(default=0)
    ended_by_time = BooleanAttribute(default=False)
    revision = IntAttribute(default=0)
    answers = UnicodeAttribute(default="")
    changes = TextMapAttribute(null=True)
    earlier_changes = TextMapListAttribute(null=True)
    marked = UnicodeAttribute(default="")
    seed = UnicodeAttribute(null=True)
    section = IntAttribute(null=True)
    section_from = IntAttribute(null=True)
    section_ends = IntAttribute(null=True)
    visited = UnicodeAttribute(default="")
    seconds = UnicodeAttribute(default="")
    last_result_id = IntAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    exam_shard = UnicodeAttribute()
    exam_sk = UnicodeAttribute()


class Sitting(msgspec.Struct, frozen=True):
    """A student's attempts at an exam.

    Attributes:
        attempt_number: how many attempts were started, which is the number of the running one.
        completed: graded attempts that count.
        allowance: attempts granted beyond the exam's own; negative if taken away.
        started_at: epoch seconds, as are `deadline` and `closed_at`.
        lasts: seconds that the attempt lasts by the exam's duration, without extra time.
        lost: seconds that were left in timed sections when they were left.
        added: seconds that were given to the attempt while it ran.
        grants_version: the exam's `grants_version` by which the deadline was set.
        ended_by_time: the last attempt was closed because its time was over, not by its student.
        answers: the draft's text, to which `changes` apply; see `smartexam.sitting.answers`.
        marked: positions marked for review, as text.
        seed: secret seed of the attempt's layout, "" for the paper as it is.
        section: of timed sections, the index of the last one that was entered; `section_from` and `section_ends` are
            its beginning and end. It may have ended since; see `smartexam.sitting.sections`.
        visited: positions that were visited, as text.
        seconds: seconds on screen by position, as text.
    """

    user_id: int
    exam_id: int
    status: str
    attempt_id: int
    attempt_number: int
    completed: int
    allowance: int
    paper_version: int
    started_at: int
    deadline: int
    closed_at: int
    lasts: int
    lost: int
    added: int
    grants_version: int
    ended_by_time: bool
    revision: int
    answers: str
    changes: Mapping[str, str]
    marked: str
    last_result_id: int | None
    seed: str = ""
    section: int = 0
    section_from: int = 0
    section_ends: int = 0
    visited: str = ""
    seconds: str = ""

    @property
    def is_running(self) -> bool:
        """Whether an attempt is open, or closed and not yet graded."""
        return self.status != IDLE

    def is_in_progress(self, time: ExamTime) -> bool:
        """Whether the running attempt still accepts answers."""
        return self.status == OPEN and time.now <= self.deadline + time.grace

    def is_due(self, time: ExamTime) -> bool:
        """Whether the running attempt must be ended: its time is over, or it is closed and has no result yet."""
        return self.is_running and not self.is_in_progress(time)

    @property
    def completed_at(self) -> int:
        """When the closed attempt ended, never before it started even if another machine's clock is behind.

        Submissions during the grace count as of the deadline.
        """
        return max(self.started_at, min(self.closed_at, self.deadline))

    def remaining_seconds(self, now: float) -> int:
        """Whole seconds until the deadline; 0 during the grace, and never more than the attempt lasts."""
        return max(0, min(int(self.deadline - now), self.deadline - self.started_at))


class SittingRefused(Exception):
    """The sitting is not in the state that the write requires.

    `sitting` is the stored one, None if there is none.
    """

    def __init__(self, sitting: Sitting | None) -> None:
        super().__init__("the sitting is in another state")
        self.sitting = sitting


def sitting_key(exam_id: int) -> str:
    """The sort key of a student's sitting of an exam."""
    return f"SITTING#{exam_id}"


def exam_shard(exam_id: int, user_id: int) -> str:
    """The partition of the index `exam` that holds a student's items of an exam."""
    return f"{exam_id}#{user_id % EXAM_SHARDS}"


def get_sitting(user_id: int, exam_id: int) -> Sitting | None:
    """A student's sitting of an exam; None if the student never had one."""
    item = table.get(SittingItem, user_key(user_id), sitting_key(exam_id))
    return None if item is None else sitting_from(item)


def get_sittings(places: Iterable[tuple[int, int]]) -> list[Sitting]:
    """Sittings by (user id, exam id), without those that do not exist; one round trip per 100."""
    found = table.batch_get((SittingItem, user_key(user_id), sitting_key(exam_id)) for user_id, exam_id in places)
    return [sitting_from(item) for item in found.values()]


def running_exams(user_id: int) -> list[int]:
    """Exams in which a student has an attempt that is not graded yet.

    One strongly consistent read, whose cost does not depend on how many exams the student has ever sat.
    """
    found: list[int] = []
    start = None
    while True:
        keys, start = table.query_index(
            "attempts", "running", ("pk", user_key(user_id)), limit=100, start=start, consistent=True
        )
        found += [_ids(pk, sk)[1] for pk, sk in keys]
        if start is None:
            return found


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
        SittingItem.due_shard.set(f"DUE#{user_id % DUE_SHARDS}"),
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
    actions: list[Action] = [SittingItem.added.set(added), SittingItem.grants_version.set(grants_version)]
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


def close_attempt(user_id: int, exam_id: int, *, attempt_id: int | None, time: ExamTime) -> Sitting:
    """Close the open attempt, so that nothing can be saved any more, and return it with the last saved answers.

    An attempt whose grace is over is closed as of its deadline, with `ended_by_time`. `attempt_id` None closes
    whichever attempt is open.

    Raises:
        SittingRefused: no such attempt is open; it may be closed already and not yet graded.
    """
    is_open = SittingItem.status == OPEN
    if attempt_id is not None:
        is_open &= SittingItem.attempt_id == attempt_id
    # Deadlines are whole seconds, so comparing with the rounded-up bound ends saving and closing at the same moment.
    in_time = is_open & (SittingItem.deadline >= math.ceil(time.earliest_deadline))
    actions = [SittingItem.status.set(CLOSED), SittingItem.closed_at.set(int(time.now))]
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, in_time))
    except ConditionFailed as failed:
        refusal = refused(failed)
    stored = refusal.sitting
    if stored is None or stored.status != OPEN or (attempt_id is not None and stored.attempt_id != attempt_id):
        raise refusal
    actions = [
        SittingItem.status.set(CLOSED),
        SittingItem.closed_at.set(stored.deadline),
        SittingItem.ended_by_time.set(value=True),
    ]
    # More time may be granted at this moment.
    same = is_open & (SittingItem.attempt_id == stored.attempt_id) & (SittingItem.deadline == stored.deadline)
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, same))
    except ConditionFailed as failed:
        raise refused(failed) from None


def drop_sitting(user_id: int, exam_id: int, attempt_id: int) -> None:
    """Delete a sitting whose exam is gone, unless it has changed."""
    try:
        table.delete(SittingItem, user_key(user_id), sitting_key(exam_id), SittingItem.attempt_id == attempt_id)
    except ConditionFailed:
        return


def due_sittings(shard: int, before: float, *, limit: int) -> list[tuple[int, int]]:
    """(user id, exam id) of a shard's attempts that have no result yet and whose deadline is before a time."""
    keys, _ = table.query_index(
        "attempts",
        "due",
        ("due_shard", f"DUE#{shard}"),
        limit=limit,
        range_up_to=("deadline", "N", str(int(before))),
    )
    return [_ids(pk, sk) for pk, sk in keys]


def keys_of_exam(exam_id: int, *, prefix: str = "", limit: int) -> Iterator[list[tuple[str, str]]]:
    """Primary keys of all items that students have of an exam, in pages of at most `limit`.

    `prefix` restricts them to `SITTING#`, `RESULT#` or `HISTORY#` items.
    """
    for shard in range(EXAM_SHARDS):
        start = None
        while True:
            keys, start = table.query_index(
                "attempts",
                "exam",
                ("exam_shard", f"{exam_id}#{shard}"),
                limit=limit,
                range_prefix=("exam_sk", prefix) if prefix else None,
                start=start,
            )
            if keys:
                yield keys
            if start is None:
                break


def _ids(pk: str, sk: str) -> tuple[int, int]:
    return int(pk.removeprefix("USER#")), int(sk.removeprefix("SITTING#"))


def _all_changes(item: SittingItem) -> dict[str, str]:
    changes = item.changes or {}
    if not item.earlier_changes:
        return changes
    return {position: text for layer in (*item.earlier_changes, changes) for position, text in layer.items()}


def refused(failed: ConditionFailed) -> SittingRefused:
    """The refusal with the item that failed the condition."""
    return SittingRefused(None if failed.item is None else sitting_from(SittingItem.from_raw_data(failed.item)))


def sitting_from(item: SittingItem) -> Sitting:
    """The sitting of a stored item."""
    user_id, exam_id = _ids(item.pk, item.sk)
    return Sitting(
        user_id=user_id,
        exam_id=exam_id,
        status=item.status,
        attempt_id=item.attempt_id or 0,
        attempt_number=item.attempts_started,
        completed=item.completed,
        allowance=item.allowance,
        paper_version=item.paper_version or 0,
        started_at=item.started_at or 0,
        deadline=item.deadline or 0,
        closed_at=item.closed_at or 0,
        # Attempts that began before it was stored
        lasts=item.lasts or (item.deadline or 0) - (item.started_at or 0),
        lost=item.lost,
        added=item.added,
        grants_version=item.grants_version,
        ended_by_time=bool(item.ended_by_time),
        revision=item.revision,
        answers=item.answers,
        changes=_all_changes(item),
        marked=item.marked,
        last_result_id=item.last_result_id,
        seed=item.seed or "",
        section=item.section or 0,
        section_from=item.section_from or 0,
        section_ends=item.section_ends or 0,
        visited=item.visited,
        seconds=item.seconds,
    )
