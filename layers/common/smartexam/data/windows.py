"""What was tried or used within a span of time.

It lies in the ephemeral table, whose keys are listed in `smartexam.data.ephemeral`. Each count is
one conditional write, so it holds however many ask at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from smartexam.data import table
from smartexam.data.identity import user_key
from smartexam.data.table import ConditionFailed, FloatAttribute, IntAttribute, Item, Put


class LoginWindowItem(Item):
    """Sign-in attempts of one source address for one account, and how many of them turned out wrong."""

    class Meta:
        context = "ephemeral"

    attempts = IntAttribute()
    failures = IntAttribute()
    expires_at = FloatAttribute()


class LimitItem(Item):
    """What was used of a limit in its present window."""

    class Meta:
        context = "ephemeral"

    used = IntAttribute()
    expires_at = FloatAttribute()


@dataclass(frozen=True, slots=True)
class LoginWindow:
    """A used-up window of sign-in attempts: how many were wrong so far, and when it closes."""

    failures: int
    closes_at: float


def reserve_login_attempt(
    who: str, now: float, *, limit: int, window_seconds: float, undecided_seconds: float
) -> LoginWindow | None:
    """Count one sign-in attempt before the password is looked at.

    Counting first means that of any number of parallel guesses at most `limit` are evaluated. An attempt whose process
    died is never decided: when nothing has happened for longer than any takes, its place is free again.

    Args:
        who: source address and account.
        now: epoch seconds.
        limit: attempts per window.
        window_seconds: how long after the last attempt the window closes.
        undecided_seconds: longer than it takes to decide an attempt.

    Returns:
        None if there was room; otherwise the window, left as it is: the attempt must be refused unseen.
    """
    pk = f"LOGIN#{who}"
    closes_at = now + window_seconds
    while not _open_login_window(pk, closes_at, now, failures=0):
        has_room: Condition = (LoginWindowItem.expires_at > now) & (LoginWindowItem.attempts < limit)
        stored = _reserve(pk, [LoginWindowItem.attempts.add(1), LoginWindowItem.expires_at.set(closes_at)], has_room)
        if stored is None:
            return None
        if stored.expires_at <= now:
            continue
        last_at = stored.expires_at - window_seconds
        if stored.failures >= limit or now <= last_at + undecided_seconds:
            return LoginWindow(stored.failures, stored.expires_at)
        silent = (LoginWindowItem.attempts == stored.attempts) & (LoginWindowItem.expires_at == stored.expires_at)
        taken = [LoginWindowItem.attempts.set(stored.failures + 1), LoginWindowItem.expires_at.set(closes_at)]
        if _reserve(pk, taken, silent) is None:
            return None
    return None


def count_login_failure(who: str, now: float, *, window_seconds: float) -> int:
    """Record that a reserved attempt had the wrong password; returns the failures of this window."""
    pk = f"LOGIN#{who}"
    while True:
        try:
            item = table.update(
                LoginWindowItem,
                pk,
                "WINDOW",
                [LoginWindowItem.failures.add(1), LoginWindowItem.expires_at.set(now + window_seconds)],
                LoginWindowItem.expires_at > now,
            )
        except ConditionFailed:
            # Another attempt succeeded meanwhile and closed the window: this failure opens the next.
            if _open_login_window(pk, now + window_seconds, now, failures=1):
                return 1
        else:
            return item.failures


def clear_login_attempts(who: str) -> None:
    """Forget the failures, after a sign-in that succeeded."""
    table.delete(LoginWindowItem, f"LOGIN#{who}", "WINDOW")


def turn(name: str, now: float, *, seconds: float) -> Put:
    """The write that uses a turn of which there is one in `seconds`, for the transaction that makes use of it.

    Its condition fails within the pause; the item that comes with the failure is a `LimitItem`. A pause that is longer
    than any can be was begun by a clock that has been set back since.
    """
    free = (
        LimitItem.pk.does_not_exist() | (LimitItem.expires_at <= now) | (LimitItem.expires_at > now + max(60, seconds))
    )
    return Put(LimitItem(f"LIMIT#{name}", "WINDOW", used=1, expires_at=now + seconds), free)


def use_limit(user_id: int, kind: str, now: float, *, limit: int, window_seconds: float) -> float | None:
    """Use one of `limit` per window.

    Returns:
        None if there was room; otherwise when the window ends, and nothing was used.
    """
    pk, sk = user_key(user_id), f"LIMIT#{kind}"
    while True:
        fresh = LimitItem(pk, sk, used=1, expires_at=now + window_seconds)
        try:
            table.put(fresh, LimitItem.pk.does_not_exist() | (LimitItem.expires_at <= now))
        except ConditionFailed as failed:
            stored = LimitItem.from_raw_data(failed.item) if failed.item else None
        else:
            return None
        if stored is not None and stored.expires_at > now and stored.used >= limit:
            return stored.expires_at
        try:
            table.update(
                LimitItem,
                pk,
                sk,
                [LimitItem.used.add(1)],
                (LimitItem.expires_at > now) & (LimitItem.used < limit),
            )
        except ConditionFailed:
            continue  # used up or run out in between
        return None


def _reserve(pk: str, actions: Sequence[Action], condition: Condition) -> LoginWindowItem | None:
    """Count an attempt; None if that worked, else the window that stood in the way, which may have run out."""
    try:
        table.update(LoginWindowItem, pk, "WINDOW", actions, condition)
    except ConditionFailed as failed:
        if failed.item is None:
            return LoginWindowItem(pk, "WINDOW", attempts=0, failures=0, expires_at=0.0)
        return LoginWindowItem.from_raw_data(failed.item)
    return None


def _open_login_window(pk: str, expires_at: float, now: float, *, failures: int) -> bool:
    """Start a window with one attempt in it, unless another attempt was first."""
    fresh = LoginWindowItem(pk, "WINDOW", attempts=1, failures=failures, expires_at=expires_at)
    try:
        table.put(fresh, LoginWindowItem.pk.does_not_exist() | (LoginWindowItem.expires_at <= now))
    except ConditionFailed:
        return False
    return True
