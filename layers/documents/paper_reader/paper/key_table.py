"""Reads answer keys set as tables: a row of numbers above a row of answers, or named columns.

An answer belongs to a number by its place in the row or under its column's name. If a cell is missing, the assignment
would be a guess, so none of the row has an answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf
from operator import attrgetter
from statistics import median
from typing import Final

from paper_reader.layout.line import Line, Word, words
from paper_reader.paper import values
from paper_reader.paper.headings import may_name_answers
from paper_reader.paper.values import Value

# A table's numbers with their answers.
Entries = list[tuple[int, Value | None]]

_INTEGER: Final = re.compile(r"(?:Q\w{0,3}[.\-]?)?(\d{1,4})[.):]?")
_NUMBERS_LABEL: Final = re.compile(
    r"(?:q(?:ue(?:s(?:tions?)?)?)?s?|s|sr|sl|no|nos|number|item|प्रश्न|प्र|क्र|सं|संख्या|क्रमांक)[.:/)]*(?:no[s.:]*)?",
    re.IGNORECASE,
)
_ANSWERS_LABEL: Final = re.compile(
    r"(?:a|ans|answers?|key|keys|response|option|r|k|correct|उत्तर|उ)[.:/)]*(?:key|range|/range)?[.:]*", re.IGNORECASE
)
_ANSWER_NAME: Final = re.compile(
    r"(?:(?:correct|right|final|official)\s+)?(?:ans(?:wers?)?\.?(?:\s*keys?)?|keys?(?:\s*/\s*range)?|option|उत्तर)(?:\s*/\s*range)?\W*"
    r"|correct\W*|(?:answer|key)\s+range\W*",
    re.IGNORECASE,
)
_NUMBER_NAME: Final = re.compile(
    r"(?:q(?:ue(?:s(?:tion)?)?)?|s|sr|sl)?\.?\s*(?:no|number|num|#)?s?\.?\W*|q(?:uestion)?s?\W*|प्रश्न.*|क्र.*",
    re.IGNORECASE,
)
_TYPE_NAME: Final = re.compile(r"(?:q(?:ue(?:s(?:tion)?)?)?\.?\s*)?type\W*", re.IGNORECASE)
_SEVERAL: Final = "MSQ"
_HAS_DIGIT: Final = re.compile(r"\d")
_LABEL: Final = re.compile(r"[\[(]?(?:[A-Ha-h1-8]|[कखगघअबसद])[\])]?")
_SET_NAMES: Final = frozenset(("set", "code", "series", "booklet", "version", "paper"))
_ANSWERS_AGAIN: Final = "answers"
_CELL_GAP = 0.55  # em
_TOUCHING = 0.12  # em
_MOST_IDLE = 12  # lines of an explanation
_MOST_NAME_LINES = 3
_FEWEST_ALIGNED, _EXACT = 0.6, 1.0  # of the numbers; points
_FEWEST_SECTIONS, _FEWEST_ROWS = 2, 3
_NEAR = 0.42  # of the distance between numbers


def rows(lines: Sequence[Line], index: int) -> tuple[Entries, int]:
    """The answers of a row of numbers with the row below.

    Returns:
        The entries and their number of lines; 0 if this is not such a row.
    """
    found, is_labelled = _without_label(words(lines[index]), _NUMBERS_LABEL)
    matches = [_INTEGER.fullmatch(word.text) for word in found]
    if len(found) < (1 if is_labelled else 3) or not all(matches):
        return [], 0
    numbers = [int(match[1]) for match in matches if match is not None]
    if any(b - a != 1 for a, b in pairwise(numbers)):
        return [], 0
    entries, used = _under(numbers, found, lines, index, is_labelled=is_labelled)
    while used > 1 and index + used < len(lines):
        other = _other_row(lines[index + used], found)
        if not other:
            break
        used += 1
        if other == _ANSWERS_AGAIN:
            # Answers of several sets of the paper, without saying which set this paper is.
            entries = [(number, None) for number in numbers]
    return entries, used


def _other_row(line: Line, numbers: Sequence[Word]) -> str:
    """What one more row of such a table contains: marks or subjects, answers again, or "" for other rows."""
    cells = words(line)
    if not cells or not cells[0].text.isalpha() or cells[0].x1 >= numbers[0].x0 + 1:
        return ""
    name, rest = cells[0].text, cells[1:]
    if rest and len(name) > 1 and rest[0].x1 < numbers[0].x0 + 1:
        rest = rest[1:]  # "Set B"
    if abs(len(rest) - len(numbers)) > 1 or _NUMBERS_LABEL.fullmatch(name):
        return ""
    labels = sum(_LABEL.fullmatch(cell.text) is not None for cell in rest)
    is_set = len(name) == 1 or name.lower() in _SET_NAMES or _ANSWERS_LABEL.fullmatch(name) is not None
    return _ANSWERS_AGAIN if is_set and labels >= 0.8 * len(rest) else "other" if len(name) > 1 else ""


def _under(
    numbers: Sequence[int], found: Sequence[Word], lines: Sequence[Line], index: int, *, is_labelled: bool
) -> tuple[Entries, int]:
    """The answers below a row of numbers, and the number of lines of both."""
    nothing: Entries = [(number, None) for number in numbers]
    if index + 1 >= len(lines):
        return nothing, 1
    spacing = median([b.centre - a.centre for a, b in pairwise(found)] or [3 * lines[index].size])
    below, is_named = _without_label(words(lines[index + 1]), _ANSWERS_LABEL, before=found[0].x0 - 0.1 * spacing)
    if len(found) == 1 and not (is_named and is_labelled):
        return [], 0
    counts_on = [int(match[1]) for word in below if (match := _INTEGER.fullmatch(word.text)) is not None]
    if len(counts_on) == len(below) > 2 and not is_named and all(b - a == 1 for a, b in pairwise(counts_on)):
        return nothing, 1  # the next row of numbers, so this one has no answers
    if len(below) == len(found):
        return [(number, values.read(word.text)) for number, word in zip(numbers, below, strict=True)], 2
    by_place = _by_place(found, below, spacing) or _aligned(found, below)
    if by_place is None:
        is_answers = is_named or all(values.read(word.text) is not None for word in below)
        return nothing, 2 if below and is_answers else 1
    return [(number, values.read(text)) for number, text in zip(numbers, by_place, strict=True)], 2


def _without_label(found: list[Word], label: re.Pattern[str], *, before: float = inf) -> tuple[list[Word], bool]:
    """A row without its label, which ends before a place, and whether it has one."""
    at = 0
    while at < min(3, len(found)) and found[at].x1 < before and label.fullmatch(found[at].text):
        at += 1
    return found[at:], at > 0


def _by_place(numbers: Sequence[Word], below: Sequence[Word], spacing: float) -> list[str] | None:
    """The text under each number, None unless every word is under a number and every number has some."""
    cells: list[list[str]] = [[] for _ in numbers]
    for cell in _cells(below):
        # Cells may be aligned on either side or centred.
        distances = [
            min(abs(number.x0 - cell.x0), abs(number.centre - cell.centre), abs(number.x1 - cell.x1))
            for number in numbers
        ]
        nearest = min(range(len(numbers)), key=distances.__getitem__)
        if distances[nearest] > _NEAR * spacing or sorted(distances)[:2].count(distances[nearest]) > 1:
            return None
        cells[nearest].append(cell.text)
    return [" ".join(cell) for cell in cells] if all(cells) else None


def _aligned(numbers: Sequence[Word], below: Sequence[Word]) -> list[str] | None:
    """The text exactly under each number, "" for none; None unless all texts are aligned with numbers in one way.

    The last number has to have one, or the answers may just have been shifted.
    """
    if len(below) < _FEWEST_ALIGNED * len(numbers):
        return None
    for edge in (attrgetter("centre"), attrgetter("x0"), attrgetter("x1")):
        found: dict[int, str] = {}
        for cell in below:
            at = min(range(len(numbers)), key=lambda at: abs(edge(numbers[at]) - edge(cell)))
            if abs(edge(numbers[at]) - edge(cell)) > _EXACT or at in found:
                break
            found[at] = cell.text
        if len(found) == len(below) and len(numbers) - 1 in found:
            return [found.get(at, "") for at in range(len(numbers))]
    return None


def _cells(found: Sequence[Word]) -> list[Word]:
    """Words joined where only a space is between them."""
    cells: list[Word] = []
    for word in found:
        size = (word.x1 - word.x0) / max(1, len(word.text)) * 2
        if cells and word.x0 - cells[-1].x1 < _CELL_GAP * size:
            cells[-1] = Word(cells[-1].x0, word.x1, f"{cells[-1].text} {word.text}")
        else:
            cells.append(word)
    return cells


def columns(lines: Sequence[Line], index: int) -> tuple[Entries, int]:
    """The answers of a table with named columns, such as "Q. No. | Type | Key | Marks".

    Returns:
        The entries and their number of lines; 0 if this line has no such names.
    """
    named = _named
    names, groups, span = _header(lines, index, named)
    if not groups:
        # Narrow cells are as close as words, but each is drawn by itself.
        named = _drawn
        names, groups, span = _header(lines, index, named)
    if not groups:
        return [], 0
    found: Entries = []
    at = index + span
    idle = 0
    end = at
    while at < len(lines):
        taken = _row_under(names, named(lines[at]), groups)
        if taken:
            found += taken
            idle, end = 0, at + 1
        else:
            # An explanation may continue over several lines, and the names are repeated on the next page.
            idle += 1
            is_name = _groups(named(lines[at])) != [] or (not found and not _HAS_DIGIT.search(lines[at].text))
            if idle > _MOST_IDLE or not (is_name or _is_beside_numbers(lines[at], names, groups)):
                break
        at += 1
    return found, end - index if len(found) >= 3 else 0


def by_section(lines: Sequence[Line], index: int) -> tuple[list[tuple[str, Entries]], int]:
    """The answers of a table with columns for each section of the paper.

    Either each section has a column of answers beside one of numbers that all share, as in "Q. No. | Physics |
    Chemistry", or its own columns of both below its name.

    Returns:
        The name of each section with its entries, and their number of lines; 0 if this is no such table.
    """
    if lines[index].text[:1].isdecimal():
        return [], 0
    sections, names, groups, at = _sections(lines, index)
    if not sections or not all(_is_section_name(section.text) for section in sections):
        return [], 0
    found: list[tuple[str, Entries]] = [(section.text, []) for section in sections]
    end = at
    while at < len(lines):
        cells = _named(lines[at])
        if len(cells) != len(names):
            cells = _drawn(lines[at])
        taken = _of_groups(cells, groups) if len(cells) == len(names) else []
        if taken:
            for (_, entries), entry in zip(found, taken, strict=True):
                entries.append(entry)
            end = at + 1
        elif not _groups(cells) and [cell.text for cell in cells] != [name.text for name in sections]:
            break
        at += 1
    first = [number for number, _ in found[0][1]]
    are_apart = all(number == other for _, entries in found for number, (other, _) in zip(first, entries, strict=True))
    return (found, end - index) if len(first) >= _FEWEST_ROWS and are_apart else ([], 0)


def _sections(
    lines: Sequence[Line], index: int
) -> tuple[Sequence[Word], Sequence[Word], Sequence[tuple[int, int]], int]:
    """The names of such a table's sections and columns, each section's columns, and the first line below the names."""
    for names in (_named(lines[index]), _drawn(lines[index])):
        if len(names) > _FEWEST_SECTIONS and _NUMBER_NAME.fullmatch(names[0].text) is not None:
            return names[1:], names, [(0, place) for place in range(1, len(names))], index + 1
        if len(names) >= _FEWEST_SECTIONS and index + 1 < len(lines):
            for cells in (_named(lines[index + 1]), _drawn(lines[index + 1])):
                groups = _groups(cells)
                if len(groups) == len(names):
                    return names, cells, groups, index + 2
    return (), (), (), index


def _is_section_name(text: str) -> bool:
    """Whether a column's name may be a section's; a set's or a single letter may not."""
    told = text.strip()
    return (
        sum(map(str.isalpha, told)) >= _FEWEST_SECTIONS + 1
        and told.split()[0].lower() not in _SET_NAMES
        and not any(name.fullmatch(told) for name in (_ANSWER_NAME, _NUMBER_NAME))
    )


