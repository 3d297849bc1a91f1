"""Checks and cleans texts that people write; they are stored as written.

Nothing is escaped, because escaping depends on where a text is shown, which only the client knows.
"""

import unicodedata

from msgspec import Meta

from smartexam.platform.errors import InvalidFields

_KEPT_CONTROLS = frozenset("\n\t")
# Control characters and lone surrogates have no meaning in a text.
_DROPPED = frozenset({"Cc", "Cs"})
# Invisible separators and marks, and unassigned code points.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Co", "Cs"})
# Characters of visible categories that are blank: fillers of Hangul, the empty Braille cell, joiners and selectors.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def up_to(longest: int) -> Meta:
    """Says in the description of a field how many characters its text may have; the readers below check it."""
    return Meta(extra_json_schema={"maxLength": longest})


def visible(longest: int, shortest: int = 1) -> Meta:
    """Says in the description of a field how many characters its text has, one of them visible."""
    return Meta(extra_json_schema={"minLength": shortest, "maxLength": longest, "pattern": r"\S"})


def shows_nothing(text: str) -> bool:
    """Whether no character of a text is visible."""
    return all(unicodedata.category(character) in _INVISIBLE or character in _BLANK for character in text)


def clean(text: str) -> str:
    """A text without control characters (line breaks and tabs stay) and without outer white space."""
    kept = (
        character
        for character in text
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in _DROPPED
    )
    return "".join(kept).strip()


def read_text(text: str, field: str, *, shortest: int = 1, longest: int) -> str:
    """A text without control characters (line breaks and tabs stay) and without outer white space.

    Args:
        text: as the client sent it.
        field: its name in the request, for the error.
        shortest: the fewest characters, once cleaned.
        longest: the most characters, once cleaned.

    Raises:
        InvalidFields: it has no visible character, or is too short or too long.
    """
    return _checked(clean(text), field, shortest, longest)


def read_line(text: str, field: str, *, longest: int) -> str:
    """The same as one line, with single spaces.

    Raises:
        InvalidFields: it has no visible character, or is too long.
    """
    return _checked(" ".join(clean(text).split()), field, 1, longest)


def _checked(text: str, field: str, shortest: int, longest: int) -> str:
    if shows_nothing(text):
        raise InvalidFields([(field, "must not be empty")])
    if len(text) < shortest:
        raise InvalidFields([(field, f"must have at least {shortest} characters")])
    if len(text) > longest:
        raise InvalidFields([(field, f"must have at most {longest} characters")])
    return text
