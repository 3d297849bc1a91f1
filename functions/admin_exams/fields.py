"""Reads an exam's fields, which are typed loosely because forms contain only text, and reports all errors together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from msgspec import structs

from admin_exams import presets, readers
from admin_exams.readers import Reader
from admin_exams.structure_fields import (
    FaultyField,
    is_timed,
    read_languages,
    read_marking,
    read_sections,
    read_shuffle,
)
from smartexam.catalog import access_code
from smartexam.catalog.exam import Exam
from smartexam.catalog.moments import read_moment
from smartexam.catalog.structure import PLAIN, Structure, with_sections
from smartexam.platform.errors import Fault, InvalidFields

STATUSES: Final = ("upcoming", "ongoing", "completed")
RESULT_MODES: Final = ("instant", "delayed", "manual", "after_close")
AUDIENCES: Final = ("everyone", "batches")
COUNTED: Final = ("best", "last", "first")
DISCUSSIONS: Final = ("after_attempt", "open", "off")
STRUCTURE_FIELDS: Final = ("languages", "sections", "marking", "shuffle")
REQUIRED: Final = ("name", "date", "start_time", "duration")
DEFAULTS: Final[Mapping[str, Any]] = {
    "status": "upcoming",
    "instructions": "",
    "positive_marks": Fraction(4),
    "negative_marks": Fraction(1),
    "max_attempts": 0,
    "result_mode": "instant",
    "result_delay": 0,
    "category_id": None,
    "allow_assistant": False,
    "closes_at": None,
    "audience": "everyone",
    "batch_ids": (),
    "access_code": "",
    "counted_attempt": "best",
    "discussion": "after_attempt",
    "allow_chat": False,
}
# Empty values of these mean: no instructions, any number of attempts, no delay, no closing, no code, and so on.
_MAY_BE_EMPTY = frozenset(
    {"instructions", "max_attempts", "result_delay", "category_id", "allow_assistant", "closes_at", "batch_ids"}
    | {"access_code", "allow_chat", *STRUCTURE_FIELDS}
)
EMPTY: Final[Mapping[str, Any]] = {**DEFAULTS, **{name: getattr(PLAIN, name) for name in STRUCTURE_FIELDS}}

# What is wrong with fields together: given all valid ones, and the changed ones of these.
Rules = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[Fault]]

MAX_NAME: Final = 200
MAX_INSTRUCTIONS: Final = 10_000
MAX_DURATION: Final = 24 * 60
MAX_ATTEMPTS: Final = 1000
MAX_RESULT_DELAY: Final = 366 * 24 * 60
MAX_ID: Final = 2**53 - 1
MAX_BATCHES: Final = 50


def _no_rules(*_: Mapping[str, Any]) -> Iterable[Fault]:
    return ()


def read_new(fields: Mapping[str, Any], rules: Rules = _no_rules) -> dict[str, Any]:
    """The fields of a new exam, with defaults for what is missing or empty.

    A `preset` supplies missing fields. The duration of timed sections is their sum.

    Raises:
        InvalidFields: lists everything that is missing, invalid, or against the `rules`.
    """
    given = {name: value for name, value in fields.items() if not _is_empty(name, value)}
    preset = presets.find(given.pop("preset", None))
    given = {**(preset or {}), **given}
    if is_timed(given.get("sections")):
        given["duration"] = 1  # even if another duration was sent
    faults = [Fault(name, "This field is required") for name in REQUIRED if name not in given]
    if preset is None:
        faults.append(Fault("preset", f"must be one of {', '.join(presets.NAMES)}"))
    read = _read(given, faults)
    wrong = {fault.field for fault in faults}
    known = {name: value for name, value in DEFAULTS.items() if name not in wrong} | read
    _refuse([*faults, *rules(known, known)])
    return _with_structure(known, PLAIN)


def read_changes(fields: Mapping[str, Any], exam: Exam, rules: Rules = _no_rules) -> dict[str, Any]:
    """The fields of an exam that change.

    An empty value clears an optional field (instructions, attempts, delay, category, sections), is an error for a
    required one, and leaves any other as it is. The duration of timed sections is their sum.

    Raises:
        InvalidFields: lists everything that is invalid or against the `rules`, or says that there is nothing to change.
    """
    if not fields:
        raise InvalidFields([("", "No field to change")])
    faults = [Fault(name, "must not be empty") for name in REQUIRED if name in fields and readers.blank(fields[name])]
    emptied = {name: EMPTY[name] for name in _MAY_BE_EMPTY if name in fields and _is_empty(name, fields[name])}
    given = {name: value for name, value in fields.items() if not _is_empty(name, value) and name != "preset"}
    changes = {**emptied, **_read(given, faults)}
    wrong = {fault.field for fault in faults}
    before = {name: value for name, value in structs.asdict(exam).items() if name not in wrong}
    _refuse([*faults, *rules(before | changes, changes)])
    return _with_structure(changes, exam.structure)


def read_name_and_start(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The name, date and start time of a copy; all are required.

    Raises:
        InvalidFields: lists everything that is missing or wrong.
    """
    names = ("name", "date", "start_time")
    given = {name: fields[name] for name in names if not readers.blank(fields.get(name))}
    faults = [Fault(name, "This field is required") for name in names if name not in given]
    read = _read(given, faults)
    _refuse(faults)
    return read


