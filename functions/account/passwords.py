"""The rules of passwords, and setting one with a mailed link.

The policy follows NIST SP 800-63B: a minimum length and a list of common passwords, no rules of composition.
"""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from account.models import LONGEST_PASSWORD, SHORTEST_PASSWORD, ChangedPassword, NewPassword
from smartexam.accounts.passwords import hash_password, normalised
from smartexam.accounts.store import accounts, credentials, identity
from smartexam.accounts.store.accounts import LinkSpent
from smartexam.accounts.user import User
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Fault, InvalidFields, NotFound

# Lists of common passwords have repetitions of this length at most; a longer one is not a common password.
_LONGEST_UNIT, _LONGEST_REPETITION = 4, 24
_PRODUCT_NAMES = ("smart", "exam", "exams", "online", "platform")


def set_by_link(wanted: NewPassword, admin_email: str | None, now: float) -> None:
    """Set the password of the account to which a link was mailed, and spend the link.

    Args:
        wanted: the password and the link's token.
        admin_email: the owner of this address becomes an administrator with the first password, if there never was one.
        now: epoch seconds.

    Raises:
        BadRequest: the link is unknown, used, replaced or older than an hour.
        InvalidFields: the password is not accepted; the link stays valid.
    """
    link = credentials.find_password_link(wanted.token, now)
    user = identity.get_user(link.user_id) if link is not None else None
    if link is None or user is None or not user.is_active:
        raise _dead_link()
    reason = refusal(wanted.password, user)
    if reason is not None:
        raise InvalidFields([Fault("password", reason)])
    is_named = _may_become_admin(user, admin_email)
    try:
        accounts.set_password(user, hash_password(wanted.password), link, now, may_become_admin=is_named)
    except (LinkSpent, NotFound):
        raise _dead_link() from None
    if user.password_hash is not None:
        mail.notify("password_changed", user.email)


def refusal(password: str, user: User) -> str | None:
    """Why a password is not accepted for an account; None if it is."""
    # The form that is hashed may be longer or shorter than what was typed; both must fit.
    if any(not SHORTEST_PASSWORD <= len(form) <= LONGEST_PASSWORD for form in (password, normalised(password))):
        return f"must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters long"
    plain = normalised(password).strip().casefold()
    if plain in {user.username.casefold(), user.email.casefold()}:
        return "must not be the username or the email"
    if plain in common_passwords() or _repeats(plain):
        return "is too common"
    if _consists_of(_letters(plain), {*_PRODUCT_NAMES, *_names_of(user)}):
        return "must be more than names with digits"
    return None


def change(user: User, wanted: ChangedPassword, session: str, now: float) -> None:
    """Set a new password after the owner proved the current one; other sessions end.

    Raises:
        InvalidFields: the password is not accepted.
        NotFound: the account was deleted.
    """
    reason = refusal(wanted.new_password, user)
    if reason is not None:
        raise InvalidFields([Fault("new_password", reason)])
    accounts.change_password(user, hash_password(wanted.new_password), session, now)
    mail.notify("password_changed", user.email)


def _names_of(user: User) -> set[str]:
    """The names of an account's owner, only letters."""
    names = (user.first_name, user.last_name, user.username, user.email.partition("@")[0])
    return {_letters(name.casefold()) for name in names} - {""}


def _consists_of(letters: str, names: Collection[str]) -> bool:
    """Whether a text is nothing but one or more of some names, in any order."""
    # The places up to which it can be read as names.
    reached = {0}
    for at in range(len(letters)):
        if at in reached:
            reached |= {at + len(name) for name in names if letters.startswith(name, at)}
    return letters != "" and len(letters) in reached


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The most common passwords of ten characters and more, in lower case."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split("\n"))


def _repeats(plain: str) -> bool:
    """Whether it only repeats one short piece a few times: `aaaaaaaaaa`, `12121212121`, `abcabcabcabc`."""
    if len(plain) > _LONGEST_REPETITION:
        return False
    return any(plain == (plain[:size] * (len(plain) // size + 1))[: len(plain)] for size in range(1, _LONGEST_UNIT + 1))


def _may_become_admin(user: User, admin_email: str | None) -> bool:
    """Only with the first password, so that a demoted administrator does not regain the role with a reset link."""
    named = admin_email is not None and user.email == identity.normalised(admin_email)
    return named and user.password_hash is None and user.role == "user"


def _dead_link() -> BadRequest:
    return BadRequest("This link is invalid or has expired. Please request a new one.", code="link_invalid")
