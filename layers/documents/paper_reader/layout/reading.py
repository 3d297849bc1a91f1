"""Converts pages to lines in reading order."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from statistics import median
from typing import Final

from paper_reader.layout import bubbles, columns, devanagari, furniture, gutters, lists, option_columns
from paper_reader.layout.badges import lift_labels
from paper_reader.layout.columns import Grid
from paper_reader.layout.line import Line, with_few_spaces
from paper_reader.layout.matrices import join_matrices
from paper_reader.layout.rows import Row, rows_of, text_and_cells
from paper_reader.layout.stacks import join_stacks
from paper_reader.layout.tables import lift_numbers
from paper_reader.ocr import labels
from paper_reader.pdf.builder import WIDE_GAP
from paper_reader.pdf.runs import BOLD, PageContent, Run, pieces

_SMALL = 0.86  # of the usual size, in which scripts are set
_SMALLER, _LARGER = 0.6, 1.5  # of the usual size: a recogniser may be wrong by as much
_NEAR = 1.3  # em above and below a line that belong to it
_BESIDE = 1.5  # em from a gap within which its content may begin or end
_SAME_GUTTER = 14.0  # points
_TABLE = -9  # in place of gutters: the columns of a table
_FEWEST_LETTERS = 40  # of a column, to recognise its script
_HINDI_LETTERS: Final = re.compile("[\u0904-\u0939\u0958-\u0961]+")
_FIRST: Final = re.compile(r"(Q\.?\s?)[lI|](?=[\s.):])|(?:^|(?<=^\())[l|](?=[.)]\s)")  # recognised instead of "1"
_LONG, _RISE, _FEWEST_LINES, _STEEPEST = 150.0, 0.4, 5, 0.06  # points; em from word to word; lines; 3.4 degrees
_FOREIGN = 0.4  # of a column's letters may be of the other script: symbols, names


def read(pages: Sequence[PageContent]) -> list[Line]:
    """The lines of a document; it changes its pages."""
    furniture.remove_unseen(pages)
    furniture.remove_sheets(pages)
    body = _body_size(pages)
    _level_recognised(pages, body)
    furniture.remove_watermarks(pages, body)
    for page in pages:
        bubbles.put(page)
        page.runs = _cut(page, body)
        join_stacks(page)
        join_matrices(page)
        lift_numbers(page)
        lift_labels(page)
    rows_by_page = [rows_of(page.runs) for page in pages]
    heads = option_columns.heads(pages, rows_by_page)  # the same on each page, like furniture
    furniture.remove(pages, rows_by_page)
    furniture.remove_line_numbers(rows_by_page)
    tables = option_columns.read(pages, rows_by_page, heads) if any(heads) else [None] * len(pages)
    furniture.remove_marks(rows_by_page)
    bridged = [lists.bridge(rows) for rows in rows_by_page]
    grids = _settled([columns.grid_of(rows) for rows in rows_by_page], rows_by_page)
    for row in chain.from_iterable(bridged):
        row.stretches = None
    parts: list[tuple[int, list[Line]]] = []
    by_column: dict[tuple[int, ...], list[Line]] = {}
    for page, rows, grid, table, listed in zip(pages, rows_by_page, grids, tables, bridged, strict=True):
        for column, part in columns.split(rows, grid) if table is None else ((0, table.above),):
            found = [
                _line(page.number, column, row, in_list=in_list)
                for own, in_list in (lists.by_cells(part) if listed else ((part, False),))
                for row in own
            ]
            # A page without columns among others, such as the key at the end, is in neither of them.
            parts.append((column if grid.gutters else columns.ACROSS, found))
            # Columns at other places, and content across all of them, have their own margins.
            place = (*(round(gutter / _SAME_GUTTER) for gutter in grid.gutters), column) if table is None else (0,)
            by_column.setdefault(place, []).extend(found)
        if table is not None:
            for cell in table.cells:
                found = _cell(page.number, cell)
                parts.append((0, found))
                by_column.setdefault((_TABLE, cell.column), []).extend(found)
            below = [_line(page.number, 0, row) for row in table.below]
            parts.append((0, below))
            by_column.setdefault((0,), []).extend(below)
    for members in filter(None, by_column.values()):
        _set_margins(members)
    lines = [line for _, found in _ordered(parts) for line in found]
    _mark_recognised(lines, pages)
    if devanagari.is_drawn_order(line.text for line in lines):
        for line in lines:
            line.text = devanagari.spelled(line.text)
    return lines


def _mark_recognised(lines: Sequence[Line], pages: Sequence[PageContent]) -> None:
    """Mark recognised text, and correct the numbers that are commonly misread."""
    recognised = {page.number for page in pages if page.is_recognised}
    for line in lines if recognised else ():
        if line.page in recognised:
            line.is_recognised = True
            line.text = _FIRST.sub(r"\g<1>1", line.text)
    if recognised:
        labels.repair(lines)


def _level_recognised(pages: Sequence[PageContent], body: float) -> None:
    """Give recognised text one size, because measured sizes differ from line to line and do not show sub- or
    superscripts; and make its lines level, because scans are askew."""
    for page in pages:
        if page.is_recognised:
            slope = _slope(page.runs)
            page.runs = [
                run._replace(
                    x0=run.x0 + slope * (run.y - page.height / 2),
                    x1=run.x1 + slope * (run.y - page.height / 2),
                    y=run.y - slope * (run.x0 - page.width / 2),
                    size=body if _SMALLER * body < run.size < _LARGER * body else run.size,
                )
                for run in page.runs
            ]


def _slope(runs: Sequence[Run]) -> float:
    """How much the lines of a scan rise, from the words of each in the order in which they were recognised."""
    slopes: list[float] = []
    first = last = None
    for run in [*runs, None]:
        if (
            first is not None
            and last is not None
            and (run is None or run.x0 < last.x1 - run.size or abs(run.y - last.y) > _RISE * run.size)
        ):
            if last.x0 - first.x0 > _LONG:
                slopes.append((last.y - first.y) / (last.x0 - first.x0))
            first = None
        if first is None:
            first = run
        last = run
    found = median(slopes) if len(slopes) >= _FEWEST_LINES else 0.0
    return found if abs(found) < _STEEPEST else 0.0


def _cut(page: PageContent, body: float) -> list[Run]:
    """The runs, cut where something may be in an inner gap: text that was drawn later, a script or a fraction."""
    low = _SMALL * body
    small = sorted(
        [(run.y, run.x0, run.x1) for run in page.runs if run.size < low]
        + [(rule.y, rule.x0, rule.x1) for rule in page.rules]
    )
    heights = [y for y, _, _ in small]
    found: list[Run] = []
    for run in page.runs:
        if run.breaks:
            reach = _NEAR * run.size
            first = bisect_left(heights, run.y - reach)
            near = small[first : bisect_right(heights, run.y + reach, first)]
            beside = _BESIDE * run.size
            found += pieces(run, WIDE_GAP, [(x0 - beside, x1 + beside) for _, x0, x1 in near] if near else ())
        else:
            found.append(run)
    return found


def _ordered(parts: list[tuple[int, list[Line]]]) -> list[tuple[int, list[Line]]]:
    """Columns in reading order: with two languages side by side, each language from page to page."""
    shares: dict[int, list[float]] = {0: [], 1: []}
    if not any(column == 1 for column, _ in parts):
        return parts
    for column, lines in parts:
        text = "".join(line.text for line in lines)
        if text.isascii() and column in shares:
            shares[column].append(0.0)
            continue
        letters = sum(map(str.isalpha, text))
        if column in shares and letters > _FEWEST_LETTERS:
            hindi = sum(map(len, _HINDI_LETTERS.findall(text)))
            shares[column].append(hindi / letters)
    if not shares[0] or not shares[1]:
        return parts
    low, high = sorted(shares.values(), key=sum)
    if max(low) > _FOREIGN or min(high) < 1 - _FOREIGN:
        return parts
    last = max(at for at, (column, _) in enumerate(parts) if column >= 0)
    first = [part for part in parts[: last + 1] if part[0] != 1]
    return [*first, *(part for part in parts if part[0] == 1), *parts[last + 1 :]]


def _body_size(pages: Sequence[PageContent]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for run in page.runs:
            sizes[run.size] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _settled(grids: list[Grid], rows_by_page: Sequence[Sequence[Row]]) -> list[Grid]:
    """A page that leaves the document's usual gutter free has the gutter too, even if it is too short to tell."""
    usual = Counter(tuple(round(gutter / _SAME_GUTTER) for gutter in grid.gutters) for grid in grids if grid.gutters)
    if not usual or sum(usual.values()) < 0.4 * len(grids):
        return grids
    shape = usual.most_common(1)[0][0]
    model = next(grid for grid in grids if tuple(round(g / _SAME_GUTTER) for g in grid.gutters) == shape)
    settled = []
    for grid, rows in zip(grids, rows_by_page, strict=True):
        # A key that occupies the rest of a page has no columns, and the part above it none of its own.
        upper = rows[: columns.key_from(rows)]
        is_part = bool(grid.gutters) and _is_part(grid.gutters, model.gutters)
        if (grid.gutters and not is_part) or not upper:
            settled.append(grid)
            continue
        runs = [run for row in upper for run in row.runs]
        over = sum(1 for run in runs for g in model.gutters if run.x0 < g - 8 and run.x1 > g + 8)
        beyond = any(run.x0 > model.gutters[-1] for run in runs)
        # The last page may not use its second column, but its lines end where the first column does.
        beyond = beyond or all(run.x1 < model.gutters[0] + _SAME_GUTTER for run in runs)
        fits = over <= 0.1 * len(upper) and beyond and gutters.fills_columns(upper, model.gutters)
        settled.append(Grid(model.gutters, bottom=upper[-1].y) if fits else grid)
    return settled


