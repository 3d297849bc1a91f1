"""Where questions begin: of all lines that start with a number, those that count on from each other.

A number at the start of a line is a question's only if the numbers around it agree and options lie in between. So the
candidates of each style of numbering form chains, and the chain that explains most of the paper wins.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from paper_reader.layout.line import GAP, UNREADABLE, Line
from paper_reader.paper import headings

_NUMBER = r"([0-9०-९]{1,3})"
_WORD = (
    r"(?:Q(?:ue(?:s(?:tion)?)?)?|QUE(?:S(?:TION)?)?|question|प्रश्न|प्रश|प्र|प्रश्‍न)"
    r"\s*[.:\-–]?\s*(?:No|no|NO|Number|number|संख्या|सं|क्र|क्रमांक)?\s*[.:\-–]?\s*"
)
_REST = r"\s*"
STYLES: Final = (
    ("Q1", re.compile(rf"\W?{_WORD}{_NUMBER}\s*[.):\]\-–|]*(?=\s|$|[^\d\s]){_REST}")),
    ("1.", re.compile(rf"{_NUMBER}\s?\.(?!\d){_REST}")),
    ("1)", re.compile(rf"{_NUMBER}\s?\){_REST}")),
    ("(1)", re.compile(rf"\(\s?{_NUMBER}\s?\){_REST}")),
    ("[1]", re.compile(rf"\[\s?{_NUMBER}\s?\]{_REST}")),
    ("1:", re.compile(rf"{_NUMBER}\s?[:–—](?!\d){_REST}")),
    ("1-", re.compile(rf"{_NUMBER}\s?-(?=\s|[^\W\d]){_REST}")),
    ("1|", re.compile(rf"{_NUMBER}(?=[{GAP}|])[{GAP}|]++{_REST}")),
    ("1", re.compile(rf"{_NUMBER}(?:\s+(?=[^\W\d_])|$)")),
)
_PROMISING = re.compile(r"\W?\s?(?:[0-9०-९Qqप])")
# "Q.1 - Q.5 carry one mark each" begins no question.
_RANGE = re.compile(
    rf"\W?(?:{_WORD})?{_NUMBER}\s*(?:-|–|—|to|and|&|से)\s*(?:{_WORD})?{_NUMBER}\b(?=.*(?:\b[Cc]arr|\b[Ee]ach\b|[Mm]ark|[Qq]uestion|प्रश्न|अंक))"
)
_NODE, _HOME, _ASTRAY = 0.4, 0.15, 0.3
_MOST_BLOCKS = 4  # series of options that matter
_BLOCK, _EXTRA_BLOCK = 1.0, 0.6
_GAP_COST, _JUMP_COST, _RESTART_COST, _UNANNOUNCED_COST, _LATE_START_COST = 0.35, 2.5, 0.8, 1.5, 0.5
_WIDEST_GAP = 8
_GAPS: Final = [(gap, _GAP_COST * (gap - 1)) for gap in range(1, _WIDEST_GAP + 1)]
_REMEMBERED = 4
_HIGHEST = 400
_ALIGNED = 4.0  # points
_DIGIT = 0.5  # em
_MOST_HOMES = 3
_INDENTED = 0.4  # of what looks like a number are questions, where options look alike and stand further in


class Start(NamedTuple):
    """The line on which a question may begin, its number and where its text begins on that line."""

    line: int
    number: int
    end: int


@dataclass(frozen=True, slots=True)
class Numbering:
    """The starts that belong together, and how well they explain the paper."""

    style: str
    starts: tuple[Start, ...]
    score: float


def candidates(lines: Sequence[Line], style: re.Pattern[str], promising: Sequence[int]) -> list[Start]:
    """Those of the promising lines that begin with a number in a style."""
    found: list[Start] = []
    for index in promising:
        match = style.match(lines[index].text)
        if match is not None and _RANGE.match(lines[index].text):
            continue
        if match is not None and 0 < (number := int(match[1])) <= _HIGHEST:
            found.append(Start(index, number, match.end()))
    return found


def find(lines: Sequence[Line], option_blocks: Sequence[tuple[str, list[int]]], excluded: Sequence[bool]) -> Numbering:
    """The numbering that explains a paper best.

    Args:
        lines: the document.
        option_blocks: the commonest option styles with the lines where their series begin.
        excluded: for each line whether no question can begin there.
    """
    best = Numbering("", (), 0.0)
    dominant = option_blocks[0][0] if option_blocks and len(option_blocks[0][1]) > 2 else ""
    promising = [index for index, line in enumerate(lines) if not excluded[index] and _PROMISING.match(line.text)]
    headings_at = [index for index, line in enumerate(lines) if headings.is_section(line)]
    for name, pattern in STYLES:
        starts = candidates(lines, pattern, promising)
        if not starts:
            continue
        for aligned in _homes(starts, lines):
            variant, home = starts, aligned
            if name == dominant:
                # Numbers and options that look alike are told apart by their indentation only.
                variant = [start for start, is_home in zip(starts, aligned, strict=True) if is_home]
                if len(variant) > _INDENTED * len(starts):
                    continue
                home = [True] * len(variant)
            for _, block_lines in option_blocks[:2] or [("", [])]:
                score, chain = _chain(variant, home, block_lines, headings_at)
                if name == "1":
                    score *= 0.8  # a bare number is the weakest sign
                if score > best.score:
                    best = Numbering(name, tuple(chain), score)
    return best


def _homes(starts: Sequence[Start], lines: Sequence[Line]) -> list[list[bool]]:
    """Ways to say which of the candidates stand where the questions do: those aligned with each other.

    Numbers are aligned on their left or, set in a margin, on their right; the numbers of a list inside a question are
    aligned too, but elsewhere.
    """
    aligned: list[list[float]] = [[], []]
    for start in starts:
        line = lines[start.line]
        left = line.x0 - line.left
        aligned[0].append(left)
        aligned[1].append(left + _DIGIT * line.size * len(str(start.number)))
    bold = [lines[start.line].is_bold for start in starts]
    found: list[list[bool]] = [bold] if 3 <= sum(bold) < 0.9 * len(starts) else []
    for places in aligned:
        counts = Counter(round(place / _ALIGNED) for place in places)
        for place, count in counts.most_common(_MOST_HOMES):
            if count < 0.2 * counts.most_common(1)[0][1]:
                break
            home = [abs(other / _ALIGNED - place) <= 1 for other in places]
            if home not in found:
                found.append(home)
    return found


def _chain(  # noqa: C901 - one pass, whose parts share all of its state
    starts: Sequence[Start], home: Sequence[bool], block_lines: Sequence[int], headings_at: Sequence[int]
) -> tuple[float, list[Start]]:
    scores: list[float] = []
    previous: list[int] = []
    by_number: dict[int, list[int]] = {}
    leaders: list[int] = []
    blocks_before = [bisect_left(block_lines, start.line) for start in starts]
    headings_before = [bisect_left(headings_at, start.line) for start in starts]
    evidence = [_evidence(count) for count in range(len(block_lines) + 1)]
    for index, start in enumerate(starts):
        number = start.number
        own = _NODE + (_HOME if home[index] else -_ASTRAY)
        before = blocks_before[index]
        best, link = (0.0 if number == 1 else -_LATE_START_COST), -1
        for gap, cost in _GAPS:
            for at in by_number.get(number - gap, ()):
                score = scores[at] + evidence[before - blocks_before[at]] - cost
                if score > best:
                    best, link = score, at
        for at in leaders:
            if starts[at].line == start.line:
                continue
            if number == 1:
                announced = headings_before[index] > headings_before[at]
                cost = _RESTART_COST if announced else _UNANNOUNCED_COST
            else:
                cost = _JUMP_COST
            score = scores[at] + evidence[before - blocks_before[at]] - cost
            if score > best:
                best, link = score, at
        scores.append(own + best)
        previous.append(link)
        known = by_number.setdefault(number, [])
        known.append(index)
        del known[:-_REMEMBERED]
        if len(leaders) < _REMEMBERED or scores[index] > scores[leaders[-1]]:
            leaders.append(index)
            leaders.sort(key=scores.__getitem__, reverse=True)
            del leaders[_REMEMBERED:]
    if not scores:
        return 0.0, []
    total = len(block_lines)
    finals = [score + _evidence(total - before) for score, before in zip(scores, blocks_before, strict=True)]
    at = max(range(len(finals)), key=finals.__getitem__)
    best_score = finals[at]
    chain: list[Start] = []
    while at >= 0:
        chain.append(starts[at])
        at = previous[at]
    return best_score, chain[::-1]


def _evidence(block_count: int) -> float:
    if block_count <= 0:
        return 0.0
    return _BLOCK - _EXTRA_BLOCK * (min(block_count, _MOST_BLOCKS) - 1)


def is_unreadable(line: Line, end: int) -> bool:
    """Whether nothing but undecipherable text follows a number."""
    return not line.text[end:].replace(UNREADABLE, "").strip()
