"""Limits of wrong passwords: of one source for one account, of one source, and of one account over all sources.

They are looked up before anything else, so a refused request costs one read or two. Each source and each account has a
window of its own, so nobody can use up what others need. Sources in `TRUSTED_NETWORKS` are exempt from the limit per
source. An account's limit does not apply to sources that it knows.

A wrong password is counted before its sender hears that it was wrong, and a right one is accepted only while its own
count has room, in one conditional write each: so parallel guesses tell no more than the limit. A right password costs
this one write, which also remembers the source.
"""

import math

from smartexam.limits.keys import partition
from smartexam.limits.rate_limits import wait
from smartexam.limits.sources import Source
from smartexam.limits.store import failures
from smartexam.limits.store.failures import Failures, FailuresItem
from smartexam.limits.store.windows import Window
from smartexam.platform.errors import RateLimited, Unauthorized
from smartexam.platform.settings import settings
from smartexam.platform.times import whole_seconds

FAILURES, LOCK_SECONDS = 3, 15 * 60
SOURCE_SECONDS = 15 * 60
ACCOUNT_FAILURES, ACCOUNT_SECONDS = 50, 3600
KNOWN_SECONDS = 30 * 24 * 3600
_PLACE = "LIMIT#sign_in"


class SignIn:
    """A sign-in, or a proof of the password by an account's signed-in owner. Its caller reports the outcome."""

    def __init__(self, source: Source, now: float) -> None:
        self._source, self._now = source, now
        limit = settings().number("SIGN_IN_FAILURES_PER_SOURCE", 300)
        self._flood = Failures(source.key, _PLACE, limit, SOURCE_SECONDS)
        self._found: dict[Failures, FailuresItem | None] = {}
        self._is_heard = source.is_trusted

    def refuse_flood(self) -> None:
        """Refuse a source from which too many sign-ins failed; one read, none if it is trusted.

        Raises:
            RateLimited: `too_many_failures`, with the time until the window ends.
        """
        if self._source.is_trusted:
            return
        self._found[self._flood] = self._flood.find()
        window = self._flood.full(self._found[self._flood], self._now)
        if window is not None:
            raise self._too_many(self._flood, window)

    def refuse_guesser(self, account: int | str, *, is_owner: bool = False) -> None:
        """Refuse a source from which too many sign-ins to an account failed, and, if too many failed from all sources,
        one that the account does not know; one read.

        Args:
            account: its id, or the given name if there is no such account: such a name is locked in the same way.
            is_owner: whether the caller is signed in as the account, so that its limit does not apply.

        Raises:
            RateLimited: `too_many_failures` or `sign_in_locked`, with the time until the window ends.
        """
        pk = partition(account)
        self._account = Failures(pk, _PLACE, ACCOUNT_FAILURES, ACCOUNT_SECONDS)
        self._own = Failures(pk, self._source.key, FAILURES, LOCK_SECONDS, slides=True)
        all_sources, own = failures.find_both(self._account, self._own)
        self._found |= {self._account: all_sources, self._own: own}
        self._is_heard = self._is_heard or is_owner or (own is not None and (own.known_until or 0) > self._now)
        window = self._account.full(all_sources, self._now)
        if window is not None and not self._is_heard:
            raise self._too_many(self._account, window)
        window = self._own.full(own, self._now)
        if window is not None:
            raise self._locked(window)

    def failed(self) -> Unauthorized | RateLimited:
        """Count a wrong password, and return the error for the client; one write for each limit that it counts for.

        Beyond the limit of this source for this account it does not count for the others.
        """
        own = self._own.count(self._found[self._own], self._now)
        if own.used > FAILURES:
            return self._locked(own)
        for limit in (self._flood, self._account):
            if limit in self._found:
                is_limited = limit is self._flood or not self._is_heard
                window = limit.count(self._found[limit], self._now, is_limited=is_limited)
                if is_limited and window.used > limit.limit:
                    return self._too_many(limit, window)
        if own.used == FAILURES:
            return self._locked(own)
        remaining = FAILURES - own.used
        return Unauthorized(
            # One wording for any number, because clients match it.
            f"Invalid credentials. {remaining} attempts remaining.",
            code="invalid_credentials",
            attempts_remaining=remaining,
        )

    def succeeded(self) -> None:
        """Forget earlier wrong passwords for this account from this source, and remember that it signed in from there;
        one write.

        Raises:
            RateLimited: `sign_in_locked`: others sent too many wrong ones while this right one was checked.
        """
        window = self._own.forget(self._now, known_until=self._now + KNOWN_SECONDS)
        if window is not None:
            raise self._locked(window)

    def _too_many(self, limit: Failures, window: Window) -> RateLimited:
        what = "from your network" if limit is self._flood else "to this account"
        seconds = whole_seconds(window.ends_at - self._now)
        words = f"Too many failed sign-ins {what}. {wait(seconds)}"
        return RateLimited(words, retry_after=seconds, code="too_many_failures")

    def _locked(self, window: Window) -> RateLimited:
        seconds = whole_seconds(window.ends_at - self._now)
        return RateLimited(
            f"Too many failed attempts. {wait(seconds)}",
            retry_after=seconds,
            code="sign_in_locked",
            minutes_remaining=max(1, math.ceil(seconds / 60)),
        )