def _of_groups(cells: Sequence[Word], groups: Sequence[tuple[int, int]]) -> Entries:
    """The numbers and answers of a row, one for each group; empty if one of them has no number."""
    found: Entries = []
    for number_at, answer_at in groups:
        match = _INTEGER.fullmatch(cells[number_at].text)
        if match is None:
            return []
        found.append((int(match[1]), values.read(cells[answer_at].text)))
    return found


def _header(
    lines: Sequence[Line], index: int, named: Callable[[Line], list[Word]]
) -> tuple[list[Word], list[tuple[int, int]], int]:
    """The names of columns, in up to three lines, and which of them are numbers and answers."""
    names: list[Word] = []
    first = lines[index : index + _MOST_NAME_LINES]
    if not any(_may_name_column(line.text) for line in first):
        return [], [], 0
    for span, line in enumerate(first, 1):
        for cell in named(line):
            over = next((at for at, name in enumerate(names) if name.x0 < cell.x1 and cell.x0 < name.x1), None)
            if over is None:
                names.append(cell)
            else:
                name = names[over]
                names[over] = Word(min(name.x0, cell.x0), max(name.x1, cell.x1), f"{name.text} {cell.text}")
        names.sort()
        groups = _groups(names)
        if groups:
            return names, groups, span
    return [], [], 0


