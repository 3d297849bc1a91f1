"""What people write, as it is stored: as written.

Nothing is escaped: how a text must be escaped depends on where it is shown, which only the client knows.
"""

import unicodedata

from smartexam.errors import InvalidFields

LONGEST_MESSAGE = 1000
LONGEST_NAME = 100
_KEPT_CONTROLS = frozenset("\n\t")
# Control characters and halves of surrogate pairs have no meaning in a text.
_DROPPED = frozenset({"Cc", "Cs"})
# Separators and marks that nobody sees.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def clean(text: str) -> str:
    """A text without control characters (line breaks and tabs stay) and without outer white space."""
    kept = (
        character
        for character in text
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in _DROPPED
    )
    return "".join(kept).strip()


def message_text(text: str) -> str:
    """A message as it is stored: 1 to 1000 characters.

    Raises:
        InvalidFields: nothing to be seen is in it, or it is too long.
    """
    return _checked(clean(text), "message", LONGEST_MESSAGE)


def group_name(text: str) -> str:
    """A group's name as it is stored: one line of 1 to 100 characters.

    Raises:
        InvalidFields: nothing to be seen is in it, or it is too long.
    """
    return _checked(" ".join(clean(text).split()), "name", LONGEST_NAME)


def _checked(text: str, field: str, longest: int) -> str:
    if all(unicodedata.category(character) in _INVISIBLE for character in text):
        raise InvalidFields([(field, "must not be empty")])
    if len(text) > longest:
        raise InvalidFields([(field, f"must have at most {longest} characters")])
    return text
