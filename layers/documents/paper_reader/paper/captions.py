"""Small headings of every question, such as SOURCE or "Difficulty: easy", which do not belong to its last option."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line
from paper_reader.paper.model import MCQ, MSQ, NUMERIC

_LONGEST: Final = 40
_FEWEST: Final = 3
_OFTEN: Final = 0.4  # of the questions
_MARKED: Final = re.compile(r"[\[(]?\s?(?:[A-Ha-h\d]|[ivxIVX]{1,4})\s?[\]).:]")
_NAME: Final = re.compile(r"([^\W\d_][^:]{1,24}?)\s?:(?:\s|$)")
# What is said about a question before it begins.
_KINDS: Final = tuple(
    (kind, re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE))
    for kind, pattern in (
        (MSQ, r"MSQ|MMCQ|multiple\s+(?:select|correct)\b.{0,30}|one\s+or\s+more\b.{0,30}"),
        (MCQ, r"MCQ|SCQ|single\s+(?:correct|choice|select)\b.{0,30}|multiple\s+choice\b.{0,20}"),
        (NUMERIC, r"NAT|numeric(?:al)?|integer(?:\s+(?:answer|value|type|question)){0,2}"),
    )
)
_MARKS: Final = re.compile(r"[\[(]\s*\+?\d[^\])]{0,16}[\])]")
_BEGINNING: Final = re.compile(
    r"\W*(?:quiz|true\s*(?:or|/)\s*false|question(?:\s+(?:text|statement))?|problem(?:\s+statement)?|stem)\W*",
    re.IGNORECASE,
)


def mark(lines: Sequence[Line], questions: int) -> None:
    """Mark the lines that are such headings, in a paper of about this many questions."""
    texts: list[tuple[Line, str, str]] = []
    for line in lines:
        text = line.text
        if _MARKED.match(text) is None:
            found = _NAME.match(text)
            if found is not None or (len(text) <= _LONGEST and _stands_out(line)):
                texts.append((line, text if len(text) <= _LONGEST else "", "" if found is None else found[1]))
    whole, named = Counter(text for _, text, _ in texts), Counter(name for *_, name in texts)
    least = max(_FEWEST, _OFTEN * questions)
    for line, text, name in texts:
        line.is_caption = bool((text and whole[text] >= least) or (name and named[name] >= least))


def _stands_out(line: Line) -> bool:
    text = plain(line.text)
    return line.is_bold or text.isupper() or text.endswith(":")


def before_question(text: str) -> tuple[bool, str | None]:
    """Whether a line before the question only announces it or its type, and that type."""
    told = _MARKS.sub("", plain(text))
    for kind, pattern in _KINDS:
        if pattern.fullmatch(told) is not None:
            return True, kind
    return _BEGINNING.fullmatch(told) is not None, None
