"""Writes questions as CSV and as XLSX.

CSV is UTF-8 without BOM, comma, CRLF after each row and LF inside cells (RFC 4180), quotes only where needed, so that
export, import and export again give the same bytes. In XLSX every cell is text, which no spreadsheet program runs as a
formula or rewrites as a number or a date.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from question_files.columns import ExportedQuestion, cells_of, columns_of
from smartexam.catalog.numeric import read_number
from table_writer import write_sheet

# Spreadsheets read these as the start of a formula, or trim them before they look for one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = b"\xef\xbb\xbf"


def write_csv(rows: Sequence[ExportedQuestion], *, safe: bool = False) -> bytes:
    """A CSV file of questions.

    Args:
        rows: the questions.
        safe: for viewing in a spreadsheet: an apostrophe keeps a cell from running as a formula, every cell is quoted,
            and a BOM declares the encoding. Such a file does not import unchanged, because the apostrophe could be the
            author's.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL if safe else csv.QUOTE_MINIMAL)
    for cells in _table(rows):
        writer.writerow([_guarded(cell) for cell in cells] if safe else cells)
    return (_BOM if safe else b"") + out.getvalue().encode()


def write_xlsx(rows: Sequence[ExportedQuestion]) -> bytes:
    """A workbook with a sheet of questions."""
    return write_sheet("Questions", _table(rows))


def _table(rows: Sequence[ExportedQuestion]) -> Iterator[Sequence[str]]:
    columns = columns_of(rows)
    yield columns
    for row in rows:
        cells = cells_of(row)
        yield [cells.get(column, "") for column in columns]


def _guarded(cell: str) -> str:
    # A number is not a formula, and an apostrophe would turn it into text.
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and read_number(cell) is None else cell
