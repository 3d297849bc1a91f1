"""The results of attempts, and the students' histories of them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.catalog.marks import UNITS
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import IntAttribute, Item, Put, TransactionRefused, Update
from smartexam.platform.keys import user_key
from smartexam.sitting.grading import Score, SectionScore
from smartexam.sitting.store.sitting_items import CLOSED, IDLE, SittingItem, exam_shard, sitting_key


class _Outcome(Item):
    """The fields that a result shares with its entry in the history."""

    class Meta:
        context = "attempts"

    exam_id = IntAttribute()
    exam_name = UnicodeAttribute()
    attempt_number = IntAttribute()
    score = IntAttribute()
    max_score = IntAttribute()
    units = IntAttribute(default=UNITS)
    correct = IntAttribute()
    incorrect = IntAttribute()
    unanswered = IntAttribute()
    partial = IntAttribute(default=0)
    started_at = IntAttribute()
    completed_at = IntAttribute()
    exam_shard = UnicodeAttribute()
    exam_sk = UnicodeAttribute()
    sections = UnicodeAttribute(null=True)


class ResultItem(_Outcome):
    """The result of an attempt."""

    class Meta:
        context = "attempts"

    user_id = IntAttribute()
    paper_version = IntAttribute()
    answers = UnicodeAttribute()
    outcomes = UnicodeAttribute()
    seed = UnicodeAttribute(null=True)


class HistoryItem(_Outcome):
    """A result in the student's history."""

    class Meta:
        context = "attempts"


class Result(msgspec.Struct, frozen=True):
    """A graded attempt; times in epoch seconds.

    `answers` are in the exam's letters; `seed` is that of the attempt's layout, "" for the paper as it is.
    """

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
    seed: str = ""


class HistoryEntry(msgspec.Struct, frozen=True):
    """A graded attempt as lists show it; times in epoch seconds."""

    id: int
    exam_id: int
    exam_name: str
    attempt_number: int
    score: Score
    started_at: int
    completed_at: int


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
        "units": result.score.units,
        "correct": result.score.correct,
        "incorrect": result.score.incorrect,
        "unanswered": result.score.unanswered,
        "partial": result.score.partial,
        "started_at": result.started_at,
        "completed_at": result.completed_at,
        "exam_shard": exam_shard(result.exam_id, result.user_id),
        "sections": msgspec.json.encode(result.score.sections).decode() if result.score.sections else None,
    }
    pk = user_key(result.user_id)
    stored = ResultItem(
        pk,
        result_key(result.exam_id, result.id),
        user_id=result.user_id,
        paper_version=result.paper_version,
        answers=result.answers,
        outcomes=result.score.outcomes,
        seed=result.seed or None,
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
        SittingItem.earlier_changes.remove(),
        SittingItem.marked.remove(),
        SittingItem.seed.remove(),
        SittingItem.section.remove(),
        SittingItem.section_from.remove(),
        SittingItem.section_ends.remove(),
        SittingItem.visited.remove(),
        SittingItem.seconds.remove(),
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


def result_key(exam_id: int, result_id: int) -> str:
    """The sort key of a result."""
    return f"RESULT#{exam_id}#{result_id}"


def history_key(completed_at: int, result_id: int) -> str:
    """The sort key of a result in the history."""
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
        seed=item.seed or "",
    )


def list_history(user_id: int, *, limit: int, after: str | None = None) -> tuple[list[HistoryEntry], str | None]:
    """A student's results, newest first, and the sort key to continue after."""
    page = table.query(HistoryItem, user_key(user_id), limit=limit, prefix="HISTORY#", after=after, newest_first=True)
    return [_entry(item) for item in page.items], page.next_sk


def get_history(places: Iterable[tuple[int, int, int]]) -> dict[int, HistoryEntry]:
    """History entries by result id, for (user id, completed at, result id)."""
    wanted = [(user_key(user_id), history_key(completed_at, result_id)) for user_id, completed_at, result_id in places]
    found = table.batch_get((HistoryItem, pk, sk) for pk, sk in wanted)
    return {entry.id: entry for entry in map(_entry, found.values())}


def section_scores(item: ResultItem) -> tuple[tuple[int, int, int], ...]:
    """The id, score and maximum in units of each section of a stored result."""
    return tuple((section.id, section.score, section.max_score) for section in _sections(item))


def _sections(item: _Outcome) -> tuple[SectionScore, ...]:
    return msgspec.json.decode(item.sections, type=tuple[SectionScore, ...]) if item.sections else ()


def _score(item: _Outcome, outcomes: str) -> Score:
    return Score(
        item.score,
        item.max_score,
        item.correct,
        item.incorrect,
        item.unanswered,
        outcomes,
        item.partial,
        item.units,
        _sections(item),
    )


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
