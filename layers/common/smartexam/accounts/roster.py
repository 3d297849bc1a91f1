"""Reads the rows of rosters, and writes students as rows that read the same.

A row is a student, identified by the address. An empty or missing cell changes nothing. A cell may have several
batches, separated by semicolons.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from smartexam.accounts.names import REFUSAL, is_office, person_name
from smartexam.accounts.sign_up import is_address

LONGEST_BATCH_NAME: Final = 100
# The columns of a roster, and other names for them.
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "name": ("full name", "student name", "student"),
    "email": ("email address", "email id", "mail", "mail address"),
    "roll_no": ("roll", "roll number", "roll num"),
    "batch": ("batches", "batch name", "batch names"),
}
NEEDED: Final = ("name", "email")

ROLL_NO: Final = "[A-Za-z0-9/_-]{1,32}"
# The start of a formula for spreadsheets, also after the apostrophe that prevents it.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 (full width on purpose)


class StudentRow(msgspec.Struct, frozen=True):
    """A valid row of a roster.

    Attributes:
        line: where the row starts in the file.
        first_name: "" if the cell of the name is empty, as is `last_name`.
        roll_no: None if the cell is empty.
        batches: names of batches.
    """

    line: int
    first_name: str
    last_name: str
    email: str
    roll_no: str | None
    batches: tuple[str, ...]


class Listed(msgspec.Struct, frozen=True):
    """A student to be written to a roster."""

    full_name: str
    email: str
    roll_no: str | None
    batches: tuple[str, ...]


class Roster:
    """The rows of a file, read in order: each is a student or a reason for its refusal."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def read(self, line: int, cells: Mapping[str, str]) -> StudentRow | str:
        """A row, from its cells by column."""
        values = {column: plain(cell) for column, cell in cells.items()}
        email = values.get("email", "").casefold()
        name = values.get("name", "")
        named = split_name(name) if name else ("", "")
        roll_no = values.get("roll_no") or None
        batches = _batches(values.get("batch", ""))
        reason = _fault(email, named, roll_no, batches)
        if reason is not None or named is None:
            return reason or ""
        unique = [(email, "address")] + ([(roll_no.casefold(), "roll number")] if roll_no else [])
        for key, what in unique:
            if self._lines.setdefault(key, line) != line:
                return f"the {what} is that of row {self._lines[key]} already"
        return StudentRow(line, *named, email, roll_no, batches)


def is_roll_no(text: str) -> bool:
    """Whether this is a valid roll number."""
    return re.fullmatch(ROLL_NO, text) is not None


def batch_name(text: str) -> str | None:
    """A batch's name with single spaces; None if it is not valid. Semicolons are not allowed, because they separate
    names."""
    name = person_name(text)
    return None if name is None or len(name) > LONGEST_BATCH_NAME or ";" in name else name


def split_name(text: str) -> tuple[str, str] | None:
    """First and last name of a full name, the last possibly empty; None if it is not a valid name.

    The first word is the first name, or as many words as needed to keep the rest short enough.
    """
    words = text.split()
    for count in range(1, len(words) + 1):
        first, last = person_name(" ".join(words[:count])), " ".join(words[count:])
        if first is not None and (not last or person_name(last) is not None) and not is_office(f"{first} {last}"):
            return first, last
    return None


def plain(cell: str) -> str:
    """A cell without outer space and without the apostrophe that prevents a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_roster(students: Iterable[Listed]) -> Iterator[bytes]:
    """A roster as CSV, header first: UTF-8, without cells that a spreadsheet would run as formulas."""
    yield _line(("name", "email", "roll_no", "batch"))
    for student in students:
        cells = (student.full_name, student.email, student.roll_no or "", ";".join(student.batches))
        yield _line([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _batches(cell: str) -> tuple[str, ...]:
    names = (" ".join(name.split()) for name in cell.split(";"))
    return tuple(dict.fromkeys(name for name in names if name))


def _fault(email: str, named: tuple[str, str] | None, roll_no: str | None, batches: tuple[str, ...]) -> str | None:
    if not email:
        return "the email is missing"
    if not is_address(email):
        return f"{email[:60]!r} is not an email address"
    if named is None or "\N{REPLACEMENT CHARACTER}" in "".join(named):
        return f"the name {REFUSAL}"
    if roll_no is not None and not is_roll_no(roll_no):
        return f"the roll number {roll_no[:40]!r} must be 1 to 32 of A-Z a-z 0-9 / _ -"
    wrong = next((name for name in batches if batch_name(name) is None), None)
    return None if wrong is None else f"{wrong[:40]!r} cannot be a batch's name"
