"""Reads an exam's fields, which are typed loosely because forms contain only text, and reports all errors together."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from smartexam.catalog.marks import UNITS, MarksError, parse_marks
from smartexam.platform.errors import Fault, InvalidFields

STATUSES: Final = ("upcoming", "ongoing", "completed")
RESULT_MODES: Final = ("instant", "delayed", "manual")
REQUIRED: Final = ("name", "date", "start_time", "duration")
DEFAULTS: Final[Mapping[str, Any]] = {
    "status": "upcoming",
    "instructions": "",
    "positive_marks": 4 * UNITS,
    "negative_marks": UNITS,
    "max_attempts": 0,
    "result_mode": "instant",
    "result_delay": 0,
    "category_id": None,
    "allow_assistant": False,
}
# Empty values of these mean: no instructions, any number of attempts, no delay, no category, no.
_MAY_BE_EMPTY = frozenset({"instructions", "max_attempts", "result_delay", "category_id", "allow_assistant"})

MAX_NAME: Final = 200
MAX_INSTRUCTIONS: Final = 10_000
MAX_DURATION: Final = 24 * 60
MAX_ATTEMPTS: Final = 1000
MAX_RESULT_DELAY: Final = 366 * 24 * 60
MAX_ID: Final = 2**53 - 1

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_WHOLE = re.compile(r"[0-9]{1,16}")
# Tab and line feed are text. Lone surrogates are not, because no encoding can represent them.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_YES = frozenset({"true", "1", "on", "yes"})
_NO = frozenset({"false", "0", "off", "no"})

Reader = Callable[[Any], Any]


def read_new(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new exam, with defaults for missing or empty ones; marks in units.

    Raises:
        InvalidFields: with everything that is missing or invalid.
    """
    given = {name: value for name, value in fields.items() if not _blank(value)}
    missing = [Fault(name, "This field is required") for name in REQUIRED if name not in given]
    return {**DEFAULTS, **_read(given, missing)}


def read_changes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields; marks in units.

    An empty field is cleared if it may be empty (no instructions, any number of attempts, no delay, no category),
    invalid if it is required, and otherwise unchanged.

    Raises:
        InvalidFields: with everything that is invalid, or because there is nothing to change.
    """
    if not fields:
        raise InvalidFields([("", "No field to change")])
    faults = [Fault(name, "must not be empty") for name in REQUIRED if name in fields and _blank(fields[name])]
    emptied = {name: DEFAULTS[name] for name in _MAY_BE_EMPTY if name in fields and _blank(fields[name])}
    given = {name: value for name, value in fields.items() if not _blank(value)}
    return {**emptied, **_read(given, faults)}


def _read(given: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        if name in given:
            try:
                read[name] = reader(given[name])
            except ValueError as error:
                faults.append(Fault(name, str(error)))
    if faults:
        raise InvalidFields(faults)
    return read


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(longest: int, *, lines: bool) -> Reader:
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


def _day(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    try:
        # `fromisoformat` also accepts other spellings ("20250115").
        date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError("must be a date as YYYY-MM-DD") from None
    return text


def _time(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not _TIME.fullmatch(text):
        raise ValueError("must be a time as HH:MM, from 00:00 to 23:59")
    return text


def _whole(lowest: int, highest: int) -> Reader:
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


def _one_of(*choices: str) -> Reader:
    def read(value: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return read


def _marks(value: Any) -> int:
    try:
        return parse_marks(value)
    except MarksError as error:
        raise ValueError(str(error)) from None


def _flag(value: Any) -> bool:
    text = str(value).strip().lower() if isinstance(value, str | int) else ""
    if text not in _YES | _NO:
        raise ValueError("must be true or false")
    return text in _YES


_READERS: Final[Mapping[str, Reader]] = {
    "name": _text(MAX_NAME, lines=False),
    "date": _day,
    "start_time": _time,
    "duration": _whole(1, MAX_DURATION),
    "status": _one_of(*STATUSES),
    "instructions": _text(MAX_INSTRUCTIONS, lines=True),
    "positive_marks": _marks,
    "negative_marks": _marks,
    "max_attempts": _whole(0, MAX_ATTEMPTS),
    "result_mode": _one_of(*RESULT_MODES),
    "result_delay": _whole(0, MAX_RESULT_DELAY),
    "category_id": _whole(1, MAX_ID),
    "allow_assistant": _flag,
}
