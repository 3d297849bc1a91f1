"""Answer keys printed apart from the questions, in whatever shape: pairs, tables with rows of numbers, columns.

A key is read only where the numbers prove it: a row of answers belongs to a row of consecutive numbers of the same
length, bare pairs of digits must count up together, and one number with two different answers has none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from smartpaper.layout.latex import plain
from smartpaper.layout.line import GAP, Line
from smartpaper.paper import values
from smartpaper.paper.headings import is_section
from smartpaper.paper.values import NUMBER, Value

_LABELS = r"(?:[A-Da-d1-4१-४]|[कखगघअबसद])"
_PAREN = rf"[\[(]\s*{_LABELS}(?:\s*[,;&]?\s*{_LABELS})*\s*[\])](?:\s*[,;&]\s*[\[(]\s*{_LABELS}\s*[\])])*"
_HINDI = r"[कखगघअबसद](?:\s*[,;&]\s*[कखगघअबसद])*"
_LETTERS = rf"(?:[A-D](?:\s*[,;&]\s*[A-D])+|[A-D]{{1,4}}|[a-d](?:\s*[,;&]\s*[a-d])*|{_HINDI})(?![\w'])"
_NUMBERS = rf"(?:[\[(]\s*+)?{NUMBER}(?:\s*+(?:to|TO|से|±|–|—)\s*+{NUMBER})?(?:\s*+[\])])?"
_NO_KEY = r"(?:bonus|dropped?|cancel+ed|mta|marks?\s+to\s+all|\*|x|#|---?|–|wrong|deleted)(?![\w])"
_PREFIX = r"(?:(?:Q|Que|Ques|Question|प्रश्न|प्र)\.?\s*+(?:No\.?\s*+)?)?"
_DIGITS = r"[1-5](?:\s*[,;&]\s*[1-5])+(?!\d|\s*[.):])"
_PAIR = re.compile(
    rf"(?:(?<=^)|(?<=[\s,;|]))[\[(]?{_PREFIX}(\d{{1,3}})"
    r"(?:\s*+[.):\]]++\s*+(?:(?:[-–—]+(?=\s*+[\[(A-Da-d])|[=→:]++)\s*+)?|\s++(?=[-−–]\d)|\s*+[-–—=→:]+>?\s*+|\s++|(?=[\[(]))"
    rf"({_PAREN}|{_LETTERS}|{_DIGITS}|{_NUMBERS}|{_NO_KEY})(?=$|[\s;|)\].]|,(?!\s*\d))",
    re.IGNORECASE,
)
_ROW_LABEL = re.compile(
    r"\W*(?:Q(?:ue(?:s(?:tion)?)?)?s?\.?\s*(?:No|Number)?s?|No|S\.?\s*No|Ans(?:wers?)?|Key|Response|प्रश्न(?:\s*(?:सं|संख्या|क्र))?|उत्तर)\.?[\s.:|)/]*(?=[-−–\d]|[A-Da-dकखगघअबसद(\[]|$)",
    re.IGNORECASE,
)
_TYPED = re.compile(
    rf"(\d{{1,3}})\s+(?:\d{{1,2}}\s+)?(?:MCQ|MSQ|NAT|SA|NUM)\s+(?:[A-Z]{{1,4}}(?:-\d)?\s+)?"
    rf"({NUMBER}\s*(?:to|TO|-|–|:)\s*{NUMBER}|[A-D](?:\s*[;,&]\s*[A-D])*|MTA|{NUMBER})"
    rf"(?:\s+(?:[\d.]+))?\s*",
)
_INTEGER = re.compile(r"\d{1,3}[.):]?")
_SPACED = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W\d_]{3,}")
_COLUMN_NAMES = re.compile(
    r"\b(?:key|type|section|subject|session|marks?|answers?|range|options?|q(?:ue(?:stion)?)?\W*no)\b", re.IGNORECASE
)
_PROSE_WORDS = 7
_COVERED = 0.6  # of a line's characters


@dataclass(slots=True)
class Part:
    """Answers under one heading, by question number; None where the key contradicts itself or says nothing."""

    heading: str = ""
    answers: dict[int, Value | None] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    def add(self, number: int, value: Value | None) -> None:
        """Take an answer; a second, different one makes both void."""
        if number not in self.answers:
            self.answers[number] = value
            self.order.append(number)
        elif self.answers[number] != value:
            self.answers[number] = None


def ends(line: Line) -> bool:
    """Whether a key cannot go on with this line: it is prose."""
    text = plain(line.text)
    if len(_COLUMN_NAMES.findall(text)) >= 3:
        return False
    return len(_WORDS.findall(text)) >= _PROSE_WORDS and len(_PAIR.findall(text)) < 3


def looks_like_key(line: Line) -> bool:
    """Whether the line is nothing but numbered answers, at least three of them, that count on."""
    if line.text[:1] not in "0123456789Qq([":
        return False
    text = plain(line.text).replace(GAP, " ")
    found = list(_PAIR.finditer(text))
    if len(found) < 3 or sum(len(match[0]) for match in found) < 0.7 * len(text.replace(" ", "")):
        return False
    numbers = [int(match[1]) for match in found]
    steps = {b - a for a, b in pairwise(numbers)}
    # Options that are numbers themselves read alike, "1) 25 2) 50 3) 75 4) 100": no key begins at 1 and ends at 4.
    return len(steps) == 1 and steps.pop() > 0 and numbers not in ([1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5])


def is_row(line: Line) -> bool:
    """Whether most of the line is numbered answers."""
    text = plain(line.text).replace(GAP, " ")
    return sum(len(pair[0].replace(" ", "")) for pair in _PAIR.finditer(text)) >= _COVERED * len(text.replace(" ", ""))


def read(lines: Sequence[Line]) -> list[Part]:
    """The answers of a key's lines, a part for each heading and each new beginning of the numbers."""
    parts = [Part()]
    bare: list[tuple[int, list[list[int]]]] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        text = plain(line.text)
        if is_section(line) and not _PAIR.search(text):
            parts.append(Part(heading=" ".join(text.split())))
            index += 1
            continue
        used = _table(lines, index, parts)
        if used:
            index += used
            continue
        numbers = _bare(text)
        if numbers is not None:
            if bare and bare[-1][0] == len(parts) - 1:
                bare[-1][1].append(numbers)
            else:
                bare.append((len(parts) - 1, [numbers]))
        else:
            _pairs(text, parts)
        index += 1
    for part, rows in bare:
        _bare_pairs(rows, parts[part])
    return [part for part in parts if part.answers]


