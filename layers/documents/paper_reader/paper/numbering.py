"""Finds where questions begin: of all lines that start with a number, those that count up together.

A number at the start of a line is a question's only if the numbers around it agree and there are options between. So
the candidates of each numbering style form chains, and the chain that explains most of the paper wins.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from paper_reader.layout.line import GAP, UNREADABLE, Line
from paper_reader.paper import headings, unnumbered

_NUMBER = r"(\d{1,4})"
_PART = r"(?P<part>\d{1,3})"
_WORD = (
    r"(?:Q(?:ue(?:s(?:tion)?)?)?|QUE(?:S(?:TION)?)?|question|प्रश्न|प्रश|प्र|प्रश्‍न)"
    r"\s*+[.:\-–]?\s*+(?:No|no|NO|Number|number|NUMBER|संख्या|सं|क्र|क्रमांक)?\s*+[.:\-–]?\s*+"
)
# A word of any language before a number, such as "PREGUNTA 12" or "Aufgabe Nr. 3".
_ANY_WORD = (
    r"(?P<word>[^\W\d_](?:[^\W\d_]|(?!\d)[\u0300-\u036f\u0900-\u0dff'’]){0,14}+)\s?[.:]?\s?"
    r"(?:(?:No|NO|no|Nr|nr|N|n)\s?[.°ºo]\s?|№\s?|#\s?)?"
)
_REST = r"\s*"
PART: Final = re.compile(r"[\[(]?\s?([ivxIVX]{1,5})\s?[\]).]\s")  # of a question, such as "(ii)"
# In front of each number: a sign, or a place to put the answer.
_SIGN = r"(?:[*•►▶➢➤★☆]\s?|_{2,20}+\s*+|\(\s+\)\s*+)?"
_OF_ALL = r"(?:\s*(?:of|/|out\s+of)\s*\d{1,4}(?=\s?[.):\]\-–|]|\s*$))?"
_BEHIND = rf"{_OF_ALL}\s*[.):\]\-–|]*(?=\s|$|[^\d\s])"
STYLES: Final = (
    ("Q1", re.compile(rf"\W?{_WORD}{_NUMBER}{_BEHIND}{_REST}")),
    ("Q1.1", re.compile(rf"\W?{_WORD}{_PART}\s?[.\-–/]\s?{_NUMBER}{_BEHIND}{_REST}")),
    ("#1", re.compile(rf"(?:#|№)\s?{_NUMBER}{_BEHIND}{_REST}")),
    ("1/", re.compile(rf"{_NUMBER}\s?/(?=\s|[^\W\d]){_REST}")),
    ("1.", re.compile(rf"{_SIGN}{_NUMBER}\s?(?:[.।]|,(?=\s+[A-Z])){_REST}")),
    ("1.1", re.compile(rf"{_PART}\.{_NUMBER}(?:\s?[.):\]]+|(?=\s|$)){_REST}")),
    ("1)", re.compile(rf"{_SIGN}{_NUMBER}\s?\){_REST}")),
    ("(1)", re.compile(rf"\(\s?{_NUMBER}\s?\){_REST}")),
    ("[1]", re.compile(rf"\[\s?{_NUMBER}\s?\]{_REST}")),
    ("1:", re.compile(rf"{_NUMBER}\s?[:–—](?!\d){_REST}")),
    ("1-", re.compile(rf"{_NUMBER}\s?-(?=\s|[^\W\d]){_REST}")),
    ("1|", re.compile(rf"{_NUMBER}(?=[{GAP}|])[{GAP}|]++{_REST}")),
    ("1", re.compile(rf"{_NUMBER}(?:\s+(?=[^\W\d_])|$)")),
)
_PROMISING = re.compile(r"\W?\s?(?:[\dQqप])|_{2,20}+\s*+\d|\(\s+\)\s*+\d")
_WORDED = re.compile(rf"\W?{_ANY_WORD}{_NUMBER}(?![\d,])(?!\.\d){_BEHIND}{_REST}")
_HAS_NUMBER = re.compile(r"\W?[^\W\d_][^\d]{0,22}\d")
# Other things that are numbered in a paper.
_OTHER_WORDS: Final = frozenset(
    (
        "answer", "ans", "appendix", "art", "article", "assertion", "block", "case", "chapter", "choice",
        "class", "column", "code", "conclusion", "day", "exhibit", "fig", "figure", "form", "graph", "group",
        "hint", "id", "image", "item", "level", "line", "list", "method", "month", "note", "option", "page",
        "paragraph", "paper", "para", "part", "passage", "phase", "point", "premise", "reason", "row", "rule",
        "section", "session", "set", "shift", "sol", "solution", "soln", "statement", "stage", "step",
        "table", "test", "time", "topic", "unit", "version", "volume", "year", "z", "कथन", "चित्र", "भाग",
        "खण्ड", "खंड", "सारणी", "पृष्ठ", "विकल्प", "उत्तर", "हल", "कारण", "निष्कर्ष",
    )
)  # fmt: skip
# "Q.1 - Q.5 carry one mark each" does not begin a question.
_RANGE = re.compile(
    rf"\W?(?:{_WORD})?{_NUMBER}\s*(?:-|–|—|to|and|&|से)\s*(?:{_WORD})?{_NUMBER}\b(?=.*(?:\b[Cc]arr|\b[Ee]ach\b|[Mm]ark|[Qq]uestion|प्रश्न|अंक))"
    rf"|\W?{_WORD}\d{{1,4}}\s*(?:to|से)\s*(?:{_WORD})?\d{{1,4}}\b"
)
_NODE, _HOME, _ASTRAY = 0.4, 0.15, 0.3
_MOST_BLOCKS = 4  # series of options that matter
_BLOCK, _EXTRA_BLOCK = 1.0, 0.6
_GAP_COST, _JUMP_COST, _RESTART_COST, _UNANNOUNCED_COST, _LATE_START_COST = 0.35, 2.5, 0.8, 2.5, 0.5
_WIDEST_GAP = 8
_MOST_LOST = 40  # questions in a row whose numbers cannot be read
_GAPS: Final = [(gap, _GAP_COST * (gap - 1)) for gap in range(1, _WIDEST_GAP + 1)]
_REMEMBERED = 4
_NEXT_PART_COST = 0.2
_MOST_UNNUMBERED = 0.4
_FEWEST_BLOCKS, _NO_BLOCK = 3, 0.1
_PASSED_OVER = 0.02  # for each earlier candidate of the same number
_BLOCK_BEFORE = 0.65  # for each series of options before the first question
_BARE = 0.8
_FEWEST_UNEXPLAINED = 2  # series of options
_MOSTLY = 0.6
_HIGHEST = 9_999
_DOUBT = 0.3
_ALIGNED = 4.0  # points
_DIGIT = 0.5  # em
_MOST_HOMES = 3
_INDENTED = 0.4  # of apparent numbers are questions, if options look the same and are further in


class Start(NamedTuple):
    """The line on which a question may begin, its number and where its text begins on that line.

    Attributes:
        part: the first of two numbers, such as 3 in "Q3.12"; 0 if there is one.
        is_doubtful: whether the number may be the beginning of a decimal fraction or of a list.
        is_counted: whether no number could be read, so that the questions were counted.
    """

    line: int
    number: int
    end: int
    part: int = 0
    is_doubtful: bool = False
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class Numbering:
    """The starts that belong together, and how well they explain the paper."""

    style: str
    starts: tuple[Start, ...]
    score: float


def candidates(lines: Sequence[Line], style: re.Pattern[str], promising: Sequence[int]) -> list[Start]:
    """The promising lines that begin with a number in a style."""
    found: list[Start] = []
    for index in promising:
        text = lines[index].text
        match = style.match(text)
        if match is None or _RANGE.match(text) or not 0 < (number := int(match[match.lastindex or 1])) <= _HIGHEST:
            continue
        part = int(match["part"]) if "part" in style.groupindex else 0
        label = text[: match.end()].rstrip()
        is_doubtful = label.endswith(",") or (label.endswith(".") and text[len(label) : len(label) + 1].isdecimal())
        found.append(Start(index, number, match.end(), part, is_doubtful))
    return found


def _worded(lines: Sequence[Line], excluded: Sequence[bool]) -> dict[str, list[Start]]:
    """Lines that begin with a word and a number, by word, for words that count up at least twice."""
    found: dict[str, list[Start]] = {}
    for index, line in enumerate(lines):
        if excluded[index] or _HAS_NUMBER.match(line.text) is None:
            continue
        match = _WORDED.match(line.text)
        if match is None or _RANGE.match(line.text):
            continue
        word = match["word"].casefold()
        if word not in _OTHER_WORDS and 0 < (number := int(match[match.lastindex or 1])) <= _HIGHEST:
            found.setdefault(word, []).append(Start(index, number, match.end()))
    return {
        word: starts
        for word, starts in found.items()
        if sum(b.number == a.number + 1 for a, b in pairwise(starts)) >= max(2, 0.5 * (len(starts) - 1))
    }


def _doubting_steps(starts: list[Start], solved_at: Sequence[int]) -> list[Start]:
    """The same with doubt about steps of a solution, of whose numbers the last one follows again as a question's."""
    found = list(starts)
    heading, steps = -1, 0
    for index, start in enumerate(starts):
        at = bisect_left(solved_at, start.line)
        if at != heading:
            heading, steps = at, 0
        if at and start.number == steps + 1:
            steps += 1
        elif steps and start.number == steps:
            found[index - 1] = starts[index - 1]._replace(is_doubtful=True)
            steps = 0
        else:
            steps = 0
    return found


