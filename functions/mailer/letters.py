"""The words of all mails, as text and as HTML."""

import html
from dataclasses import dataclass

from smartexam.platform.mail import Occasion

_PRODUCT = "SmartExam"
_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; color: #222; max-width: 36em; margin: 2em auto; padding: 0 1em">
{content}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: its subject, and the same words as plain text and as HTML."""

    subject: str
    text: str
    html: str


def set_up(username: str, link: str) -> Letter:
    """To an account without a password. Its names are left out, because a stranger may have typed them."""
    return _letter(
        f"Set up your {_PRODUCT} account",
        "Hello,",
        f"An account was created with this address. Your username is {username}.",
        ("Set your password", link),
        "The link works once, for one hour. If you did not ask for an account, ignore this mail.",
    )


def invitation(full_name: str, username: str, roll_no: str | None, link: str, sign_in: str) -> Letter:
    """To a student whose account the institute created."""
    names = username if roll_no is None else f"{username} or your roll number {roll_no}"
    return _letter(
        f"Your {_PRODUCT} account",
        f"Hello {full_name},",
        f"Your institute has made an account for you. You sign in with this address, with {names}.",
        ("Set your password", link),
        "The link works once, for one hour. Later, ask for a new one there:",
        ("Sign in", sign_in),
    )


def reset(full_name: str, username: str, link: str) -> Letter:
    """To an account whose password was forgotten."""
    return _letter(
        f"Reset your {_PRODUCT} password",
        f"Hello {full_name},",
        f"A new password was asked for, for your account {username}.",
        ("Choose a new password", link),
        "The link works once, for one hour. If you did not ask for it, ignore this mail: your password stays.",
    )


def already_registered(username: str, link: str) -> Letter:
    """To an account whose address was signed up again."""
    return _letter(
        f"You already have a {_PRODUCT} account",
        "Hello,",
        f"Somebody tried to create an account with this address. You have one: your username is {username}.",
        ("Sign in", link),
        "If you forgot your password, ask for a new one there. If it was not you, there is nothing to do.",
    )


def notice(occasion: Occasion, full_name: str, username: str, role: str, base: str) -> Letter:
    """To the owner of an account about a change of it, or a request for it."""
    subject, happened, advice = _NOTICES[occasion]
    return _letter(
        subject,
        f"Hello {full_name},",
        happened.format(account=username, role=_ROLES[role]),
        advice,
        ("Sign in", f"{base}/login"),
    )


def deleted() -> Letter:
    """To the address of a deleted account."""
    return _letter(
        f"Your {_PRODUCT} account was deleted",
        "Hello,",
        "The account with this address was deleted for good, as was asked for while signed in to it.",
        "If it was not you, somebody else could sign in to it: change the passwords that you used there too.",
    )


_ROLES = {"user": "student", "admin": "administrator", "user,admin": "student and administrator"}
_NOT_YOU = 'If it was not you, choose a new password at once by "forgot password", which signs everybody out.'
# Subject, what happened, and what to do.
_NOTICES: dict[Occasion, tuple[str, str, str]] = {
    "password_changed": (
        f"Your {_PRODUCT} password was changed",
        "The password of your account {account} was changed.",
        _NOT_YOU,
    ),
    "role_changed": (
        f"Your {_PRODUCT} access was changed",
        "Your account {account} now has the access of: {role}.",
        "If you did not expect that, ask your institute.",
    ),
    "access_requested": (
        f"More access was asked for in your name on {_PRODUCT}",
        "Somebody asked for other access for your account {account}. An administrator decides.",
        "If it was not you, sign in and withdraw the request, or ask for what you need yourself: that replaces it.",
    ),
    "mfa_enabled": (
        f"Two-factor sign-in is on for your {_PRODUCT} account",
        "Signing in to your account {account} now needs a code besides the password.",
        _NOT_YOU,
    ),
    "mfa_disabled": (
        f"Two-factor sign-in is off for your {_PRODUCT} account",
        "Signing in to your account {account} no longer needs a code besides the password.",
        _NOT_YOU,
    ),
    "sessions_revoked": (
        f"Somebody may have copied a sign-in of your {_PRODUCT} account",
        "A refresh token of your account {account} was used twice, so all sign-ins that came from it have ended.",
        _NOT_YOU,
    ),
}


def _letter(subject: str, *parts: str | tuple[str, str]) -> Letter:
    """Paragraphs, and links as (words, address)."""
    text = [part if isinstance(part, str) else f"{part[0]}:\n{part[1]}" for part in parts]
    paragraphs = [f"<p>{html.escape(part) if isinstance(part, str) else _anchor(*part)}</p>" for part in parts]
    page = _PAGE.format(title=html.escape(subject), content="\n".join(paragraphs))
    return Letter(subject, "\n\n".join(text) + "\n", page)


def _anchor(words: str, address: str) -> str:
    return f'<a href="{html.escape(address, quote=True)}">{html.escape(words)}</a>'
