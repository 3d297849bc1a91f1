"""Reads the structure of an exam: languages, sections, marking and order, from JSON or from JSON text in forms."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from admin_exams import readers
from smartexam.catalog.marks import format_marks
from smartexam.catalog.questions import DIFFICULTIES, LANGUAGE, MAX_TOPIC, MSQ, QUESTION_TYPES
from smartexam.catalog.structure import PARTIAL_MODES, Draw, Section, Shuffle, TypeMarks
from smartexam.platform.errors import Fault

MAX_SECTIONS: Final = 20
MAX_DRAWS: Final = 20
MAX_LANGUAGES: Final = 10
MAX_NAME: Final = 200
MAX_SECTION_INSTRUCTIONS: Final = 2_000
MAX_MINUTES: Final = 24 * 60
MAX_COUNT: Final = 1000
MAX_ID: Final = 2**53 - 1

_NO_OBJECT = "must be an object"


class FaultyField(ValueError):
    """All errors of a field with several parts."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = list(faults)


class _Reading:
    """The parts of a field, read one by one, with the errors found."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def take(self, given: Mapping[str, Any], name: str, path: str, reader: readers.Reader) -> Any:
        """A part of an object, None if it is missing or invalid."""
        value = given.get(name)
        if readers.blank(value):
            return None
        try:
            return reader(value)
        except FaultyField as faulty:
            self.faults += faulty.faults
        except ValueError as error:
            self.faults.append(Fault(f"{path}.{name}", str(error)))
        return None

    def fault(self, path: str, message: str) -> None:
        """Record an error."""
        self.faults.append(Fault(path, message))

    def done(self) -> None:
        """Raise the recorded errors."""
        if self.faults:
            raise FaultyField(self.faults)


def is_timed(sections: Any) -> bool:
    """Whether the sent sections have minutes, so that the exam's duration is their sum."""
    try:
        given = _decoded(sections)
    except ValueError:
        return False
    return isinstance(given, list) and any(isinstance(each, dict) and each.get("minutes") for each in given)


def read_languages(value: Any) -> tuple[str, ...]:
    """The languages of an exam, its own first."""
    given = _decoded(value)
    if isinstance(given, str):
        given = [part.strip() for part in given.split(",")]
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_LANGUAGES:
        raise ValueError(f"must be a list of 1 to {MAX_LANGUAGES} languages")
    if not all(isinstance(each, str) and LANGUAGE.fullmatch(each) for each in given):
        raise ValueError('must name languages as in "en", "hi" or "pt-BR"')
    if len(set(given)) < len(given):
        raise ValueError("must name each language once")
    return tuple(given)


def read_shuffle(value: Any) -> Shuffle:
    """What is shuffled for each attempt."""
    given = _object(value, "shuffle")
    reading = _Reading()
    questions = reading.take(given, "questions", "shuffle", readers.flag)
    options = reading.take(given, "options", "shuffle", readers.flag)
    reading.done()
    return Shuffle(bool(questions), bool(options))


def read_marking(value: Any) -> dict[str, TypeMarks]:
    """A marking scheme; every part is optional."""
    return _marking(value, "marking")


def read_sections(value: Any) -> list[Section]:
    """Sections in their order, with the ids that were sent, 0 for none."""
    given = _decoded(value)
    if not isinstance(given, list) or len(given) > MAX_SECTIONS:
        raise ValueError(f"must be a list of at most {MAX_SECTIONS} sections")
    reading = _Reading()
    read = [_section(each, f"sections[{at}]", reading) for at, each in enumerate(given)]
    for at, section in enumerate(read):
        earlier = read[:at]
        if section.name and section.name.casefold() in {each.name.casefold() for each in earlier}:
            reading.fault(f"sections[{at}].name", "must not be another section's")
        if section.id and section.id in {each.id for each in earlier}:
            reading.fault(f"sections[{at}].id", "must not be another section's")
    if len({section.minutes is None for section in read}) > 1:
        reading.fault("sections", "must all have minutes, or none")
    if sum(section.minutes or 0 for section in read) > MAX_MINUTES:
        reading.fault("sections", f"must have at most {MAX_MINUTES} minutes together")
    reading.done()
    return read