def find(lines: Sequence[Line], option_blocks: Sequence[tuple[str, list[int]]], excluded: Sequence[bool]) -> Numbering:
    """The numbering that explains a paper best.

    Args:
        lines: the document.
        option_blocks: the commonest option styles with the lines where their series begin.
        excluded: for each line whether no question can begin there.
    """
    search = _Search(lines, option_blocks, excluded)
    best = search.best(0, len(lines))
    starts = search.completed(best.starts, 0, len(lines)) if best.starts else []
    counted = search.counted()
    parts = sum(PART.match(lines[each.line].text) is not None for each in counted)
    if len(counted) - parts >= _FEWEST_BLOCKS and len(starts) < _MOST_UNNUMBERED * (len(counted) - parts):
        return Numbering("", tuple(counted), 0.0)
    return replace(best, starts=tuple(starts))


class _Search:
    """The candidates of a document by style, and their chains."""

    def __init__(
        self, lines: Sequence[Line], option_blocks: Sequence[tuple[str, list[int]]], excluded: Sequence[bool]
    ) -> None:
        self._lines = lines
        self._blocks = option_blocks[:2] or [("", [])]
        self._dominant = option_blocks[0][0] if option_blocks and len(option_blocks[0][1]) > 2 else ""
        self._headings_at = [index for index, line in enumerate(lines) if headings.is_section(line)]
        promising = [
            index
            for index, line in enumerate(lines)
            if not excluded[index] and not line.in_list and _PROMISING.match(line.text)
        ]
        found = {name: candidates(lines, pattern, promising) for name, pattern in STYLES}
        solved_at = [index for index, line in enumerate(lines) if headings.is_solution(line)]
        self._styles = {
            name: _doubting_steps(starts, solved_at)
            for name, starts in (found | _worded(lines, excluded)).items()
            if starts
        }

    def best(self, first: int, last: int) -> Numbering:
        """The chain that explains some of the lines best."""
        best = Numbering("", (), 0.0)
        for name, all_starts in self._styles.items():
            starts = [start for start in all_starts if first <= start.line < last]
            if not starts:
                continue
            for aligned in _homes(starts, self._lines):
                variant, home = starts, aligned
                if name == self._dominant:
                    # Numbers and options that look the same are distinguished by their indentation only.
                    variant = [start for start, is_home in zip(starts, aligned, strict=True) if is_home]
                    if len(variant) > _INDENTED * len(starts):
                        continue
                    home = [True] * len(variant)
                for style, block_lines in self._blocks:
                    if style == name != self._dominant:
                        continue  # items numbered like the questions are statements in them
                    blocks = block_lines[bisect_left(block_lines, first) : bisect_left(block_lines, last)]
                    score, chain = _chain(variant, home, blocks, self._headings_at)
                    if name == "1":
                        score *= _BARE  # a bare number is the weakest sign
                    if score > best.score:
                        best = Numbering(name, tuple(chain), score)
        return best

    def completed(self, chain: Sequence[Start], first: int, last: int) -> list[Start]:
        """A chain with questions numbered in other styles, where it omits a number or options."""
        found = self._unexplained(first, chain[0].line, own=0) or self._lost_before(chain[0], first)
        ends = [*(start.line for start in chain[1:]), last]
        for at, (start, end) in enumerate(zip(chain, ends, strict=True)):
            found.append(start)
            following = chain[at + 1] if at + 1 < len(chain) else None
            found += self._between(start, following, end) or self._unexplained(start.line + 1, end, own=1)
        return found

    def _between(self, start: Start, following: Start | None, end: int) -> list[Start]:
        """Questions of other styles whose numbers are missing between two consecutive ones."""
        if following is None or not start.number + 1 < following.number <= start.number + _MOST_LOST:
            return []
        if following.number > start.number + _WIDEST_GAP:
            return self._lost(start, following, end)
        found: list[Start] = []
        for number in range(start.number + 1, following.number):
            after = found[-1].line if found else start.line
            fitting = [
                other
                for name, starts in self._styles.items()
                if name != self._dominant
                for other in starts
                if other.number == number
                and other.part == start.part
                and after < other.line < end
                and self._blocks_in(other.line, end)
            ]
            if fitting:
                found.append(min(fitting))
        return found or self._lost(start, following, end)

    def _lost(self, start: Start, following: Start, end: int) -> list[Start]:
        """The questions between two whose numbers cannot be read, if there are as many series of options."""
        blocks = self._blocks_in(start.line, end)
        if not self._may_be(blocks, following.number - start.number):
            return []
        return [
            Start(unnumbered.begin_above(self._lines, block, before + 1), start.number + place, 0, is_counted=True)
            for place, (before, block) in enumerate(pairwise(blocks), 1)
        ]

    def _lost_before(self, start: Start, first: int) -> list[Start]:
        """The questions before the first whose number can be read, if there are as many series of options."""
        blocks = self._blocks_in(first, start.line)
        if start.part or start.number > _MOST_LOST or not blocks or not self._may_be(blocks, start.number - 1):
            return []
        return [
            Start(unnumbered.begin_above(self._lines, block, before + 1), place, 0, is_counted=True)
            for place, (before, block) in enumerate(pairwise([first - 1, *blocks]), 1)
        ]

    def _may_be(self, blocks: Sequence[int], questions: int) -> bool:
        """Whether series of options are those of so many questions; in a scan some may be misread."""
        if blocks and all(self._lines[block].is_recognised for block in blocks):
            return _MOSTLY * questions <= len(blocks) <= questions
        return len(blocks) == questions

    def counted(self) -> list[Start]:
        """A question for each series of options, counted because their numbers are missing or cannot be read."""
        blocks = [-1, *self._blocks[0][1]]
        found = [
            Start(unnumbered.begin_above(self._lines, block, before + 1), place, 0, is_counted=True)
            for place, (before, block) in enumerate(pairwise(blocks), 1)
        ]
        return self._read(found) or found

    def _read(self, counted: Sequence[Start]) -> list[Start]:
        """The same with the numbers that their lines have, if they agree: they look like the options' numbers."""
        for name, starts in self._styles.items():
            if name != "1":
                begin = {start.line: start for start in starts}
                found = [begin[each.line] for each in counted if each.line in begin]
                if len(found) == len(counted) and all(b.number == a.number + 1 for a, b in pairwise(found)):
                    return found
        return []

    def _unexplained(self, first: int, last: int, *, own: int) -> list[Start]:
        """Questions in a range of lines that has more options than its `own` questions need."""
        blocks = self._blocks_in(first, last)
        if len(blocks) < own + _FEWEST_UNEXPLAINED:
            return []
        begin = blocks[own - 1] + 1 if own else first
        found = self.best(begin, last).starts
        if len(found) <= 1:
            return []
        ends = [*(start.line for start in found[1:]), last]
        with_blocks = sum(bool(self._blocks_in(start.line, end)) for start, end in zip(found, ends, strict=True))
        return self.completed(found, begin, last) if with_blocks >= _MOSTLY * len(found) else []

    def _blocks_in(self, first: int, last: int) -> list[int]:
        lines = self._blocks[0][1]
        return lines[bisect_left(lines, first) : bisect_left(lines, last)]


