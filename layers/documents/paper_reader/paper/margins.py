"""Removes what web pages print beside each question, below its number in a separate column: state, marks, buttons."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from paper_reader.layout.line import GAP, Line

_NUMBERED: Final = re.compile(rf"\W?(?:[^\W\d_]{{1,12}}\W{{0,3}})?(\d{{1,4}})\W{{0,3}}(?:{GAP}|$)")
# Text like an answer or an option is never furniture.
_TEXT: Final = re.compile(
    r"\W*(?:(?:official\s+|our\s+|correct\s+)?(?:ans|key|option)|उत्तर)"
    r"|[\[(]?\s?\w{1,3}\s?[\]).:](?:\s|$)",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")
_FEWEST: Final = 4  # questions
_NARROWEST: Final = 40.0  # points from the numbers to the question
_SAME_PLACE: Final = 4.0  # points
_OFTEN: Final = 0.5  # of the questions
_LONGEST_ANSWER: Final = 3  # characters


def take_off(lines: Sequence[Line]) -> list[Line]:
    """Lines without text that is repeated beside most questions in the column of the numbers."""
    numbered = [
        (round(line.x0 / 3), round(place / 3), int(found[1]))
        for line, following in pairwise([*lines, None])
        if line is not None and (found := _NUMBERED.match(line.text)) and (place := _beside(line, following))
    ]
    places = Counter((begin, place) for begin, place, _ in numbered)
    if not places or places.most_common(1)[0][1] < _FEWEST:
        return list(lines)
    (begin, place), count = places.most_common(1)[0]
    numbers = [number for *where, number in numbered if where == [begin, place]]
    if sum(b == a + 1 for a, b in pairwise(numbers)) < _OFTEN * count:
        return list(lines)
    left, behind = 3.0 * begin - _SAME_PLACE, 3.0 * place - _SAME_PLACE
    if behind - left < _NARROWEST:
        return list(lines)
    first = {
        id(line): _cell(line)
        for line in lines
        if left <= line.x0 < behind and _NUMBERED.match(line.text) is None and _TEXT.match(line.text) is None
    }
    often = {text for text, times in Counter(first.values()).items() if times >= _OFTEN * count}
    return [
        shortened
        for line in lines
        if (shortened := _shortened(line, behind) if first.get(id(line)) in often else line) is not None
    ]


def _beside(line: Line, following: Line | None) -> float:
    """Where the text beside a number begins, on its line or on one that is lower by less than a line; 0 for none."""
    if len(line.cells) > 1:
        # A key has numbers too, with no text beside them.
        return line.cells[1] if len(line.text.split(GAP)[1].strip()) > _LONGEST_ANSWER else 0.0
    if following is None or following.page != line.page or not 0 <= line.y - following.y < line.size:
        return 0.0
    return following.x0 if following.x0 > line.x1 else 0.0


def _cell(line: Line) -> str:
    return _DIGITS.sub("#", line.text.split(GAP)[0].strip())


def _shortened(line: Line, behind: float) -> Line | None:
    """A line without its first cell; None if nothing else is on it, the line itself if that cell is not a margin's."""
    _, gap, rest = line.text.partition(GAP)
    if not gap:
        return None if line.x1 < behind + _SAME_PLACE else line
    if len(line.cells) < 2 or line.cells[1] < behind:
        return line
    runs = [run for run in line.runs if run.x0 >= behind]
    return replace(line, text=rest, x0=line.cells[1], cells=line.cells[1:], runs=runs, pieces=(), seams=())