def _is_part(gutters: Sequence[float], of: Sequence[float]) -> bool:
    """Whether a page has some of the document's gutters, and no other."""
    return len(gutters) < len(of) and all(min(abs(one - other) for other in of) < _SAME_GUTTER for one in gutters)


def _cell(page: int, cell: option_columns.Cell) -> list[Line]:
    """The lines of a cell of a table; an option's are one, because nothing else tells where it ends."""
    lines = [_line(page, 0, row) for row in cell.rows]
    if cell.column and len(lines) > 1:
        lines[0].text = " ".join(line.text for line in lines)
        lines[0].x1 = max(line.x1 for line in lines)
        del lines[1:]
    return lines


def _line(page: int, column: int, row: Row, *, in_list: bool = False) -> Line:
    parts, cells, seams = text_and_cells(row)
    text = with_few_spaces("".join(parts))
    if not text.isascii():
        if _ACCENT.search(text):
            text = _ACCENTED.sub(lambda found: found[2] + found[3] + _ACCENTS[found[1]], text)
        if _STROKE in text:
            text = _STRUCK.sub("\\2\\1", text)
        text = unicodedata.normalize("NFC", text.translate(_PLAIN) if _STYLED.search(text) else text)
    x0, x1, runs = row.x0, row.x1, row.runs
    bold = sum([len(run.text) for run in runs if run.flags & BOLD])
    is_bold = bold > 0 and 2 * bold > sum([len(run.text) for run in runs])
    if row.scripts:
        runs = [*runs, *(run for run, _ in row.scripts)]
        x1 = max(x1, *(run.x1 for run, _ in row.scripts))
    return Line(
        page, column, x0, x1, row.y, row.size, x0, x1, text.strip(), cells, is_bold, runs, parts, seams, in_list=in_list
    )


