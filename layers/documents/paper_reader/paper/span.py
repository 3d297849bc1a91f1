"""Divides one question's lines into stem, options, answer and the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line
from paper_reader.paper import captions, headings, inline_answers, metadata, option_texts, values
from paper_reader.paper.inline_answers import Answer
from paper_reader.paper.model import MCQ, MSQ
from paper_reader.paper.options import AT_START, Marker, is_request
from paper_reader.paper.values import Value

_LABEL_ALONE: Final = re.compile(r"\W*(?:ans(?:wer)?|options?|your\s+answer)\W*|[○◯❍⚪◦☐□▢◻●•◉\s]*", re.IGNORECASE)
_POINTS_IN_CELL: Final = re.compile(
    rf"(?:(?:\s?\*)?{GAP}|\s\*\s)[^\w\s]{{0,3}}\d{{1,3}}(?:\.\d{{1,2}})?\s?(?:points?|pts?|marks?)[^\w\s]{{0,3}}$",
    re.IGNORECASE,
)
_TIME_OR_POINTS: Final = re.compile(
    r"\W*\d+(?:\.\d+)?\s*(?:sec(?:ond)?s?|min(?:ute)?s?|points?|pts?|marks?)\W*", re.IGNORECASE
)
_BETWEEN_PARTS: Final = " \t/|"
_LETTER: Final = re.compile(r"[^\W\d_]")
_SENTENCE_BEFORE: Final = re.compile(r"^.*[^\W\d_]{3}[.:?]\s+(?=\S)")
_NO_ERROR: Final = re.compile(r"\W*no\s+(?:error|mistake|improvement)|त्रुटि\s+नहीं|कोई\s+(?:त्रुटि|अशुद्धि)", re.IGNORECASE)
_SOLVED: Final = re.compile(r"\W*(?:sol|ans)\w*\W*?\s*[\[(]\s*([A-Ha-h1-8])\s*[\])]", re.IGNORECASE)


@dataclass(slots=True)
class Parts:
    """The parts of a question.

    Attributes:
        stem: its lines; `options` the lines of each.
        answers: the answers printed with it.
        wanted: the type that it names, None if it does not.
        ticked: options that are marked as right; `crossed` those marked as wrong; `named` those said to be right.
        after: later lines that are not its own: headings, directions, passages.
        solution: the lines of its solution.
        used: how many lines from the beginning are the question itself.
    """

    stem: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    wanted: str | None = None
    ticked: list[int] = field(default_factory=list)
    crossed: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    used: int = 0


def take_apart(lines: Sequence[Line], offset: int, start: int, series: Sequence[Marker]) -> Parts:
    """Divide a question into its parts.

    Args:
        lines: from its first one up to the next question.
        offset: index of the first of them in the document, to which markers refer.
        start: where the text begins on it, after the number.
        series: its options; empty for a question without.
    """
    parts = Parts()
    at = _take_stem(lines, offset, start, series, parts)
    if series:
        found = option_texts.collect(lines, offset, series, is_foreign)
        at = found.end
        parts.options, parts.ticked, parts.crossed = found.pieces, found.ticked, found.crossed
        parts.named = found.named
        _cut_last(parts)
        _take_text_before_labels(lines, offset, series, parts)
    parts.used = max(1, at)
    parts.stem, told = metadata.without(parts.stem)
    parts.wanted = told.wanted or parts.wanted
    if told.answer:
        parts.answers.append(Answer(values.read(told.answer)))
    _take_rest(lines, at, parts)
    return parts


def body_end(lines: Sequence[Line], start: int, end: int) -> int:
    """Where a question's answer or solution begins; no option follows it."""
    for index in range(start + 1, end):
        following = lines[index + 1] if index + 1 < end else None
        if headings.is_solution(lines[index]) or inline_answers.of_line(lines[index], following)[1]:
            return index
    return end


def is_foreign(line: Line) -> bool:
    """Whether a line does not belong to a question."""
    return (
        headings.is_section(line)
        or headings.is_directions(line)
        or headings.is_solution(line)
        or headings.is_key(line)
        or metadata.is_line(line)
        or line.is_caption
        or inline_answers.of_line(line, None)[1] > 0
    )


