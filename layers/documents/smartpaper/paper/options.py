"""Options: the styles that papers mark them in, and the one series of them that a question has."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartpaper.layout.line import GAP, Line

MOST: Final = 5
_ROMAN: Final = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4}


def _labels() -> dict[str, tuple[tuple[str, int], ...]]:
    """For each label the alphabets that it may be of, by their first letter, with its position there."""
    found: dict[str, list[tuple[str, int]]] = {}
    for alphabet in ("ABCDE", "abcde", "12345", "कखगघङ", "अबसद"):
        for position, label in enumerate(alphabet):
            found.setdefault(label, []).append((alphabet[0], position))
    for position, label in enumerate("१२३४५"):
        found[label] = [("1", position)]
    for label, position in _ROMAN.items():
        found.setdefault(label, []).append(("i", position))
    return {label: tuple(readings) for label, readings in found.items()}


_READINGS: Final = _labels()
# Only what stands at the start of a line or behind white space is an option: `det(A)` and `f(1)` are not.
_MARKER = re.compile(r"(?<!\S)([\[(]?)\s?([A-Ea-e1-5१-५]|i{1,3}|iv|v|[कखगघङअबसद])\s?([\])]|[.:\-–](?=(.?)(.?)))")
_CLOSING: Final = {"(": ")", "[": "]", "": ")"}


def _style(  # noqa: PLR0911 - a shape each
    opening: str, label: str, closing: str, first: str, second: str
) -> str | None:
    """The shape of a marker with "#" for its label; None if it is none. `first`, `second` are what follows a dot."""
    if opening:
        return f"{opening}#{closing}" if _CLOSING[opening] == closing else None
    if closing == ")":
        return "#)"
    if closing == ".":
        # "A.P." and "3.5" are no options; "a. b" is one, "e.g." is not.
        if label.isdigit():
            return None if first.isdigit() else "#."
        if (
            label.islower()
            and label.isascii()
            and not (first in " \t" or first.isupper() or first in "\\$√-0123456789")
        ):
            return None
        return None if second == "." and first.isalpha() else "#."
    if closing in ":-–" and label.isupper() and first in " \t":
        return "#:"
    return None


_AT_START, _BEHIND_GAP, _BEHIND_SPACE = 3.0, 2.4, 0.6


@dataclass(frozen=True, slots=True)
class Marker:
    """A possible option: where it stands, where its text begins, which option it would be, how much it looks it."""

    line: int
    start: int
    end: int
    position: int
    weight: float


Table = dict[str, list[Marker]]


def find_markers(lines: Sequence[Line]) -> Table:
    """All possible options of a document by style, in reading order.

    A style is the shape of the marker and the first letter of its alphabet, such as "(A)", "1." or "क)".
    """
    table: Table = {}
    for index, line in enumerate(lines):
        text = line.text
        for found in _MARKER.finditer(text):
            opening, label, closing, first, second = found.groups()
            shape = _style(opening, label, closing, first or "", second or "")
            if shape is None:
                continue
            start, end = found.span()
            before = text[start - 1] if start else ""
            weight = _AT_START if not start else _BEHIND_GAP if before == GAP else _BEHIND_SPACE
            for alphabet, position in _READINGS[label]:
                if alphabet == "i" and not opening:
                    continue
                style = shape.replace("#", alphabet)
                table.setdefault(style, []).append(Marker(index, start, end, position, weight))
    return table


def blocks(markers: Sequence[Marker]) -> list[int]:
    """Lines on which a series of three or more options begins; rough, for finding questions by."""
    found: list[int] = []
    start = position = -1
    last = 0
    for marker in markers:
        if marker.position == position + 1 and start >= 0 and marker.line - last <= 15:
            position += 1
            last = marker.line
            if position == 2:
                found.append(start)
        elif marker.position == 0:
            start, position, last = marker.line, 0, marker.line
    return found


def best_series(markers: Sequence[Marker]) -> list[Marker]:
    """The most convincing series A, B, C... within one question; of equals the last. Empty without two options."""
    best: list[tuple[float, list[Marker]] | None] = [None] * MOST
    for marker in markers:
        position = marker.position
        if position == 0:
            first = best[0]
            if first is None or marker.weight >= first[0]:
                best[0] = (marker.weight, [marker])
            continue
        before = best[position - 1]
        if before is None:
            continue
        score = before[0] + marker.weight
        known = best[position]
        if known is None or score >= known[0] - 1e-9:
            best[position] = (score, [*before[1], marker])
    chosen: tuple[float, list[Marker]] | None = None
    for candidate in best[1:]:
        if candidate is not None:
            score = candidate[0] + 1.5 * len(candidate[1])
            if chosen is None or score > chosen[0]:
                chosen = (score, candidate[1])
    return [] if chosen is None else chosen[1]


def rank(table: Table) -> list[tuple[str, list[int]]]:
    """Styles with their blocks, the commonest first."""
    counted = [(name, blocks(markers)) for name, markers in table.items()]
    return sorted((item for item in counted if item[1]), key=lambda item: -len(item[1]))


def commonest_length(series: Iterable[Sequence[Marker]]) -> int:
    """How many options the questions of a paper usually have."""
    lengths = Counter(len(found) for found in series if len(found) > 2)
    return lengths.most_common(1)[0][0] if lengths else 4