def _may_name_column(text: str) -> bool:
    """Whether a text may name a column of answers: quick, and without false negatives."""
    return may_name_answers(text) or "option" in (lowered := text.lower()) or "correct" in lowered


def _row_under(names: Sequence[Word], cells: Sequence[Word], groups: Sequence[tuple[int, int]]) -> Entries:
    taken: Entries = []
    for number_at, answer_at in groups:
        match = _INTEGER.fullmatch(_cell_under(names, cells, number_at))
        if match is not None:
            text = _cell_under(names, cells, answer_at)
            value = values.read(text.replace(":", " to ") if ":" in text else text)
            if value is not None and value.positions:
                kinds = [at for at in range(number_at, answer_at) if _TYPE_NAME.fullmatch(names[at].text)]
                if any(_cell_under(names, cells, at) == _SEVERAL for at in kinds):
                    value = replace(value, has_several=True)
            taken.append((int(match[1]), value))
    return taken


def _is_beside_numbers(line: Line, names: Sequence[Word], groups: Sequence[tuple[int, int]]) -> bool:
    """Whether a line leaves the columns of numbers free, like the continuation of another column."""
    return len(groups) == 1 and line.x0 > names[groups[0][0]].x1


def _named(line: Line) -> list[Word]:
    cells: list[Word] = []
    for word in words(line):
        if word.text == "|":
            continue
        if cells and word.x0 - cells[-1].x1 < _CELL_GAP * line.size:
            cells[-1] = Word(cells[-1].x0, word.x1, f"{cells[-1].text} {word.text}")
        else:
            cells.append(word)
    return cells


