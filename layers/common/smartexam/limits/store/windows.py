"""Counts of tries and uses within a span of time, in the ephemeral table (see `smartexam.accounts.store.ephemeral`).

Each count is one conditional write, so it holds for any number of simultaneous callers. Counts are sets of names, one
for each try or use: a write that is repeated because its answer was lost adds the same name again, and counts once.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from smartexam.limits.keys import Limit, limit_key
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.engine import RawItem
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, Item, Put
from smartexam.platform.keys import user_key

# No two machines' clocks differ by more than this.
_CLOCK_MARGIN_SECONDS = 60
# Longer than any function that signs in runs, so the password is not being checked any more.
UNDECIDED_SECONDS = 30


class TriesItem(Item):
    """Sign-in attempts in a window, by name, and those of them that had a wrong password."""

    class Meta:
        context = "ephemeral"

    tried = UnicodeSetAttribute(null=True)
    failed = UnicodeSetAttribute(null=True)
    expires_at = FloatAttribute()


class UsesItem(Item):
    """The uses of a limit in its present window, by name."""

    class Meta:
        context = "ephemeral"

    uses = UnicodeSetAttribute(null=True)
    expires_at = FloatAttribute()


class KnownSourceItem(Item):
    """A source from which an account signed in."""

    class Meta:
        context = "ephemeral"

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


@dataclass(frozen=True, slots=True)
class Tries:
    """A limit of wrong passwords in one place.

    Attributes:
        pk: the partition; `sk` the sort key.
        limit: wrong passwords per window.
        seconds: the length of a window, from its first attempt on.
        slides: whether each attempt begins the length anew.
    """

    pk: str
    sk: str
    limit: int
    seconds: float
    slides: bool = False

    def find(self, now: float) -> Window | None:
        """The wrong passwords of the open window, None without one; one read."""
        return self.window_of(table.get(TriesItem, self.pk, self.sk), now)

    def window_of(self, item: TriesItem | None, now: float) -> Window | None:
        """The same of an item that was read."""
        if item is None or not now < item.expires_at <= now + self.seconds + _CLOCK_MARGIN_SECONDS:
            return None
        return Window(len(item.failed or ()), item.expires_at)

    def reserve(self, now: float, *, is_open: bool = False) -> str | Window:
        """Count one attempt before the password is checked; one write.

        Counting first means that of any number of parallel guesses at most `limit` are evaluated. An attempt without an
        outcome, because its process or the database failed, stops counting after `UNDECIDED_SECONDS`.

        Args:
            now: epoch seconds.
            is_open: whether a window is probably open, which tells what to try first.

        Returns:
            The attempt's name if there was room; otherwise the unchanged window: the attempt must be refused unchecked.
        """
        name = _name_at(now)
        has_room = _has_room(TriesItem.tried, self.limit)
        while is_open or not self._open(name, now, is_wrong=False):
            is_open = False
            try:
                table.update(
                    TriesItem, self.pk, self.sk, self._adding(name, now), (TriesItem.expires_at > now) & has_room
                )
            except ConditionFailed as failed:
                stored = TriesItem.from_raw_data(failed.item) if failed.item else None
            else:
                return name
            if stored is None or stored.expires_at <= now:
                continue
            tried, wrong = stored.tried or set(), stored.failed or set()
            if name in tried:
                return name
            undecided = {each for each in tried - wrong if _begun_at(each) < now - UNDECIDED_SECONDS}
            if len(wrong) >= self.limit or not undecided:
                return Window(len(wrong), stored.expires_at)
            with suppress(ConditionFailed):  # the window was closed meanwhile
                forget = [TriesItem.tried.delete(undecided)]
                table.update(TriesItem, self.pk, self.sk, forget, TriesItem.pk.exists())
        return name

    def fail(self, name: str, now: float, *, is_open: bool = True) -> int:
        """Count a wrong password, even beyond the limit; returns how many the window has.

        Args:
            name: of the reserved attempt; "" if there is none.
            now: epoch seconds.
            is_open: whether a window is probably open, which tells what to try first.
        """
        name = name or _name_at(now)
        actions = [*self._adding(name, now), TriesItem.failed.add({name})]
        while True:
            if is_open:
                with suppress(ConditionFailed):
                    item = table.update(TriesItem, self.pk, self.sk, actions, TriesItem.expires_at > now)
                    return len(item.failed or ())
            # A success closed the window meanwhile, or there was none: this failure opens the next.
            if self._open(name, now, is_wrong=True):
                return 1
            is_open = True

    def give_back(self, name: str) -> None:
        """Forget a reserved attempt; repeating it has no effect."""
        with suppress(ConditionFailed):
            actions = [TriesItem.tried.delete({name})]
            table.update(TriesItem, self.pk, self.sk, actions, TriesItem.pk.exists())

    def clear(self) -> None:
        """Forget all attempts, after a sign-in that succeeded."""
        table.delete(TriesItem, self.pk, self.sk)

    def _adding(self, name: str, now: float) -> list[Action]:
        actions: list[Action] = [TriesItem.tried.add({name})]
        return [*actions, TriesItem.expires_at.set(now + self.seconds)] if self.slides else actions

    def _open(self, name: str, now: float, *, is_wrong: bool) -> bool:
        """Open a window with one attempt, unless another attempt was first."""
        failed = {name} if is_wrong else None
        fresh = TriesItem(self.pk, self.sk, tried={name}, failed=failed, expires_at=now + self.seconds)
        try:
            table.put(fresh, _may_begin(TriesItem, now, self.seconds))
        except ConditionFailed:
            return False
        return True


def find_with_source(tries: Tries, source: str, now: float) -> tuple[Window | None, float]:
    """The wrong passwords for an account, and until when the account knows a source (0 if it does not); one read."""
    place, known_at = (tries.pk, tries.sk), (tries.pk, _source_sk(source))
    wanted: list[tuple[type[Item], str, str]] = [(TriesItem, *place), (KnownSourceItem, *known_at)]
    found = table.batch_get(wanted)
    item, known = found.get(place), found.get(known_at)
    window = tries.window_of(item if isinstance(item, TriesItem) else None, now)
    return window, known.expires_at if isinstance(known, KnownSourceItem) else 0.0


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


def remember_source(pk: str, source: str, until: float) -> None:
    """Store that an account signed in from a source."""
    table.put(KnownSourceItem(pk, _source_sk(source), expires_at=until))


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
    if item is None or not now < item.expires_at <= now + seconds + _CLOCK_MARGIN_SECONDS:
        return None
    return Window(len(item.uses or ()), item.expires_at)


def _limit_sk(kind: str) -> str:
    return f"LIMIT#{kind}"


def _source_sk(source: str) -> str:
    return f"SOURCE#{source}"


def _has_room(names: UnicodeSetAttribute, limit: int) -> Condition:
    room: Condition = names.does_not_exist() | (size(names) < limit)  # type: ignore[no-untyped-call]
    return room


def _name_at(now: float) -> str:
    return f"{int(now * 1000)}#{secrets.token_hex(4)}"


def _begun_at(name: str) -> float:
    return int(name.partition("#")[0]) / 1000


def _may_begin(model: type[TriesItem | LimitItem | UsesItem], now: float, seconds: float) -> Condition:
    """The condition that no window is open. A window that ends later than any new one was opened by a clock since set
    back."""
    condition: Condition = (
        model.pk.does_not_exist()
        | (model.expires_at <= now)
        | (model.expires_at > now + seconds + _CLOCK_MARGIN_SECONDS)
    )
    return condition
