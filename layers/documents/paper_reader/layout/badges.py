"""Moves labels that are set at half the height of their text, such as round badges beside options of several lines."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from paper_reader.pdf.runs import PageContent, Run

_LABEL: Final = re.compile(r"(?!\s*\d\.)\s*[\[(]?\s?(?:[A-Ha-h1-8१-८]|[कखगघङअबसद])\s?[\]).:]?\s*")
_MARKED: Final = re.compile(r"\s*(?:[\[(]\s?\w{1,3}\s?[\])]|\w{1,3}[.)])\s")
_FEWEST: Final = 2  # labels on a page
_MOST: Final = 400
_FARTHEST: Final = 6.0  # em from a label to what it labels
_LEADING: Final = 1.55  # em between the lines of a text at most
_LEVEL: Final = 0.25  # em
_OFF_CENTRE: Final = 0.35  # em
_APART: Final = 1.25  # of the leading; closer text above or below belongs to the same text
_NEAREST: Final = 0.9  # em
_SAME_PLACE: Final = 2.0  # points
_EVEN: Final = 1.1  # of the distance of the lines of a text
_FEWEST_LETTERS: Final = 8
_LETTER = re.compile(r"[^\W\d_]|[\u0900-\u0963]")


def lift_labels(page: PageContent) -> None:
    """Put each such label on the first line of its text."""
    labels = [run for run in page.runs if len(run.text) <= 5 and _LABEL.fullmatch(run.text) is not None]
    if not _FEWEST <= len(labels) <= _MOST:
        return
    runs = sorted(page.runs, key=lambda run: run.y)
    heights = [run.y for run in runs]
    moved: dict[int, float] = {}
    beside: list[Run] = []  # labels with text at their own height: the middle one of three lines, or the first one
    for label in labels:
        level = _LEVEL * label.size
        on_line = runs[bisect_left(heights, label.y - level) : bisect_right(heights, label.y + level)]
        if any(0 <= run.x0 - label.x1 < _FARTHEST * label.size for run in on_line):
            beside.append(label)
        elif (top := _first_line(label, _near(label, runs, heights), is_between=True)) is not None:
            moved[id(label)] = top
    if not moved:
        return
    for label in beside:
        if (top := _first_line(label, _near(label, runs, heights), is_between=False)) is not None:
            moved[id(label)] = top
    page.runs = [run._replace(y=moved[id(run)]) if id(run) in moved else run for run in page.runs]


def _near(label: Run, runs: Sequence[Run], heights: Sequence[float]) -> Sequence[Run]:
    reach = _FARTHEST * label.size
    return runs[bisect_left(heights, label.y - reach) : bisect_right(heights, label.y + reach)]


def _first_line(label: Run, near: Sequence[Run], *, is_between: bool) -> float | None:
    """The baseline of the first text line next to the middle of a label; None if there is none.

    With `is_between` the label is between two lines and belongs to neither.
    """
    size = label.size
    right = [run for run in near if run.x0 >= label.x1 and run.size > 0.7 * size]
    beside = [run for run in right if abs(run.y - label.y) < _LEADING * size]
    if not beside:
        return None
    x0 = min(run.x0 for run in beside)
    if x0 - label.x1 > _FARTHEST * size:
        return None
    lines = sorted({run.y for run in right if abs(run.x0 - x0) <= _SAME_PLACE})
    others = [
        run.y
        for run in near
        if run is not label and abs(run.x0 - label.x0) <= _SAME_PLACE and _LABEL.fullmatch(run.text) is not None
    ]
    bottom, top = _block(lines, label, others)
    if top - label.y < _LEVEL * size or abs((top + bottom) / 2 - label.y) > _OFF_CENTRE * size:
        return None
    inside = [run for run in near if bottom - _LEVEL * size <= run.y <= top + _LEVEL * size and run is not label]
    leading = (top - bottom) / max(1, sum(bottom <= y <= top for y in lines) - 1)
    around = [run for run in near if run.x1 > x0 and bottom - leading * _APART < run.y < top + leading * _APART]
    if not is_between and any(run.y < bottom - _LEVEL * size or run.y > top + _LEVEL * size for run in around):
        return None
    return top if _is_text_of(label, inside, x0) else None


def _block(lines: Sequence[float], label: Run, others: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest line of the text whose middle is at a label.

    Args:
        lines: the heights of the lines on the right.
        label: the label.
        others: the heights of other labels, whose lines are not this one's.
    """
    level, reach = _LEVEL * label.size, _LEADING * label.size
    own = [y for y in lines if not any(abs(y - other) < level for other in others)]
    above = [y for y in own if y > label.y + level]
    below = [y for y in own if y < label.y - level][::-1]
    beside = [y for y in own if abs(y - label.y) <= level]
    step = reach
    if beside:
        low = high = beside[0]
    elif above and below and max(above[0] - label.y, label.y - below[0]) <= _NEAREST * label.size:
        low, high = below.pop(0), above.pop(0)
        step = min(reach, _EVEN * (high - low))
    else:
        return label.y, label.y
    for up, down in zip(above, below, strict=False):
        if max(up - high, low - down) > step or abs((up - high) - (low - down)) > _SAME_PLACE:
            break
        step = min(step, _EVEN * (up - high))
        low, high = down, up
    return low, high


def _is_text_of(label: Run, inside: Sequence[Run], x0: float) -> bool:
    """Whether only one label's text is beside it, from `x0` on."""
    if any(run.x0 < min(label.x0 + label.size, x0 - _SAME_PLACE) for run in inside):
        return False
    if any(_MARKED.match(run.text) for run in inside if abs(run.x0 - x0) <= _SAME_PLACE):
        return False
    return sum(len(_LETTER.findall(run.text)) for run in inside) >= _FEWEST_LETTERS
