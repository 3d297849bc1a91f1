"""Reads small pictures in front of options as ticks and crosses, as in the response sheets of examination software.

Two pictures are used throughout: of each question's options few have the rarer one. That may be the tick of the right
option, or what the candidate chose. So it is a tick only if the sheet names the chosen options apart, and it is not in
front of all of those, or if the sheet says that a tick shows the right option.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from paper_reader.layout.rows import rows_of, text_of
from paper_reader.pdf.runs import Kind, PageContent, Run, Shape

_SMALLEST, _LARGEST = 4.0, 18.0  # points
_FEWEST_ALIKE: Final = 3  # pictures
_FEWEST_SERIES, _FEWEST_OPTIONS = 3, 2
_NEAREST: Final = 2.5  # em from a picture to its option
_LEVEL: Final = 0.8  # em between the middles of both
_RISE: Final = 0.3  # em from a baseline to the middle of small letters
_LABEL: Final = re.compile(r"[\[(]?\s?([A-Ha-h1-8])\s?(?:[\]).:]|$)")
_CHOSEN: Final = re.compile(r"chosen\s+option\s*:\s*(?:([A-Ha-h1-8])\b|[-–—]+)", re.IGNORECASE)
_LEGEND: Final = re.compile(r"\b(?:tick|check)\b.{0,60}\b(?:correct|right)\b", re.IGNORECASE)
_TICK, _CROSS = "✓ ", "✗ "
_HEIGHT = attrgetter("y")


class _Mark(NamedTuple):
    """A picture with the label behind it, by position, and the page of both."""

    page: PageContent
    shape: Shape
    label: Run
    position: int


def put(pages: Sequence[PageContent]) -> None:
    """Put a tick or a cross in place of such pictures; they are no figures."""
    alike = Counter(shape.name for page in pages for shape in page.shapes if _is_small(shape))
    names = {name for name, count in alike.items() if count >= _FEWEST_ALIKE}
    if not names:
        return
    marks = [mark for page in pages for mark in _marks(page, names)]
    series = _series(marks)
    if len(series) < _FEWEST_SERIES:
        return
    gone = {mark.shape.name for each in series for mark in each}
    for page in pages:
        page.shapes = [shape for shape in page.shapes if shape.name not in gone or not _is_small(shape)]
    tick = _tick(series)
    if tick is None or not _is_told(pages, series, tick):
        return
    for mark in marks:
        shape, label = mark.shape, mark.label
        sign = _TICK if shape.name == tick else _CROSS
        mark.page.runs.append(Run(shape.x0, shape.x1, label.y, label.size, sign, 0))


def _is_small(shape: Shape) -> bool:
    sides = shape.x1 - shape.x0, shape.y1 - shape.y0
    return shape.kind is Kind.PICTURE and shape.name != 0 and min(sides) >= _SMALLEST and max(sides) <= _LARGEST


def _marks(page: PageContent, names: set[int]) -> list[_Mark]:
    """The pictures of a page in front of labels, from the top down."""
    runs = sorted(page.runs, key=_HEIGHT)
    heights = [run.y for run in runs]
    found: list[_Mark] = []
    for shape in page.shapes:
        if shape.name not in names or not _is_small(shape):
            continue
        middle = (shape.y0 + shape.y1) / 2
        near = runs[bisect_left(heights, middle - _LARGEST) : bisect_right(heights, middle + _LARGEST)]
        beside = [
            run
            for run in near
            if -1 <= run.x0 - shape.x1 < _NEAREST * run.size
            and abs(run.y + _RISE * run.size - middle) < _LEVEL * run.size
            and run.text.strip()
        ]
        label = min(beside, default=None)
        match = _LABEL.match(label.text.strip()) if label is not None else None
        if label is not None and match is not None:
            found.append(_Mark(page, shape, label, _position(match[1])))
    return sorted(found, key=lambda mark: (-round(mark.shape.y1), mark.shape.x0))


def _position(label: str) -> int:
    return int(label) - 1 if label.isdecimal() else ord(label.upper()) - ord("A")


def _series(marks: Sequence[_Mark]) -> list[list[_Mark]]:
    """The marks of each question: in front of labels that count up from the first."""
    found: list[list[_Mark]] = []
    for mark in marks:
        if mark.position == 0:
            found.append([mark])
        elif found and mark.position == len(found[-1]):
            found[-1].append(mark)
    return [each for each in found if len(each) >= _FEWEST_OPTIONS]


def _tick(series: Sequence[Sequence[_Mark]]) -> int | None:
    """The name of the rarer of two pictures, if each question has both; None if they are used otherwise."""
    counts = Counter(mark.shape.name for each in series for mark in each)
    if len(counts) != _FEWEST_OPTIONS:
        return None
    (cross, many), (tick, few) = counts.most_common()
    have_both = all({cross, tick} == {mark.shape.name for mark in each} for each in series)
    return tick if many > few and have_both else None


def _is_told(pages: Sequence[PageContent], series: Sequence[Sequence[_Mark]], tick: int) -> bool:
    """Whether the sheet says what its candidate chose, so that the ticks are something else, or what a tick means."""
    text = "\n".join(text_of(row) for page in pages for row in rows_of(page.runs))
    chosen = [None if found[1] is None else _position(found[1]) for found in _CHOSEN.finditer(text)]
    if len(chosen) != len(series):
        return not chosen and _LEGEND.search(text) is not None
    right = [{mark.position for mark in each if mark.shape.name == tick} for each in series]
    return any(one is not None and one not in ticked for one, ticked in zip(chosen, right, strict=True))
