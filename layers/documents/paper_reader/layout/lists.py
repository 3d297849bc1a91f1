"""Finds two lists to be matched, set side by side, and reads them cell by cell.

Each list is a column of labels that count up; the labels of the two are of different alphabets and begin on one row. A
text that speaks of lists, columns or pairs is above them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from operator import attrgetter
from typing import Final

from paper_reader.layout.gutters import stretches
from paper_reader.layout.rows import Row, Stretch, rows_of
from paper_reader.pdf.runs import Run

_CUE: Final = re.compile(r"\b(?:lists?|columns?|match|pairs?)\b|सूची|सुमेल|स्तंभ|स्तम्भ|कॉलम|युग्म", re.IGNORECASE)
# A part of each of these, to tell quickly that none is on a page.
_HINTS: Final = ("list", "column", "match", "pair", "सूची", "सुमेल", "स्त", "कॉलम", "युग्म")
_CUE_ABOVE = 8  # rows
_LABEL: Final = re.compile(
    r"(?P<open>[\[(]?)\s*(?P<label>[A-HP-Ta-hp-t]|[IVXivx]{1,4}|[1-8]|[कखगघ])\s*(?P<close>[\]).:]*)(?=\s|$|(?<=[\]).])\D)"
)
_ALPHABETS: Final = (
    "ABCDEFGH", "abcdefgh", "PQRST", "pqrst", "12345678", "कखगघ",
    ("I", "II", "III", "IV", "V", "VI", "VII", "VIII"), ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii"),
)  # fmt: skip
_SAME_PLACE = 5.0  # points
_FEWEST = 3
_MOST_APART = 6  # rows between the labels of one row of cells
_PLACE = attrgetter("x0")
_REACH, _LEADING = 3.5, 1.5  # em from one row to the next; from one line of a cell to the next
_BESIDE, _EXACTLY = 3.0, 1.0  # points
_INDENT = 45.0  # points from a label to its text


def _readings() -> dict[str, tuple[tuple[int, int], ...]]:
    """For each label its alphabets, by index, with its position there."""
    found: dict[str, list[tuple[int, int]]] = {}
    for index, alphabet in enumerate(_ALPHABETS):
        for position, label in enumerate(alphabet):
            found.setdefault(label, []).append((index, position))
    return {label: tuple(readings) for label, readings in found.items()}


_READINGS: Final = _readings()


@dataclass(slots=True)
class _List:
    """One of two lists: its alphabet and shape, where its labels begin, and the rows that have them."""

    alphabet: int
    shape: tuple[str, str]
    x0: float
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Lists:
    """Two lists side by side: the rows of the labels of each, where each begins, and the first row below both."""

    left: Sequence[int]
    right: Sequence[int]
    x0: float
    middle: float
    end: int

    @property
    def first(self) -> int:
        """The row of the higher one of the first labels: short cells may be centred beside long ones."""
        return min(self.left[0], self.right[0])


def find(rows: Sequence[Row]) -> list[Lists]:
    """The pairs of lists among some rows, from the top down."""
    found: list[Lists] = []
    at, cue = 0, -_CUE_ABOVE
    while at < len(rows):
        if at - cue < _CUE_ABOVE and (lists := _at(rows, at, cue)) is not None:
            found.append(lists)
            at = lists.end
            continue
        if any(_CUE.search(run.text) is not None for run in rows[at].runs):
            cue = at
        at += 1
    return found


def _label(stretch: Stretch) -> re.Match[str] | None:
    return _LABEL.match(stretch.text)


def _begun(row: Row, index: int) -> list[_List]:
    """The lists whose first label may be on a row."""
    return [
        _List(alphabet, (match["open"], match["close"]), stretch.x0, [index])
        for stretch in stretches(row)
        if (match := _label(stretch)) is not None
        for alphabet, position in _READINGS.get(match["label"], ())
        if not position
    ]


def _at(rows: Sequence[Row], first: int, cue: int) -> Lists | None:
    """The lists whose first labels are on a row, or of which one begins there and the other on one of the next rows."""
    begun = _begun(rows[first], first)
    if not begun:
        return None
    others = [each for at in range(first, min(len(rows), first + _MOST_APART)) for each in _begun(rows[at], at)]
    for one in begun:
        for other in others:
            left, right = sorted((one, other), key=_PLACE)
            if left.alphabet == right.alphabet or left.x0 + _INDENT >= right.x0 or _are_codes(rows[first], left):
                continue
            is_named = _are_named(rows[cue], right)
            if one.rows == other.rows or is_named:
                lists = _grown(rows, left, right, is_named=is_named)
                if lists is not None:
                    return lists
    return None


def _are_named(row: Row, right: _List) -> bool:
    """Whether a row has names above both lists, such as "List-I" and "List-II"."""
    named = [stretch.x0 for stretch in stretches(row) if _CUE.search(stretch.text) is not None]
    return len(named) > 1 and named[0] < right.x0 - _INDENT < named[1]


def _are_codes(row: Row, left: _List) -> bool:
    """Whether nothing but labels follows a list's first label, as in a table of codes."""
    behind = [stretch for stretch in stretches(row) if stretch.x0 > left.x0 + _BESIDE]
    return len(behind) >= _FEWEST and all(_LABEL.fullmatch(stretch.text.strip()) for stretch in behind)


