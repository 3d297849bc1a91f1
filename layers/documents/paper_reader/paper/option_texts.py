"""Assigns texts to options by their place: after the marker, below it, or further down the column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line, Word, seams, words
from paper_reader.paper.continuation import goes_on
from paper_reader.paper.options import Marker

_ALIGNED = 3.0  # points
_EXACTLY = 0.5  # points
_HANGING = 6.0  # points that an option's text may begin left of its marker
_FEWEST_SPREAD = 3  # gaps
_FEWEST_GAPS, _EQUAL, _FILLED = 2, 1.5, 0.6  # between options, points, of the column
_START = attrgetter("start")
_TICK: Final = re.compile(r"(?:(?<!\s)\s++)?[✓✔☑✅🗸]\s*+")
_CROSS: Final = re.compile(r"(?:(?<!\s)\s++)?[✗✘✖☒❌🗶]\s*+")
_TICK_AT_END: Final = re.compile(_TICK.pattern + "$")
_CROSS_AT_END: Final = re.compile(_CROSS.pattern + "$")
_MARK: Final = re.compile(r"[✓✔☑✅🗸✗✘✖☒❌🗶]")
# What web pages write beside the right option, or beside the one that somebody chose.
_NAMED: Final = re.compile(
    rf"{GAP}[^\w{GAP}]*(?:correct|right)\s+(?:answer|option|choice)\W*$|{GAP}[^\w{GAP}]*(?P<theirs>your\s+(?:answer|choice|response))\W*$",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"\w{2}")
_BULLETS: Final = re.compile(r"[○◯❍⚪◦☐□▢◻●•◉\s]+")
_PREFIX: Final = re.compile(r"(?:ans(?:wer)?\.?|options?\s*:?)?\s*$", re.IGNORECASE)


@dataclass(slots=True)
class OptionTexts:
    """The pieces of each option in order, which are ticked, crossed and named, and the line after the last of them."""

    pieces: list[list[str]]
    ticked: list[int]
    crossed: list[int]
    end: int
    named: list[int]


def collect(
    lines: Sequence[Line], offset: int, series: Sequence[Marker], is_foreign: Callable[[Line], bool]
) -> OptionTexts:
    """Collect the texts of a series of options.

    Args:
        lines: of the question.
        offset: index of the first of them in the document, to which markers refer.
        series: the options' markers in the order of the options.
        is_foreign: whether a line does not belong to a question.
    """
    found = OptionTexts([[] for _ in series], [], [], 0, [])
    ordered = sorted(range(len(series)), key=lambda number: (series[number].line, series[number].start))
    first, last = series[ordered[0]].line - offset, series[ordered[-1]].line - offset
    index = first
    while index < len(lines):
        line = lines[index]
        here = [number for number in ordered if series[number].line - offset == index]
        if here:
            _take_marked(line, here, series, found, index, lines, offset)
        elif index < last:
            if not is_foreign(line):
                _take_unmarked(line, index, series, found, lines, offset)
        elif not is_foreign(line) and goes_on(lines, index, series, offset):
            _take_unmarked(line, index, series, found, lines, offset)
        else:
            break
        index += 1
    found.end = index
    return found


def _take_marked(
    line: Line,
    here: Sequence[int],
    series: Sequence[Marker],
    found: OptionTexts,
    index: int,
    lines: Sequence[Line],
    offset: int,
) -> None:
    """A line with markers: each has the text up to the next one, but text before the first may be another's."""
    text = line.text
    before = text[: series[here[0]].start]
    at = 0
    for cell in before.split(GAP):
        stripped, number = cell.strip(), None
        x = line.cells[min(at, len(line.cells) - 1)] - line.left
        at += 1
        if not stripped or (index == min(m.line for m in series) - offset and not _MARK.search(stripped)):
            continue  # before the first of them is the question's own text
        if _BULLETS.fullmatch(stripped) is not None:
            continue
        mark = _TICK.fullmatch(stripped) or _CROSS.fullmatch(stripped)
        if mark is not None or _is_prefix(stripped):
            _note_mark(stripped, here[0], found)
            continue
        number = _owner(x, index, series, lines, offset, before=series[here[0]].line)
        if number is None:
            # Left of all options above: options that follow each other in running text, the last of which goes on.
            above = [other for other in range(len(series)) if series[other].line - offset < index]
            number = max(above, key=lambda other: (series[other].line, series[other].start), default=None)
        if number is not None:
            found.pieces[number].append(cell)
    for place, number in enumerate(here):
        end = series[here[place + 1]].start if place + 1 < len(here) else len(text)
        piece = text[series[number].end : end]
        if GAP in piece and (named := _NAMED.search(piece)) is not None:
            piece = piece[: named.start()]
            found.named += [] if named["theirs"] else [number]
        if not piece.isascii() and _MARK.search(piece) is not None:
            piece = _without_marks(piece, number, found)
        found.pieces[number].append(piece)


