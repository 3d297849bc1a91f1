"""Reads tables from delimited text."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from table_reader.table import RefusedRow, Row, Table, TableError

_DELIMITERS = (",", ";", "\t", "|")
# Excel's line that declares the delimiter.
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_UNCLOSED = "a quoted cell is not closed before the end of the file"
_MALFORMED = "is not CSV: a quote inside a quoted cell must be doubled, and a cell must not be larger than 128 KB"


def read_delimited(text: str) -> Table:
    """A table from text: comma, semicolon, tab or bar, detected from the header; LF, CRLF or CR; quoted cells with
    breaks.


    Raises:
        TableError: there is no header.
    """
    lines = _Lines(text)
    delimiter, first = None, 1
    start = lines.peek()
    named = _SEPARATOR.fullmatch(start.strip("\r\n"))
    if named is not None:
        next(lines)
        delimiter, first = named[1], 2
    delimiter = delimiter or _likeliest(lines.peek())
    rows = _rows(csv.reader(lines, delimiter=delimiter, strict=True), lines, first)
    for row in rows:
        if isinstance(row, RefusedRow):
            raise TableError(f"The first row {row.reason}.")
        return Table(row.cells, rows)
    raise TableError("The file is empty.")


class _Lines:
    """The lines of a text, which remembers whether it has ended."""

    def __init__(self, text: str) -> None:
        # Not `splitlines`, for which a form feed or a line separator inside a cell ends a line.
        self._lines = iter(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))
        self._next: str | None = None
        self.ended = False

    def peek(self) -> str:
        """The next line, which stays the next; "" at the end."""
        if self._next is None:
            self._next = next(self._lines, None)
        return self._next or ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, self._next = self._next if self._next is not None else next(self._lines, None), None
        if line is None:
            self.ended = True
            raise StopIteration
        return line


def _likeliest(line: str) -> str:
    outside = re.sub(r'"[^"]*"?', "", line)
    return max(_DELIMITERS, key=outside.count)


def _rows(reader: Any, lines: _Lines, first: int) -> Iterator[Row | RefusedRow]:
    while True:
        line = reader.line_num + first
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RefusedRow(line, _UNCLOSED if lines.ended else _MALFORMED)
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, cells)
