"""Papers set as tables with one question per row, whose number is in the middle of the row's height."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from paper_reader.pdf.runs import PageContent, Rule, Run

_LONG = 0.6  # of the text's width
_NUMBER: Final = re.compile(r"[\[(]?\s*(?:Q\w{0,3}\s*\.?\s*)?[0-9०-९]{1,4}\s*[\]).:]*")
_MARKS: Final = re.compile(r"[\[(]?\s*[0-9]{1,2}\s*[\])]?")
_MOST_CELLS = 3
_JOINED = 1.5  # points
_FEWEST = 2  # rows


def lift_numbers(page: PageContent) -> None:
    """Put the number in the first cell of each ruled row on the first line of that row."""
    if not page.runs:
        return
    low, high = min(run.x0 for run in page.runs), max(run.x1 for run in page.runs)
    heights = levels(page.rules, low, high)
    if len(heights) <= _FEWEST:
        return
    runs = sorted(page.runs, key=lambda run: -run.y)
    moved: dict[int, float] = {}
    at = 0
    for top, bottom in pairwise(heights):
        while at < len(runs) and runs[at].y >= top:
            at += 1
        start = at
        while at < len(runs) and runs[at].y > bottom:
            at += 1
        _lift(runs[start:at], moved)
    if len(moved) >= _FEWEST:
        page.runs = [run._replace(y=moved[id(run)]) if id(run) in moved else run for run in page.runs]


def _lift(row: Sequence[Run], moved: dict[int, float]) -> None:
    """Record the content of separate cells, left or right of the question, that is not on the row's first line."""
    if len(row) < 2 or _NUMBER.fullmatch(min(row, key=lambda run: run.x0).text.strip()) is None:
        return
    rest = sorted(row, key=lambda run: run.x0)
    cells: list[Run] = []
    while len(rest) > 1 and len(cells) < _MOST_CELLS and rest[0].x1 < min(run.x0 for run in rest[1:]):
        cells.append(rest.pop(0))
    has_marks = len(rest) > 1 and _MARKS.fullmatch(rest[-1].text.strip()) is not None
    if cells and has_marks and rest[-1].x0 > max(run.x1 for run in rest[:-1]):
        cells.append(rest.pop())
    # Scripts are higher than their line.
    largest = max(run.size for run in rest)
    first = max(run.y for run in rest if run.size > 0.85 * largest)
    for run in cells:
        if first - run.y > 0.3 * run.size:
            moved[id(run)] = first


def levels(rules: Sequence[Rule], low: float, high: float) -> list[float]:
    """The heights of lines across the page, from the top down; cells may each have their own piece."""
    pieces: dict[int, list[Rule]] = {}
    for rule in rules:
        pieces.setdefault(round(rule.y), []).append(rule)
    heights: list[float] = []
    for y in sorted(pieces, reverse=True):
        covered, end = 0.0, low
        for rule in sorted(pieces[y]):
            start = max(rule.x0, end)
            if rule.x1 > start:
                covered += rule.x1 - start
                end = rule.x1
        if covered >= _LONG * (high - low) and (not heights or heights[-1] - y > 2 * _JOINED):
            heights.append(float(y))
    return heights
