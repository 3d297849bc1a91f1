"""Groups boxes that are close together."""

from collections.abc import Sequence
from typing import NamedTuple

Box = tuple[float, float, float, float]


class Outlined(NamedTuple):
    """A box, and whether only its outline occupies space."""

    box: Box
    is_hollow: bool


def clusters(boxes: Sequence[Outlined], width: float, height: float, cell: float) -> list[list[int]]:
    """Indices of boxes that touch, directly or over others.

    The page is a grid of cells with one bit each, so the work is limited by the page's size for any number of boxes.

    Args:
        boxes: on the page; parts beyond its edges are moved there.
        width: of the page; so is `height`.
        cell: closer boxes are together, those at more than twice this distance are not.
    """
    columns, rows = int(width / cell) + 2, int(height / cell) + 2
    grid = [0] * rows
    firsts: list[tuple[int, int]] = []
    for (x0, y0, x1, y1), is_hollow in boxes:
        left, right = _within(x0 / cell, columns), _within(x1 / cell, columns)
        low, high = _within(y0 / cell, rows), _within(y1 / cell, rows)
        full = (1 << right + 1) - (1 << left)
        inner = (1 << left | 1 << right) if is_hollow else full
        grid[low] |= full
        grid[high] |= full
        for row in range(low + 1, high):
            grid[row] |= inner
        firsts.append((low, left))
    found: dict[int, list[int]] = {}
    labels: list[list[tuple[int, int]]] = [[] for _ in grid]
    for index, (row, column) in enumerate(firsts):
        label = next((label for bits, label in labels[row] if bits >> column & 1), None)
        if label is None:
            label = index
            for other, bits in _connected(grid, row, column).items():
                labels[other].append((bits, label))
        found.setdefault(label, []).append(index)
    return list(found.values())


def _within(value: float, count: int) -> int:
    return max(0, min(count - 1, int(value)))


def _connected(grid: list[int], row: int, column: int) -> dict[int, int]:
    """The cells that are connected to one, as bits by row."""
    found: dict[int, int] = {}
    waiting = [(row, 1 << column)]
    while waiting:
        row, bits = waiting.pop()
        if not 0 <= row < len(grid):
            continue
        bits &= grid[row] & ~found.get(row, 0)
        if not bits:
            continue
        while (wider := (bits | bits << 1 | bits >> 1) & grid[row]) != bits:
            bits = wider
        found[row] = found.get(row, 0) | bits
        waiting += ((row - 1, bits), (row + 1, bits))
    return found


def around(boxes: Sequence[Box]) -> Box:
    """The box around some."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have a common part."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def distance(one: Box, other: Box) -> float:
    """The distance of two boxes, along the axis where it is larger; 0 if they overlap."""
    return max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3], 0.0)


def holds(box: Box, x: float, y: float, margin: float = 0.0) -> bool:
    """Whether a point is in a box, or at most `margin` from it."""
    return box[0] - margin <= x <= box[2] + margin and box[1] - margin <= y <= box[3] + margin