def _take_stem(lines: Sequence[Line], offset: int, start: int, series: Sequence[Marker], parts: Parts) -> int:
    """Take the text before the first option; returns its line, or the end of a question without options."""
    first = min((marker.line for marker in series), default=offset + len(lines)) - offset
    for index, line in enumerate(lines[:first]):
        text = line.text[start:] if index == 0 else line.text
        if _is_before_question(text, lines, parts) or (not index and first > 1 and _TIME_OR_POINTS.fullmatch(text)):
            continue
        if not index:
            # Solutions are numbered too: "12. Ans. (B)".
            answer, used = inline_answers.of_text(text, None)
            if used and answer is not None and not series:
                parts.answers.append(answer)
                return used
        elif not series and parts.stem and is_foreign(line) and not metadata.is_line(line):
            return index
        elif metadata.is_response(line.text) or _is_between(line, parts):
            continue  # a heading between a stem and its options is the column's, not the question's
        text, answer = inline_answers.cut(_POINTS_IN_CELL.sub("", text))
        if answer is not None:
            parts.answers.append(answer)
        parts.stem.append(text)
    if series and first < len(lines):
        begun = min(marker.start for marker in series if marker.line - offset == first)
        before = lines[first].text[start if first == 0 else 0 : begun]
        if not _LABEL_ALONE.fullmatch(plain(before)):
            parts.stem.append(before)
    return min(first, len(lines))


def _is_between(line: Line, parts: Parts) -> bool:
    """Whether a line between a stem and its options belongs to neither; a request tells the question's type."""
    text = plain(line.text)
    if is_request(text):
        told = text.lower()
        parts.wanted = MSQ if "all" in told or "more" in told else MCQ
        return True
    return bool(_LABEL_ALONE.fullmatch(text) or _TIME_OR_POINTS.fullmatch(text)) or headings.is_section(line)


def _is_before_question(text: str, lines: Sequence[Line], parts: Parts) -> bool:
    """Whether a line before the question only announces it, which may tell its type."""
    if len(lines) == 1 or any(map(str.strip, parts.stem)):
        return False
    is_before, told = captions.before_question(text)
    parts.wanted = told or parts.wanted
    return is_before


def _take_text_before_labels(lines: Sequence[Line], offset: int, series: Sequence[Marker], parts: Parts) -> None:
    """Give each option the text before its label, in a sentence with a label behind each part."""
    first = min(series)
    begun = lines[first.line - offset].text[: first.start].strip()
    told = [plain(" ".join(pieces)).strip() for pieces in parts.options]
    *others, last = [text.strip(_BETWEEN_PARTS) for text in told]
    # The last option may be empty because it is a picture, too.
    is_divided = sum(text.startswith("/") for text in told) > 1 or (others and _NO_ERROR.match(others[-1]) is not None)
    is_behind = first.weight < AT_START and begun and parts.stem and not last and len(others) > 1 and all(others)
    if not is_divided or not is_behind or list(series) != sorted(series):
        return
    before = _SENTENCE_BEFORE.sub("", " ".join(parts.stem))
    if not _LETTER.search(before):
        return
    labels = [
        lines[marker.line - offset].text[marker.start : marker.end].strip().rstrip(_BETWEEN_PARTS) for marker in series
    ]
    labelled = [f"{text} {label}" for text, label in zip([parts.stem[-1].strip(), *others], labels, strict=True)]
    parts.stem = [*parts.stem[:-1], " / ".join(labelled)]
    parts.options = [[before], *([other] for other in others)]


def _cut_last(parts: Parts) -> None:
    """Remove an answer from the end of the last option's lines, or of the one that was printed last."""
    for pieces in parts.options[::-1]:
        if not pieces:
            continue
        pieces[-1], answer = inline_answers.cut(pieces[-1])
        if answer is not None:
            parts.answers.append(answer)
            return


def _take_rest(lines: Sequence[Line], at: int, parts: Parts) -> None:
    in_solution = False
    index = at
    while index < len(lines):
        line = lines[index]
        if headings.is_section(line) or headings.is_directions(line):
            in_solution = False
        following = lines[index + 1] if index + 1 < len(lines) else None
        answer, used = inline_answers.of_line(line, following, is_behind=bool(parts.options))
        if headings.is_solution(line) and not used:
            found = _SOLVED.match(plain(line.text))
            if found is not None and not parts.answers:
                parts.answers.append(Answer(values.read(f"({found[1]})")))
            in_solution = True
            parts.solution.append(headings.behind_solution(line.text))
        elif used and answer is not None:
            # An explanation may mention answers too, so only one as plain as a key counts there.
            if not in_solution or (answer.value is not None and not answer.is_loose and not answer.text):
                parts.answers.append(answer)
            in_solution = True
            index += used - 1
        elif in_solution:
            parts.solution.append(line.text)
        elif not metadata.is_line(line):
            parts.after.append(line)
        index += 1


def ticks(parts: Parts) -> Value | None:
    """The ticked options, if all others are crossed, or the only one that is said to be right."""
    if len(parts.named) == 1 and not parts.ticked and not parts.crossed:
        return Value((parts.named[0],))
    ticked, crossed = set(parts.ticked), set(parts.crossed)
    if not ticked or ticked & crossed or len(ticked | crossed) != len(parts.options):
        return None
    return Value(tuple(sorted(ticked)))
