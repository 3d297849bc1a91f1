"""Reads papers set as tables with a row for each question and a column for each option.

Read line by line, the lines of a row's cells would mix. So each row is read cell by cell: the question, then its
options with the labels that the table's head or the cells themselves have, then its answer.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from operator import attrgetter
from typing import Final, NamedTuple

from paper_reader.layout.gutters import stretches
from paper_reader.layout.rows import Row, joined, rows_of
from paper_reader.layout.tables import levels
from paper_reader.pdf.runs import PageContent, Run

STEM: Final = "stem"
ANSWER: Final = "Answer"
SOLUTION: Final = "Solution"
_SKIPPED: Final = ""
_LABEL: Final = re.compile(
    r"(?:(?:options?|opt\.?|choices?|विकल्प)\s*[-–:.]?\s*)?[\[(]?\s?([A-Fa-f1-6]|[कखगघअबसद])\s?[\])]?\s?[.:]?",
    re.IGNORECASE,
)
_OWN_LABEL: Final = re.compile(r"[\[(]\s?([A-Fa-f1-6]|[कखगघअबसद])\s?[\])]|([A-Fa-f])\s?[.)]\s")
_ALPHABETS: Final = ("ABCDEF", "abcdef", "123456", "कखगघ", "अबसद")
_KINDS: Final = (
    (ANSWER, re.compile(r"(?:(?:correct|right)\s+)?(?:ans(?:wers?)?\.?|key|option|उत्तर)(?:\s*key)?\W*", re.IGNORECASE)),
    (SOLUTION, re.compile(r"(?:solutions?|explanations?|hints?|reason|remarks?)\W*", re.IGNORECASE)),
    (
        _SKIPPED,
        re.compile(r"(?:max(?:imum)?\.?\s*)?(?:marks?|points?|co|bl|btl|po|level|unit|topic)\W*", re.IGNORECASE),
    ),
)
_NUMBER: Final = re.compile(r"\W?\s?(?:Q\w{0,8}\s?\W{0,2}\s?(?:no\W{0,2}\s?)?)?(\d{1,4})(?!\d)", re.IGNORECASE)
_BARE_NUMBER: Final = re.compile(r"\d{1,4}")
_HEIGHT = attrgetter("y")
_LONGEST_NAME: Final = 20
_SECOND: Final = frozenset(alphabet[1] for alphabet in _ALPHABETS)
_FEWEST_OPTIONS: Final = 3
_FEWEST_ROWS: Final = 2
_OVERFLOW: Final = 2.0  # points that a long word may extend beyond its column
_FREE: Final = 0.3  # points between columns at least
_LEFT_OF_LABEL: Final = 1.0  # points
_SAME_PLACE: Final = 4.0  # points
_NARROWEST_STEM: Final = 60.0  # points
_INDENT: Final = 3.0  # em from a table's left edge to its numbers
_MOST: Final = 0.6  # of the labels are at the columns' places


class Span(NamedTuple):
    """A part of a row, and its text."""

    x0: float
    x1: float
    text: str


class Column(NamedTuple):
    """A column of a table: what is in it, and where it may begin and end."""

    kind: str
    low: float
    high: float


class Head(NamedTuple):
    """The head of a table, between two heights, and its columns; both are infinite for a table without one."""

    high: float
    low: float
    columns: list[Column]


@dataclass(slots=True)
class Cell:
    """A cell to be read by itself: the index of its column, and its rows."""

    column: int
    rows: list[Row]


@dataclass(slots=True)
class Found:
    """A page's table: the rows of text above it, its cells in reading order, and the rows below.

    `rest` is what is below its last line: a row that may continue on the next page. `has_begun` is whether its first
    row begins on the page.
    """

    above: list[Row]
    cells: list[Cell]
    below: list[Row]
    rest: list[Run]
    has_begun: bool
    columns: Sequence[Column]
    edges: Sequence[float]


def heads(pages: Sequence[PageContent], rows_by_page: Sequence[Sequence[Row]]) -> list[Head | None]:
    """Each page's head of a table; if there is none, the columns of the labels in the cells."""
    found = [_head(rows) for rows in rows_by_page]
    if any(found):
        return found
    return [
        _labelled(page, rows) if len(page.rules) > _FEWEST_ROWS * _FEWEST_OPTIONS else None
        for page, rows in zip(pages, rows_by_page, strict=True)
    ]


