"""Tables drawn by lines: recognises them, and whether their text can be read line by line."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paper_reader.figures.clusters import Box
from paper_reader.figures.stretches import Stretch

_STEP: Final = 2.0  # points by which the pieces of a line may be off
_FULL: Final = 0.85  # of the table's width or height
_THIN: Final = 1.7


@dataclass(slots=True)
class Grid:
    """The lines that run from one edge of a table to the other."""

    levels: list[float]
    columns: list[float]

    @property
    def cells(self) -> int:
        """The number of cells."""
        return max(0, len(self.levels) - 1) * max(0, len(self.columns) - 1)

    @property
    def is_table(self) -> bool:
        """Whether it is more than a frame."""
        return self.cells > 1


def grid_of(lines: Sequence[Box], box: Box) -> Grid:
    """The lines across a box, from lines and rectangles."""
    level: dict[int, float] = defaultdict(float)
    upright: dict[int, float] = defaultdict(float)
    for x0, y0, x1, y1 in lines:
        if y1 - y0 <= _THIN:
            level[round((y0 + y1) / 2 / _STEP)] += x1 - x0
        elif x1 - x0 <= _THIN:
            upright[round((x0 + x1) / 2 / _STEP)] += y1 - y0
        else:
            for y in (y0, y1):
                level[round(y / _STEP)] += x1 - x0
            for x in (x0, x1):
                upright[round(x / _STEP)] += y1 - y0
    return Grid(_full(level, box[2] - box[0]), _full(upright, box[3] - box[1]))


def _full(lengths: dict[int, float], whole: float) -> list[float]:
    """Places whose pieces, with those one step beside, are as long as the whole; each once."""
    found: list[int] = []
    for place in sorted(lengths):
        length = lengths[place] + lengths.get(place + 1, 0.0)
        if length >= _FULL * whole and (not found or place - found[-1] > 1):
            found.append(place)
    return [place * _STEP for place in found]


def is_interleaved(grid: Grid, inside: Iterable[Stretch]) -> bool:
    """Whether several cells of one row have several lines, which reading line by line would mix up."""
    heights: dict[tuple[int, int], set[int]] = defaultdict(set)
    for stretch in inside:
        x, y = stretch.centre
        cell = bisect_right(grid.levels, y), bisect_right(grid.columns, x)
        heights[cell].add(round(stretch.y / stretch.size * 2))
    rows: dict[int, int] = defaultdict(int)
    for (row, _), found in heights.items():
        rows[row] += max(found) - min(found) > 2
    return any(count > 1 for count in rows.values())
