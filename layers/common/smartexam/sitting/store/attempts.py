"""The attempts table: who sits what, with which answers, and what came of it.

    pk        sk                    what
    USER#42   SITTING#7             the student's place in an exam: counts of attempts and the draft of the running one
    USER#42   RESULT#7#17           the result of an attempt (its id is the attempt's), with answers and outcomes
    USER#42   HISTORY#<ms>#17       the same result's place in the student's history

The sitting is one item so that every rule about it is one conditional write. Starting is one: no attempt may be
running and one must be left. Saving answers is one, and no read: that the attempt runs, is in time, has this paper
and (if the client says so) this revision are its conditions. Closing is one, and returns what was last saved; from
then on nothing can be added, so grading sees just what was acknowledged.

    idle ──start──▶ open ──close──▶ closed ──grade──▶ idle
                    │  ▲
                    └──┘ save

An attempt that is open or closed has a `due_shard`, by which the sweeper finds it in the index `due`, whatever
crashed in between, and by which the index `running` finds it for its student. That one is local to the student's
partition, so that it may be read consistently: what a student may do elsewhere depends on it. No index holds a draft.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    IntAttribute,
    Item,
    TextMapAttribute,
)
from smartexam.platform.keys import user_key

IDLE, OPEN, CLOSED = "idle", "open", "closed"
# 10,000 students who start or finish within seconds must not write to one partition of an index.
DUE_SHARDS = 16
EXAM_SHARDS = 8


class SittingItem(Item):
    """A student's place in an exam."""

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
    ended_by_time = BooleanAttribute(default=False)
    revision = IntAttribute(default=0)
    answers = UnicodeAttribute(default="")
    changes = TextMapAttribute(null=True)
    marked = UnicodeAttribute(default="")
    last_result_id = IntAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    exam_shard = UnicodeAttribute()
    exam_sk = UnicodeAttribute()


class Sitting(msgspec.Struct, frozen=True):
    """A student's place in an exam.

    Attributes:
        attempt_number: how many attempts were ever started; the running one's number.
        completed: finished attempts that count.
        allowance: attempts granted (or, below zero, taken) beyond what the exam allows.
        started_at: epoch seconds, as are `deadline` and `closed_at`.
        ended_by_time: the last attempt was closed by the clock, not by its student.
        answers: the draft's base text, over which `changes` lie; see `smartexam.sitting.answers`.
        marked: positions marked for review, as text.
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
    ended_by_time: bool
    revision: int
    answers: str
    changes: Mapping[str, str]
    marked: str
    last_result_id: int | None

    @property
    def is_running(self) -> bool:
        """Whether an attempt is open or waits for its grading."""
        return self.status != IDLE

    def is_in_progress(self, time: ExamTime) -> bool:
        """Whether the running attempt still accepts answers."""
        return self.status == OPEN and time.now <= self.deadline + time.grace

    def is_due(self, time: ExamTime) -> bool:
        """Whether the running attempt must be ended: its time is over, or it is closed and has no result yet."""
        return self.is_running and not self.is_in_progress(time)

    @property
    def completed_at(self) -> int:
        """When the closed attempt ended: submissions during the grace count as of the deadline."""
        return min(self.closed_at, self.deadline)

    def remaining_seconds(self, now: float) -> int:
        """Whole seconds until the deadline; 0 during the grace."""
        return max(0, int(self.deadline - now))


class SittingRefused(Exception):
    """The sitting was not in the state that a write needs; `sitting` is the state it is in, None if there is none."""

    def __init__(self, sitting: Sitting | None) -> None:
        super().__init__("the sitting is in another state")
        self.sitting = sitting


def sitting_key(exam_id: int) -> str:
    """The sort key of a student's sitting of an exam."""
    return f"SITTING#{exam_id}"


def exam_shard(exam_id: int, user_id: int) -> str:
    """The partition of the index `exam` that holds what a student has of an exam."""
    return f"{exam_id}#{user_id % EXAM_SHARDS}"


def get_sitting(user_id: int, exam_id: int) -> Sitting | None:
    """A student's place in an exam; None if they never were in it."""
    item = table.get(SittingItem, user_key(user_id), sitting_key(exam_id))
    return None if item is None else sitting_from(item)