def read(
    pages: Sequence[PageContent],
    rows_by_page: Sequence[list[Row]],
    known: Sequence[Head | None],
) -> list[Found | None]:
    """Each page's table; one may continue on pages without a head."""
    found: list[Found | None] = []
    columns: list[Column] | None = None
    rest: list[Run] = []
    for page, rows, head in zip(pages, rows_by_page, known, strict=True):
        columns = head.columns if head is not None else columns
        lifted = [run._replace(y=run.y + page.height) for run in rest]
        table = _table(page, rows, head or Head(inf, inf, columns), lifted) if columns is not None else None
        if rest and (table is None or table.has_begun):
            _close(found[-1], rest)
        rest = [] if table is None or columns is None else table.rest
        if table is None or table.below:
            _close(table, rest)
            columns, rest = None, []
        found.append(table)
    _close(found[-1] if found else None, rest)
    return found


def _close(table: Found | None, rest: Sequence[Run]) -> None:
    """Let a table's last row end with its page."""
    if table is not None and rest:
        table.cells += _cells(rest, table.columns, table.edges)


def _head(rows: Sequence[Row]) -> Head | None:
    for at, row in enumerate(rows):
        if any(_may_be_second(run.text) for run in row.runs):
            # Names of one line and of two, which are centred.
            around = rows[max(0, at - 1) : at + 2]
            centred = _columns(_joined_names(around)) if len(around) > _FEWEST_ROWS else []
            for first in (row, *rows[max(0, at - 1) : at]):
                columns = _columns(_over(first, row))
                if columns and len(columns) >= len(centred):
                    return Head(first.y, row.y, columns)
            if centred:
                return Head(around[0].y, around[-1].y, centred)
    return None


def _joined_names(rows: Sequence[Row]) -> list[Span]:
    """The parts of some rows, those that are over each other as one."""
    cells: list[Span] = []
    for span in (span for row in rows for span in _spans(row)):
        at = next((at for at, cell in enumerate(cells) if cell.x0 < span.x1 and span.x0 < cell.x1), None)
        if at is None:
            cells.append(span)
        else:
            cell = cells[at]
            cells[at] = Span(min(cell.x0, span.x0), max(cell.x1, span.x1), f"{cell.text} {span.text}")
    return sorted(cells)


def _may_be_second(text: str) -> bool:
    """Whether a text may be the name of a second option's column: quick, and without false negatives."""
    return len(text) <= _LONGEST_NAME and text.rstrip(" )].:")[-1:] in _SECOND


def _over(row: Row, below: Row) -> list[Span]:
    """The parts of a row, with those of the next one that are under them; empty if one of these is not."""
    cells = _spans(row)
    for span in _spans(below) if below is not row else ():
        at = next((at for at, cell in enumerate(cells) if cell.x0 < span.x1 and span.x0 < cell.x1), None)
        if at is None:
            return []
        cell = cells[at]
        cells[at] = Span(min(cell.x0, span.x0), max(cell.x1, span.x1), f"{cell.text} {span.text}")
    return cells


def _spans(row: Row) -> list[Span]:
    """The parts of a row between gaps."""
    runs = sorted(row.runs)
    return [
        Span(x0, x1, " ".join(run.text.strip() for run in runs if x0 <= run.x0 <= x1)) for x0, x1, _ in stretches(row)
    ]


def _columns(cells: Sequence[Span]) -> list[Column]:
    """The columns under a head's cells; empty if it does not name options."""
    if not cells or _NUMBER.match(cells[0].text) is not None:
        return []
    labels = [found[1] if (found := _LABEL.fullmatch(cell.text.strip())) else "" for cell in cells]
    for first in range(1, len(cells) - _FEWEST_OPTIONS + 1):
        for alphabet in _ALPHABETS:
            count = 0
            while first + count < len(cells) and count < len(alphabet) and labels[first + count] == alphabet[count]:
                count += 1
            if count < _FEWEST_OPTIONS:
                continue
            behind = [_kind(cell.text.strip()) for cell in cells[first + count :]]
            if None in behind:
                return []
            kinds = [f"({label})" for label in alphabet[:count]] + [kind for kind in behind if kind is not None]
            stem = Column(STEM, cells[0].x0, cells[first - 1].x1)
            return [stem, *(Column(kind, x0, x1) for kind, (x0, x1, _) in zip(kinds, cells[first:], strict=True))]
    return []


def _kind(text: str) -> str | None:
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(text) is not None), None)


