"""Columns of a page, from where its text leaves a gutter free, whatever order it was drawn in."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from smartpaper.layout.rows import Row, rows_of, text_of
from smartpaper.pdf.runs import Run

ACROSS: Final = -1  # in place of a column: what runs across all of them

_BIN = 3.0  # points
_JOINED = 11.0  # points: gaps below belong to a line
_NARROWEST = 6.0
_FEWEST_ROWS = 6
_CROSSED = 0.09  # of the rows may cross a gutter: titles, section headings
_SIDE = 0.24  # of the rows must have text on either side
_OPTION = re.compile(r"[\[(]?\s*([A-Da-d1-4])\s*[\])]|([A-Da-d])\.")
_KEY = re.compile(r"\W*(?:answers?(?:\s*-?\s*keys?)?|key|उत्तर\s*(?:कुंजी|माला)|उत्तरमाला)\W*", re.IGNORECASE)
_FIRST_OF_PAIR = frozenset("ACac13")


@dataclass(frozen=True, slots=True)
class Grid:
    """The gutters of a page, from left to right."""

    gutters: tuple[float, ...] = ()

    def column(self, run: Run) -> int:
        """Which column a run begins in."""
        return bisect_right(self.gutters, run.x0 + 1.0)


def grid_of(rows: Sequence[Row]) -> Grid:
    """The columns that a page's rows by themselves suggest."""
    if len(rows) < _FEWEST_ROWS:
        return Grid()
    segments = [_segments(row) for row in rows]
    low = min(segment[0] for row in segments for segment in row)
    high = max(segment[1] for row in segments for segment in row)
    width = high - low
    if width < 150:
        return Grid()
    bins = int(width / _BIN) + 2
    change = [0] * (bins + 1)
    for row in segments:
        for x0, x1, _ in row:
            change[int((x0 - low) / _BIN)] += 1
            change[int((x1 - low) / _BIN) + 1] -= 1
    covered, count = [], 0
    for step in change:
        count += step
        covered.append(count)
    gutters = [
        gutter
        for start, end in _valleys(covered[:bins], max(1, round(_CROSSED * len(rows))))
        if (end - start) * _BIN >= _NARROWEST
        for gutter in [low + (start + end) * _BIN / 2]
        if 0.2 < (gutter - low) / width < 0.8
    ]
    accepted = [gutter for gutter in gutters if _divides(gutter, segments)]
    if len(accepted) > 1 and not _even(accepted, low, high):
        accepted = [min(accepted, key=lambda gutter: abs(gutter - (low + high) / 2))]
    return Grid(tuple(accepted))


def fills_columns(rows: Sequence[Row], grid: Grid) -> bool:
    """Whether the page holds lines that fill a column, as a text does and a table does not."""
    widths: Counter[int] = Counter()
    wide: Counter[int] = Counter()
    segments = [segment for row in rows for segment in _segments(row)]
    low, high = min(x0 for x0, _, _ in segments), max(x1 for _, x1, _ in segments)
    edges = [low, *grid.gutters, high]
    for x0, x1, _ in segments:
        column = bisect_right(grid.gutters, x0 + 1.0)
        widths[column] += 1
        wide[column] += x1 - x0 >= 0.6 * (edges[column + 1] - edges[column])
    if len(rows) < 8:  # the end of a text may leave too little in one of the columns
        return wide.total() > 0
    return all(wide[column] >= 1 for column in widths) and wide.total() >= 0.15 * widths.total()


def _even(gutters: Sequence[float], low: float, high: float) -> bool:
    widths = [b - a for a, b in pairwise([low, *gutters, high])]
    return max(widths) < 1.5 * min(widths)


def _segments(row: Row) -> list[tuple[float, float, str]]:
    """Stretches of a row without a gap, each with the text that it begins with."""
    found: list[tuple[float, float, str]] = []
    for run in sorted(row.runs):
        if found and run.x0 - found[-1][1] < _JOINED:
            last = found[-1]
            found[-1] = (last[0], max(last[1], run.x1), last[2] if len(last[2]) > 3 else last[2] + run.text)
        else:
            found.append((run.x0, run.x1, run.text))
    return found