def _homes(starts: Sequence[Start], lines: Sequence[Line]) -> list[list[bool]]:
    """Ways to choose the candidates at the questions' indentation: those aligned with each other.

    Numbers are aligned on their left or, in a margin, on their right; the numbers of a list inside a question are
    aligned at another place.
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
    by_number: dict[tuple[int, int], list[int]] = {}
    leaders: list[int] = []
    blocks_before = [bisect_left(block_lines, start.line) for start in starts]
    headings_before = [bisect_left(headings_at, start.line) for start in starts]
    evidence = [_evidence(count) for count in range(len(block_lines) + 1)]
    if len(block_lines) >= _FEWEST_BLOCKS:
        evidence[0] = -_NO_BLOCK  # a statement in a question, and not a question without options
    alike: dict[tuple[int, int], list[int]] = {}
    for index, start in enumerate(starts):
        alike.setdefault((start.part, start.number), []).append(index)
    for index, start in enumerate(starts):
        number = start.number
        same = alike[start.part, number]
        rank = bisect_left(same, index)
        own = _NODE + (_HOME if home[index] else -_ASTRAY) - (_DOUBT if start.is_doubtful else 0.0)
        before = blocks_before[index]
        unexplained = _BLOCK_BEFORE * min(before, _MOST_BLOCKS)
        best, link = -unexplained - (0.0 if number == 1 else _LATE_START_COST), -1
        for gap, cost in _GAPS:
            for at in by_number.get((start.part, number - gap), ()):
                passed_over = rank - bisect_left(same, at) if rank else 0
                score = scores[at] + evidence[before - blocks_before[at]] - cost - _PASSED_OVER * passed_over
                if score > best:
                    best, link = score, at
        for at in leaders:
            if starts[at].line == start.line:
                continue
            cost = _cost_of_break(starts[at], start, is_announced=headings_before[index] > headings_before[at])
            passed_over = rank - bisect_left(same, at) if rank else 0
            score = scores[at] + evidence[before - blocks_before[at]] - cost - _PASSED_OVER * passed_over
            if score > best:
                best, link = score, at
        scores.append(own + best)
        previous.append(link)
        known = by_number.setdefault((start.part, number), [])
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


def _cost_of_break(before: Start, start: Start, *, is_announced: bool) -> float:
    """The cost of a number that does not continue the one before; `is_announced` by a section's heading."""
    if start.part and start.part != before.part:
        return _NEXT_PART_COST if start.number == 1 and start.part == before.part + 1 else _JUMP_COST
    if start.number > 1:
        return _JUMP_COST
    return _RESTART_COST if is_announced else _UNANNOUNCED_COST


def _evidence(block_count: int) -> float:
    if block_count <= 0:
        return 0.0
    return _BLOCK - _EXTRA_BLOCK * (min(block_count, _MOST_BLOCKS) - 1)


def is_unreadable(line: Line, end: int) -> bool:
    """Whether only unreadable text follows a number."""
    return not line.text[end:].replace(UNREADABLE, "").strip()