def _drawn(line: Line) -> list[Word]:
    """The texts of a line that were drawn at once."""
    cells: list[Word] = []
    for run in sorted(line.runs):
        text = run.text.strip()
        if cells and run.x0 - cells[-1].x1 < _TOUCHING * run.size:
            cells[-1] = Word(cells[-1].x0, run.x1, cells[-1].text + text)
        elif text:
            cells.append(Word(run.x0, run.x1, text))
    return cells


def _groups(names: Sequence[Word]) -> list[tuple[int, int]]:
    """Pairs of a column of numbers and the column with their answers."""
    groups: list[tuple[int, int]] = []
    number_at: int | None = None
    for at, name in enumerate(names):
        text = name.text.strip()
        if _ANSWER_NAME.fullmatch(text):
            if number_at is None:
                return []
            groups.append((number_at, at))
            number_at = None
        elif _NUMBER_NAME.fullmatch(text):
            if number_at is not None:
                return []
            number_at = at
    return groups


def _cell_under(names: Sequence[Word], cells: Sequence[Word], column: int) -> str:
    """The text of a row in a column, "" if there is none."""
    if len(cells) == len(names):
        return cells[column].text
    under = []
    for cell in cells:
        nearest = min(range(len(names)), key=lambda at: _distance(names[at], cell))
        if nearest == column:
            under.append(cell.text)
    return " ".join(under)


def _distance(name: Word, cell: Word) -> float:
    overlap = min(name.x1, cell.x1) - max(name.x0, cell.x0)
    return -overlap if overlap > 0 else min(abs(name.x0 - cell.x0), abs(name.centre - cell.centre))
