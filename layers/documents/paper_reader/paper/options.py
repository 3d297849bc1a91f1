"""Finds options: the styles of their labels, and the series of each question."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from paper_reader.layout.line import GAP, Line, seams
from paper_reader.paper.values import OTHER_ALPHABETS, OTHER_LETTERS

MOST: Final = 8
_ROMAN: Final = {label: place for place, label in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii"))}


# Labels in circles and brackets that are one character, by the first of each alphabet.
ENCLOSED: Final = {
    alphabet[0]: alphabet for alphabet in ("ⒶⒷⒸⒹⒺⒻⒼⒽ", "ⓐⓑⓒⓓⓔⓕⓖⓗ", "①②③④⑤⑥⑦⑧", "❶❷❸❹❺❻❼❽", "⑴⑵⑶⑷⑸⑹⑺⑻", "⒜⒝⒞⒟⒠⒡⒢⒣")
}
_ENCLOSED: Final = "".join(ENCLOSED.values())


def _labels() -> dict[str, tuple[tuple[str, int], ...]]:
    """For each label its possible alphabets, by their first letter, with its position there."""
    found: dict[str, list[tuple[str, int]]] = {}
    for alphabet in ("ABCDEFGH", "abcdefgh", "12345678", "कखगघङचछज", "अबसद", *OTHER_ALPHABETS):
        for position, label in enumerate(alphabet):
            found.setdefault(label, []).append((alphabet[0], position))
    for position, label in enumerate("१२३४५६७८"):
        found[label] = [("1", position)]
    for first, alphabet in ENCLOSED.items():
        for position, label in enumerate(alphabet):
            found[label] = [(first, position)]
    for label, position in _ROMAN.items():
        found.setdefault(label, []).append(("i", position))
    return {label: tuple(readings) for label, readings in found.items()}


_READINGS: Final = _labels()
# Only labels at the start of a line or after white space are options: `det(A)` and `f(1)` are not.
_MARKER = re.compile(
    rf"(?<!\S)([\[({{<]?)\s?([A-Ha-h1-8१-८]|i{{1,3}}|iv|vi{{0,3}}|[कखगघङचछजअबसद{OTHER_LETTERS}])\s?([\])}}>]|[.:\-–](?=(.?)(.?)))"
)
_ENCLOSED_MARKER = re.compile(rf"(?<!\S)()([{_ENCLOSED}])([.)]?)()()")
_FIRST_OF_LABEL: Final = "([ABCDEFGHabcdefgh"
_CELL_LETTER: Final = re.compile(rf"(?:^|{GAP})([A-H])[ {GAP}]")
_LONGEST_LABEL: Final = 12
_CLOSING: Final = {"(": ")", "[": "]", "{": "}", "<": ">", "": ")"}
# Examination software numbers options with long consecutive numbers. A label whose letter has no character in the
# font's map; a circle or a box to fill in.
_UNLABELLED: Final = re.compile(
    r"(?:\ufffd\s?[).\]]|[)\]]|(?P<bullet>[○◯❍⚪◦☐□▢◻]))\s+(?=[^\s○◯❍⚪◦☐□▢◻])(?![\[(]?[A-Ha-h1-8][).\]])"
)
_UNLABELLED_BEGINS: Final = frozenset("\ufffd)]○◯❍⚪◦☐□▢◻")
_UNLABELLED_STYLE: Final = "?)"
_BULLET_STYLE: Final = "○"
_ASKED_STYLE: Final = "asked"
OF_FORMS: Final = frozenset((_BULLET_STYLE, _ASKED_STYLE))
_REQUEST: Final = re.compile(
    r"\W*(?:mark\s+only\s+one(?:\s+oval)?|(?:check|tick|select)\s+all\s+that\s+apply|(?:select|choose)\s+(?:only\s+)?one(?:\s+or\s+more)?"
    r"(?:\s+(?:answers?|options?))?)\W*",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(r"\W?\s?(?:Q\w*\W*|[^\W\d_]{2,12}\s)?\d{1,4}\b")
_FEWEST_IN_SEQUENCE: Final = 3
_ALIKE: Final = 0.85
_FURTHER_IN: Final = 6.0  # points
_LEADING: Final = 1.35  # em
_FARTHEST: Final = 4  # lines from one such option to the next
_ID: Final = re.compile(r"([0-9]{6,16})\s?[.:)]\s")
IDS: Final = "ids"
CELL: Final = "|"  # at the end of a style: only the edge of a cell separates the letter
_LABEL_CELL, _LETTER = 1.0, 4.0  # em, points
_SAME_PLACE = 1.5  # points
_MENTION: Final = re.compile(
    r"\s?(?:,|;|/|&|and\b|or\b|एवं|और|या|तथा)\s*(?:and\s+|or\s+)?[\[(]\s?(?:[A-Ha-h1-8]|[कखगघअबसद])\s?[\])]"
)
# What may precede an option without belonging to the line's text.
_BEFORE: Final = re.compile(r"\W*(?:(?i:ans(?:wer)?|options?)\s*[.:]?\s*)?[✔✓☑✅✗✘✖☒❌\s•●◦○*\-]*")


def _style(  # noqa: PLR0911 - a shape each
    opening: str, label: str, closing: str, first: str, second: str
) -> str | None:
    """The shape of a marker with "#" for its label; None if it is not one. `first`, `second` follow a dot."""
    if opening:
        return f"{opening}#{closing}" if _CLOSING[opening] == closing else None
    if closing == ")" or label in _ENCLOSED:
        return "#)"
    if closing == ".":
        # "A.P." and "3.5" are not options; "a. b" is one, "e.g." is not.
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


AT_START: Final = 3.0
_BEHIND_GAP, _BEHIND_SPACE = 2.4, 0.6


class Marker(NamedTuple):
    """A possible option: its place, where its text begins, its number, and how much it looks like one.

    `x` is where its stretch of the line begins, from the left edge of its column.
    """

    line: int
    start: int
    end: int
    position: int
    weight: float
    x: float = 0.0


Table = dict[str, list[Marker]]


def find_markers(lines: Sequence[Line]) -> Table:
    """All possible options of a document by style, in reading order.

    A style is the shape of the marker and the first letter of its alphabet, such as "(A)", "1." or "क)".
    """
    table: Table = {}
    previous, position = 0, -1
    for index, line in enumerate(lines):
        if line.in_list:
            continue
        numbered = _ID.match(line.text)
        if numbered is not None:
            position = position + 1 if int(numbered[1]) == previous + 1 and position + 1 < MOST else 0
            previous = int(numbered[1])
            table.setdefault(IDS, []).append(Marker(index, 0, numbered.end(), position, AT_START, line.x0 - line.left))
        else:
            _find_in(line, index, table)
    table |= _unlabelled(lines)
    for name, markers in _in_cells(lines).items():
        table[name] = markers
    return table


def _unlabelled(lines: Sequence[Line]) -> Table:
    """Options without readable labels: after bullets to fill in, or after a request to choose.

    They are counted from one in each question.
    """
    table: Table = {}
    asked: Line | None = None
    previous: dict[str, Line] = {}
    for index, line in enumerate(lines):
        match = _UNLABELLED.match(line.text) if line.text[:1] in _UNLABELLED_BEGINS else None
        if match is None and asked is not None and _is_under(line, asked):
            style, end = _ASKED_STYLE, 0
        elif match is not None:
            style, end = _UNLABELLED_STYLE if match["bullet"] is None else _BULLET_STYLE, match.end()
        else:
            asked = line if is_request(line.text) else None
            if _QUESTION.match(line.text):
                previous.clear()
            continue
        found = table.setdefault(style, [])
        goes_on = found and style in previous and index - found[-1].line <= _FARTHEST
        if goes_on and style == _ASKED_STYLE and _continues(previous[style], line):
            continue
        position = found[-1].position + 1 if goes_on else 0
        previous[style] = line
        if position < MOST:
            found.append(Marker(index, 0, end, position, AT_START, line.x0 - line.left))
    return table


def is_request(text: str) -> bool:
    """Whether a line asks to mark one or more of the options below it, as web forms do."""
    return _REQUEST.fullmatch(text) is not None


def _is_under(line: Line, asked: Line) -> bool:
    """Whether a line is below a request, and further in."""
    return line.page == asked.page and line.x0 > asked.x0 + _FURTHER_IN and line.size > 0.8 * asked.size


def _continues(above: Line, line: Line) -> bool:
    """Whether a line continues the one above it, at the distance of lines of one text."""
    return above.page == line.page and above.y - line.y < _LEADING * line.size and above.x1 > 0.8 * above.right


def _find_in(line: Line, index: int, table: Table) -> None:
    text = line.text
    mentioned = 0
    found = [(*match.span(), match) for match in _matches(line)]
    if touching := _touching(line):
        found = sorted([*found, *((at, at + match.end(), match) for at, match in touching)], key=itemgetter(0))
    for start, end, match in found:
        opening, label, closing, first, second = match.groups()
        shape = _style(opening, label, closing, first or "", second or "")
        if shape is None:
            continue
        mention = _MENTION.match(text, end) if opening else None
        if mention is not None or start < mentioned:
            # "(A), (B), (C) and (D)" mentions options.
            mentioned = max(mentioned, 0 if mention is None else mention.end())
            continue
        before = text[start - 1] if start else ""
        if not start or _BEFORE.fullmatch(text, 0, start) is not None:
            weight = AT_START
        else:
            weight = _BEHIND_GAP if before == GAP else _BEHIND_SPACE
        x = _place(line, start) - line.left
        for alphabet, position in _READINGS[label]:
            if alphabet == "i" and closing != ")":
                continue
            style = shape.replace("#", alphabet)
            table.setdefault(style, []).append(Marker(index, start, end, position, weight, x))


def _matches(line: Line) -> list[re.Match[str]]:
    """The labels of a line."""
    text = line.text
    found = list(_MARKER.finditer(text))
    if not text.isascii():
        found += _ENCLOSED_MARKER.finditer(text)
    return found


def _touching(line: Line) -> list[tuple[int, re.Match[str]]]:
    """Labels of cells that follow others without a space, and where each begins."""
    text = line.text
    if len(line.seams) < 2:
        return []
    found = [
        (at, _MARKER.match(text[at : at + _LONGEST_LABEL]))
        for at, _ in seams(line)
        if at and text[at] in _FIRST_OF_LABEL and not text[at - 1].isspace()
    ]
    return [(at, match) for at, match in found if match is not None]


def _place(line: Line, start: int) -> float:
    """Where the stretch of a line begins that has a marker, or the marker itself if it was drawn by itself."""
    if start and len(line.seams) > 1 and line.text[start - 1] != GAP:
        for at, x in seams(line):
            if at == start:
                return x
    return line.cells[min(line.text.count(GAP, 0, start), len(line.cells) - 1)]


def _in_cells(lines: Sequence[Line]) -> Table:
    """Letters without brackets or dots: in a separate column before texts in the next one, or at the start of lines."""
    candidates: list[tuple[int, str, float, float]] = []
    for index, line in enumerate(lines):
        text = line.text
        if len(text) > 2 and text[0] in "ABCDEFGHabcdefgh" and text[1] in " \t":
            behind = next((x for at, x in seams(line) if at == 2), None)
            if behind is not None and behind - line.x0 > _LABEL_CELL * line.size:
                candidates.append((index, text[0], line.x0, behind))
    table: Table = {}
    for at, (index, label, x0, behind) in enumerate(candidates):
        # The texts begin at one place, whatever the letters' widths.
        if any(
            abs(ord(other[1]) - ord(label)) == 1
            and abs(other[3] - behind) < _SAME_PLACE
            and abs(other[2] - x0) < _LETTER
            for other in candidates[max(0, at - 1) : at + 2]
        ):
            alphabet = "A" if label.isupper() else "a"
            marker = Marker(index, 0, 2, ord(label) - ord(alphabet), AT_START, x0 - lines[index].left)
            table.setdefault(f"{alphabet}{CELL}", []).append(marker)
    # Where the texts begin depends on the labels' widths, so some of them may look like cells and others not.
    return max(table, _at_line_starts(lines), key=_size) or _alone(lines)


def _size(table: Table) -> int:
    return sum(map(len, table.values()))


def _at_line_starts(lines: Sequence[Line]) -> Table:
    """Letters that begin lines or cells, if they count up from A to C or further in each question.

    Those of one column are at one place, so that no sentence that begins with "A" is among them.
    """
    series: list[Marker] = []
    table: Table = {}

    def close() -> None:
        if len(series) >= _FEWEST_IN_SEQUENCE:
            table.setdefault(f"A{CELL}", []).extend(series)

    for index, line in enumerate(lines):
        for found in _CELL_LETTER.finditer(line.text):
            position = ord(found[1]) - ord("A")
            x = line.cells[min(line.text.count(GAP, 0, found.start(1)), len(line.cells) - 1)] - line.left
            goes_on = (
                series
                and position == len(series)
                and index - series[-1].line <= _FARTHEST
                and (index == series[-1].line or any(abs(x - other.x) < _SAME_PLACE for other in series))
            )
            if not goes_on:
                close()
                series = []
            if goes_on or not position:
                series.append(Marker(index, found.start(1), found.end(), position, AT_START, x))
    close()
    return table


def _alone(lines: Sequence[Line]) -> Table:
    """Letters with nothing but pictures beside them, as all that a line has."""
    table: Table = {}
    for index, line in enumerate(lines):
        labels = line.text.split(GAP) if line.text[:1] == "A" else ()
        if len(labels) >= _FEWEST_IN_SEQUENCE and "".join(map(str.strip, labels)) == "ABCDEFGH"[: len(labels)]:
            for place, label in enumerate(labels):
                start = line.text.index(label.strip())
                x = line.cells[min(place, len(line.cells) - 1)] - line.left
                table.setdefault(f"A{CELL}", []).append(Marker(index, start, start + 1, place, AT_START, x))
    return table


def blocks(markers: Sequence[Marker]) -> list[int]:
    """Lines on which a series of three or more options begins; approximate, to find questions with.

    Options in columns may come as A, C, B, D.
    """
    found: list[int] = []
    seen: set[int] = set()
    start = -1
    last = 0
    for marker in markers:
        if marker.position == 0:
            seen, start, last = {0}, marker.line, marker.line
        elif start >= 0 and marker.line - last <= 15 and marker.position not in seen:
            last = marker.line
            seen.add(marker.position)
            if len(seen) >= 3 and {1, 2} <= seen:
                found.append(start)
                start = -1
    return found


def in_sequence(markers: Sequence[Marker]) -> list[list[Marker]]:
    """The series of three or more options among consecutive markers."""
    found: list[list[Marker]] = []
    current: list[Marker] = []
    for marker in markers:
        if current and marker.position == len(current):
            current.append(marker)
        else:
            if len(current) >= _FEWEST_IN_SEQUENCE:
                found.append(current)
            current = [marker] if marker.position == 0 else []
    return [*found, current] if len(current) >= _FEWEST_IN_SEQUENCE else found


def best_series(markers: Sequence[Marker], lines: Sequence[Line]) -> list[Marker]:
    """The most convincing series A, B, C... within one question; empty without two options.

    Options are ordered by lines, or down one column and then down the next. If the cells of a row differ in height, the
    second one may be a little higher than the first.
    """
    series = _series(_by_rows(markers, lines))
    if len(series) < MOST:
        cells = [marker for marker in markers if marker.weight > _BEHIND_SPACE]
        down = _series(sorted(cells, key=lambda marker: (round(marker.x / 12), marker.line)))
        if len(down) > max(2, len(series)):
            return down
    return series


def _by_rows(markers: Sequence[Marker], lines: Sequence[Line]) -> list[Marker]:
    """Markers in reading order, where lines less than a line's height apart are one row."""
    rows: list[list[Marker]] = []
    top: Line | None = None
    for marker in markers:
        line = lines[marker.line]
        if (
            top is not None
            and line.page == top.page
            and line.column == top.column
            and 0 <= top.y - line.y < 0.8 * min(line.size, top.size)
        ):
            rows[-1].append(marker)
        else:
            rows.append([marker])
            top = line
    return [
        marker
        for row in rows
        for marker in (row if row[0].line == row[-1].line else sorted(row, key=lambda m: (m.x, m.line, m.start)))
    ]


def _series(markers: Sequence[Marker]) -> list[Marker]:
    """The best series of the markers in this order; of equals the last."""
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
    """Styles with their blocks, the commonest first; of about equally common ones, the last one in a question.

    Statements and lists to match have letters and numbers too, but precede the options.
    """
    counted = [(name, blocks(markers)) for name, markers in table.items()]
    ranked = sorted((item for item in counted if item[1]), key=lambda item: -len(item[1]))
    if ranked:
        most = len(ranked[0][1])
        alike = [item for item in ranked if len(item[1]) >= _ALIKE * most]
        alike.sort(key=lambda item: item[1][0] + item[1][-1], reverse=True)
        ranked[: len(alike)] = alike
    # If there are other labels, letters in cells belong to a table.
    return [item for place, item in enumerate(ranked) if not place or not item[0].endswith(CELL)]


def commonest_length(series: Iterable[Sequence[Marker]]) -> int:
    """The usual number of options of the paper's questions."""
    lengths = Counter(len(found) for found in series if len(found) > 2)
    return lengths.most_common(1)[0][0] if lengths else 4
