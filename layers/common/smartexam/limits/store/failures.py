"""Counts of wrong passwords within a span of time, in the ephemeral table (see `smartexam.accounts.store.ephemeral`).

A count is one conditional write, so of any number of simultaneous wrong passwords no more than the limit are counted.
Counts are sets of names, one for each wrong password: a write that is repeated because its answer was lost counts once.
"""

import secrets
from dataclasses import dataclass

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from smartexam.limits.store.windows import CLOCK_MARGIN_SECONDS, Window
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, Item


class FailuresItem(Item):
    """The wrong passwords of a window, by name.

    That of an account and a source also has until when the account knows the source, because it signed in from there.
    """

    class Meta:
        context = "ephemeral"

    failed = UnicodeSetAttribute(null=True)
    ends_at = FloatAttribute(null=True)
    known_until = FloatAttribute(null=True)
    expires_at = FloatAttribute()


@dataclass(frozen=True, slots=True)
class Failures:
    """A limit of wrong passwords in one place.

    Attributes:
        pk: the partition; `sk` the sort key.
        limit: wrong passwords per window.
        seconds: the length of a window, from its first wrong password on.
        slides: whether each wrong password begins the length anew.
    """

    pk: str
    sk: str
    limit: int
    seconds: float
    slides: bool = False

    def find(self) -> FailuresItem | None:
        """What is stored; one read."""
        return table.get(FailuresItem, self.pk, self.sk)

    def window(self, stored: FailuresItem | None, now: float) -> Window | None:
        """The open window, None without one."""
        if stored is None or not now < (stored.ends_at or 0) <= now + self.seconds + CLOCK_MARGIN_SECONDS:
            return None
        return Window(len(stored.failed or ()), stored.ends_at or 0)

    def full(self, stored: FailuresItem | None, now: float) -> Window | None:
        """The open window if its limit is reached."""
        window = self.window(stored, now)
        return window if window is not None and window.used >= self.limit else None

    def count(self, stored: FailuresItem | None, now: float, *, is_limited: bool = True) -> Window:
        """Count a wrong password; one write, and one more for each that had another idea of the window.

        Args:
            stored: what was found before the password was checked.
            now: epoch seconds.
            is_limited: whether it is counted only within the limit.

        Returns:
            The window with it. More are in it than the limit if this one is beyond it, and was not counted.
        """
        name = secrets.token_hex(6)
        while True:
            window = self.window(stored, now)
            if window is not None and is_limited and window.used >= self.limit:
                return Window(self.limit + 1, window.ends_at)
            known_until = stored.known_until if stored else None
            actions, condition = self._counting(name, now, window, known_until or 0, is_limited=is_limited)
            same = FailuresItem.known_until
            condition &= same.does_not_exist() if known_until is None else same == known_until
            try:
                stored = table.update(FailuresItem, self.pk, self.sk, actions, condition)
            except ConditionFailed as failed:
                stored = FailuresItem.from_raw_data(failed.item) if failed.item else None
                if stored is None or name not in (stored.failed or ()):
                    continue
            return Window(len(stored.failed or ()), stored.ends_at or 0)

    def _counting(
        self, name: str, now: float, window: Window | None, known_until: float, *, is_limited: bool
    ) -> tuple[list[Action], Condition]:
        ends_at = now + self.seconds
        until = [FailuresItem.ends_at.set(ends_at), FailuresItem.expires_at.set(max(ends_at, known_until))]
        if window is None:
            return [FailuresItem.failed.set({name}), *until], ~self._is_open(now)
        room = self._has_room if is_limited else FailuresItem.pk.exists()
        return [FailuresItem.failed.add({name}), *(until if self.slides else [])], self._is_open(now) & room

    def forget(self, now: float, *, known_until: float) -> Window | None:
        """Forget the wrong passwords after a right one, and that the source is known; one write.

        Returns:
            None; or the window, and nothing was written, if its limit was reached meanwhile.
        """
        actions: list[Action] = [
            FailuresItem.failed.remove(),
            FailuresItem.ends_at.remove(),
            FailuresItem.known_until.set(known_until),
            FailuresItem.expires_at.set(known_until),
        ]
        try:
            table.update(FailuresItem, self.pk, self.sk, actions, ~self._is_open(now) | self._has_room)
        except ConditionFailed as failed:
            stored = FailuresItem.from_raw_data(failed.item) if failed.item else None
            return Window(self.limit, (stored and stored.ends_at) or now)
        return None

    @property
    def _has_room(self) -> Condition:
        failed = FailuresItem.failed
        room: Condition = failed.does_not_exist() | (size(failed) < self.limit)  # type: ignore[no-untyped-call]
        return room

    def _is_open(self, now: float) -> Condition:
        """The condition that a window is open; not one that ends later than any new one, opened by a clock since set
        back."""
        latest = now + self.seconds + CLOCK_MARGIN_SECONDS
        open_: Condition = (FailuresItem.ends_at > now) & (FailuresItem.ends_at <= latest)
        return open_


def find_both(one: Failures, other: Failures) -> tuple[FailuresItem | None, FailuresItem | None]:
    """What is stored of two limits; one read."""
    places = (one.pk, one.sk), (other.pk, other.sk)
    found = table.batch_get([(FailuresItem, *place) for place in places])
    first, second = (found.get(place) for place in places)
    return first if isinstance(first, FailuresItem) else None, second if isinstance(second, FailuresItem) else None
