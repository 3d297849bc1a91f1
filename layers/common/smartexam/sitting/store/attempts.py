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
from typing import Any, TypeGuard

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    IntAttribute,
    Item,
    Put,
    TextMapAttribute,
    TransactionRefused,
    Update,
)
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.sitting.grading import Score

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


class _Outcome(Item):
    """What a result and its place in the history have in common."""

    class Meta:
        context = "attempts"

    exam_id = IntAttribute()
    exam_name = UnicodeAttribute()
    attempt_number = IntAttribute()
    score = IntAttribute()
    max_score = IntAttribute()
    correct = IntAttribute()
    incorrect = IntAttribute()
    unanswered = IntAttribute()
    started_at = IntAttribute()
    completed_at = IntAttribute()
    exam_shard = UnicodeAttribute()
    exam_sk = UnicodeAttribute()


class ResultItem(_Outcome):
    """The result of an attempt."""

    class Meta:
        context = "attempts"

    user_id = IntAttribute()
    paper_version = IntAttribute()
    answers = UnicodeAttribute()
    outcomes = UnicodeAttribute()


class HistoryItem(_Outcome):
    """A result's place in the student's history."""

    class Meta:
        context = "attempts"


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


class Result(msgspec.Struct, frozen=True):
    """A graded attempt; marks in units, times in epoch seconds."""

    id: int
    user_id: int
    exam_id: int
    exam_name: str
    attempt_number: int
    score: Score
    paper_version: int
    answers: str
    started_at: int
    completed_at: int


class HistoryEntry(msgspec.Struct, frozen=True):
    """A graded attempt as lists show it; marks in units, times in epoch seconds."""

    id: int
    exam_id: int
    exam_name: str
    attempt_number: int
    score: Score
    started_at: int
    completed_at: int


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
        stored = _refused(failed)
        if stored.sitting is not None and stored.sitting.attempt_id == attempt_id:
            return stored.sitting  # our own write, repeated by the client after a lost answer
        raise stored from None


