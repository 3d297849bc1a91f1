"""Limits per source address of what strangers may call, and per account of what they may do with it.

They come before everything else in a stranger's request, so a refused request costs one read. Sources in
`TRUSTED_NETWORKS` are exempt. Each source and each account has its own window, so nobody can use up what others need.
"""

from typing import Literal

from smartexam.limits.keys import partition
from smartexam.limits.rate_limits import wait
from smartexam.limits.sources import Source
from smartexam.limits.store import windows
from smartexam.limits.store.windows import Window
from smartexam.platform.errors import RateLimited
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.platform.times import whole_seconds

Call = Literal["create_account", "password_reset", "validate_user", "access_request"]

CALL_SECONDS = 3600
_LOOKUP, _LOOKUPS_OF_ONE_NAME = "lookup", 60
_FILINGS_OF_ONE_ACCOUNT = 10
_CODES, _CODE_SECONDS = 10, 15 * 60


def take_call(source: Source, call: Call, now: float) -> None:
    """Use one of a source's calls per hour of a route that is open to strangers; a read and a write.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    if source.is_trusted:
        return
    limit = settings().number("CALLS_PER_SOURCE", 30)
    window = windows.use(source.key, call, now, limit=limit, window_seconds=CALL_SECONDS)
    if window is not None:
        raise _used_up("Too many requests from your network.", window, now)


def require_lookups(name: str, now: float) -> None:
    """Require that not too many look-ups of what belongs to a name found nothing; one read.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    window = windows.find(partition(name), _LOOKUP, now, window_seconds=CALL_SECONDS)
    if window is not None and window.used >= _LOOKUPS_OF_ONE_NAME:
        raise _used_up("Too many requests for this account.", window, now)


def take_lookup(name: str, now: float) -> None:
    """Use one of a name's look-ups per hour, from all sources, that find nothing.

    Raises:
        RateLimited: used up, with the time until the window ends.
    """
    limit, seconds = _LOOKUPS_OF_ONE_NAME, CALL_SECONDS
    window = windows.use(partition(name), _LOOKUP, now, limit=limit, window_seconds=seconds)
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
    limit, seconds = _CODES, _CODE_SECONDS
    window = windows.use(user_key(user_id), "code", now, limit=limit, window_seconds=seconds)
    if window is not None:
        raise _used_up("Too many codes.", window, now)


def _used_up(message: str, window: Window, now: float) -> RateLimited:
    seconds = whole_seconds(window.ends_at - now)
    return RateLimited(f"{message} {wait(seconds)}", retry_after=seconds)