def _section(value: Any, path: str, reading: _Reading) -> Section:
    if not isinstance(value, dict):
        reading.fault(path, _NO_OBJECT)
        return Section(0, "")
    name = reading.take(value, "name", path, readers.text(MAX_NAME, lines=False))
    if readers.blank(value.get("name")):
        reading.fault(f"{path}.name", "This field is required")
    return Section(
        reading.take(value, "id", path, readers.whole(1, MAX_ID)) or 0,
        name or "",
        reading.take(value, "instructions", path, readers.text(MAX_SECTION_INSTRUCTIONS, lines=True)) or "",
        reading.take(value, "minutes", path, readers.whole(1, MAX_MINUTES)),
        reading.take(value, "choose", path, readers.whole(1, MAX_COUNT)),
        reading.take(value, "draw", path, lambda draws: _draws(draws, f"{path}.draw")) or (),
        reading.take(value, "marking", path, lambda marking: _marking(marking, f"{path}.marking")) or {},
    )


def _draws(value: Any, path: str) -> tuple[Draw, ...]:
    if not isinstance(value, list) or len(value) > MAX_DRAWS:
        raise ValueError(f"must be a list of at most {MAX_DRAWS} draws")
    reading = _Reading()
    draws = []
    for at, each in enumerate(value):
        place = f"{path}[{at}]"
        if not isinstance(each, dict):
            reading.fault(place, _NO_OBJECT)
            continue
        if readers.blank(each.get("count")):
            reading.fault(f"{place}.count", "This field is required")
        draws.append(
            Draw(
                reading.take(each, "count", place, readers.whole(1, MAX_COUNT)) or 0,
                reading.take(each, "question_type", place, _named(QUESTION_TYPES)),
                reading.take(each, "difficulty", place, _named(DIFFICULTIES)),
                reading.take(each, "topic", place, readers.text(MAX_TOPIC, lines=False)),
            )
        )
    reading.done()
    return tuple(draws)


def _marking(value: Any, path: str) -> dict[str, TypeMarks]:
    given = _object(value, path)
    reading = _Reading()
    marking: dict[str, TypeMarks] = {}
    for name, amounts in given.items():
        place = f"{path}.{name}"
        if name not in QUESTION_TYPES:
            reading.fault(path, "must name MCQ, MSQ and NUMERIC only")
        elif not isinstance(amounts, dict):
            reading.fault(place, _NO_OBJECT)
        else:
            known = set(TypeMarks.__struct_fields__ if name == MSQ else ("positive", "negative"))
            if unknown := sorted(str(each) for each in amounts if each not in known)[:1]:
                reading.fault(f"{place}.{unknown[0][:40]}", f"is unknown; there are {', '.join(sorted(known))}")
            marks = TypeMarks(
                reading.take(amounts, "positive", place, _amount),
                reading.take(amounts, "negative", place, _amount),
                reading.take(amounts, "partial", place, readers.one_of(*PARTIAL_MODES)),
                reading.take(amounts, "partial_marks", place, _amount),
            )
            if marks != TypeMarks():
                marking[name] = marks
    reading.done()
    return marking


def _amount(value: Any) -> str:
    return format_marks(readers.marks(value))


def _named(names: Sequence[str]) -> readers.Reader:
    by_fold = {name.casefold(): name for name in names}

    def read(value: Any) -> str:
        found = by_fold.get(value.strip().casefold()) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"must be one of {', '.join(names)}")
        return found

    return read


def _object(value: Any, path: str) -> dict[str, Any]:
    given = _decoded(value)
    if not isinstance(given, dict):
        raise FaultyField([Fault(path, _NO_OBJECT)])
    return given


def _decoded(value: Any) -> Any:
    """A value as it is, or decoded from the JSON text of a form."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return msgspec.json.decode(value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise ValueError("is malformed JSON") from None
    return value
