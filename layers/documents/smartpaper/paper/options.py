"""Options: the styles that papers mark them in, and the one series of them that a question has."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartpaper.layout.line import GAP, Line

MOST: Final = 5
_LETTERS = "ABCDE"
_DEVANAGARI = {"क": 0, "ख": 1, "ग": 2, "घ": 3, "ङ": 4}
_DEVANAGARI_OLD = {"अ": 0, "ब": 1, "स": 2, "द": 3, "य": 4}
_ROMAN = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4}
# Only what stands at the start of a line or behind white space is an option: `det(A)` and `f(1)` are not.
_BEFORE = r"(?:(?<=^)|(?<=[\s\t]))"


@dataclass(frozen=True, slots=True)
class Style:
    """A way to mark options; `labels` tells the position of what group 1 of `pattern` finds."""

    name: str
    pattern: re.Pattern[str]
    labels: dict[str, int]


def _positions(labels: Iterable[str]) -> dict[str, int]:
    return {label: index for index, label in enumerate(labels)}


def _style(name: str, shape: str, labels: dict[str, int], after: str = "") -> Style:
    choice = "|".join(sorted(labels, key=len, reverse=True))
    return Style(name, re.compile(_BEFORE + shape.replace("#", f"({choice})") + after), labels)


_ROUND, _SQUARE, _HALF = r"\(\s?#\s?\)", r"\[\s?#\s?\]", r"#\s?\)"
_DIGITS = {**_positions("12345"), **_positions("१२३४५")}
STYLES: Final = (
    _style("(A)", _ROUND, _positions(_LETTERS)),
    _style("(a)", _ROUND, _positions(_LETTERS.lower())),
    _style("(1)", _ROUND, _DIGITS),
    _style("A)", _HALF, _positions(_LETTERS)),
    _style("a)", _HALF, _positions(_LETTERS.lower())),
    _style("1)", _HALF, _DIGITS),
    _style("A.", r"#\s?\.", _positions(_LETTERS), r"(?=\s|$|[^\s.A-Z][^.])"),
    _style("a.", r"#\s?\.", _positions(_LETTERS.lower()), r"(?=\s|$|[A-Z0-9\\$√-])"),
    _style("1.", r"#\s?\.", _DIGITS, r"(?=\s|$|[^\d\s])"),
    _style("[A]", _SQUARE, _positions(_LETTERS)),
    _style("[a]", _SQUARE, _positions(_LETTERS.lower())),
    _style("[1]", _SQUARE, _DIGITS),
    _style("(i)", _ROUND, _ROMAN),
    _style("(क)", _ROUND, _DEVANAGARI),
    _style("(अ)", _ROUND, _DEVANAGARI_OLD),
    _style("क)", _HALF, {**_DEVANAGARI}),
    _style("अ.", r"#\s?\.", {**_DEVANAGARI_OLD}, r"(?=\s|$)"),
    _style("A:", r"#\s?[:\-–](?=\s)", _positions(_LETTERS)),  # noqa: RUF001
)
# What makes a line worth looking at closely.
_HINT = re.compile(r"[A-Ea-eivx1-5१-५कखगघअबसद]\s?[\])\.:\-–]")  # noqa: RUF001

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
    """All possible options of a document by style, in reading order."""
    table: Table = {style.name: [] for style in STYLES}
    for index, line in enumerate(lines):
        text = line.text
        if _HINT.search(text) is None:
            continue
        for style in STYLES:
            for found in style.pattern.finditer(text):
                start = found.start()
                before = text[start - 1] if start else ""
                weight = _AT_START if not start else _BEHIND_GAP if before == GAP else _BEHIND_SPACE
                table[style.name].append(Marker(index, start, found.end(), style.labels[found[1]], weight))
    return table


def blocks(markers: Sequence[Marker]) -> list[int]:
    """Lines on which a series of three or more options begins; rough, for finding questions by."""
    found: list[int] = []
    start = position = -1
    last = 0
    for marker in markers:
        if marker.position == position + 1 and start >= 0 and marker.line - last <= 15:  # noqa: PLR2004 - lines
            position += 1
            last = marker.line
            if position == 2:  # noqa: PLR2004 - the third
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
    lengths = Counter(len(found) for found in series if len(found) > 2)  # noqa: PLR2004
    return lengths.most_common(1)[0][0] if lengths else 4
