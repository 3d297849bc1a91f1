"""Divides a page's rows into columns, whatever order they were drawn in."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from paper_reader.layout import gutters
from paper_reader.layout.gutters import stretches
from paper_reader.layout.rows import Row, rows_of, text_of
from paper_reader.pdf.runs import Run

ACROSS: Final = -1  # instead of a column: content across all of them

# Parts of a page, as shares of its rows, that may have columns if the whole has none, because of a title or
# instructions above.
_WINDOWS: Final = ((0.0, 1.0), (0.2, 1.0), (0.4, 1.0), (0.6, 1.0), (0.0, 0.6))
_KEY: Final = re.compile(
    r"\W*(?:answers?(?:\s*-?\s*keys?)?|(?:final\s+|official\s+)?key|उत्तर\s*(?:कुंजी|माला)|उत्तरमाला)\W*", re.IGNORECASE
)
_FEWEST_ROWS_OF_PART = 3
_SAME_EDGE = 14.0  # points
_MOST_RUNS_OF_HEADING = 4
_WORD: Final = re.compile(r"[^\W\d_]{4,}|[\u0900-\u0963]{4,}")
_PROSE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Grid:
    """The gutters of a page, from left to right, and the heights between which they are free.

    `others` are the upper and lower ends of more parts of the page that have these columns.
    """

    gutters: tuple[float, ...] = ()
    top: float = inf
    bottom: float = -inf
    others: tuple[tuple[float, float], ...] = ()

    def is_within(self, y: float) -> bool:
        """Whether a height is in a part of the page that has columns."""
        return self.bottom <= y <= self.top or any(low <= y <= high for high, low in self.others)

    def column(self, run: Run) -> int:
        """The column in which a run begins."""
        return bisect_right(self.gutters, run.x0 + 1.0)


def grid_of(rows: Sequence[Row]) -> Grid:
    """The columns of a page, judged by its own rows; a key at its end is a table."""
    rows = rows[: key_from(rows)]
    lines = [stretches(row) for row in rows]
    for start, end in _WINDOWS if gutters.may_have_some(lines) else _WINDOWS[:1]:
        first, last = int(start * len(rows)), int(end * len(rows))
        found = gutters.find(rows[first:last], lines[first:last])
        if found:
            # Columns extend as far as nothing crosses them.
            while first and not _crosses(rows[first - 1], found):
                first -= 1
            while last < len(rows) and not _crosses(rows[last], found):
                last += 1
            top, bottom = rows[first].y if first else inf, rows[last - 1].y if last < len(rows) else -inf
            others = (*_others(rows[:first], rows[first:last], found), *_others(rows[last:], rows[first:last], found))
            return Grid(found, top, bottom, others)
    return Grid()


def _others(beyond: Sequence[Row], rows: Sequence[Row], free: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """More parts of a page with its columns, such as the end of a chapter above the title of the next one."""
    parts: list[list[Row]] = [[]]
    for row in beyond:
        if _crosses(row, free):
            parts.append([])
        else:
            parts[-1].append(row)
    model = _edges(rows, free)
    return tuple(
        (part[0].y, part[-1].y)
        for part in parts
        if len(part) >= _FEWEST_ROWS_OF_PART
        and None not in (edges := _edges(part, free))
        and all(abs(a - b) < _SAME_EDGE for a, b in zip(edges, model, strict=True) if a is not None and b is not None)
        and gutters.fills_columns(part, free)
    )


def _edges(rows: Sequence[Row], free: Sequence[float]) -> list[float | None]:
    """Where the text of each column begins."""
    places: list[list[float]] = [[] for _ in range(len(free) + 1)]
    for row in rows:
        for run in row.runs:
            places[bisect_right(free, run.x0 + 1.0)].append(run.x0)
    return [min(found, default=None) for found in places]


def split(rows: Sequence[Row], grid: Grid) -> Sequence[tuple[int, Sequence[Row]]]:
    """A page's rows by column, in reading order; content across the columns divides the page into bands."""
    if not grid.gutters:
        return [(0, rows)]
    parts: list[tuple[int, list[Row]]] = []
    band: list[list[Run]] = [[] for _ in range(len(grid.gutters) + 1)]

    def close() -> None:
        parts.extend((column, rows_of(runs)) for column, runs in enumerate(band) if runs)
        for runs in band:
            runs.clear()

    key_at = key_from(rows)
    for index, row in enumerate(rows):
        if index >= key_at or not grid.is_within(row.y) or _crosses(row, grid.gutters):
            close()
            if parts and parts[-1][0] == ACROSS:
                parts[-1][1].append(row)
            else:
                parts.append((ACROSS, [row]))
            continue
        for run in row.runs:
            band[grid.column(run)].append(run)
        for run, _ in row.scripts:
            band[grid.column(run)].append(run)
    close()
    return parts


def key_from(rows: Sequence[Row]) -> int:
    """Where an answer key begins that occupies the rest of a page: a table, whose cells ignore gutters.

    Returns:
        The index of its heading; the number of rows if there is none.
    """
    for index, row in enumerate(rows):
        if len(row.runs) > _MOST_RUNS_OF_HEADING or not any(_may_be_key(run.text) for run in row.runs):
            continue
        if _KEY.fullmatch(text_of(row).strip()):
            rest = [text_of(other) for other in rows[index + 1 :]]
            prose = sum(len(_WORD.findall(text)) >= _PROSE_WORDS for text in rest)
            return index if rest and prose <= 0.1 * len(rest) else len(rows)
    return len(rows)


def _may_be_key(text: str) -> bool:
    lowered = text.lower()
    return "ans" in lowered or "key" in lowered or "उत्तर" in lowered


def _crosses(row: Row, free: Sequence[float]) -> bool:
    for gutter in free:
        for x0, x1, _ in stretches(row):
            # A long formula may extend beyond its column; a heading extends far on both sides.
            if x0 < gutter - 20 and x1 > gutter + 25:
                return True
    return False
