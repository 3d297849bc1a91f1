"""The areas of questions and options on the pages, to find drawings in them and to show them."""

from collections.abc import Iterable, Sequence
from typing import Final

from paper_reader.layout.line import Line
from paper_reader.paper.draft import Draft
from paper_reader.paper.model import Area

_RISE: Final = 0.8  # em that letters extend above their baseline
_DEPTH: Final = 0.25


def of_lines(lines: Iterable[Line]) -> list[Area]:
    """The areas of lines."""
    return _areas((line.x0, line.x1, line) for line in lines)


def of_options(lines: Sequence[Line], draft: Draft) -> list[list[Area]]:
    """The areas of each option of a draft, whose lines are `lines`; empty if its options are elsewhere."""
    if draft.shares_options or not draft.series:
        return [[] for _ in draft.parts.options]
    first = draft.first
    rows = sorted({marker.line - first for marker in draft.series})
    found: list[list[Area]] = []
    for marker in draft.series:
        at = marker.line - first
        end = next((row for row in rows if row > at), len(lines))
        beside = [other.x for other in draft.series if other.line == marker.line and other.x > marker.x]
        pieces = []
        for line in lines[at:end]:
            left = line.left + marker.x
            right = line.left + min(beside) if beside else line.x1
            if line.x1 >= left - 1 and right > left:
                pieces.append((max(line.x0, left), min(line.x1, right), line))
        found.append(_areas(pieces))
    return found


def _areas(pieces: Iterable[tuple[float, float, Line]]) -> list[Area]:
    boxes: dict[tuple[int, int], list[float]] = {}
    for x0, x1, line in pieces:
        y0, y1 = line.y - _DEPTH * line.size, line.y + _RISE * line.size
        box = boxes.get((line.page, line.column))
        if box is None:
            boxes[line.page, line.column] = [x0, y0, x1, y1, line.left, line.right]
            continue
        box[:4] = min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)
    return [Area(page, *box) for (page, _), box in boxes.items()]