def _add(parts: list[Part], number: int, value: Value | None) -> None:
    part = parts[-1]
    # Numbers that begin again belong to the next section, though nothing announces it.
    if number == 1 and len(part.order) >= 5 and number in part.answers and part.order[-1] > 1:
        parts.append(Part(heading=""))
        part = parts[-1]
    part.add(number, value)


def _pairs(text: str, parts: list[Part]) -> None:
    text = _SPACED.sub(" ", text.replace(GAP, "  ")).strip()
    typed = _TYPED.fullmatch(text)
    if typed is not None:
        _add(parts, int(typed[1]), values.read(typed[2].replace(":", " to ")))
        return
    found = list(_PAIR.finditer(text))
    covered = sum(len(pair[0].replace(" ", "")) for pair in found)
    if covered < _COVERED * len(text.replace(" ", "")):
        # Prose, such as a solution: only an option in brackets right behind the number is its answer.
        found = [pair for pair in found[:1] if pair.start() == 0 and pair[2][0] in "[("]
    for pair in found:
        _add(parts, int(pair[1]), values.read(pair[2]))


def _table(lines: Sequence[Line], index: int, parts: list[Part]) -> int:
    """Take a row of numbers with the row of answers under it; how many lines they are, 0 if this is no such row."""
    numbers = _cells(lines[index])
    numbers = [re.sub(r"^Q\w{0,3}\.?(?=\d)", "", cell) for cell in numbers]
    if len(numbers) < 3 or not all(_INTEGER.fullmatch(cell) for cell in numbers):
        return 0
    counted = [int(cell.strip(".):")) for cell in numbers]
    if any(b - a != 1 for a, b in pairwise(counted)):
        return 0
    following = lines[index + 1] if index + 1 < len(lines) else None
    answers = [] if following is None else _cells(following, len(counted))
    if all(_INTEGER.fullmatch(cell) for cell in answers):
        values_ = [int(cell.strip(".):")) for cell in answers]
        if len(values_) > 2 and all(b - a == 1 for a, b in pairwise(values_)):
            answers = []
    if len(answers) == len(counted) + 1 and re.fullmatch(r"(?:A|Ans|R|K|उ)[.:]?", answers[0]):
        answers = answers[1:]
    if len(answers) != len(counted):
        # A cell is missing or there is no row of answers: which number an answer belongs to would be a guess.
        for number in counted:
            _add(parts, number, None)
        return 2 if answers and following is not None and not is_row(following) else 1
    for number, answer in zip(counted, answers, strict=True):
        _add(parts, number, values.read(answer))
    return 2


def _cells(line: Line, count: int | None = None) -> list[str]:
    """The cells of a row, divided at gaps or at any space, whichever makes `count` of them."""
    text = plain(line.text).replace("|", " ")
    label = _ROW_LABEL.match(text)
    if (label is not None and label.end() < len(text) and _WORDS.search(label[0] + "   ")) or (
        label and label[0].strip()
    ):
        text = text[label.end() :]
    by_gap = [cell.strip() for cell in text.split(GAP) if cell.strip()]
    by_space = text.split()
    if count is not None:
        return by_gap if len(by_gap) == count else by_space
    return by_space


def _bare(text: str) -> list[int] | None:
    """The numbers of a row of nothing but whole numbers, an even count of them."""
    tokens = text.replace("|", " ").split()
    if len(tokens) < 2 or len(tokens) % 2 or not all(re.fullmatch(r"\d{1,4}", token) for token in tokens):
        return None
    return [int(token) for token in tokens]


def _bare_pairs(rows: list[list[int]], part: Part) -> None:
    """Rows such as `1 3 21 4 41 2`: pairs, if the first numbers of each column count up by one from row to row."""
    pairs = [list(zip(row[::2], row[1::2], strict=True)) for row in rows]
    numbers = [number for row in pairs for number, _ in row]
    known = {*numbers, *part.answers}
    if len(set(numbers)) != len(numbers) or len(numbers) < 3 or set(numbers) & set(part.answers):
        return
    if len(known) < 0.9 * (max(known) - min(known) + 1):
        return
    across = all(b[0] - a[0] == 1 for row in pairs for a, b in pairwise(row))
    shape = {tuple(number - row[0][0] for number, _ in row) for row in pairs}
    down = len(pairs) > 1 and all(lower[0][0] > upper[0][0] for upper, lower in pairwise(pairs))
    # Rows among others whose numbers are known: between 27 and 29 stands 28, and what follows it is its answer.
    fits = all({number - 1, number + 1} & set(part.answers) for number in numbers)
    # The last row of a table may be short.
    if not fits and not (down and len(shape) <= 2) and not (across and len(numbers) >= 6):
        return
    for number, answer in sorted(pair for row in pairs for pair in row):
        part.add(number, values.read(str(answer)))
