"""Reads tables from the files of spreadsheet programs."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from table_reader.table import Row, Table, TableError

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A sheet of 100,000 rows unpacks to about 40 MB; a much larger one is not a table of people or questions.
_MOST_UNPACKED = 150_000_000
_MOST_FILES = 2000
_MOST_NAMED = 5


def is_sheet(content: bytes) -> bool:
    """Whether a file is a spreadsheet, by its first bytes."""
    return content.startswith((_ZIP, _OLE))


def read_sheet(content: bytes) -> Table:
    """The first sheet that is not empty.

    Raises:
        TableError: it cannot be read, or unpacks to too much.
    """
    # Slow to import, and many files are CSV.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    if content.startswith(_ZIP):
        _refuse_bomb(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        for number, name in enumerate(names):
            rows = _rows(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for row in rows:
                others = [other for other in names[number + 1 :] if workbook.get_sheet_by_name(other).height]
                return Table(row.cells, rows, _passed_over(name, others))
    except TableError:
        raise
    except (CalamineError, OSError, ValueError, KeyError, IndexError) as error:
        raise TableError("The file cannot be read as a spreadsheet. Save it as XLSX or CSV.") from error
    except BaseException as error:  # the reader is written in Rust, and a panic there is not an Exception
        if type(error).__name__ != "PanicException":
            raise
        raise TableError("The file cannot be read as a spreadsheet. Save it as XLSX or CSV.") from error
    raise TableError("The file is empty.")


def _passed_over(name: str, others: list[str]) -> tuple[str, ...]:
    if not others:
        return ()
    shown = ", ".join(repr(other) for other in others[:_MOST_NAMED])
    return (f"Only the sheet {name!r} was read, not {shown}{' and more' if len(others) > _MOST_NAMED else ''}.",)


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise TableError("The file is damaged. Save it as XLSX or CSV.") from error
    if len(files) > _MOST_FILES or sum(file.file_size for file in files) > _MOST_UNPACKED:
        raise TableError("The spreadsheet is too large. Save the sheet as CSV.")


def _rows(sheet: Iterable[list[Any]]) -> Iterator[Row]:
    for line, values in enumerate(sheet, 1):
        cells = [_text(value) for value in values]
        if any(cell.strip() for cell in cells):
            yield Row(line, cells)


def _text(value: Any) -> str:
    """A cell as it is displayed: 7 instead of 7.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return "" if value is None else str(value)
