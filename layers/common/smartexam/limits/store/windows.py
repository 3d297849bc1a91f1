"""Counts of uses within a span of time, in the ephemeral table (see `smartexam.accounts.store.ephemeral`).

Each count is one conditional write, so it holds for any number of simultaneous callers. Counts are sets of names, one
for each use: a write that is repeated because its answer was lost adds the same name again, and counts once.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size

from smartexam.limits.keys import Limit, limit_key
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.engine import RawItem
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, Item, Put
from smartexam.platform.keys import user_key

# No two machines' clocks differ by more than this.
CLOCK_MARGIN_SECONDS = 60


class UsesItem(Item):
    """The uses of a limit in its present window, by name."""

    class Meta:
        context = "ephemeral"

    uses = UnicodeSetAttribute(null=True)
    expires_at = FloatAttribute()


class LimitItem(Item):
    """Marks a user's one turn per pause as taken; `name` tells by which request."""

    class Meta:
        context = "ephemeral"

    name = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


@dataclass(frozen=True, slots=True)
class Window:
    """The uses of a limit, and when its window ends (epoch seconds)."""

    used: int
    ends_at: float


def turn(kind: Limit, user_id: int, now: float, *, seconds: float, place: str = "WINDOW") -> Put:
    """The write that takes a user's one turn per `seconds` at a place, for the transaction that makes use of it.

    Its condition fails within the pause; the item in the failure is a `LimitItem`.
    """
    fresh = LimitItem(limit_key(kind, user_id), place, name=secrets.token_hex(8), expires_at=now + seconds)
    return Put(fresh, _may_begin(LimitItem, now, seconds))


def take_turn(turn: Put) -> float | None:
    """Take a turn outside a transaction.

    Returns:
        None if it was free; otherwise when the next one is, and nothing was taken.
    """
    try:
        table.put(turn.item, turn.condition)
    except ConditionFailed as failed:
        if is_own(turn, failed.item):
            return None
        # The turn was freed while we checked; refusing it once is safe.
        return 0.0 if failed.item is None else LimitItem.from_raw_data(failed.item).expires_at
    return None


def is_own(turn: Put, stored: RawItem | None) -> bool:
    """Whether the turn that refused a write is the one that the same write took before its answer was lost."""
    item = turn.item
    return isinstance(item, LimitItem) and stored is not None and LimitItem.from_raw_data(stored).name == item.name


def free_turn(taken: Put) -> None:
    """Free a turn that was not used, unless the user has taken the next one already."""
    item = taken.item
    if isinstance(item, LimitItem):
        with suppress(ConditionFailed):
            table.delete(LimitItem, item.pk, item.sk, LimitItem.name == item.name)


def use_limit(
    user_id: int, kind: str, now: float, *, limit: int, window_seconds: float, name: str = ""
) -> float | None:
    """Use one of `limit` per window.

    Args:
        user_id: for whom.
        kind: what is limited.
        now: epoch seconds.
        limit: uses per window.
        window_seconds: the length of a window, from its first use on.
        name: of this use, for `give_back`; random by default.

    Returns:
        None if there was room; otherwise when the window ends, and nothing was used.
    """
    pk, sk, own = user_key(user_id), _limit_sk(kind), name or secrets.token_hex(4)
    has_room = _has_room(UsesItem.uses, limit)
    while True:
        fresh = UsesItem(pk, sk, uses={own}, expires_at=now + window_seconds)
        try:
            table.put(fresh, _may_begin(UsesItem, now, window_seconds))
        except ConditionFailed as failed:
            stored = UsesItem.from_raw_data(failed.item) if failed.item else None
        else:
            return None
        if stored is not None and stored.expires_at > now and len(stored.uses or ()) >= limit:
            return stored.expires_at
        try:
            table.update(UsesItem, pk, sk, [UsesItem.uses.add({own})], (UsesItem.expires_at > now) & has_room)
        except ConditionFailed as failed:
            if failed.item is not None and own in (UsesItem.from_raw_data(failed.item).uses or ()):
                return None
            continue  # used up or expired meanwhile
        return None


def give_back(user_id: int, kind: str, name: str) -> None:
    """Give back a use of a limit; repeating it has no effect."""
    with suppress(ConditionFailed):
        actions = [UsesItem.uses.delete({name})]
        table.update(UsesItem, user_key(user_id), f"LIMIT#{kind}", actions, UsesItem.pk.exists())


def find(pk: str, kind: str, now: float, *, window_seconds: float) -> Window | None:
    """The uses of a limit, None if no window is open."""
    return _window(table.get(UsesItem, pk, _limit_sk(kind)), now, window_seconds)


def use(pk: str, kind: str, now: float, *, limit: int, window_seconds: float) -> Window | None:
    """Use one of `limit` per window: a read and, if there is room, a write.

    Returns:
        None if there was room; otherwise the window, and nothing was used.
    """
    own = secrets.token_hex(4)
    while True:
        standing = find(pk, kind, now, window_seconds=window_seconds)
        if standing is not None and standing.used >= limit:
            return standing
        has_room = _has_room(UsesItem.uses, limit)
        if _count(pk, kind, own, now, standing=standing, window_seconds=window_seconds, also=has_room):
            return None


def _count(
    pk: str,
    kind: str,
    own: str,
    now: float,
    *,
    standing: Window | None,
    window_seconds: float,
    also: Condition,
) -> bool:
    """Count a use in the open window, or open one with it; False if the window has changed since it was read."""
    sk = _limit_sk(kind)
    try:
        if standing is None:
            fresh = UsesItem(pk, sk, uses={own}, expires_at=now + window_seconds)
            table.put(fresh, _may_begin(UsesItem, now, window_seconds))
        else:
            stands = UsesItem.expires_at > now
            table.update(UsesItem, pk, sk, [UsesItem.uses.add({own})], stands & also)
    except ConditionFailed as failed:
        # A repeated write may fail on its own first effect.
        return failed.item is not None and own in (UsesItem.from_raw_data(failed.item).uses or ())
    return True


def _window(item: UsesItem | None, now: float, seconds: float) -> Window | None:
    if item is None or not now < item.expires_at <= now + seconds + CLOCK_MARGIN_SECONDS:
        return None
    return Window(len(item.uses or ()), item.expires_at)


def _limit_sk(kind: str) -> str:
    return f"LIMIT#{kind}"


def _has_room(names: UnicodeSetAttribute, limit: int) -> Condition:
    room: Condition = names.does_not_exist() | (size(names) < limit)  # type: ignore[no-untyped-call]
    return room


def _may_begin(model: type[LimitItem | UsesItem], now: float, seconds: float) -> Condition:
    """The condition that no window is open. A window that ends later than any new one was opened by a clock since set
    back."""
    condition: Condition = (
        model.pk.does_not_exist()
        | (model.expires_at <= now)
        | (model.expires_at > now + seconds + CLOCK_MARGIN_SECONDS)
    )
    return condition
