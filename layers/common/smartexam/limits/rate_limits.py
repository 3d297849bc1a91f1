"""Limits across all instances: each is stored in the database and decided by one conditional write."""

import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from smartexam.limits.keys import Limit
from smartexam.limits.store import windows
from smartexam.platform.errors import AppError, Forbidden, RateLimited, Unavailable
from smartexam.platform.keys import user_key


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
        raise RateLimited(message, retry_after=ends_at - now)


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
        raise RateLimited(message, retry_after=ends_at - now)
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
        raise RateLimited(message, retry_after=standing.ends_at - now)


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
        raise RateLimited(message, retry_after=free_at - now, code="too_fast")


def wait(seconds: int) -> str:
    """When to try again, for people."""
    minutes = max(1, math.ceil(seconds / 60))
    return f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
