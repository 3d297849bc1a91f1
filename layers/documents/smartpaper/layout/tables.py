"""Papers set as tables, a question in each row: its number stands in the middle of the row's height."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from smartpaper.pdf.runs import PageContent, Rule, Run

_LONG = 0.6  # of the text's width
_NUMBER: Final = re.compile(r"[\[(]?\s*(?:Q\w{0,3}\s*\.?\s*)?[0-9०-९]{1,3}\s*[\]).:]*")
_MARKS: Final = re.compile(r"[\[(]?\s*[0-9]{1,2}\s*[\])]?")
_JOINED = 1.5  # points
_FEWEST = 2  # rows


def lift_numbers(page: PageContent) -> None:
    """Put the number in the first cell of each ruled row on the first line of that row."""
    if not page.runs:
        return
    low, high = min(run.x0 for run in page.runs), max(run.x1 for run in page.runs)
    heights = _lines(page.rules, low, high)
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
    if len(row) < 2:
        return
    ordered = sorted(row, key=lambda run: run.x0)
    number, last = ordered[0], ordered[-1]
    others = [run for run in ordered if run is not number and run is not last] or [last]
    # Scripts stand higher than the line that they belong to.
    largest = max(run.size for run in others)
    first = max(run.y for run in others if run.size > 0.85 * largest)
    is_number = _NUMBER.fullmatch(number.text.strip()) is not None and number.x1 < min(run.x0 for run in ordered[1:])
    is_marks = _MARKS.fullmatch(last.text.strip()) is not None and last.x0 > max(run.x1 for run in ordered[:-1])
    for run, is_cell in ((number, is_number), (last, is_marks and is_number)):
        if is_cell and first - run.y > 0.3 * run.size:
            moved[id(run)] = first


def _lines(rules: Sequence[Rule], low: float, high: float) -> list[float]:
    """The heights of lines across the page, from the top down; cells may each have a piece of their own."""
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
