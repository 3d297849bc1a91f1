"""Where a question and its options stand on the pages, for cutting out what is drawn there and for showing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paper_reader.layout.line import Line
from paper_reader.paper.draft import Draft
from paper_reader.paper.model import Area

_RISE: Final = 0.8  # em that letters reach above their baseline
_DEPTH: Final = 0.25


@dataclass(slots=True)
class _Box:
    x0: float
    y0: float
    x1: float
    y1: float
    left: float
    right: float

    def add(self, x0: float, x1: float, line: Line) -> None:
        self.x0, self.x1 = min(self.x0, x0), max(self.x1, x1)
        self.y0, self.y1 = min(self.y0, line.y - _DEPTH * line.size), max(self.y1, line.y + _RISE * line.size)


def of_lines(lines: Iterable[Line]) -> list[Area]:
    """What lines cover."""
    return _areas((line.x0, line.x1, line) for line in lines)


def of_options(lines: Sequence[Line], draft: Draft) -> list[list[Area]]:
    """What each option of a draft covers, of which `lines` are its own; empty where its options stand elsewhere."""
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
    boxes: dict[tuple[int, int], _Box] = {}
    for x0, x1, line in pieces:
        box = boxes.setdefault((line.page, line.column), _Box(x0, line.y, x1, line.y, line.left, line.right))
        box.add(x0, x1, line)
    return [
        Area(page, *(round(edge, 1) for edge in (box.x0, box.y0, box.x1, box.y1, box.left, box.right)))
        for (page, _), box in boxes.items()
    ]
