"""Finds the account that a Google account signs in as."""

from auth_google.verification import GoogleIdentity
from smartexam.accounts.authenticate import deactivated
from smartexam.accounts.names import LONGEST_NAME, is_office, person_name
from smartexam.accounts.sign_up import refuse_if_closed, register
from smartexam.accounts.store import accounts, identity
from smartexam.accounts.store.identity import Taken
from smartexam.accounts.user import User
from smartexam.platform.errors import NotFound, Unavailable

_ATTEMPTS = 5
_NAMELESS = "Google user"


def sign_in(google: GoogleIdentity, now: float) -> tuple[User, bool]:
    """The account of a Google account, and whether it was just created.

    An account with the address that Google verified is linked, because the owner of that mailbox could also reset its
    password. From then on the Google account's id decides, even if its address changes.

    Raises:
        Forbidden: the account is deactivated, or there is none and sign-up is closed.
    """
    for _ in range(_ATTEMPTS):
        linked = _get(identity.find_google_user_id(google.subject))
        if linked is not None:
            return _in_use(linked), False
        known = _get(identity.find_user_id(google.email))
        try:
            if known is not None:
                return accounts.link_google(_in_use(known), google.subject), False
            refuse_if_closed()
            first, last = _names(google)
            made = register(first_name=first, last_name=last, email=google.email, now=now, google_sub=google.subject)
        except (Taken, NotFound):
            continue  # a concurrent sign-in, sign-up or deletion was first: look again
        return made, True
    raise Unavailable


def _in_use(user: User) -> User:
    if not user.is_active:
        raise deactivated()
    return user


def _get(user_id: int | None) -> User | None:
    return None if user_id is None else identity.get_user(user_id)


def _names(google: GoogleIdentity) -> tuple[str, str]:
    """First and last name; without a name, the part of the address before the @."""
    first, last = (person_name(name[:LONGEST_NAME]) or "" for name in (google.given_name, google.family_name))
    whole = person_name(google.name[:LONGEST_NAME]) or google.email.partition("@")[0]
    if is_office(f"{first} {last}"):
        first, last = "", ""
    return first or last or person_name(whole[:LONGEST_NAME]) or _NAMELESS, last if first else ""
