"""New accounts."""

import unicodedata

from smartexam.accounts.store import identity
from smartexam.accounts.store.identity import Taken, User
from smartexam.accounts.usernames import username_base
from smartexam.platform.errors import Unavailable
from smartexam.platform.ids import next_id

LONGEST_NAME = 100
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
