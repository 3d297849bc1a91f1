"""Limits per source address, and per account over all sources.

They come before everything else in a stranger's request, so a refused request costs one read. Sources in
`TRUSTED_NETWORKS` are exempt. Each source and each account has its own window, so nobody can use up what others need.

Failed sign-ins are counted after they have failed. Attempts in progress when a limit is reached are still checked, at
most three for each account and source (`rate_limits.reserve_sign_in`).
"""

import hashlib
import math
from typing import Literal

from smartexam.limits.sources import Source
from smartexam.limits.store import windows
from smartexam.limits.store.windows import Window
from smartexam.platform.errors import RateLimited
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings

Call = Literal["create_account", "password_reset", "validate_user", "access_request"]

SIGN_IN_SECONDS = 15 * 60
CALL_SECONDS = 3600
ACCOUNT_FAILURES, ACCOUNT_SECONDS = 50, 3600
KNOWN_SECONDS = 30 * 24 * 3600
# A source that signs in every day is stored again once a day.
_RENEWED_SECONDS = 24 * 3600
_LOOKUPS_OF_ONE_NAME = 60
_FILINGS_OF_ONE_ACCOUNT = 10
_CODES = 10


class SignIn:
    """A sign-in for these limits; its caller reports the outcome."""

    def __init__(self, source: Source, now: float) -> None:
        self._source, self._now = source, now
        self._of_source: Window | None = None
        self._of_account: Window | None = None
        self._account = ""
        self._known_until = 0.0

    def refuse_flood(self) -> None:
        """Refuse a source from which too many sign-ins failed; one read.

        Raises:
            RateLimited: `too_many_failures`, with the time until the window ends.
        """
        if self._source.is_trusted:
            return
        limit = settings().number("SIGN_IN_FAILURES_PER_SOURCE", 300)
        self._of_source = window = windows.find(
            _source_key(self._source), "sign_in", self._now, window_seconds=SIGN_IN_SECONDS
        )
        if window is not None and window.used >= limit:
            raise _locked("Too many failed sign-ins from your network.", window, self._now)

    def refuse_stranger(self, account: str) -> None:
        """Refuse a source that the account does not know, after too many failures from all sources; one read.

        Args:
            account: `#42`, or the given name if there is no such account: such a name is locked in the same way.

        Raises:
            RateLimited: `too_many_failures`, with the time until the window ends.
        """
        window = self.look_at(account)
        is_heard = self._source.is_trusted or self._known_until > self._now
        if window is not None and window.used >= ACCOUNT_FAILURES and not is_heard:
            raise _locked("Too many failed sign-ins to this account.", window, self._now)

    def look_at(self, account: str) -> Window | None:
        """Look up the failures of an account without refusing anybody, because its owner is signed in already; one
        read."""
        self._account = account_key(account)
        window, self._known_until = windows.find_with_source(
            self._account, "sign_in", self._source.digest, self._now, window_seconds=ACCOUNT_SECONDS
        )
        self._of_account = window
        return window

    def failed(self) -> None:
        """Count a wrong password, one write for each limit."""
        if not self._source.is_trusted:
            key = _source_key(self._source)
            windows.count(key, "sign_in", self._now, standing=self._of_source, window_seconds=SIGN_IN_SECONDS)
        windows.count(self._account, "sign_in", self._now, standing=self._of_account, window_seconds=ACCOUNT_SECONDS)

    def succeeded(self) -> None:
        """Remember that the account signed in from this source; no write if that was stored within a day."""
        if self._known_until < self._now + KNOWN_SECONDS - _RENEWED_SECONDS:
            windows.remember_source(self._account, self._source.digest, self._now + KNOWN_SECONDS)


def take_call(source: Source, call: Call, now: float) -> None:
    """Use one of a source's calls per hour of a route that is open to strangers; a read and a write.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    if source.is_trusted:
        return
    limit = settings().number("CALLS_PER_SOURCE", 30)
    window = windows.use(_source_key(source), call, now, limit=limit, window_seconds=CALL_SECONDS)
    if window is not None:
        raise _used_up("Too many requests from your network.", window, now)


def take_lookup(name: str, now: float) -> None:
    """Use one of the look-ups per hour, from all sources, of what belongs to one name.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    key = account_key(name)
    window = windows.use(key, "lookup", now, limit=_LOOKUPS_OF_ONE_NAME, window_seconds=CALL_SECONDS)
    if window is not None:
        raise _used_up("Too many requests for this account.", window, now)


def take_filing(user_id: int, now: float) -> None:
    """Use one of the requests per day that strangers may send for an account.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    limit, seconds = _FILINGS_OF_ONE_ACCOUNT, 24 * 3600
    window = windows.use(user_key(user_id), "access_request", now, limit=limit, window_seconds=seconds)
    if window is not None:
        raise _used_up("Too many requests for this account.", window, now)


def take_code(user_id: int, now: float) -> None:
    """Use one try of a signed-in user for codes of a second factor.

    Raises:
        RateLimited: no tries left, with the time until the window ends.
    """
    limit, seconds = _CODES, SIGN_IN_SECONDS
    window = windows.use(user_key(user_id), "code", now, limit=limit, window_seconds=seconds)
    if window is not None:
        raise _used_up("Too many codes.", window, now)


def account_key(account: str) -> str:
    """The partition of an account's limits: the user's own for `#42`, a separate one for a name without an account."""
    if account.startswith("#"):
        return user_key(int(account[1:]))
    return f"NAME#{hashlib.sha256(account.encode()).hexdigest()[:40]}"


def _source_key(source: Source) -> str:
    return f"SOURCE#{source.digest}"


def _locked(message: str, window: Window, now: float) -> RateLimited:
    words, seconds = _wait(message, window, now)
    return RateLimited(words, retry_after=seconds, code="too_many_failures")


def _used_up(message: str, window: Window, now: float) -> RateLimited:
    words, seconds = _wait(message, window, now)
    return RateLimited(words, retry_after=seconds)


def _wait(message: str, window: Window, now: float) -> tuple[str, int]:
    seconds = math.ceil(window.ends_at - now)
    minutes = max(1, math.ceil(seconds / 60))
    return f"{message} Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.", seconds
