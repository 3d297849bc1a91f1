"""New accounts."""

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
# Of a crowd of one name that signs up at the same moment each round lets at least one in, with the next number; whoever
# was late so often does not insist on that.
_IN_ORDER = 8
_ATTEMPTS = 12
# Control characters and what is no character at all. Format characters stay: Indian scripts join letters with them.
_NEVER_IN_NAMES = frozenset({"Cc", "Cs", "Co", "Cn"})


def person_name(text: str) -> str | None:
    """A first or last name with single spaces; None if it is empty, too long or holds control characters."""
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
    """Create an account without a password, named after its owner.

    It does the same work for an address that is taken: how long it takes does not tell.

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
            # Somebody of the same name was a moment quicker: take the next number.
            if taken.fields != {"username"}:
                raise
    raise Unavailable