def _without_marks(piece: str, number: int, found: OptionTexts) -> str:
    """An option's text without ticks and crosses, which are recorded."""
    for pattern, at_end, noted in ((_TICK, _TICK_AT_END, found.ticked), (_CROSS, _CROSS_AT_END, found.crossed)):
        mark = pattern.match(piece)
        if mark is not None and mark.end() < len(piece.rstrip()) + 1:
            noted.append(number)
            piece = piece[mark.end() :]
        elif (mark := at_end.search(piece)) is not None:
            # At the end of a piece it is this option's, unless the next one has its marks in front.
            noted.append(number)
            piece = piece[: mark.start()]
    return piece


def _is_prefix(text: str) -> bool:
    return _PREFIX.match(_CROSS.sub("", _TICK.sub("", text))) is not None


def _note_mark(text: str, number: int, found: OptionTexts) -> None:
    if _TICK.search(text):
        found.ticked.append(number)
    elif _CROSS.search(text):
        found.crossed.append(number)


def _take_unmarked(
    line: Line, index: int, series: Sequence[Marker], found: OptionTexts, lines: Sequence[Line], offset: int
) -> None:
    """A line without markers: each of its cells belongs to the option above it."""
    for cell, x in _cells_under(line, {marker.x for marker in series}):
        number = _owner(x, index, series, lines, offset)
        if number is None:
            # Below a tick in front of an option: of the options of the row above, the first.
            row = max(marker.line for marker in series if marker.line < offset + index)
            here = sorted((at for at in range(len(series)) if series[at].line == row), key=lambda at: series[at].start)
            # But options in running text, which begin behind other text, go on with the last.
            before = _CROSS.sub("", _TICK.sub("", lines[row - offset].text[: series[here[0]].start]))
            number = here[-1] if _LETTERS.search(before) is not None else here[0]
        found.pieces[number].append(cell)


def _cells_under(line: Line, columns: set[float]) -> list[tuple[str, float]]:
    """The cells of a line with their places, also cut where a piece begins directly below an option's marker."""
    cuts = [0]
    places = [line.x0 - line.left]
    for index, x in seams(line):
        behind_gap = line.text[index - 1 : index] == GAP
        behind_space = line.text[index - 1 : index] == " "
        apart = min(abs(x - line.left - column) for column in columns)
        # Words of narrow columns may touch, but each cell is drawn by itself.
        if index and (behind_gap or apart < (_ALIGNED if behind_space else _EXACTLY)):
            cuts.append(index)
            places.append(x - line.left)
    ends = [*cuts[1:], len(line.text)]
    return [(line.text[a:b].strip(" \t"), x) for a, b, x in zip(cuts, ends, places, strict=True)]


