"""Limits per source address, and per account over all sources.

They come before everything else in a stranger's request, so a refused request costs one read. Sources in
`TRUSTED_NETWORKS` are exempt. Each source and each account has its own window, so nobody can use up what others need.

Sign-ins are counted before their password is checked, and given back if it was right, so parallel guesses do not pass a
limit. An account's limit does not apply to sources that it knows, and is not counted for them before.
"""

import hashlib
import math
from typing import Literal

from smartexam.limits import rate_limits
from smartexam.limits.rate_limits import SignInAttempt
from smartexam.limits.sources import Source
from smartexam.limits.store import windows
from smartexam.limits.store.windows import Tries, Window
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
_SIGN_IN = "LIMIT#sign_in"


class SignIn:
    """A sign-in for these limits; its caller reports the outcome."""

    def __init__(self, source: Source, now: float) -> None:
        self._source, self._now = source, now
        self._known_until = 0.0
        # What is counted where, with the name of the reserved attempt; "" where failures count without a limit.
        self._counted: dict[Tries, str] = {}
        self._standing: dict[Tries, Window | None] = {}
        self._account: Tries | None = None

    def refuse_flood(self) -> None:
        """Refuse a source from which too many sign-ins failed; one read.

        Raises:
            RateLimited: `too_many_failures`, with the time until the window ends.
        """
        if self._source.is_trusted:
            return
        limit = settings().number("SIGN_IN_FAILURES_PER_SOURCE", 300)
        tries = Tries(_source_key(self._source), _SIGN_IN, limit, SIGN_IN_SECONDS)
        self._standing[tries] = window = tries.find(self._now)
        if window is not None and window.used >= limit:
            raise self._locked(tries, window)

    def refuse_stranger(self, account: str) -> None:
        """Refuse a source that the account does not know, after too many failures from all sources; one read.

        Args:
            account: `#42`, or the given name if there is no such account: such a name is locked in the same way.

        Raises:
            RateLimited: `too_many_failures`, with the time until the window ends.
        """
        self.look_at(account)
        tries = self._account
        window = None if tries is None else self._standing[tries]
        if tries is not None and window is not None and window.used >= ACCOUNT_FAILURES and not self._is_heard:
            raise self._locked(tries, window)

    def look_at(self, account: str) -> None:
        """Look up the failures of an account without refusing anybody, because its owner is signed in already; one
        read."""
        tries = Tries(account_key(account), _SIGN_IN, ACCOUNT_FAILURES, ACCOUNT_SECONDS)
        window, self._known_until = windows.find_with_source(tries, self._source.digest, self._now)
        self._standing[tries], self._account = window, tries

    def reserve(self, account: str, *, is_owner: bool = False) -> SignInAttempt:
        """Count the attempt before its password is checked, so that parallel guesses do not pass a limit: one write for
        each limit that applies.

        Args:
            account: as for `refuse_stranger`.
            is_owner: whether the caller is signed in as the account, so that its limit does not apply.

        Raises:
            RateLimited: `sign_in_locked`, `too_many_failures`, or `sign_in_busy`; nothing stays counted.
        """
        attempt = rate_limits.reserve_sign_in(self._source, account, self._now)
        try:
            self._reserve(is_owner=is_owner)
        except RateLimited:
            attempt.give_back()
            raise
        return attempt

    def _reserve(self, *, is_owner: bool) -> None:
        for tries, window in self._standing.items():
            if tries is self._account and (is_owner or self._is_heard):
                self._counted[tries] = ""
                continue
            try:
                name = rate_limits.reserve(tries, self._now, is_open=window is not None)
            except RateLimited:
                self.give_back()
                raise
            if isinstance(name, Window):
                self.give_back()
                raise self._locked(tries, name)
            self._counted[tries] = name

    def failed(self) -> None:
        """Count a wrong password, one write for each limit."""
        for tries, name in self._counted.items():
            tries.fail(name, self._now, is_open=bool(name) or self._standing[tries] is not None)

    def succeeded(self) -> None:
        """Give back what was reserved, and remember that the account signed in from this source; no write for the
        latter if that was stored within a day."""
        self.give_back()
        if self._account is not None and self._known_until < self._now + KNOWN_SECONDS - _RENEWED_SECONDS:
            windows.remember_source(self._account.pk, self._source.digest, self._now + KNOWN_SECONDS)

    def give_back(self) -> None:
        """Give back what was reserved, because the password was right."""
        for tries, name in self._counted.items():
            if name:
                tries.give_back(name)

    @property
    def _is_heard(self) -> bool:
        """Whether the account hears this source after any number of failures."""
        return self._source.is_trusted or self._known_until > self._now

    def _locked(self, tries: Tries, window: Window) -> RateLimited:
        if tries is self._account:
            return _locked("Too many failed sign-ins to this account.", window, self._now)
        return _locked("Too many failed sign-ins from your network.", window, self._now)


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