def _valleys(covered: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Stretches of bins that at most `most` rows cover, narrowed to where they are least covered."""
    valleys: list[tuple[int, int]] = []
    start: int | None = None
    for index, count in enumerate([*covered, most + 1]):
        if count <= most:
            start = index if start is None else start
        elif start is not None:
            if start > 0 and index < len(covered):
                valleys.append(_deepest(covered, start, index))
            start = None
    return valleys


def _deepest(covered: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The longest stretch of a valley at its lowest: numbers that hang left of a column narrow it on one side."""
    lowest = min(covered[start:end])
    best = (start, start)
    first: int | None = None
    for index in range(start, end + 1):
        if index < end and covered[index] == lowest:
            first = index if first is None else first
        elif first is not None:
            if index - first > best[1] - best[0]:
                best = (first, index)
            first = None
    return best


def _divides(gutter: float, segments: Sequence[Sequence[tuple[float, float, str]]]) -> bool:
    left = right = 0
    firsts = seconds = others = 0
    starts: list[float] = []
    for row in segments:
        right_side = [segment for segment in row if segment[0] > gutter]
        left += any(segment[1] < gutter for segment in row)
        if right_side:
            right += 1
            starts.append(right_side[0][0])
            found = _OPTION.match(right_side[0][2].lstrip())
            if found is None:
                others += 1
            elif (found[1] or found[2]) in _FIRST_OF_PAIR:
                firsts += 1
            else:
                seconds += 1
    if min(left, right) < max(4, _SIDE * len(segments)):
        return False
    # Options set two by two leave a gutter too, but only second ones stand on its right.
    if seconds > 2 * firsts and seconds >= 0.3 * right:
        return False
    if not _reads_as_text(gutter, segments):
        return False
    edge = min(starts)
    aligned = sum(start - edge < 80 for start in starts)
    return aligned >= 0.55 * right


def _reads_as_text(gutter: float, segments: Sequence[Sequence[tuple[float, float, str]]]) -> bool:
    """Whether both sides hold lines that fill them, not only the short cells of a table."""
    sides: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for row in segments:
        for x0, x1, _ in row:
            if x1 < gutter or x0 > gutter:
                sides[x0 > gutter].append((x0, x1))
    for side in sides:
        if not side:
            return False
        width = max(x1 for _, x1 in side) - min(x0 for x0, _ in side)
        wide = sum(x1 - x0 >= 0.5 * width for x0, x1 in side)
        if width < 90 or wide < max(2, 0.1 * len(side)):
            return False
    return True


def split(rows: Sequence[Row], grid: Grid) -> list[tuple[int, Sequence[Row]]]:
    """A page's rows by column, in reading order; what runs across the columns divides the page into bands."""
    if not grid.gutters:
        return [(0, rows)]
    parts: list[tuple[int, Sequence[Row]]] = []
    band: list[list[Run]] = [[] for _ in range(len(grid.gutters) + 1)]

    def close() -> None:
        parts.extend((column, rows_of(runs)) for column, runs in enumerate(band) if runs)
        for runs in band:
            runs.clear()

    is_key = False
    for row in rows:
        if _KEY.fullmatch(text_of(row).strip()) and any(row.x0 < gutter < row.x1 for gutter in grid.gutters):
            is_key = True  # a key across the columns is a table, whose cells know no gutter
        if is_key or _crosses(row, grid.gutters):
            close()
            parts.append((ACROSS, [row]))
            continue
        for run in row.runs:
            band[grid.column(run)].append(run)
        for run, _ in row.scripts:
            band[grid.column(run)].append(run)
    close()
    return parts


def _crosses(row: Row, gutters: Sequence[float]) -> bool:
    for gutter in gutters:
        for x0, x1, _ in _segments(row):
            # A long formula may stick out of its column; a heading reaches far on both sides.
            if x0 < gutter - 20 and x1 > gutter + 25:
                return True
    return False