def _owner(
    x: float, index: int, series: Sequence[Marker], lines: Sequence[Line], offset: int, *, before: int | None = None
) -> int | None:
    """The option above a place: the lowest in the nearest column to its left; of options side by side the last."""
    last = offset + index if before is None else before - 1
    above = [number for number, marker in enumerate(series) if marker.line <= last]
    left = [number for number in above if series[number].x <= x + _HANGING]
    if not left:
        return None
    column = max(series[number].x for number in left)
    best = max(
        (number for number in left if column - series[number].x <= _HANGING),
        key=lambda number: (series[number].line, series[number].start),
    )
    # Below a line of its own column there is no doubt.
    is_next = series[best].line - offset == index - 1
    return _wrapped(best, x, index, series, lines, offset) if is_next else best


def _is_grid(below: Line, row: Sequence[Marker]) -> bool:
    """Whether a line has cells below several options of the row above it."""
    places = [x for _, x in _cells_under(below, {marker.x for marker in row})]
    return sum(any(abs(marker.x - place) <= _HANGING for place in places) for marker in row) > 1


def _runs_on(line: Line, series: Sequence[Marker], lines: Sequence[Line], offset: int) -> bool:
    """Whether options follow each other at equal distances whatever their lengths, as running text."""
    if line.x1 < _FILLED * line.right:
        return False
    gaps, places = [], set()
    for index in sorted({marker.line for marker in series}):
        own = lines[index - offset]
        found = words(own)
        if own is line and _is_spread(own, [marker for marker in series if marker.line == index], found):
            return True
        for marker in series:
            if marker.line == index and marker.start:
                ends = [word.x1 - own.left for word in found if word.x0 - own.left < marker.x - 1]
                gaps.append(marker.x - max(ends, default=marker.x))
                places.add(round(marker.x))
    return len(gaps) >= _FEWEST_GAPS and max(gaps) - min(gaps) < _EQUAL and len(places) >= _FEWEST_GAPS


def _is_spread(line: Line, row: Sequence[Marker], found: Sequence[Word]) -> bool:
    """Whether the options of one line are spread over it at equal distances, whatever their lengths."""
    ordered = sorted(marker.x for marker in row)
    gaps = [
        x - max((word.x1 - line.left for word in found if word.x0 - line.left < x - 1), default=x) for x in ordered[1:]
    ]
    steps = [b - a for a, b in pairwise(ordered)]
    return len(gaps) >= _FEWEST_SPREAD and max(gaps) - min(gaps) < _EQUAL and max(steps) - min(steps) > 2 * line.size


def _wrapped(owner: int, x: float, index: int, series: Sequence[Marker], lines: Sequence[Line], offset: int) -> int:
    """The option of a line that begins below the first of several options but continues the last one.

    If the last option fills its line and the first has room, the text continues the last.
    """
    marker = series[owner]
    row = [number for number, other in enumerate(series) if other.line == marker.line]
    last = max(row, key=lambda number: series[number].start)
    if last == owner or marker.line - offset >= index:
        return owner
    line, below = lines[marker.line - offset], lines[index]
    if x > marker.x + _HANGING or _is_grid(below, [series[number] for number in row]):
        return owner
    following = min((series[number] for number in row if series[number].start > marker.start), key=_START)
    if following.x <= marker.x + _HANGING:
        return last  # side by side in running text
    left = line.left
    if not line.text[marker.end : following.start].split(GAP)[0].strip():
        return owner  # it has no text yet
    if not line.text[series[last].end :].strip() or _runs_on(line, series, lines, offset):
        return last
    first_word = len(plain(below.text.split(GAP)[0].split(" ")[0])) * 0.55 * below.size
    ends = [word.x1 - left for word in words(line) if word.x0 - left >= marker.x - 1 and word.x1 - left <= following.x]
    has_room = bool(ends) and following.x - max(ends) > first_word + 1.2 * line.size
    fills = line.x1 + first_word + 0.4 * line.size > line.right
    return last if has_room and fills else owner
