"""Limits across all instances: each is stored in the database and decided by one conditional write."""

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
from smartexam.limits.store.windows import Tries, Window
from smartexam.platform.errors import AppError, Forbidden, RateLimited, Unauthorized, Unavailable
from smartexam.platform.keys import user_key

SIGN_IN_FAILURES = 3
SIGN_IN_LOCK_SECONDS = 15 * 60
# A password check takes about 60 ms, so attempts in progress are decided within these waits.
_SIGN_IN_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class SignInAttempt(msgspec.Struct, frozen=True):
    """A counted sign-in attempt, by its name; its caller reports the outcome."""

    tries: Tries
    name: str
    now: float

    def succeeded(self) -> None:
        """The password was right: earlier failures are cleared."""
        self.tries.clear()

    def give_back(self) -> None:
        """The password was not checked."""
        self.tries.give_back(self.name)

    def refusal(self) -> Unauthorized | RateLimited:
        """The password was wrong: count that, and return the error for the client."""
        failures = self.tries.fail(self.name, self.now)
        remaining = SIGN_IN_FAILURES - failures
        if remaining <= 0:
            return _locked(SIGN_IN_LOCK_SECONDS)
        return Unauthorized(
            # One wording for any number, because clients match it.
            f"Invalid credentials. {remaining} attempts remaining.",
            code="invalid_credentials",
            attempts_remaining=remaining,
        )


def reserve_sign_in(source: Source, account: str, now: float) -> SignInAttempt:
    """Count a sign-in attempt before its password is checked.

    Args:
        source: where it comes from.
        account: the same text for all names of one account, or the given name if there is no such account.
        now: epoch seconds.

    Raises:
        RateLimited: three attempts failed, or three are in progress and none was decided within the waits.
    """
    who = hashlib.sha256(f"{source.network}|{account}".encode()).hexdigest()[:40]
    tries = Tries(f"LOGIN#{who}", "WINDOW", SIGN_IN_FAILURES, SIGN_IN_LOCK_SECONDS, slides=True)
    name = reserve(tries, now)
    if isinstance(name, Window):
        raise _locked(name.ends_at - now)
    return SignInAttempt(tries, name, now)


def reserve(tries: Tries, now: float, *, is_open: bool = False) -> str | Window:
    """Reserve an attempt; while all that is left is taken by attempts in progress, wait for their outcome.

    Returns:
        Its name, or the window of the limit if that is used up by failures.

    Raises:
        RateLimited: `sign_in_busy`: none was decided within the waits.
    """
    for wait in (*_SIGN_IN_WAITS, None):
        window = tries.reserve(now, is_open=is_open)
        if isinstance(window, str) or window.used >= tries.limit:
            return window
        # All of the attempts in progress may be right: several devices of one student.
        if wait is not None:
            threading.Event().wait(wait)
    raise RateLimited("Too many sign-in attempts at once. Please try again.", retry_after=5, code="sign_in_busy")


@contextmanager
def use(
    kind: str, user_id: int, *, limit: int, seconds: float, now: float, message: str = "Too many requests."
) -> Iterator[None]:
    """Use one of `limit` per window for the code in the block; if the block fails, nothing is used.

    Args:
        kind: what is limited, such as `mail`.
        user_id: for whom.
        limit: uses per window; 1 makes it a pause between two uses.
        seconds: the length of a window, from its first use on.
        now: epoch seconds.
        message: the error message for the client.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    name, ends_at = secrets.token_hex(4), None
    try:
        # Inside the try: without an answer from the database it may or may not have been used.
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
def guess(kind: str, user_id: int, *, limit: int, seconds: float, now: float, message: str) -> Iterator[None]:
    """Let a user guess a secret in the block: at most `limit` wrong guesses per window, also in parallel.

    A guess is counted before it is checked. It stays counted if the block raises `Forbidden`.

    Raises:
        RateLimited: the wrong guesses are used up, whatever the guess is now.
    """
    name = secrets.token_hex(4)
    ends_at = windows.use_limit(user_id, kind, now, limit=limit, window_seconds=seconds, name=name)
    if ends_at is not None:
        raise RateLimited(message, retry_after=math.ceil(ends_at - now))
    try:
        yield
    except Forbidden:
        raise
    except AppError:
        with suppress(AppError):
            windows.give_back(user_id, kind, name)
        raise
    windows.give_back(user_id, kind, name)


def require_guesses(kind: str, user_id: int, *, limit: int, seconds: float, now: float, message: str) -> None:
    """Require that a user may still guess; see `guess`.

    Raises:
        RateLimited: the wrong guesses are used up.
    """
    standing = windows.find(user_key(user_id), kind, now, window_seconds=seconds)
    if standing is not None and standing.used >= limit:
        raise RateLimited(message, retry_after=max(1, math.ceil(standing.ends_at - now)))


@contextmanager
def turn(kind: Limit, user_id: int, *, seconds: float, now: float, message: str) -> Iterator[None]:
    """Take a user's one turn per `seconds` for the code in the block; if the block fails, the turn is free again.

    Args:
        kind: what is limited.
        user_id: for whom.
        seconds: how long until the next turn.
        now: epoch seconds.
        message: the error message for the client.

    Raises:
        RateLimited: the turn is taken, with the time until the next.
    """
    taken, free_at = windows.turn(kind, user_id, now, seconds=seconds), None
    try:
        # Inside the try: without an answer from the database it may or may not have been taken.
        free_at = windows.take_turn(taken)
        if free_at is None:
            yield
    except AppError:
        try:
            windows.free_turn(taken)
        except Unavailable:
            raise Unavailable(retry_after=seconds) from None  # no turn is free before
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
