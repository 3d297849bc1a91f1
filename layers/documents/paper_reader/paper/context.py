"""Reads what is said above questions: the section's heading, how many options are right, a passage."""

import re
from collections.abc import Sequence
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line
from paper_reader.paper import headings
from paper_reader.paper.draft import Draft

_LONGEST_INSTRUCTION = 400
_SENTENCE_END: Final = re.compile(r"[.:।][)\]]*(?=\s|$)")
_REQUEST: Final = re.compile(
    r"\b(?:read|study|refer|answer\s+the|answer\s+(?:these|questions?)|questions?\s+(?:given|that\s+follow|below)|based\s+on)\b"
    r"|\bmarks?\b|multiple\s+choice|\b(?:choose|select|mark)\s+the\b|compulsory|\battempt\b|each\s+question"
    r"|\bbased\s+questions?\b|\bstatements?\s+(?:are|is|have\s+been)\s+given"
    r"|पढ़|उत्तर\s+द|आधार\s+पर|अंक",
    re.IGNORECASE,
)
_MARKING: Final = re.compile(r"\bcarr(?:y|ies)\b|\bmarks?\b|अंक", re.IGNORECASE)
_SENTENCES: Final = re.compile(r"(?<=[.!?।;])\s+(?=\S)")
_ITEM: Final = re.compile(r"\W*(?:\d{1,2}|[ivx]{1,5}|[a-z])[.)]\s|\W*[•●▪*–-]\s")
_LINES_ABOVE = 12


def heading_above(lines: Sequence[Line], index: int) -> str:
    """The headings above a section's first question, such as "PART I : PHYSICS, SECTION A"."""
    found: list[str] = []
    for line in lines[max(0, index - _LINES_ABOVE) : index]:
        if headings.is_section(line):
            text = " ".join(plain(line.text).split()).partition(" (")[0].strip(" :-–—.,")
            if text not in found:
                found.append(text)
    return ", ".join(found[-2:])


def give(lines: Sequence[Line], drafts: Sequence[Draft]) -> None:
    """Set on each draft what is said above it."""
    directions = _Directions()
    before = _beside(lines[: drafts[0].first], lines[drafts[0].first]) if drafts else []
    pending: list[tuple[range, list[str]]] = []
    for draft in drafts:
        directions.read(before)
        passage = _passage(before)
        if passage is not None:
            pending.append(passage)
        draft.wanted = directions.wanted(draft.start.number)
        passages = [] if draft.shares_options else pending
        draft.preface = [text for numbers, texts in passages if draft.start.number in numbers for text in texts]
        pending = [entry for entry in pending if draft.start.number < entry[0].stop - 1]
        before = draft.parts.after


def _beside(before: Sequence[Line], first: Line) -> Sequence[Line]:
    """The lines that may be about the first questions; a booklet's cover is about the whole paper."""
    at = len(before)
    while at and (before[at - 1].page == first.page or len(before) - at < _LINES_ABOVE):
        at -= 1
    return before[at:]


class _Directions:
    """The type of questions that headings and directions announce."""

    def __init__(self) -> None:
        self._wanted: str | None = None
        self._ranges: list[tuple[range, str]] = []

    def wanted(self, number: int) -> str | None:
        """The type of the question with this number."""
        return next((kind for numbers, kind in reversed(self._ranges) if number in numbers), self._wanted)

    def read(self, lines: Sequence[Line]) -> None:
        """Read the lines between two questions, sentence by sentence."""
        pending: list[str] = []
        for line in lines:
            text = plain(line.text)
            if headings.is_section(line):
                self._take(" ".join(pending))
                pending, self._wanted, self._ranges = [], None, []
            elif _ITEM.match(text):
                self._take(" ".join(pending))
                pending = []
            pending.append(text)
        self._take(" ".join(pending))

    def _take(self, text: str) -> None:
        for sentence in _SENTENCES.split(text):
            kind = headings.answers_wanted(sentence) if len(sentence) < _LONGEST_INSTRUCTION else None
            if kind is None:
                continue
            numbers = headings.announced(sentence)
            if numbers is None:
                self._wanted = kind
            else:
                self._ranges.append((range(numbers[0], numbers[1] + 1), kind))


def _passage(lines: Sequence[Line]) -> tuple[range, list[str]] | None:
    """A passage and the questions that it announces; None without an announced range."""
    for index, line in enumerate(lines):
        announced = headings.announced(plain(line.text))
        if announced is not None and headings.is_directions(line):
            following = (other.text for other in lines[index + 1 :] if not headings.is_section(other))
            behind = headings.behind_range(line.text)
            if _MARKING.search(behind) is not None and _sentence_end(behind) is None:
                continue
            texts = [text for text in (behind, *following) if text.strip()]
            texts = _without_request(texts)
            return (range(announced[0], announced[1] + 1), texts) if texts else None
    return None


def _without_request(texts: list[str]) -> list[str]:
    """A passage's lines without sentences before it that only ask to read it."""
    while texts:
        # The sentence may end in one of the next lines.
        count = next((at for at in range(1, 5) if _sentence_end(" ".join(texts[:at])) is not None), 0)
        if not count:
            return texts
        joined = " ".join(texts[:count])
        end = _sentence_end(joined)
        if end is None or _REQUEST.search(joined[: end.end()]) is None:
            return texts
        rest = joined[end.end() :].strip()
        texts = ([rest] if rest else []) + texts[count:]
    return texts


def _sentence_end(text: str) -> re.Match[str] | None:
    """The first sign in a text that ends a sentence, and is not in brackets."""
    for found in _SENTENCE_END.finditer(text):
        if text.count("(", 0, found.start()) <= text.count(")", 0, found.start()):
            return found
    return None