def _grown(rows: Sequence[Row], left: _List, right: _List, *, is_named: bool) -> Lists | None:
    """Two lists with the rows below their first ones, None if they are too short.

    Without names above them their labels have to be level.
    """
    lists = [replace(each, rows=list(each.rows)) for each in (left, right)]
    last = max(left.rows[0], right.rows[0])
    for at in range(min(left.rows[0], right.rows[0]) + 1, len(rows)):
        row = rows[at]
        if rows[at - 1].y - row.y > _REACH * row.size or _crosses(row, left.x0, right.x0):
            break
        if at in {left.rows[0], right.rows[0]}:
            continue
        taken = [each for each in lists if at > each.rows[0] and _has_next(row, each)]
        for each in taken:
            each.rows.append(at)
        if taken:
            last = max(last, at)
        elif _has_other(row, left.x0, right.x0):
            break
    one, other = lists[0].rows, lists[1].rows
    pairs = min(len(one), len(other)) if is_named else len(set(one) & set(other))
    if pairs < _FEWEST or last < max(left.rows[0], right.rows[0]):
        return None
    if any(abs(a - b) > _MOST_APART for a, b in zip(one, other, strict=False)):
        return None
    return Lists(one, other, left.x0, right.x0 - _BESIDE, _end(rows, last, left.x0, right.x0))


def _cut(row: Row, *places: float) -> list[Stretch]:
    """The stretches of a row, cut where a run begins at one of some places: cells of two lists may be close."""
    found: list[Stretch] = []
    for stretch in stretches(row):
        x0, x1, text = stretch
        for run in sorted(row.runs):
            if x0 < run.x0 < x1 and any(abs(run.x0 - place) < _EXACTLY for place in places):
                found.append(Stretch(x0, run.x0, text))
                x0, text = run.x0, run.text
        found.append(Stretch(x0, x1, text))
    return found


def _has_next(row: Row, wanted: _List) -> bool:
    """Whether a row has the next label of a list at its place."""
    for stretch in _cut(row, wanted.x0):
        if abs(stretch.x0 - wanted.x0) <= _SAME_PLACE:
            match = _label(stretch)
            return (
                match is not None
                and (match["open"], match["close"]) == wanted.shape
                and (wanted.alphabet, len(wanted.rows)) in _READINGS.get(match["label"], ())
            )
    return False


def _has_other(row: Row, x0: float, middle: float) -> bool:
    """Whether a row begins with another label, such as an option's."""
    for stretch in stretches(row):
        if x0 - 2 * _SAME_PLACE < stretch.x0 < middle - _BESIDE:
            match = _label(stretch)
            return match is not None and bool(match["close"])
    return False


def _crosses(row: Row, x0: float, middle: float) -> bool:
    """Whether a row has text from beside the lists into them, or from one into the other."""
    return any(s.x0 < edge - _BESIDE and s.x1 > edge + _BESIDE for s in _cut(row, middle) for edge in (x0, middle))


def _end(rows: Sequence[Row], last: int, x0: float, middle: float) -> int:
    """The first row below the last labels that does not continue their texts."""
    at = last + 1
    while at < len(rows):
        row, above = rows[at], rows[at - 1]
        inside = [stretch for stretch in stretches(row) if stretch.x0 > x0 - _BESIDE]
        if (
            above.y - row.y > _LEADING * row.size
            or not inside
            or _crosses(row, x0, middle)
            or any(_label(stretch) is not None for stretch in inside)
            or not any(edge - _BESIDE < inside[0].x0 < edge + _INDENT for edge in (x0, middle))
        ):
            break
        at += 1
    return at


def bridge(rows: Sequence[Row]) -> list[Row]:
    """Join the stretches of lists side by side, so that the gap between them is no gutter; returns their rows."""
    text = " ".join([run.text for row in rows for run in row.runs]).lower()
    if not any(hint in text for hint in _HINTS):
        return []
    bridged: list[Row] = []
    for lists in find(rows):
        bridged += rows[lists.first : lists.end]
        for row in rows[lists.first : lists.end]:
            joined: list[Stretch] = []
            for stretch in stretches(row):
                if joined and joined[-1].x0 >= lists.x0 - _BESIDE and joined[-1].x1 < lists.middle <= stretch.x0:
                    joined[-1] = Stretch(joined[-1].x0, stretch.x1, joined[-1].text)
                else:
                    joined.append(stretch)
            row.stretches = joined
    return bridged


def by_cells(rows: Sequence[Row]) -> list[tuple[Sequence[Row], bool]]:
    """The rows of a column in parts; those of lists are read cell by cell, and `True` with them."""
    parts: list[tuple[Sequence[Row], bool]] = []
    at = 0
    for lists in find(rows):
        parts.append((rows[at : lists.first], False))
        parts += [(part, True) for part in _cells(rows, lists)]
        at = lists.end
    parts.append((rows[at:], False))
    return [part for part in parts if part[0]]


def _cells(rows: Sequence[Row], lists: Lists) -> list[Sequence[Row]]:
    """The cells of both lists in turn; two that are one line together are read as that line."""
    columns: list[list[list[Row]]] = []
    for begins, is_right in ((lists.left, False), (lists.right, True)):
        ends = [*begins[1:], lists.end]
        columns.append([_side(rows[a:b], lists.middle, is_right=is_right) for a, b in zip(begins, ends, strict=True)])
    found: list[Sequence[Row]] = []
    for one, other in zip_longest(*columns, fillvalue=[]):
        if len(one) == len(other) == 1 and one[0].y == other[0].y:
            found.append(rows_of([*_runs(one[0]), *_runs(other[0])]))
        else:
            found += [one, other]
    return [cell for cell in found if cell]


def _side(rows: Sequence[Row], middle: float, *, is_right: bool) -> list[Row]:
    """The rows of one list's column."""
    return rows_of([run for row in rows for run in _runs(row) if (run.x0 >= middle) == is_right])


def _runs(row: Row) -> list[Run]:
    return [*row.runs, *(script for script, _ in row.scripts)]
