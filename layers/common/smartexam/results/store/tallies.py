"""Updates tallies, counters and rows from what is stored of a student; see `smartexam.results.statistics`."""

import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store import identity
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Count, Delete, IntAttribute, Item, Operation, Put
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.results.statistics import keys, tally
from smartexam.results.statistics.projection import Difference, difference, project
from smartexam.results.statistics.tally import CountedResult, CountedSitting, Tally
from smartexam.sitting.store import attempts
from smartexam.sitting.store.attempts import IDLE, SittingItem
from smartexam.sitting.store.results import ResultItem, result_key

# A changed result is up to 20 operations, and a transaction takes 100.
_STEP = 3
_FIRST_GENERATION = 1
_POINTER = ("STAT", "GENERATION")


class GenerationItem(Item):
    """Which generation is read, and which is being built."""

    class Meta:
        context = "attempts"

    current = IntAttribute()
    building = IntAttribute(null=True)


class TallyItem(Item):
    """A student's tally, with a stamp that differs after every change."""

    class Meta:
        context = "attempts"

    stamp = UnicodeAttribute()
    body = UnicodeAttribute()


class RowItem(Item):
    """A row of a list or of a ranking."""

    class Meta:
        context = "attempts"

    user_id = IntAttribute()
    exam_id = IntAttribute()
    spent = IntAttribute(default=0)


@dataclass(frozen=True, slots=True)
class Generations:
    """The generation that is read, and the one that is being built, if any."""

    current: int
    building: int | None

    @property
    def written(self) -> list[int]:
        """All generations that must be kept up to date."""
        return [self.current] if self.building is None else [self.current, self.building]


@dataclass(frozen=True, slots=True)
class Touched:
    """What may have changed of a student: (exam id, result id) of results, exam ids of sittings."""

    results: frozenset[tuple[int, int]] = frozenset()
    sittings: frozenset[int] = frozenset()


def generations() -> Generations:
    """The generations that exist now."""
    item = table.get(GenerationItem, *_POINTER)
    return Generations(_FIRST_GENERATION, None) if item is None else Generations(item.current, item.building)


def begin_generation() -> int:
    """Start a new generation beside the current one and return its number; if one is being built, return that one's."""
    now = generations()
    if now.building is not None:
        return now.building
    item = GenerationItem(*_POINTER, current=now.current, building=now.current + 1)
    unchanged = GenerationItem.pk.does_not_exist() | (
        (GenerationItem.current == now.current) & GenerationItem.building.does_not_exist()
    )
    try:
        table.put(item, unchanged)
    except ConditionFailed:
        return begin_generation()
    return now.current + 1


def take_over(generation: int) -> bool:
    """Make a complete generation the one that is read; returns False if it is not the one being built."""
    try:
        table.put(GenerationItem(*_POINTER, current=generation), GenerationItem.building == generation)
    except ConditionFailed:
        return False
    return True


def refresh(user_id: int, touched: Touched, *, only: int | None = None) -> None:
    """Update a student's statistics from what is stored.

    Args:
        user_id: the student.
        touched: what may have changed; the rest of the tally stays.
        only: only in this generation.

    Raises:
        Unavailable: the database cannot be reached, or the tally changed during every attempt.
    """
    for generation in [only] if only is not None else generations().written:
        _bring_up(generation, user_id, lambda before: _as_stored(user_id, before, touched))


def clear(user_id: int, generation: int) -> None:
    """Remove a student's statistics from a generation."""
    _bring_up(generation, user_id, lambda before: Tally(before.username))


def erase_user(user_id: int) -> bool:
    """Remove a student's statistics from all generations, including those that are no longer updated.

    Returns:
        Whether there may be more: always False, because one call removes everything.

    Raises:
        Unavailable: the database cannot be reached.
    """
    now = generations()
    for generation in range(_FIRST_GENERATION, max(now.written) + 1):
        clear(user_id, generation)
    return False