def _labelled(page: PageContent, rows: Sequence[Row]) -> Head | None:
    """The columns of a table whose cells have the options' labels."""
    places: dict[str, list[float]] = defaultdict(list)
    numbers: list[float] = []
    for row in rows:
        for x0, _, text in stretches(row):
            found = _OWN_LABEL.match(text)
            if found is not None:
                places[found[1] or found[2]].append(x0)
        first = min(row.runs)
        if _NUMBER.match(first.text) is not None:
            numbers.append(first.x0)
    for alphabet in _ALPHABETS:
        columns: list[float] = []
        for label in alphabet:
            xs = places.get(label, [])
            place = _common(xs)
            if place is None or (columns and place < columns[-1] + _SAME_PLACE):
                break
            columns.append(place)
        number = _common(numbers)
        if len(columns) >= _FEWEST_OPTIONS and number is not None and columns[0] - number > _NARROWEST_STEM:
            edges = [*columns, page.width]
            behind = [Column("", x0 - _LEFT_OF_LABEL, x1) for x0, x1 in pairwise(edges)]
            return Head(inf, inf, [Column(STEM, number, number), *behind])
    return None


def _common(places: Sequence[float]) -> float | None:
    """The place of most of some places."""
    if len(places) < _FEWEST_ROWS:
        return None
    counts = Counter(round(place) for place in places)
    best = counts.most_common(1)[0][0]
    near = [place for place in places if abs(place - best) <= _SAME_PLACE]
    return min(near) if len(near) >= _MOST * len(places) else None


def _table(page: PageContent, rows: list[Row], head: Head, lifted: Sequence[Run]) -> Found | None:
    """The table below a head, as far as nothing crosses its columns.

    `lifted` is a row's beginning on the page before, at heights above this page.
    """
    columns = head.columns
    if head.high == inf and not _has_heads(columns):
        first = _first(page, rows, columns)
    else:
        first = next((at for at, row in enumerate(rows) if row.y < head.low), len(rows))
    last, edges = _extent(rows, first, columns)
    body = [run for row in rows[first:last] for run in (*row.runs, *(run for run, _ in row.scripts))]
    bounds = _bounds(page, rows[first:last], body, may_continue=head.high == inf)
    body.sort(key=_HEIGHT)
    heights = [run.y for run in body]
    parts = [body[bisect_right(heights, low) : bisect_right(heights, high)] for high, low in bounds]
    parts = [part for part in parts if part]
    has_begun = not parts or _begins_with_number(parts[0], edges)
    if parts and not has_begun:
        parts[0] = [*parts[0], *lifted]
    rest = body[: bisect_right(heights, bounds[-1][1])] if bounds and not rows[last:] else []
    table = [_cells(part, columns, edges) for part in parts]
    numbered = sum(bool(cells[0].rows) and _is_numbered(cells[0].rows[0]) for cells in table)
    if numbered < max(_FEWEST_ROWS, _MOST * len(table)):
        return None
    above = [row for row in rows[:first] if not head.low <= row.y <= head.high]
    return Found(above, [cell for cells in table for cell in cells], rows[last:], rest, has_begun, columns, edges)


def _begins_with_number(part: Sequence[Run], edges: Sequence[float]) -> bool:
    stem = [run for run in part if run.x0 < edges[0]]
    return bool(stem) and _NUMBER.match(min(stem).text) is not None


def _first(page: PageContent, rows: Sequence[Row], columns: Sequence[Column]) -> int:
    """The first row of a table without a head: its number's, or that below the line above the number."""
    first = next((at for at, row in enumerate(rows) if _begins(row, columns)), len(rows))
    if first == len(rows):
        return first
    lines = levels(page.rules, columns[0].low, columns[-1].low)
    top = min((y for y in lines if y > rows[first].y), default=rows[first].y)
    return min(first, next(at for at, row in enumerate(rows) if row.y <= top))


def _has_heads(columns: Sequence[Column]) -> bool:
    return any(column.kind for column in columns[1:])


def _is_numbered(row: Row) -> bool:
    return _NUMBER.match(min(row.runs).text) is not None


def _begins(row: Row, columns: Sequence[Column]) -> bool:
    return _is_numbered(row) and abs(row.x0 - columns[0].low) <= _SAME_PLACE


def _extent(rows: Sequence[Row], first: int, columns: Sequence[Column]) -> tuple[int, list[float]]:
    """Where the table ends, and the left edges of its columns but the first."""
    # Text may begin left of its column's name, but no column begins right of it.
    free: list[list[tuple[float, float]]] = [[((a.low + a.high) / 2, b.low)] for a, b in pairwise(columns)]
    if not _has_heads(columns):
        free = [[(column.low - _FREE, column.low + _FREE)] for column in columns[1:]]
    edges = [column.low for column in columns[1:]]
    for at in range(first, len(rows)):
        for run in rows[at].runs:
            free = [_without(gaps, run) for gaps in free]
        if not all(free):
            return at, edges
        edges = [(a + b) / 2 for a, b in (max(gaps, key=lambda gap: gap[1] - gap[0]) for gaps in free)]
    return len(rows), edges