def _is_empty(name: str, value: Any) -> bool:
    """Whether a field is sent without a value. Spaces do not remove an access code."""
    return value is None or value == "" if name == "access_code" else readers.blank(value)


def _with_structure(values: dict[str, Any], before: Structure) -> dict[str, Any]:
    """Values with the fields of the structure combined into one."""
    parts = {name: values.pop(name) for name in STRUCTURE_FIELDS if name in values}
    structure = structs.replace(before, **{name: part for name, part in parts.items() if name != "sections"})
    if "sections" in parts:
        structure = with_sections(structure, parts["sections"])
    if structure != before:
        values["structure"] = structure
    if structure.is_timed and (structure != before or "duration" in values):
        values["duration"] = sum(section.minutes or 0 for section in structure.sections)
    return values


def _read(given: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """The valid ones of the given fields; what is wrong with the others is added to `faults`."""
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        if name in given:
            try:
                read[name] = reader(given[name])
            except FaultyField as faulty:
                faults += faulty.faults
            except ValueError as error:
                faults.append(Fault(name, str(error)))
    return read


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidFields(faults)


def _batch_ids(value: Any) -> tuple[int, ...]:
    given = [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(given, list) or len(given) > MAX_BATCHES:
        raise ValueError(f"must be a list of at most {MAX_BATCHES} ids of batches")
    return tuple(sorted({readers.whole(1, MAX_ID)(each) for each in given}))


def _access_code(value: Any) -> str:
    code: str = readers.text(access_code.LONGEST, lines=False)(value)
    if len(code) < access_code.SHORTEST:
        raise ValueError(f"must have {access_code.SHORTEST} to {access_code.LONGEST} characters")
    return access_code.hashed(code)


_READERS: Final[Mapping[str, Reader]] = {
    "name": readers.text(MAX_NAME, lines=False),
    "date": readers.day,
    "start_time": readers.time,
    "duration": readers.whole(1, MAX_DURATION),
    "status": readers.one_of(*STATUSES),
    "instructions": readers.text(MAX_INSTRUCTIONS, lines=True),
    "positive_marks": readers.marks,
    "negative_marks": readers.marks,
    "max_attempts": readers.whole(0, MAX_ATTEMPTS),
    "result_mode": readers.one_of(*RESULT_MODES),
    "result_delay": readers.whole(0, MAX_RESULT_DELAY),
    "category_id": readers.whole(1, MAX_ID),
    "allow_assistant": readers.flag,
    "closes_at": read_moment,
    "audience": readers.one_of(*AUDIENCES),
    "batch_ids": _batch_ids,
    "access_code": _access_code,
    "counted_attempt": readers.one_of(*COUNTED),
    "discussion": readers.one_of(*DISCUSSIONS),
    "allow_chat": readers.flag,
    "sections": read_sections,
    "marking": read_marking,
    "shuffle": read_shuffle,
    "languages": read_languages,
}
