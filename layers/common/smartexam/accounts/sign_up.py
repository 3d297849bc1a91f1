"""Creates accounts at sign-up."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from smartexam.accounts.store import accounts, identity
from smartexam.accounts.store.identity import Taken
from smartexam.accounts.user import User
from smartexam.accounts.usernames import username_base
from smartexam.platform.errors import Forbidden, Unavailable
from smartexam.platform.ids import next_id
from smartexam.platform.settings import settings

# RFC 5321: at most 254 characters; ASCII, because SES delivers to nothing else.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
LONGEST_ADDRESS = 254
# When many people of one name sign up at the same moment, each try lets at least one of them in with the next number.
# After this many tries a random number is taken.
_IN_ORDER = 8
_ATTEMPTS = 12
# The id of no account, looked up for unknown addresses, so that every sign-up costs the same round trips.
_NOBODY = 0

_T = TypeVar("_T")


def refuse_if_closed() -> None:
    """Refuse sign-ups if only administrators create accounts.

    Raises:
        Forbidden: sign-up is closed.
    """
    if not settings().sign_up_open:
        raise Forbidden("Accounts are made by the institute. Please ask there.", code="sign_up_closed")


def is_address(text: str) -> bool:
    """Whether mail can be sent to this."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def sign_up(*, first_name: str, last_name: str, email: str, now: float) -> None:
    """Create an account for an address, or rename the one that has it if it was not confirmed yet.

    It does the same work if the address is taken, so its duration does not reveal that.
    """
    known = identity.get_user(identity.find_user_id(email) or _NOBODY)
    if known is not None and known.is_unconfirmed and (known.first_name, known.last_name) != (first_name, last_name):
        user_id = known.id
        _with_username(
            first_name,
            last_name,
            lambda username: accounts.rename_unconfirmed(user_id, first_name, last_name, username),
        )
        return
    with suppress(Taken):
        register(first_name=first_name, last_name=last_name, email=email, now=now)


def register(*, first_name: str, last_name: str, email: str, now: float, google_sub: str | None = None) -> User:
    """Create an account without a password, with a username made from the name.

    Unless it is a Google account's, it is deleted if no password is set in time.

    Raises:
        Taken: the address or the Google account belongs to another account.
    """
    user_id = next_id("user")
    return _with_username(
        first_name,
        last_name,
        lambda username: identity.create_user(
            user_id=user_id,
            username=username,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role="user",
            password_hash=None,
            google_sub=google_sub,
            now=now,
        ),
    )


def _with_username(first_name: str, last_name: str, attempt: Callable[[str], _T]) -> _T:
    """The result of `attempt` with a free username; repeated with the next one if another sign-up took it."""
    base = username_base(first_name, last_name)
    for number in range(_ATTEMPTS):
        try:
            return attempt(identity.free_username(base) if number < _IN_ORDER else identity.odd_username(base))
        except Taken as taken:
            if taken.fields != {"username"}:
                raise
    raise Unavailable