def _set_margins(lines: Sequence[Line]) -> None:
    """Set the usual margins of each column of the document, because one page may have too little text to tell."""
    starts = Counter(round(line.x0 / 2) * 2 for line in lines)
    common = [start for start, count in starts.items() if count >= 0.04 * len(lines)]
    left = float(min(common or [min(starts)]))
    ends = sorted(line.x1 for line in lines)
    right = ends[min(len(ends) - 1, int(0.97 * len(ends)))]
    for line in lines:
        line.left, line.right = left, right


# Accents drawn before their letter, as TeX does.
_ACCENTS: Final = {
    "ˆ": "\u0302", "˜": "\u0303", "¯": "\u0304", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "´": "\u0301",
    "\u20d7": "\u20d7",
}  # fmt: skip
_ACCENT: Final = re.compile(f"[{''.join(_ACCENTS)}]")
_ACCENTED: Final = re.compile("(?<![^\\W\\d_])([ˆ˜¯˙¨ˇ´\u20d7])( ?)([A-Za-zı\u0237])")
# A stroke that is drawn before the sign it strikes out.
_STROKE: Final = "\u0338"
_STRUCK: Final = re.compile(f"({_STROKE})\\s?([=∈⊂⊆≡∼≅<>])")


def _plain_letters() -> dict[int, str]:
    """Letters in mathematical italics, bold and so on, as plain letters; styled spaces as spaces."""
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)}
    table = {code: text for code, text in table.items() if text != chr(code)}
    table |= dict.fromkeys([*range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    table |= dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F], "")
    table[0x210E] = "h"
    table[0x2010] = table[0x2011] = "-"
    return table


_PLAIN = _plain_letters()
_STYLED: Final = re.compile("[\u2000-\U0010ffff]")