def _without(gaps: Sequence[tuple[float, float]], run: Run) -> list[tuple[float, float]]:
    """What a run leaves of some gaps."""
    left: list[tuple[float, float]] = []
    for low, high in gaps:
        end = run.x1 - _OVERFLOW
        if end <= low or run.x0 >= high:
            left.append((low, high))
        else:
            left += [(low, run.x0)] * (run.x0 - low >= _FREE) + [(end, high)] * (high - end >= _FREE)
    return left


def _bounds(
    page: PageContent, rows: Sequence[Row], body: Sequence[Run], *, may_continue: bool
) -> list[tuple[float, float]]:
    """The upper and lower ends of the table's rows."""
    if not body:
        return []
    low, high = min(run.x0 for run in body), max(run.x1 for run in body)
    top, bottom = rows[0].y + rows[0].size, min(run.y for run in body)
    lines = [y for y in levels(page.rules, low, high) if bottom - 2 * rows[-1].size < y < top + rows[0].size]
    if len(lines) > _FEWEST_ROWS:
        # A row that continues from the page before may have no line above it.
        is_open = may_continue and any(run.y > lines[0] for run in body)
        first = [(max(run.y for run in body) + 1, lines[0])] if is_open else []
        return [*first, *pairwise(lines)]
    # Without lines each row begins with its number, on its first line or at half its height.
    begins: list[Row] = []
    number = 0
    for row in rows:
        match = _NUMBER.match(min(row.runs).text) if row.x0 < low + _INDENT * row.size else None
        if match is not None and (not begins or int(match[1]) == number + 1):
            begins.append(row)
            number = int(match[1])
    if len(begins) < _FEWEST_ROWS:
        return []
    ends = [top]
    heights = sorted({round(run.y, 1) for run in body})
    for one, other in pairwise(begins):
        between = heights[bisect_left(heights, other.y - 0.1) : bisect_right(heights, one.y + 0.1)][::-1]
        drop, at = max((a - b, (a + b) / 2) for a, b in pairwise(between)) if len(between) > 1 else (0.0, other.y)
        if drop < other.size:
            return []
        ends.append(at)
    return list(pairwise([*ends, bottom - 1]))


def _cells(inside: Sequence[Run], columns: Sequence[Column], edges: Sequence[float]) -> list[Cell]:
    """A row's cells, each with its label."""
    by_column: list[list[Run]] = [[] for _ in columns]
    for run in inside:
        by_column[sum(run.x0 >= edge for edge in edges)].append(run)
    model = max(inside, key=lambda run: run.y)
    stem = by_column[0]
    if stem:
        # A number at half the height of its row belongs to the first line.
        number = min(stem)
        bare = number.text.strip().rstrip(".)")
        if _BARE_NUMBER.fullmatch(bare) is not None:
            rest = [run for run in stem if run is not number]
            top = max(rest, key=lambda run: run.y, default=number)
            stem = [number._replace(y=top.y, size=top.size, text=f"{bare}. "), *rest]
    found = [Cell(0, rows_of(stem))]
    for at, (column, runs) in enumerate(zip(columns[1:], by_column[1:], strict=True), 1):
        kind = column.kind
        if kind.startswith("("):
            own = _OWN_LABEL.match(joined(runs)) if runs else None
            is_labelled = own is not None and (own[1] or own[2]).upper() == kind[1].upper()
            found.append(_labelled_cell(at, "" if is_labelled else f"{kind} ", runs, model, edges[at - 1]))
        elif runs and kind in {ANSWER, SOLUTION}:
            found.append(_labelled_cell(at, f"{kind}: ", runs, model, edges[at - 1]))
        elif runs and not _has_heads(columns):
            found.append(Cell(at, rows_of(runs)))
    return found


def _labelled_cell(column: int, label: str, runs: Sequence[Run], model: Run, x0: float) -> Cell:
    if not label:
        return Cell(column, rows_of(runs))
    first = max(runs, key=lambda run: (run.y, -run.x0), default=model._replace(x0=x0 + _FREE))
    start = min((run.x0 for run in runs), default=first.x0)
    return Cell(column, rows_of([Run(start - _FREE, start - _FREE / 2, first.y, first.size, label, 0), *runs]))
