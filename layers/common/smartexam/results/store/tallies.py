"""Updates tallies, counters and rows from what is stored of a student; see `smartexam.results.statistics`."""

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace
from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store import identity
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    Count,
    Delete,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
)
from smartexam.platform.errors import Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.results.statistics import keys, tally
from smartexam.results.statistics.keys import Key
from smartexam.results.statistics.projection import difference, project
from smartexam.results.statistics.tally import CountedResult, CountedSitting, Tally
from smartexam.sitting.store import sitting_items
from smartexam.sitting.store.results import ResultItem, result_key, section_scores
from smartexam.sitting.store.sitting_items import IDLE, SittingItem

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
        _bring_up(generation, user_id, lambda before: _as_stored({user_id: before}, {user_id: touched})[user_id])


def refresh_together(touched: Mapping[int, Touched], generation: int) -> set[int]:
    """Update many students' statistics in one generation, with as many students per transaction as fit.

    Students of one batch mostly change the same counters, which are then written once for all of them.

    Returns:
        The students who still need `refresh`: they changed meanwhile, or by more than a transaction takes.

    Raises:
        Unavailable: the database cannot be reached.
    """
    items = table.batch_get((TallyItem, *_tally_key(generation, user_id)) for user_id in touched)
    found = {user_id: items.get(_tally_key(generation, user_id)) for user_id in touched}
    before = {user_id: Tally() if item is None else tally.decode(item.body) for user_id, item in found.items()}
    after = _as_stored(before, touched)
    left: set[int] = set()
    together = _Together(generation)
    for user_id, item in found.items():
        if next(tally.steps(before[user_id], after[user_id], most=_STEP)) != after[user_id]:
            left.add(user_id)
        elif before[user_id] != after[user_id]:
            stamp = None if item is None else item.stamp
            step = _Step(user_id, generation, before[user_id], after[user_id], stamp)
            if not together.takes(step):
                left |= together.write()
            together.add(step)
    return left | together.write()


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


class _Step:
    """One change of a student's tally, with all its effects.

    Attributes:
        stamp: the tally's new stamp, None if nothing is left of it.
        own: the operations that concern only this student.
        counts: what is added to counters.
    """

    def __init__(self, user_id: int, generation: int, before: Tally, after: Tally, stamp: str | None) -> None:
        timezone = settings().exam_timezone
        changes = difference(project(user_id, before, timezone), project(user_id, after, timezone))
        prefix = keys.prefix(generation)
        pk, sk = _tally_key(generation, user_id)
        unchanged = TallyItem.pk.does_not_exist() if stamp is None else TallyItem.stamp == stamp
        self.user_id = user_id
        self.counts = changes.counts
        self.stamp = None if after.is_empty else secrets.token_hex(8)
        self.own: list[Operation] = [
            Delete(TallyItem, pk, sk, unchanged)
            if self.stamp is None
            else Put(TallyItem(pk, sk, stamp=self.stamp, body=tally.encode(after)), unchanged),
            *(
                Put(RowItem(prefix + key.pk, key.sk, user_id=row.user_id, exam_id=row.exam_id, spent=row.spent))
                for key, row in changes.written.items()
            ),
            *(Delete(RowItem, prefix + key.pk, key.sk) for key in changes.removed),
        ]


class _Together:
    """Steps of several students, written in one transaction."""

    def __init__(self, generation: int) -> None:
        self._prefix = keys.prefix(generation)
        self._begin()

    def _begin(self) -> None:
        self._users: set[int] = set()
        self._own: list[Operation] = []
        self._counts: dict[Key, Counter[str]] = {}

    def takes(self, step: _Step) -> bool:
        """Whether the transaction has room for a step."""
        counters = len({*self._counts, *step.counts})
        return len(self._own) + len(step.own) + counters <= table.TRANSACTION_LIMIT

    def add(self, step: _Step) -> None:
        """Add a step."""
        self._users.add(step.user_id)
        self._own += step.own
        for key, amounts in step.counts.items():
            counter = self._counts.setdefault(key, Counter())
            for name, amount in amounts.items():
                counter[name] += amount

    def write(self) -> set[int]:
        """Write all steps or none, and start over; returns the students whose steps were not written."""
        users, operations = self._users, [*self._own, *_counted(self._prefix, self._counts)]
        self._begin()
        if not operations:
            return set()
        try:
            table.transact(operations)
        except (TransactionRefused, Unavailable):
            return users
        return set()


def _counted(prefix: str, counts: Mapping[Key, Mapping[str, int]]) -> list[Operation]:
    shard = random.randrange(keys.SHARDS)  # noqa: S311 - spreads writers, protects nothing
    return [Count("attempts", prefix + key.pk, f"{key.sk}#{shard}", amounts) for key, amounts in counts.items()]


def _bring_up(generation: int, user_id: int, change: Callable[[Tally], Tally]) -> None:
    def attempt() -> None:
        # The tally is read before the items it is compared with. A later change of the tally has therefore seen later
        # items, and of two writers who saw different items the later one wins.
        item = table.get(TallyItem, *_tally_key(generation, user_id))
        before = Tally() if item is None else tally.decode(item.body)
        stamp = None if item is None else item.stamp
        for after in tally.steps(before, change(before), most=_STEP):
            if after != before:
                step = _Step(user_id, generation, before, after, stamp)
                table.transact([*step.own, *_counted(keys.prefix(generation), step.counts)])
                before, stamp = after, step.stamp

    table.retried(attempt)


def _as_stored(before: Mapping[int, Tally], touched: Mapping[int, Touched]) -> dict[int, Tally]:
    """Students' tallies, updated from what is stored."""
    wanted: list[tuple[type[Item], str, str]] = []
    for user_id, each in touched.items():
        pk = user_key(user_id)
        wanted += [(ResultItem, pk, result_key(*place)) for place in each.results]
        wanted += [(SittingItem, pk, sitting_items.sitting_key(exam_id)) for exam_id in each.sittings]
    stored = table.batch_get(wanted)
    after: dict[int, Tally] = {}
    for user_id, each in touched.items():
        pk, tally = user_key(user_id), before[user_id]
        results, sittings = dict(tally.results), dict(tally.sittings)
        for exam_id, result_id in each.results:
            results.pop(result_id, None)
            if isinstance(item := stored.get((pk, result_key(exam_id, result_id))), ResultItem):
                results[result_id] = CountedResult(
                    item.exam_id,
                    item.completed_at,
                    item.score,
                    item.max_score,
                    item.correct + item.partial + item.incorrect + item.unanswered,
                    section_scores(item),
                )
        for exam_id in each.sittings:
            sittings.pop(exam_id, None)
            if isinstance(item := stored.get((pk, sitting_items.sitting_key(exam_id))), SittingItem):
                sittings[exam_id] = CountedSitting(item.completed + (item.status != IDLE), item.allowance)
        after[user_id] = Tally(tally.username, results, sittings)
    nameless = [user_id for user_id, tally in after.items() if tally.sittings and not tally.username]
    for user_id, user in identity.get_users(nameless).items():
        after[user_id] = replace(after[user_id], username=identity.normalised(user.username))
    return after


def _tally_key(generation: int, user_id: int) -> tuple[str, str]:
    return f"{keys.prefix(generation)}TALLY#{user_id}", "TALLY"
