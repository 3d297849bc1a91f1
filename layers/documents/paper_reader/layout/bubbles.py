"""Puts a bullet before options whose only label is a drawn circle or box, as on forms of web pages."""

from bisect import bisect_left, bisect_right
from collections import Counter
from operator import attrgetter
from typing import Final

from paper_reader.pdf.runs import Kind, PageContent, Run, Shape

BULLET: Final = "○"
_SMALLEST, _LARGEST = 5.0, 16.0  # points
_ROUND: Final = 1.5  # points by which the sides may differ
_FEWEST, _MOST = 4, 400  # on a page
_MOST_NEAR: Final = 400  # runs at the height of one
_NEAREST: Final = 2.5  # em from a bubble to its text
_LEVEL: Final = 0.6  # em between the middles of a bubble and of its text
_RISE: Final = 0.3  # em from a baseline to the middle of small letters
_SAME_PLACE: Final = 2.0  # points
_HEIGHT = attrgetter("y")


def put(page: PageContent) -> None:
    """Put a bullet before each text with such a shape in front of it."""
    bubbles = [shape for shape in page.shapes if _is_bubble(shape)]
    if not _FEWEST <= len(bubbles) <= _MOST:
        return
    places = Counter(round(shape.x0 / _SAME_PLACE) for shape in bubbles)
    runs = sorted(page.runs, key=_HEIGHT)
    heights = [run.y for run in runs]
    found: dict[tuple[int, int], Run] = {}
    for shape in bubbles:
        middle = (shape.y0 + shape.y1) / 2
        near = runs[bisect_left(heights, middle - _LARGEST) : bisect_right(heights, middle + _LARGEST)][:_MOST_NEAR]
        if any(
            run.x0 < shape.x1 and run.x1 > shape.x0 and abs(run.y + _RISE * run.size - middle) < run.size
            for run in near
        ):
            continue  # a badge with its letter
        beside = [
            run
            for run in near
            if 0 <= run.x0 - shape.x1 < _NEAREST * run.size
            and abs(run.y + _RISE * run.size - middle) < _LEVEL * run.size
        ]
        if beside and places[round(shape.x0 / _SAME_PLACE)] > 1:
            first = min(beside)
            key = round(shape.x0 / _SAME_PLACE), round(first.y)
            found[key] = Run(shape.x0, shape.x1, first.y, first.size, f"{BULLET} ", 0)
    if len(found) >= _FEWEST:
        page.runs = [*page.runs, *found.values()]


def _is_bubble(shape: Shape) -> bool:
    width, height = shape.x1 - shape.x0, shape.y1 - shape.y0
    return shape.kind in {Kind.DRAWING, Kind.BOX} and _SMALLEST <= width <= _LARGEST and abs(width - height) <= _ROUND
