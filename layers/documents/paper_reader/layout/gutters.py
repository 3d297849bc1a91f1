"""Finds the gutters between columns: places that are free of text from line to line.

A gap that is free in nearly all lines divides a page only if both sides read as text, because options set two by two,
tables and numbers in a margin leave gaps too.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Final

from paper_reader.layout.rows import Row, Stretch

_BIN = 1.5  # points
_JOINED = 0.45  # em: gaps below are spaces between words
_LOOSE = 14.0  # points: smaller gaps may be within a line of text
_NARROWEST = 4.0  # points
_FEWEST_ROWS = 6
_NARROWEST_PAGE = 150.0
_NARROWEST_COLUMN = 90.0
_CROSSED = 0.09  # of the rows may cross a gutter: titles, section headings
_SIDE = 0.24  # of the rows must have text on either side
_LEAST_RIGHT = 0.09  # of the lines must reach beyond a gutter
_LEAST_FREE = 0.65  # of the lines may cover a place that is free in some part of the page
_WORDS: Final = re.compile(r"[A-Za-z\u0900-\u0963]+|[^\W\d_]+")
_LETTERS = 0.35  # of the characters; with fewer it is a table of numbers or an answer key
_LABEL_REACH = 30.0  # points
_OPTION: Final = re.compile(r"(?P<open>[\[(]?)\s*(?P<label>[A-Ha-h1-8क-जअबसद])\s*(?P<close>[\]).])")
_NUMBER: Final = re.compile(r"[\[(]?\s*(?:Q\w{0,3}\s*\.?\s*)?[0-9०-९]{1,4}\s*[\]).:]*")
_HANGING: Final = re.compile(r"(?:Q\w{0,3}\s*\.?\s*)?[0-9०-९]{1,4}\s*[.):]|[\[(]?\s*[A-Ha-h]\s*[\]).]")
_START: Final = itemgetter(0)
_LETTER: Final = re.compile(r"\s*([A-H])(?:\s|$)")
_MATES = 0.35  # of the lines on the right
_LOW: Final = re.compile(b"\1+")


Stretches = Sequence[Sequence[Stretch]]


def stretches(row: Row) -> Sequence[Stretch]:
    """The stretches of a row from left to right."""
    if row.stretches is None:
        row.stretches = _stretches(row)
    return row.stretches


def _stretches(row: Row) -> list[Stretch]:
    found: list[Stretch] = []
    if len(row.runs) == 1:
        x0, x1, _, _, text, *_ = row.runs[0]
        return [Stretch(x0, x1, text)]
    (x0, x1, _, _, text, *_), *others = sorted(row.runs)
    for start, end, _, size, drawn, *_ in others:
        if start - x1 < _JOINED * size:
            if end > x1:  # noqa: PLR1730 - called for each word of some papers
                x1 = end
            if len(text) < 4:
                text += drawn
        else:
            found.append(Stretch(x0, x1, text))
            x0, x1, text = start, end, drawn
    found.append(Stretch(x0, x1, text))
    return found


def may_have_some(lines: Stretches) -> bool:
    """Whether a part of a page may have gutters if the whole has none: quick, and without false negatives."""
    if len(lines) < _FEWEST_ROWS:
        return False
    low = min([line[0].x0 for line in lines])
    width = max([line[-1].x1 for line in lines]) - low
    edge = low + 0.2 * width
    if sum([line[-1].x0 > edge for line in lines]) < max(4, _LEAST_RIGHT * len(lines)):
        return False
    covered = _covered(lines, low, width)
    return bool(covered) and min(
        covered[len(covered) // 5 : len(covered) * 4 // 5] or [len(lines)]
    ) < _LEAST_FREE * len(lines)


def find(rows: Sequence[Row], lines: Stretches) -> tuple[float, ...]:
    """The gutters of some rows, from left to right; `lines` are their stretches."""
    if len(rows) < _FEWEST_ROWS:
        return ()
    low = min([line[0].x0 for line in lines])
    high = max([line[-1].x1 for line in lines])
    width = high - low
    if width < _NARROWEST_PAGE or not _may_divide(low + 0.2 * width, lines):
        return ()
    gutters = [
        gutter
        for start, end in _valleys(_covered(lines, low, width), max(1, round(_CROSSED * len(rows))))
        if (end - start) * _BIN >= _NARROWEST
        for gutter in [low + (start + end) * _BIN / 2]
        if 0.2 < (gutter - low) / width < 0.8
    ]
    gutters = [_left_of_labels(gutter, lines) for gutter in gutters]
    accepted = [gutter for gutter in gutters if _divides(gutter, lines) and is_text(rows, (gutter,))]
    if len(accepted) > 1 and not _even(accepted, low, high):
        accepted = [min(accepted, key=lambda gutter: abs(gutter - (low + high) / 2))]
    if len(accepted) < len(gutters) and len(gutters) > 1 and _even(gutters, low, high):
        # Among three columns or more each gutter divides the two beside it.
        edges = [low - 1, *gutters, high + 1]
        beside = [_between(lines, edges[at], edges[at + 2]) for at in range(len(gutters))]
        if all(map(_divides, gutters, beside)) and is_text(rows, gutters):
            return tuple(gutters)
    return tuple(accepted)


def _left_of_labels(gutter: float, lines: Stretches) -> float:
    """A gutter, moved left of the numbers that hang there before the texts of its right column."""
    first = gutter
    for line in lines:
        at = bisect_right(line, gutter, key=_START)
        if 0 < at < len(line) and line[at].x0 - line[at - 1].x1 < _LABEL_REACH:
            x0, x1, text = line[at - 1]
            if x1 <= gutter + _BIN and _HANGING.fullmatch(text.strip()) is not None:
                first = min(first, x0)
    if first == gutter or gutter - first >= _LABEL_REACH:
        return gutter
    last = max([x1 for line in lines for _, x1, _ in line if x1 < first], default=first)
    moved = (first + last) / 2
    # A label may also end a line of the left column, whose text then reaches beyond.
    return moved if last < first and _crossing(moved, lines) <= _CROSSED * len(lines) else gutter


def _crossing(place: float, lines: Stretches) -> int:
    return sum(x0 < place < x1 for line in lines for x0, x1, _ in line)


def _between(lines: Stretches, low: float, high: float) -> Stretches:
    """The stretches between two places, of lines that have some."""
    inside = [[stretch for stretch in line if stretch.x0 > low and stretch.x1 < high] for line in lines]
    return [line for line in inside if line]


def is_text(rows: Sequence[Row], gutters: Sequence[float], least: float = _LETTERS) -> bool:
    """Whether the columns contain words, and not numbers and labels."""
    columns: list[list[str]] = [[] for _ in range(len(gutters) + 1)]
    for row in rows:
        for run in row.runs:
            columns[bisect_right(gutters, run.x0 + 1.0)].append(run.text)
    for texts in columns:
        text = "".join(texts).replace(" ", "")
        if sum(map(len, _WORDS.findall(text))) < least * len(text):
            return False
    return True


def fills_columns(rows: Sequence[Row], gutters: Sequence[float]) -> bool:
    """Whether some rows fill a column, as text does and a table does not."""
    widths: Counter[int] = Counter()
    wide: Counter[int] = Counter()
    lines = [_loosely(stretches(row), gutters) for row in rows]
    low = min(line[0][0] for line in lines)
    high = max(line[-1][1] for line in lines)
    edges = [low, *gutters, high]
    for line in lines:
        for x0, x1 in line:
            column = bisect_right(gutters, x0 + 1.0)
            widths[column] += 1
            wide[column] += x1 - x0 >= 0.6 * (edges[column + 1] - edges[column])
    if len(rows) < 8:  # the end of a text may leave too little in one of the columns
        return wide.total() > 0 and is_text(rows, (), _LETTERS / 2)
    if not is_text(rows, gutters):
        return False
    return all(wide[column] >= 1 for column in widths) and wide.total() >= 0.1 * widths.total()


def _covered(lines: Stretches, low: float, width: float) -> list[int]:
    """How many stretches cover each bin."""
    bins = int(width / _BIN) + 2
    change = [0] * (bins + 1)
    for line in lines:
        for x0, x1, _ in line:
            change[int((x0 - low) / _BIN)] += 1
            change[int((x1 - low) / _BIN) + 1] -= 1
    return list(accumulate(change[:bins]))


def _valleys(covered: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Ranges of bins that at most `most` rows cover, narrowed to where they are least covered."""
    low = bytes([count <= most for count in covered])
    return [
        _deepest(covered, *valley.span())
        for valley in _LOW.finditer(low)
        if valley.start() > 0 and valley.end() < len(covered)
    ]


