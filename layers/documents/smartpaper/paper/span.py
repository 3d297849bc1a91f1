"""One question's lines as stem, options, answer and what else stands there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from smartpaper.layout.latex import plain
from smartpaper.layout.line import GAP, Line
from smartpaper.paper import headings, values
from smartpaper.paper.options import Marker
from smartpaper.paper.values import Value

_TRAILING = re.compile(r"(?<![\])\s.;])[\])\s.;]++$")
_MARKS = re.compile(r"^\W*+\d{1,2}(?:\s*+[,/]\s*+[-−–]\s*+\d(?:\.\d+)?)?\s*+(?:marks?|अंक)\W*+$", re.IGNORECASE)


@dataclass(slots=True)
class Parts:
    """A question taken apart.

    Attributes:
        stem: its lines; `options` the lines of each.
        answers: what inline answers say, one None for each that cannot be read.
        after: lines behind the question that are not its own: headings, directions, passages.
        used: how many lines from the beginning are the question itself.
    """

    stem: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    answers: list[Value | None] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    used: int = 0


def take_apart(lines: Sequence[Line], offset: int, start: int, series: Sequence[Marker]) -> Parts:
    """Take a question apart.

    Args:
        lines: from the one that it begins on up to the next question.
        offset: index of the first of them in the document, which markers refer to.
        start: where on it the text begins, behind the number.
        series: its options; empty for a question without.
    """
    parts = Parts()
    first = series[0].line - offset if series else len(lines)
    at = _take_stem(lines, start, first, series, parts)
    if series:
        at = _take_options(lines, offset, series, parts)
    parts.used = max(1, at)
    _take_rest(lines, at, parts)
    return parts


def _take_stem(lines: Sequence[Line], start: int, first: int, series: Sequence[Marker], parts: Parts) -> int:
    for index, line in enumerate(lines[: first + 1]):
        text = line.text
        begin = start if index == 0 else 0
        if index == first:
            parts.stem.append(text[begin : series[0].start])
            return index
        if index and not series and _is_foreign(line):
            return index
        if index and headings.is_section(line):
            continue  # a heading between a stem and its options: the column's, not the question's
        text, answer, found = cut_answer(text[begin:], strict=True)
        if found:
            parts.answers.append(answer)
        parts.stem.append(text)
    return min(first, len(lines))


def _is_foreign(line: Line) -> bool:
    return (
        headings.is_section(line)
        or headings.is_directions(line)
        or headings.is_answer(line)
        or headings.is_solution(line)
        or headings.is_key(line)
    )


def _take_options(lines: Sequence[Line], offset: int, series: Sequence[Marker], parts: Parts) -> int:
    parts.options = [[] for _ in series]
    last_line = series[-1].line - offset
    row: list[tuple[int, float]] = []
    index = series[0].line - offset
    while index < len(lines):
        line = lines[index]
        here = [(number, marker) for number, marker in enumerate(series) if marker.line - offset == index]
        if here:
            before = line.text[: here[0][1].start].strip()
            if before and here[0][0]:
                parts.options[here[0][0] - 1].append(before)
            row = _on_row(line, here, row)
            for place, (number, marker) in enumerate(here):
                end = here[place + 1][1].start if place + 1 < len(here) else len(line.text)
                text = line.text[marker.end : end]
                if number == len(series) - 1:
                    text, answer, found = cut_answer(text, strict=False)
                    if found:
                        parts.answers.append(answer)
                parts.options[number].append(text)
        elif index < last_line:
            if not headings.is_section(line):
                _continue_options(line, row, parts)
        elif _goes_on(lines[index - 1], line, row):
            _continue_options(line, row, parts)
        else:
            break
        index += 1
    return index


def _on_row(line: Line, here: Sequence[tuple[int, Marker]], before: list[tuple[int, float]]) -> list[tuple[int, float]]:
    found = []
    for number, marker in here:
        cell = line.text[: marker.start].count(GAP)
        found.append((number, line.cells[cell] if cell < len(line.cells) else line.x0))
    return found or before


def _continue_options(line: Line, row: Sequence[tuple[int, float]], parts: Parts) -> None:
    """Give each cell of a line without markers to the option above it."""
    for cell, x in zip(line.text.split(GAP), line.cells, strict=False):
        number = row[0][0] if row else len(parts.options) - 1
        for candidate, begins in row:
            if begins <= x + 6:  # points: an option's text may hang left of its marker
                number = candidate
        parts.options[number].append(cell)


def _goes_on(above: Line, line: Line, row: Sequence[tuple[int, float]]) -> bool:
    """Whether a line behind the last option still belongs to it: the line above had no room for its first word."""
    if _is_foreign(line) or _MARKS.match(plain(line.text)):
        return False
    if line.page == above.page and line.column == above.column:
        drop = above.y - line.y
        if drop > 1.9 * max(above.size, line.size) or drop < 0:
            return False
        if line.x0 < min((x for _, x in row), default=line.x0) - 6:
            return False
    if abs(line.size - above.size) > 0.16 * above.size or (line.is_bold and not above.is_bold):
        return False
    if len(row) > 1 and any(x - 3 <= line.x0 <= x + 30 for _, x in row[:-1]) and line.x1 < row[-1][1]:
        return True
    words = line.text.split()
    first = len(plain(words[0])) if words else 0
    return above.x1 + (0.4 + 0.6 * first) * line.size > above.right


def _take_rest(lines: Sequence[Line], at: int, parts: Parts) -> None:
    in_solution = False
    for index in range(at, len(lines)):
        line = lines[index]
        text = line.text
        if headings.is_section(line) or headings.is_directions(line):
            in_solution = False
        if headings.is_solution(line):
            found = re.match(r"\W*(?:sol|ans)\w*\W*?\s*[\[(]\s*([A-Da-d1-4])\s*[\])]", plain(text), re.IGNORECASE)
            if found is not None and not parts.answers:
                parts.answers.append(values.read(f"({found[1]})"))
            in_solution = True
            continue
        if in_solution:
            continue
        _, answer, found_answer = cut_answer(text, strict=False)
        if found_answer:
            parts.answers.append(answer)
            in_solution = True  # what follows an answer explains it
            continue
        parts.after.append(line)


def cut_answer(text: str, *, strict: bool) -> tuple[str, Value | None, bool]:
    """A line without the answer that it ends with, that answer, and whether there is one.

    `strict` is for lines of the question itself, where "the correct answer is 5" may be part of what is asked: only
    an answer set apart at the end of the line counts.
    """
    for found in headings.ANSWER.finditer(text):
        rest = plain(text[found.end() :]).replace(GAP, " ")
        value = _read_leading(rest)
        if value is not None and value.number and found[0].rstrip()[-1:] in "-–—":
            # "Ans. - 14": a dash between them or a minus sign. As an option it is the same.
            value = replace(value, number="")
        if strict and (
            value is None or (found.start() and not re.search(r"ans[^a-z]*$|[:.\[]\s*$", found[0], re.IGNORECASE))
        ):
            continue
        if strict and re.search(r"\bis\b|\bare\b", found[0]):
            continue
        return text[: found.start()].rstrip(" \t[("), value, True
    return text, None, False


def _read_leading(rest: str) -> Value | None:
    rest = _TRAILING.sub("", rest.strip()) if rest.strip()[-1:] in "]." else rest.strip()
    value = values.read(rest)
    if value is None and rest.endswith((")", "]")):
        value = values.read(rest[:-1])
    if value is not None:
        return value
    # "(B) 25 m/s": a label in brackets counts whatever follows it; a bare letter does not ("A body at rest").
    found = re.match(r"([\[(]\s*[A-Da-d1-4क-घअबसद]\s*[\])])(?!\s*(?:or|/|या)\b)(?=\s|$|[.,;])", rest)
    if found is not None and not re.match(r"\s*(?:,|&|and|or|/|या|और|एवं)\s*[\[(]", rest[found.end() :]):
        return values.read(found[1])
    found = re.match(rf"({values.NUMBER})\s*+(?:[^\W\d_°%Ω]\S*+(?:\s++[^\W\d_°%Ω]\S*+){{0,2}}\s*+)?$", rest)
    if found is not None:
        read = values.read(found[1])
        return None if read is None else Value(number=read.number, tolerance=read.tolerance)
    return None
