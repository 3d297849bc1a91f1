"""Reads the rows of a table by the names of its columns."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from table_reader.columns import match_columns
from table_reader.reading import read_table
from table_reader.table import RefusedRow, Table

# `decode` represents bytes that are no text as lone surrogates.
_UNDECODED = re.compile("[\ud800-\udfff]")


class Record(NamedTuple):
    """A row: the line of the file, or the row of the sheet, where it starts, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Records:
    """An iterator over the rows of a file, and remarks on how it was read."""

    rows: Iterator[Record | RefusedRow]
    notes: tuple[str, ...]


def read_records(
    content: bytes,
    known: Mapping[str, Collection[str]],
    *,
    needed: Collection[str] = (),
    others: Callable[[str], str | None] | None = None,
    strict: bool = False,
) -> Records:
    """The rows of a file of any program, by column.

    Args:
        content: the file.
        known: columns, each with its other names.
        needed: the required columns.
        others: the column that a name means which is not among `known`, None if it means none.
        strict: refuse unknown columns, and rows that have not as many cells as the header. Otherwise unknown columns
            are passed over, and missing cells are missing in the record.

    Raises:
        TableError: the file cannot be read as a table, or its columns cannot be used.
    """
    table = read_table(content)
    places = match_columns(table.header, known, needed=needed, others=others, strict=strict)
    return Records(_records(table, places, strict=strict), table.notes)


def _records(table: Table, places: Mapping[str, int], *, strict: bool) -> Iterator[Record | RefusedRow]:
    for row in table.rows:
        if isinstance(row, RefusedRow):
            yield row
        elif fault := _fault(row.cells, table.header, strict=strict):
            yield RefusedRow(row.line, fault)
        else:
            record = {column: row.cells[place] for column, place in places.items() if place < len(row.cells)}
            damaged = next((column for column, cell in record.items() if _UNDECODED.search(cell)), None)
            if damaged is None:
                yield Record(row.line, record)
            else:
                yield RefusedRow(row.line, f"{damaged}: is damaged text: save the file as CSV UTF-8 or XLSX")


def _fault(cells: Sequence[str], header: Sequence[str], *, strict: bool) -> str:
    """Why the cells of a row cannot be those of the header, "" if they can: an unquoted delimiter has shifted them."""
    # Spreadsheets pad rows to the widest one.
    named = max(place for place, name in enumerate(header) if name.strip()) + 1
    if any(cell.strip() for cell in cells[len(header) :]) or (strict and not named <= len(cells) <= len(header)):
        return f"has {len(cells)} cells where the header has {named}"
    if strict and any(cell.strip() and not name.strip() for cell, name in zip(cells, header, strict=False)):
        return "has a text in a column without a name"
    return ""