def get_tallies(user_ids: Iterable[int], generation: int) -> dict[int, Tally]:
    """Tallies by student, without students who have none."""
    wanted = {_tally_key(generation, user_id): user_id for user_id in user_ids}
    found = table.batch_get((TallyItem, *key) for key in wanted)
    return {wanted[key]: tally.decode(item.body) for key, item in found.items()}


def _bring_up(generation: int, user_id: int, change: Callable[[Tally], Tally]) -> None:
    def attempt() -> None:
        # The tally is read before the items it is compared with. A later change of the tally has therefore seen later
        # items, and of two writers who saw different items the later one wins.
        item = table.get(TallyItem, *_tally_key(generation, user_id))
        before = Tally() if item is None else tally.decode(item.body)
        stamp = None if item is None else item.stamp
        for after in tally.steps(before, change(before), most=_STEP):
            if after != before:
                stamp = _write(generation, user_id, before, after, stamp)
                before = after

    table.retried(attempt)


def _write(generation: int, user_id: int, before: Tally, after: Tally, stamp: str | None) -> str | None:
    """Write one step in one transaction; returns the tally's new stamp."""
    timezone = settings().exam_timezone
    changes = difference(project(user_id, before, timezone), project(user_id, after, timezone))
    pk, sk = _tally_key(generation, user_id)
    unchanged = TallyItem.pk.does_not_exist() if stamp is None else TallyItem.stamp == stamp
    fresh = None if after.is_empty else secrets.token_hex(8)
    own: Operation
    if fresh is None:
        own = Delete(TallyItem, pk, sk, unchanged)
    else:
        own = Put(TallyItem(pk, sk, stamp=fresh, body=tally.encode(after)), unchanged)
    table.transact([own, *_operations(generation, changes)])
    return fresh


def _operations(generation: int, changes: Difference) -> list[Operation]:
    prefix = keys.prefix(generation)
    shard = random.randrange(keys.SHARDS)  # noqa: S311 - spreads writers, protects nothing
    counted: list[Operation] = [
        Count("attempts", prefix + key.pk, f"{key.sk}#{shard}", amounts) for key, amounts in changes.counts.items()
    ]
    written = [
        Put(RowItem(prefix + key.pk, key.sk, user_id=row.user_id, exam_id=row.exam_id, spent=row.spent))
        for key, row in changes.written.items()
    ]
    return [*counted, *written, *(Delete(RowItem, prefix + key.pk, key.sk) for key in changes.removed)]


def _as_stored(user_id: int, before: Tally, touched: Touched) -> Tally:
    pk = user_key(user_id)
    result_keys = {result_key(exam_id, result_id): result_id for exam_id, result_id in touched.results}
    sitting_keys = {attempts.sitting_key(exam_id): exam_id for exam_id in touched.sittings}
    results, sittings = dict(before.results), dict(before.sittings)
    stored_results = table.batch_get((ResultItem, pk, sk) for sk in result_keys)
    for sk, result_id in result_keys.items():
        result = stored_results.get((pk, sk))
        if result is None:
            results.pop(result_id, None)
        else:
            results[result_id] = CountedResult(
                result.exam_id, result.completed_at, result.score, result.max_score, len(result.outcomes)
            )
    stored_sittings = table.batch_get((SittingItem, pk, sk) for sk in sitting_keys)
    for sk, exam_id in sitting_keys.items():
        sitting = stored_sittings.get((pk, sk))
        if sitting is None:
            sittings.pop(exam_id, None)
        else:
            sittings[exam_id] = CountedSitting(sitting.completed + (sitting.status != IDLE), sitting.allowance)
    username = before.username
    if sittings and not username:
        user = identity.get_user(user_id)
        username = "" if user is None else identity.normalised(user.username)
    return Tally(username, results, sittings)


def _tally_key(generation: int, user_id: int) -> tuple[str, str]:
    return f"{keys.prefix(generation)}TALLY#{user_id}", "TALLY"
