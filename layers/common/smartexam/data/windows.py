"""What was tried or used within a span of time.

It lies in the ephemeral table, whose keys are listed in `smartexam.data.ephemeral`. Each count is
one conditional write, so it holds however many ask at once.
"""

from dataclasses import dataclass

from pynamodb.expressions.condition import Condition

from smartexam.data import table
from smartexam.data.ephemeral import Limit, limit_key
from smartexam.data.identity import user_key
from smartexam.data.table import ConditionFailed, FloatAttribute, IntAttribute, Item, Put

# By more than this no two machines' clocks differ.
_CLOCK_MARGIN_SECONDS = 60


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


def reserve_login_attempt(who: str, now: float, *, limit: int, window_seconds: float) -> LoginWindow | None:
    """Count one sign-in attempt before the password is looked at.

    Counting first means that of any number of parallel guesses at most `limit` are evaluated.

    Args:
        who: source address and account.
        now: epoch seconds.
        limit: attempts per window.
        window_seconds: how long after the last attempt the window closes.

    Returns:
        None if there was room; otherwise the window, left as it is: the attempt must be refused unseen.
    """
    pk = f"LOGIN#{who}"
    while not _open_login_window(pk, now, window_seconds, failures=0):
        try:
            table.update(
                LoginWindowItem,
                pk,
                "WINDOW",
                [LoginWindowItem.attempts.add(1), LoginWindowItem.expires_at.set(now + window_seconds)],
                (LoginWindowItem.expires_at > now) & (LoginWindowItem.attempts < limit),
            )
        except ConditionFailed as failed:
            stored = LoginWindowItem.from_raw_data(failed.item) if failed.item else None
        else:
            return None
        if stored is not None and stored.expires_at > now:
            return LoginWindow(stored.failures, stored.expires_at)
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
            if _open_login_window(pk, now, window_seconds, failures=1):
                return 1
        else:
            return item.failures


def clear_login_attempts(who: str) -> None:
    """Forget the failures, after a sign-in that succeeded."""
    table.delete(LoginWindowItem, f"LOGIN#{who}", "WINDOW")


def turn(kind: Limit, user_id: int, now: float, *, seconds: float) -> Put:
    """The write that uses a user's one turn in `seconds`, for the transaction that makes use of it.

    Its condition fails within the pause; the item that comes with the failure is a `LimitItem`.
    """
    fresh = LimitItem(limit_key(kind, user_id), "WINDOW", used=1, expires_at=now + seconds)
    return Put(fresh, _may_begin(LimitItem, now, seconds))


def use_limit(user_id: int, kind: str, now: float, *, limit: int, window_seconds: float) -> float | None:
    """Use one of `limit` per window.

    Returns:
        None if there was room; otherwise when the window ends, and nothing was used.
    """
    pk, sk = user_key(user_id), f"LIMIT#{kind}"
    while True:
        fresh = LimitItem(pk, sk, used=1, expires_at=now + window_seconds)
        try:
            table.put(fresh, _may_begin(LimitItem, now, window_seconds))
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


def _open_login_window(pk: str, now: float, seconds: float, *, failures: int) -> bool:
    """Start a window with one attempt in it, unless another attempt was first."""
    fresh = LoginWindowItem(pk, "WINDOW", attempts=1, failures=failures, expires_at=now + seconds)
    try:
        table.put(fresh, _may_begin(LoginWindowItem, now, seconds))
    except ConditionFailed:
        return False
    return True


def _may_begin(model: type[LoginWindowItem | LimitItem], now: float, seconds: float) -> Condition:
    """That no window stands. One that ends later than any that begins now was begun by a clock set back since."""
    condition: Condition = (
        model.pk.does_not_exist()
        | (model.expires_at <= now)
        | (model.expires_at > now + seconds + _CLOCK_MARGIN_SECONDS)
    )
    return condition
