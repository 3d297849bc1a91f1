"""Writes a table as a sheet in which every cell is text."""

import io
from collections.abc import Iterable, Sequence

_WIDEST = 60
_NARROWEST = 10


def write_sheet(name: str, rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX workbook of one sheet; the first row is its heading and stays visible while scrolling.

    Every cell is stored as text: no spreadsheet program runs it as a formula, follows it as a link, or rewrites it as a
    number or a date.
    """
    # Slow to import, and most requests write no workbook.
    from xlsxwriter import Workbook  # noqa: PLC0415

    out = io.BytesIO()
    widths: list[int] = []
    with Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet(name)
        heading = workbook.add_format({"bold": True})
        for number, row in enumerate(rows):
            widths += [_NARROWEST] * (len(row) - len(widths))
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell, None if number else heading)
                    widths[place] = max(widths[place], min(_WIDEST, len(cell)))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
        # Numbers are text on purpose, which the program need not point out.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return out.getvalue()
