"""The words of all mails, as text and as HTML."""

import html
from dataclasses import dataclass

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


def _letter(subject: str, *parts: str | tuple[str, str]) -> Letter:
    """Paragraphs, and links as (words, address)."""
    text = [part if isinstance(part, str) else f"{part[0]}:\n{part[1]}" for part in parts]
    paragraphs = [f"<p>{html.escape(part) if isinstance(part, str) else _anchor(*part)}</p>" for part in parts]
    page = _PAGE.format(title=html.escape(subject), content="\n".join(paragraphs))
    return Letter(subject, "\n\n".join(text) + "\n", page)


def _anchor(words: str, address: str) -> str:
    return f'<a href="{html.escape(address, quote=True)}">{html.escape(words)}</a>'
