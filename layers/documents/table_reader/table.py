"""The result of reading a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class TableError(ValueError):
    """A file that cannot be read as a table; the message is for the user who uploaded it."""


class Row(NamedTuple):
    """A row: the line of the file, or the row of the sheet, where it starts, and its cells."""

    line: int
    cells: list[str]


class RefusedRow(NamedTuple):
    """A row that cannot be read, where it starts, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its first row, an iterator over the others without empty rows, and remarks on how it was read."""

    header: list[str]
    rows: Iterator[Row | RefusedRow]
    notes: tuple[str, ...] = ()
