"""Pages as lines in the order in which a person reads them."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from smartpaper.layout import columns, furniture
from smartpaper.layout.columns import Grid
from smartpaper.layout.line import Line
from smartpaper.layout.rows import Row, rows_of, text_and_cells
from smartpaper.layout.stacks import join_fractions
from smartpaper.pdf.runs import BOLD, PageContent, pieces

_SAME_GUTTER = 14.0  # points


def read(pages: Sequence[PageContent]) -> list[Line]:
    """The lines of a document; its pages are used up."""
    body = _body_size(pages)
    furniture.remove_watermarks(pages, body)
    for page in pages:
        if page.rules or any(run.size < 0.86 * body for run in page.runs):
            # A script, or a fraction, may stand in the gap inside a run.
            page.runs = [piece for run in page.runs for piece in pieces(run)]
        join_fractions(page)
    rows_by_page = [rows_of(page.runs) for page in pages]
    furniture.remove(pages, rows_by_page)
    grids = _settled([columns.grid_of(rows) for rows in rows_by_page], rows_by_page)
    lines: list[Line] = []
    by_column: dict[tuple[int, ...], list[Line]] = {}
    for page, rows, grid in zip(pages, rows_by_page, grids, strict=True):
        for column, part in columns.split(rows, grid):
            found = [_line(page.number, column, row) for row in part]
            lines += found
            # Columns that lie elsewhere, and what runs across all of them, have margins of their own.
            place = (*(round(gutter / _SAME_GUTTER) for gutter in grid.gutters), column)
            by_column.setdefault(place, []).extend(found)
    for members in by_column.values():
        _set_margins(members)
    return lines


def _body_size(pages: Sequence[PageContent]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for run in page.runs:
            sizes[run.size] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _settled(grids: list[Grid], rows_by_page: Sequence[Sequence[Row]]) -> list[Grid]:
    """A page that leaves the document's usual gutter free has it too, though it be too short to tell."""
    usual = Counter(tuple(round(gutter / _SAME_GUTTER) for gutter in grid.gutters) for grid in grids if grid.gutters)
    if not usual or sum(usual.values()) < 0.4 * len(grids):
        return grids
    shape = usual.most_common(1)[0][0]
    model = next(grid for grid in grids if tuple(round(g / _SAME_GUTTER) for g in grid.gutters) == shape)
    settled = []
    for grid, rows in zip(grids, rows_by_page, strict=True):
        if grid.gutters or not rows:
            settled.append(grid)
            continue
        runs = [run for row in rows for run in row.runs]
        over = sum(1 for run in runs for g in model.gutters if run.x0 < g - 8 and run.x1 > g + 8)
        beyond = any(run.x0 > model.gutters[-1] for run in runs)
        # The last page may not reach its second column, but its lines end where the first one does.
        beyond = beyond or all(run.x1 < model.gutters[0] + _SAME_GUTTER for run in runs)
        fits = over <= 0.1 * len(rows) and beyond and columns.fills_columns(rows, model)
        settled.append(model if fits else grid)
    return settled


def _line(page: int, column: int, row: Row) -> Line:
    text, cells = text_and_cells(row)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_PLAIN) if _has_styled(text) else text)
    letters = bold = 0
    for run in row.runs:
        count = len(run.text)
        letters += count
        if run.flags & BOLD:
            bold += count
    x0, x1 = row.x0, row.x1
    if row.scripts:
        x1 = max(x1, *(run.x1 for run, _ in row.scripts))
    return Line(page, column, x0, x1, row.y, row.size, x0, x1, text.strip(), cells, bold > letters / 2)


def _set_margins(lines: Sequence[Line]) -> None:
    """Set what is usual for a column of the document; one page may hold too little to tell."""
    starts = Counter(round(line.x0 / 2) * 2 for line in lines)
    common = [start for start, count in starts.items() if count >= 0.04 * len(lines)]
    left = float(min(common or [min(starts)]))
    ends = sorted(line.x1 for line in lines)
    right = ends[min(len(ends) - 1, int(0.97 * len(ends)))]
    for line in lines:
        line.left, line.right = left, right


def _has_styled(text: str) -> bool:
    return any(character > "\u1fff" for character in text)


def _plain_letters() -> dict[int, str]:
    """Letters that mathematics sets in italics, bold and so on, as the letters they are; styled spaces as spaces."""
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)}
    table = {code: text for code, text in table.items() if text != chr(code)}
    table |= dict.fromkeys([*range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    table |= dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F], "")
    table[0x210E] = "h"
    table[0x2010] = table[0x2011] = "-"
    return table


_PLAIN = _plain_letters()
