"""Readers of single values, which may be text because forms hold only text. All raise ValueError with a text for the
client."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from smartexam.catalog.marks import MarksError, parse_marks
from smartexam.platform.texts import shows_nothing

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_WHOLE = re.compile(r"[0-9]{1,16}")
# Tab and line feed are allowed. Lone surrogates are not, because they cannot be encoded.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_YES = frozenset({"true", "1", "on", "yes"})
_NO = frozenset({"false", "0", "off", "no"})

Reader = Callable[[Any], Any]


def blank(value: Any) -> bool:
    """Whether nothing is given."""
    return value is None or (isinstance(value, str) and shows_nothing(value))


def text(longest: int, *, lines: bool) -> Reader:
    """A text of at most `longest` characters, on one line or several."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be text")  # noqa: TRY004 - a value of a request, not of the program
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not lines:
            text = " ".join(text.split())
        foreign = _NOT_TEXT.search(text)
        if foreign is not None:
            raise ValueError(f"must not contain the character U+{ord(foreign.group()):04X}")
        if len(text) > longest:
            raise ValueError(f"must have at most {longest} characters")
        return text

    return read


def day(value: Any) -> str:
    """A date."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        # `fromisoformat` also accepts other formats ("20250115").
        date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError("must be a date as YYYY-MM-DD") from None
    return text


def time(value: Any) -> str:
    """A time of day."""
    text = value.strip() if isinstance(value, str) else ""
    if not _TIME.fullmatch(text):
        raise ValueError("must be a time as HH:MM, from 00:00 to 23:59")
    return text


def whole(lowest: int, highest: int) -> Reader:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        number = -1
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            number = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        if not lowest <= number <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return number

    return read


def one_of(*choices: str) -> Reader:
    """One of the given words."""

    def read(value: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return read


def marks(value: Any) -> Fraction:
    """An amount of marks."""
    try:
        return parse_marks(value)
    except MarksError as error:
        raise ValueError(str(error)) from None


def flag(value: Any) -> bool:
    """Yes or no."""
    text = str(value).strip().lower() if isinstance(value, str | int) else ""
    if text not in _YES | _NO:
        raise ValueError("must be true or false")
    return text in _YES