def get_sittings(places: Iterable[tuple[int, int]]) -> list[Sitting]:
    """Places of several (user id, exam id), without those that never were; one round trip per 100."""
    found = table.batch_get((SittingItem, user_key(user_id), sitting_key(exam_id)) for user_id, exam_id in places)
    return [sitting_from(item) for item in found.values()]


def running_exams(user_id: int) -> list[int]:
    """Exams in which a student has an attempt that is not graded yet.

    One read that sees every attempt whose start was acknowledged before, and costs the same however many exams the
    student ever sat.
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


def start_attempt(
    user_id: int,
    exam_id: int,
    *,
    attempt_id: int,
    paper_version: int,
    now: float,
    deadline: float,
    max_attempts: int,
) -> Sitting:
    """Open an attempt: one conditional write, whatever else happens at the same time.

    Args:
        user_id: the student.
        exam_id: the exam.
        attempt_id: a fresh id.
        paper_version: what the attempt is sat and graded with.
        now: epoch seconds.
        deadline: when it ends, epoch seconds.
        max_attempts: as the exam says, 0 for any number.

    Raises:
        SittingRefused: an attempt is running, or none is left.
    """
    free = SittingItem.status.does_not_exist() | (SittingItem.status == IDLE)
    if max_attempts:
        # `spent` is what counts less what was granted, so that one comparison decides.
        free &= SittingItem.spent.does_not_exist() | (SittingItem.spent < max_attempts)
    actions = [
        SittingItem.status.set(OPEN),
        SittingItem.attempt_id.set(attempt_id),
        SittingItem.attempts_started.add(1),
        SittingItem.paper_version.set(paper_version),
        SittingItem.started_at.set(int(now)),
        SittingItem.deadline.set(int(deadline)),
        SittingItem.revision.set(0),
        SittingItem.answers.set(""),
        SittingItem.changes.set({}),
        SittingItem.marked.set(""),
        SittingItem.due_shard.set(f"DUE#{user_id % DUE_SHARDS}"),
        SittingItem.exam_shard.set(exam_shard(exam_id, user_id)),
        SittingItem.exam_sk.set(f"SITTING#{user_id}"),
        SittingItem.closed_at.remove(),
        SittingItem.ended_by_time.remove(),
    ]
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, free))
    except ConditionFailed as failed:
        stored = refused(failed)
        if stored.sitting is not None and stored.sitting.attempt_id == attempt_id:
            return stored.sitting  # our own write, repeated by the client after a lost answer
        raise stored from None


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
    same = is_open & (SittingItem.attempt_id == stored.attempt_id)
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, same))
    except ConditionFailed as failed:
        raise refused(failed) from None


def drop_sitting(user_id: int, exam_id: int, attempt_id: int) -> None:
    """Remove a sitting whose exam is gone, unless it has changed."""
    try:
        table.delete(SittingItem, user_key(user_id), sitting_key(exam_id), SittingItem.attempt_id == attempt_id)
    except ConditionFailed:
        return


def due_sittings(shard: int, before: float, *, limit: int) -> list[tuple[int, int]]:
    """(user id, exam id) of attempts of a shard that have no result yet and whose deadline is before a time."""
    keys, _ = table.query_index(
        "attempts",
        "due",
        ("due_shard", f"DUE#{shard}"),
        limit=limit,
        range_up_to=("deadline", "N", str(int(before))),
    )
    return [_ids(pk, sk) for pk, sk in keys]


def keys_of_exam(exam_id: int, *, prefix: str = "", limit: int) -> Iterator[list[tuple[str, str]]]:
    """Primary keys of everything that students have of an exam, in pages.

    Args:
        exam_id: which exam.
        prefix: only `SITTING#`, `RESULT#` or `HISTORY#` rows.
        limit: most keys on a page.
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


def refused(failed: ConditionFailed) -> SittingRefused:
    """The refusal that a failed condition stands for."""
    return SittingRefused(None if failed.item is None else sitting_from(SittingItem.from_raw_data(failed.item)))


def sitting_from(item: SittingItem) -> Sitting:
    """A stored sitting."""
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
        ended_by_time=bool(item.ended_by_time),
        revision=item.revision,
        answers=item.answers,
        changes=item.changes or {},
        marked=item.marked,
        last_result_id=item.last_result_id,
    )
