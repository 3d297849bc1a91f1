"""What a file is read as."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class TableError(ValueError):
    """A file that cannot be read as a table at all; the text is for whoever uploaded it."""


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
    """A table: what its first row says, and an iterator over the others. Rows without any text are left out."""

    header: list[str]
    rows: Iterator[Row | RefusedRow]
