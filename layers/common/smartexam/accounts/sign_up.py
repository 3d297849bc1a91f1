"""Creates accounts at sign-up."""

import re
import unicodedata

from smartexam.accounts.store import identity
from smartexam.accounts.store.identity import Taken, User
from smartexam.accounts.usernames import username_base
from smartexam.platform.errors import Forbidden, Unavailable
from smartexam.platform.ids import next_id
from smartexam.platform.settings import settings

LONGEST_NAME = 100
# RFC 5321: the whole address at most 254 characters; ASCII, since that is what SES delivers to.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
LONGEST_ADDRESS = 254
# When many people of one name sign up at the same moment, each try lets at least one of them in with the next number.
# After this many tries a random number is taken.
_IN_ORDER = 8
_ATTEMPTS = 12
# Control characters and unassigned code points. Format characters are allowed, because Indian scripts join letters with
# them.
_NEVER_IN_NAMES = frozenset({"Cc", "Cs", "Co", "Cn"})


def person_name(text: str) -> str | None:
    """A first or last name with single spaces; None if it is empty, too long or contains control characters."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        return None
    return None if any(unicodedata.category(letter) in _NEVER_IN_NAMES for letter in name) else name


def refuse_if_closed() -> None:
    """Refuse somebody who would make an account for themselves where only administrators do.

    Raises:
        Forbidden: sign-up is closed.
    """
    if not settings().sign_up_open:
        raise Forbidden("Accounts are made by the institute. Please ask there.", code="sign_up_closed")


def is_address(text: str) -> bool:
    """Whether mail can be sent to this."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def register(*, first_name: str, last_name: str, email: str, now: float, google_sub: str | None = None) -> User:
    """Create an account without a password, with a username made from the name.

    It does the same work if the address is taken, so its duration does not reveal that.

    Raises:
        Taken: the address or the Google account belongs to another account.
    """
    user_id, base = next_id("user"), username_base(first_name, last_name)
    for attempt in range(_ATTEMPTS):
        try:
            return identity.create_user(
                user_id=user_id,
                username=identity.free_username(base) if attempt < _IN_ORDER else identity.odd_username(base),
                email=email,
                first_name=first_name,
                last_name=last_name,
                role="user",
                password_hash=None,
                google_sub=google_sub,
                now=now,
            )
        except Taken as taken:
            # Another sign-up has just taken this username; try the next number.
            if taken.fields != {"username"}:
                raise
    raise Unavailable
