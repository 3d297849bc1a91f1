"""Limits that hold across all instances: each lives in the database and is decided by one conditional write."""

import hashlib
import math
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from smartexam.limits.keys import Limit
from smartexam.limits.sources import Source
from smartexam.limits.store import windows
from smartexam.platform.errors import AppError, RateLimited, Unauthorized, Unavailable

SIGN_IN_FAILURES = 3
SIGN_IN_LOCK_SECONDS = 15 * 60
# A password check takes some 60 ms: within these waits attempts that are still being looked at are decided.
_SIGN_IN_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class SignInAttempt(msgspec.Struct, frozen=True):
    """A counted attempt to sign in, by its name; whoever reserved it says how it ended."""

    who: str
    name: str
    now: float

    def succeeded(self) -> None:
        """The password was right: earlier failures are forgotten."""
        windows.clear_login_attempts(self.who)

    def refusal(self) -> Unauthorized | RateLimited:
        """The password was wrong: count that, and say so in the words for the client."""
        failures = windows.count_login_failure(self.who, self.name, self.now, window_seconds=SIGN_IN_LOCK_SECONDS)
        remaining = SIGN_IN_FAILURES - failures
        if remaining <= 0:
            return _locked(SIGN_IN_LOCK_SECONDS)
        return Unauthorized(
            # One wording for any number: clients have been matching it.
            f"Invalid credentials. {remaining} attempts remaining.",
            code="invalid_credentials",
            attempts_remaining=remaining,
        )


def reserve_sign_in(source: Source, account: str, now: float) -> SignInAttempt:
    """Count an attempt to sign in before its password is looked at.

    Args:
        source: where it comes from.
        account: what all names of one account have in common, or the name given if there is no such account.
        now: epoch seconds.

    Raises:
        RateLimited: three attempts failed; or three are being looked at and none is decided for too long.
    """
    who = hashlib.sha256(f"{source.network}|{account}".encode()).hexdigest()[:40]
    for wait in (*_SIGN_IN_WAITS, None):
        window = windows.reserve_login_attempt(who, now, limit=SIGN_IN_FAILURES, window_seconds=SIGN_IN_LOCK_SECONDS)
        if isinstance(window, str):
            return SignInAttempt(who, window, now)
        if window.failures >= SIGN_IN_FAILURES:
            raise _locked(window.closes_at - now)
        # Full of attempts that are not decided yet. They may all be right: several devices of one student.
        if wait is not None:
            threading.Event().wait(wait)
    raise RateLimited("Too many sign-in attempts at once. Please try again.", retry_after=5, code="sign_in_busy")


@contextmanager
def use(
    kind: str, user_id: int, *, limit: int, seconds: float, now: float, message: str = "Too many requests."
) -> Iterator[None]:
    """Use one of `limit` per window for what is done in the block; if that fails, nothing was used.

    Args:
        kind: what is limited, such as `mail`.
        user_id: for whom.
        limit: uses per window; 1 makes it a pause between two uses.
        seconds: how long a window lasts, from its first use on.
        now: epoch seconds.
        message: what the client is told.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    name, ends_at = secrets.token_hex(4), None
    try:
        # Within the block: whether it was used is not known if no answer comes.
        ends_at = windows.use_limit(user_id, kind, now, limit=limit, window_seconds=seconds, name=name)
        if ends_at is None:
            yield
    except AppError:
        with suppress(AppError):
            windows.give_back(user_id, kind, name)
        raise
    if ends_at is not None:
        raise RateLimited(message, retry_after=math.ceil(ends_at - now))


@contextmanager
def turn(kind: Limit, user_id: int, *, seconds: float, now: float, message: str) -> Iterator[None]:
    """Take the one turn that a user has in `seconds`, for what is done in the block; if that fails, it is free again.

    Args:
        kind: what is limited.
        user_id: for whom.
        seconds: how long until the next turn.
        now: epoch seconds.
        message: what the client is told.

    Raises:
        RateLimited: it is taken, with the time until the next.
    """
    taken, free_at = windows.turn(kind, user_id, now, seconds=seconds), None
    try:
        # Within the block: whether it was taken is not known if no answer comes.
        free_at = windows.take_turn(taken)
        if free_at is None:
            yield
    except AppError:
        try:
            windows.free_turn(taken)
        except Unavailable:
            raise Unavailable(retry_after=seconds) from None  # there is no turn before
        raise
    if free_at is not None:
        raise RateLimited(message, retry_after=max(1, math.ceil(free_at - now)), code="too_fast")


def _locked(seconds: float) -> RateLimited:
    minutes = max(1, math.ceil(seconds / 60))
    return RateLimited(
        f"Too many failed attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
        retry_after=math.ceil(seconds),
        code="sign_in_locked",
        minutes_remaining=minutes,
    )