def save_draft(
    user_id: int,
    exam_id: int,
    *,
    paper_version: int,
    open_after: float,
    revision: int | None = None,
    answers: str | None = None,
    changes: Mapping[str, str] | None = None,
    marked: str | None = None,
) -> Sitting:
    """Save answers: one conditional write and no read.

    Args:
        user_id: the student.
        exam_id: the exam.
        paper_version: the paper by which the answers were read.
        open_after: the attempt's deadline must not be before this, epoch seconds.
        revision: the revision that the client last saw; None to overwrite whatever is there.
        answers: a whole new state, as the draft's text; or
        changes: new texts by position, over what is there.
        marked: positions marked for review, replacing what is there.

    Raises:
        SittingRefused: no attempt is open, it is over, has another paper or another revision.
    """
    names = {"#status": "status"}
    values: dict[str, Any] = {
        ":open": {"S": OPEN},
        ":after": {"N": str(open_after)},
        ":version": {"N": str(paper_version)},
        ":one": {"N": "1"},
    }
    condition = "#status = :open AND deadline >= :after AND paper_version = :version"
    if revision is not None:
        condition += " AND revision = :revision"
        values[":revision"] = {"N": str(revision)}
    sets = []
    if answers is not None:
        sets += ["answers = :answers", "changes = :none"]
        values |= {":answers": {"S": answers}, ":none": {"M": {}}}
    for number, (position, text) in enumerate((changes or {}).items()):
        sets.append(f"changes.#p{number} = :c{number}")
        names[f"#p{number}"] = position
        values[f":c{number}"] = {"S": text}
    if marked is not None:
        sets.append("marked = :marked")
        values[":marked"] = {"S": marked}
    sets.append("revision = revision + :one")
    # Written out rather than built from the model: this is the call that a sitting makes hundreds of times.
    try:
        response = table.call(
            "UpdateItem",
            {
                "TableName": settings().table("attempts"),
                "Key": {"pk": {"S": user_key(user_id)}, "sk": {"S": sitting_key(exam_id)}},
                "ConditionExpression": condition,
                "UpdateExpression": f"SET {', '.join(sets)}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
                "ReturnValues": "ALL_NEW",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
    except ConditionFailed as failed:
        stored = _refused(failed)
        if failed.was_repeated and _is_saved(stored.sitting, revision, answers, changes, marked):
            return stored.sitting
        raise stored from None
    return sitting_from(SittingItem.from_raw_data(response["Attributes"]))


def _is_saved(
    sitting: Sitting | None,
    revision: int | None,
    answers: str | None,
    changes: Mapping[str, str] | None,
    marked: str | None,
) -> TypeGuard[Sitting]:
    """Whether a draft is just what a save on top of a revision makes of it."""
    return (
        sitting is not None
        and revision is not None
        and (sitting.status, sitting.revision) == (OPEN, revision + 1)
        and (answers is None or (sitting.answers == answers and not sitting.changes))
        and all(sitting.changes.get(position) == text for position, text in (changes or {}).items())
        and (marked is None or sitting.marked == marked)
    )


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
        refused = _refused(failed)
    stored = refused.sitting
    if stored is None or stored.status != OPEN or (attempt_id is not None and stored.attempt_id != attempt_id):
        raise refused
    actions = [
        SittingItem.status.set(CLOSED),
        SittingItem.closed_at.set(stored.deadline),
        SittingItem.ended_by_time.set(value=True),
    ]
    same = is_open & (SittingItem.attempt_id == stored.attempt_id)
    try:
        return sitting_from(table.update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, same))
    except ConditionFailed as failed:
        raise _refused(failed) from None


def store_result(result: Result) -> bool:
    """Store the result of a closed attempt and make its sitting idle, in one transaction.

    Returns:
        False if another caller has stored the attempt's result.
    """
    shared: dict[str, Any] = {
        "exam_id": result.exam_id,
        "exam_name": result.exam_name,
        "attempt_number": result.attempt_number,
        "score": result.score.score,
        "max_score": result.score.max_score,
        "correct": result.score.correct,
        "incorrect": result.score.incorrect,
        "unanswered": result.score.unanswered,
        "started_at": result.started_at,
        "completed_at": result.completed_at,
        "exam_shard": exam_shard(result.exam_id, result.user_id),
    }
    pk = user_key(result.user_id)
    stored = ResultItem(
        pk,
        result_key(result.exam_id, result.id),
        user_id=result.user_id,
        paper_version=result.paper_version,
        answers=result.answers,
        outcomes=result.score.outcomes,
        exam_sk=f"RESULT#{result.id}",
        **shared,
    )
    place = HistoryItem(pk, history_key(result.completed_at, result.id), exam_sk=f"HISTORY#{result.id}", **shared)
    idle = [
        SittingItem.status.set(IDLE),
        SittingItem.last_result_id.set(result.id),
        SittingItem.completed.add(1),
        SittingItem.spent.add(1),
        SittingItem.answers.remove(),
        SittingItem.changes.remove(),
        SittingItem.marked.remove(),
        SittingItem.due_shard.remove(),
    ]
    closed = (SittingItem.status == CLOSED) & (SittingItem.attempt_id == result.id)
    try:
        table.transact(
            [
                Update(SittingItem, pk, sitting_key(result.exam_id), idle, closed),
                Put(stored, ResultItem.pk.does_not_exist()),
                Put(place),
            ]
        )
    except TransactionRefused:
        return False
    return True


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


def result_key(exam_id: int, result_id: int) -> str:
    """The sort key of a result."""
    return f"RESULT#{exam_id}#{result_id}"


def history_key(completed_at: int, result_id: int) -> str:
    """The sort key of a result's place in the history."""
    return f"HISTORY#{completed_at:010d}#{result_id:016d}"


def get_result(user_id: int, exam_id: int, result_id: int) -> Result | None:
    """A student's result."""
    item = table.get(ResultItem, user_key(user_id), result_key(exam_id, result_id))
    if item is None:
        return None
    return Result(
        id=result_id,
        user_id=user_id,
        exam_id=exam_id,
        exam_name=item.exam_name,
        attempt_number=item.attempt_number,
        score=_score(item, item.outcomes),
        paper_version=item.paper_version,
        answers=item.answers,
        started_at=item.started_at,
        completed_at=item.completed_at,
    )


def list_history(user_id: int, *, limit: int, after: str | None = None) -> tuple[list[HistoryEntry], str | None]:
    """A student's results, newest first, and the place to go on after."""
    page = table.query(HistoryItem, user_key(user_id), limit=limit, prefix="HISTORY#", after=after, newest_first=True)
    return [_entry(item) for item in page.items], page.next_sk


def get_history(places: Iterable[tuple[int, int, int]]) -> dict[int, HistoryEntry]:
    """Results as lists show them, by id; (user id, when it was completed, result id) of each."""
    wanted = [(user_key(user_id), history_key(completed_at, result_id)) for user_id, completed_at, result_id in places]
    found = table.batch_get((HistoryItem, pk, sk) for pk, sk in wanted)
    return {entry.id: entry for entry in map(_entry, found.values())}


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


def _refused(failed: ConditionFailed) -> SittingRefused:
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


def _score(item: _Outcome, outcomes: str) -> Score:
    return Score(item.score, item.max_score, item.correct, item.incorrect, item.unanswered, outcomes)


def _entry(item: HistoryItem) -> HistoryEntry:
    return HistoryEntry(
        id=int(item.sk.rpartition("#")[2]),
        exam_id=item.exam_id,
        exam_name=item.exam_name,
        attempt_number=item.attempt_number,
        score=_score(item, ""),
        started_at=item.started_at,
        completed_at=item.completed_at,
    )