def _deepest(covered: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The longest stretch of a valley at its lowest; numbers that hang left of a column narrow it on one side."""
    lowest = min(covered[start:end])
    best = (start, start)
    first: int | None = None
    for index in range(start, end + 1):
        if index < end and covered[index] == lowest:
            first = index if first is None else first
        elif first is not None:
            if index - first > best[1] - best[0]:
                best = (first, index)
            first = None
    return best


def _even(gutters: Sequence[float], low: float, high: float) -> bool:
    widths = [b - a for a, b in pairwise([low, *gutters, high])]
    return max(widths) < 1.5 * min(widths)


def _divides(gutter: float, lines: Stretches) -> bool:
    if sum([line[0].x1 < gutter for line in lines]) < max(4, _SIDE * len(lines)) or not _may_divide(gutter, lines):
        return False
    sides = [_sides(line, gutter) for line in lines]
    starts = [after[0].x0 for _, after in sides if after]
    right = len(starts)
    # Options side by side leave a gutter too, with a later one on the right of an earlier one.
    if sum([_are_mates(before, after[0]) for before, after in sides if before and after]) > _MATES * right:
        return False
    if _parts_labels(gutter, lines) or not _reads_as_text(sides):
        return False
    edge = min(starts)
    width = max([line[-1].x1 for line in lines]) - edge
    reach = edge + max(80, 0.45 * width)
    aligned = sum([start < reach for start in starts])
    return aligned >= 0.55 * right


def _may_divide(place: float, lines: Stretches) -> bool:
    """Whether enough lines extend beyond a place: quick, and left of a gutter without false negatives."""
    return sum([line[-1].x0 > place for line in lines]) >= max(4, _SIDE * len(lines))


def _sides(line: Sequence[Stretch], gutter: float) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """The stretches left and right of a gutter, without those that cross it."""
    first, last = line[0], line[-1]
    if last.x1 < gutter:
        return line, ()
    if first.x0 > gutter:
        return (), line
    if len(line) == 1:
        return (), ()
    return [stretch for stretch in line if stretch.x1 < gutter], [stretch for stretch in line if stretch.x0 > gutter]


def _are_mates(left: Sequence[Stretch], right: Stretch) -> bool:
    """Whether the left stretch is an option and the right one a later option in the same style."""
    bare = _LETTER.match(right.text)
    if bare is not None and any((other := _LETTER.match(stretch.text)) and other[1] < bare[1] for stretch in left):
        return True
    second = _OPTION.match(right.text.lstrip())
    if second is None:
        return False
    for stretch in left:
        first = _OPTION.match(stretch.text.lstrip())
        if first is not None and first["open"] == second["open"] and first["close"] == second["close"]:
            a, b = first["label"], second["label"]
            if a < b and a.isdigit() == b.isdigit() and a.isupper() == b.isupper():
                return True
    return False


def _reads_as_text(sides: Sequence[tuple[Sequence[Stretch], Sequence[Stretch]]]) -> bool:
    """Whether both sides have lines that fill them, and not only the short cells of a table."""
    for side in (0, 1):
        rows = [_loosely(parts[side]) for parts in sides if parts[side]]
        if not rows:
            return False
        width = max(row[-1][1] for row in rows) - min(row[0][0] for row in rows)
        wide = sum(any(x1 - x0 >= 0.5 * width for x0, x1 in row) for row in rows)
        if width < _NARROWEST_COLUMN or wide < max(2, 0.1 * len(rows)):
            return False
    return True


def _parts_labels(gutter: float, lines: Stretches) -> bool:
    """Whether the text before a gutter consists of the numbers of the text after it."""
    beside = labels = 0
    for line in lines:
        left = [stretch for stretch in line if stretch.x1 < gutter]
        if left and line[-1].x0 > gutter and gutter - left[-1].x1 < _LABEL_REACH:
            beside += 1
            labels += _NUMBER.fullmatch(left[-1].text.strip()) is not None
    return labels > 2 and labels >= 0.7 * beside


def _loosely(line: Sequence[Stretch], gutters: Sequence[float] = ()) -> list[tuple[float, float]]:
    """Stretches joined over the gaps of justified text and hanging numbers, but not over gutters."""
    found: list[tuple[float, float]] = []
    for x0, x1, _ in line:
        if (
            found
            and x0 - found[-1][1] < _LOOSE
            and bisect_right(gutters, x0 + 1.0) == bisect_right(gutters, found[-1][0] + 1.0)
        ):
            found[-1] = (found[-1][0], x1)
        else:
            found.append((x0, x1))
    return found
