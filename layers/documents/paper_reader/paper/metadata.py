"""Removes what examination software prints around questions: `Question Id : 864351 Option Shuffling : Yes ...`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line

_NAMES = (
    r"(?:Question|Section|Sub-?Section)\s+(?:Number|Id|ID|Type|Shuffling\s+Allowed|Marks)|Number\s+of\s+Questions(?:\s+to\s+be\s+attempted)?"
    r"|Option\s+(?:Shuffling|Orientation|[1-8]\s+ID)|Is\s+Question\s+Mandatory|Calculator|Response\s+(?:Time|Type)|Think\s+Time"
    r"|Minimum\s+Instruction\s+Time|Correct\s+Marks|Wrong\s+Marks|Display\s+(?:Question\s+Number|Marks)|Show\s+Word\s+Count"
    r"|Single\s+Line\s+Question\s+Option|Answers?\s+Type|Evaluation\s+Required\s+For\s+SA|Text\s+Areas|Possible\s+Answers?"
    r"|Chosen\s+Option|Given\s+Answer|Status|Question\s+Pattern|Sub\s+Question\s+Shuffling\s+Allowed|Group\s+(?:Number|Id|Marks)"
)
_VALUE = (
    r"(?:Not\s+Attempted\s+and\s+Marked\s+For\s+Review|Marked\s+For\s+Review|Not\s+(?:Answered|Attempted)|N\.?A\.?|[-–]{1,2}(?!\d)"
    r"|\d+(?:\.\d+)?\s+(?:to|TO|-)\s+\d+(?:\.\d+)?|\S+)"
)
_PAIR: Final = re.compile(rf"(?P<name>{_NAMES})\s*:\s*(?P<value>{_VALUE})")
_AT_END: Final = re.compile(rf"(?<!\s)(?:\s++(?:{_NAMES})\s*+:(?:\s*+(?:{_VALUE}))?)+\s*+$")
_MAY_BE: Final = re.compile(r"\s:\s?|[a-z]:")
_KINDS: Final = {"MCQ": "MCQ", "MSQ": "MSQ", "SA": "NUMERIC", "NAT": "NUMERIC", "NUM": "NUMERIC", "NUMERIC": "NUMERIC"}
_FEWEST_LETTERS = 3
_LONGEST_RESPONDENT = 20
_OF_A_SHEET = 0.25  # of a column's lines
# What somebody answered, which is not the paper's answer.
_RESPONSE: Final = re.compile(
    r"\W*(?:your|my|[^\W\d_]+['’]s|student(?:['’]?s)?|candidate(?:['’]?s)?|user(?:['’]?s)?|given|chosen|selected|marked|attempted|wrong|incorrect)\s+"
    r"(?:answers?|responses?|options?|choices?)\b(?:\s+(?:is|was))?\s*(?:[:=\-–]|$|[\[(])",
    re.IGNORECASE,
)
_RESPONDING: Final = re.compile(
    r"(?:\b(?:your|my|student|candidate|user|given|chosen|selected|marked|attempted|wrong|incorrect)|['’]s)\s*$",
    re.IGNORECASE,
)
# Points, difficulty, reference, such as "PTS: 1 REF: 4.2".
_ABOUT: Final = re.compile(r"\s(?:PTS|DIF|REF|OBJ|TOP|MSC|NAT|STA|LOC|BLM)\s?:\s.*$")
_LONG_ID: Final = re.compile(r"\s*[0-9]{9,16}\s*")


@dataclass(frozen=True, slots=True)
class Told:
    """What it says about a question: its type, and its answer if it is a number."""

    wanted: str | None = None
    answer: str = ""


def take_off(lines: Sequence[Line]) -> list[Line]:
    """Lines without such text in a separate column, or at their ends."""
    columns: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        if line.column > 0:
            columns.setdefault((line.page, line.column), []).append(line)
    gone = {place for place, found in columns.items() if _is_sheet(found)}
    return [
        _shortened(line) if ":" in line.text and _AT_END.search(line.text) else line
        for line in lines
        if (line.page, line.column) not in gone
    ]


def _is_sheet(lines: Sequence[Line]) -> bool:
    """Whether a column has what the software tells of each question, and no question."""
    told = sum(":" in line.text and is_line(line) for line in lines)
    return told > 2 and told >= _OF_A_SHEET * len(lines)


def _shortened(line: Line) -> Line:
    found = _AT_END.search(line.text)
    if found is None or len(_PAIR.sub("", line.text[: found.start()]).strip()) < 2:
        return line
    text = line.text[: found.start()]
    return replace(line, text=text, cells=line.cells[: text.count(GAP) + 1])


def without_about(text: str) -> str:
    """An answer without what test banks tell of its question behind it."""
    return _ABOUT.sub("", text) if ":" in text else text


def is_line(line: Line) -> bool:
    """Whether a line is only such text."""
    text = line.text
    if _LONG_ID.fullmatch(text) or is_response(text):
        return True
    if ":" not in text or _MAY_BE.search(text) is None:
        return False
    rest = _PAIR.sub(" ", plain(text).replace(GAP, " "))
    return len(rest.strip()) < _FEWEST_LETTERS


def is_response(text: str) -> bool:
    """Whether a line says what somebody answered."""
    return _RESPONSE.match(text) is not None


def is_response_before(text: str, at: int) -> bool:
    """Whether the word for an answer at a place in a text is preceded by whose it is, as in "Given Answer : 52"."""
    return _RESPONDING.search(text, max(0, at - _LONGEST_RESPONDENT), at) is not None


def without(pieces: Sequence[str]) -> tuple[list[str], Told]:
    """Lines without such text, wherever it is broken, and what it said."""
    if not any("Id :" in piece or "Marks :" in piece or " Type :" in piece or " ID :" in piece for piece in pieces):
        return list(pieces), Told()
    joined = "\n".join(pieces)
    wanted, answer = None, ""
    for found in _PAIR.finditer(joined):
        name = " ".join(found["name"].split())
        if name == "Question Type":
            wanted = _KINDS.get(found["value"].upper(), wanted)
        elif name.startswith("Possible Answer"):
            answer = " ".join(found["value"].split())
    return [piece for piece in _PAIR.sub(" ", joined).split("\n") if piece.strip()], Told(wanted, answer)
