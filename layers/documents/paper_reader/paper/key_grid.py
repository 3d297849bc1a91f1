"""Reads answer keys printed apart from the questions: pairs, tables with rows of numbers, columns.

A key is only read if the numbers prove it: a row of answers belongs to a row of consecutive numbers of the same length,
bare pairs of digits must count up together, and a number with two different answers has none.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line
from paper_reader.paper import key_table, values, variants
from paper_reader.paper.headings import is_section
from paper_reader.paper.metadata import without_about
from paper_reader.paper.values import NUMBER, Value

_LABELS = rf"(?:[A-Ha-h1-8१-८]|[कखगघङअबसद{values.OTHER_LETTERS}])"
_ROMAN = r"[\[(]\s*+(?:i{1,3}|iv)\s*+[\])]"
_BARE_ROMAN = r"(?:i{1,3}|iv)(?![\w'])"
_PAREN = (
    rf"[\[(]\s*+{_LABELS}(?:\s*+(?:[,;&]\s*+)?{_LABELS})*\s*+[\])]"
    rf"(?:\s*+[,;&]\s*+[\[(]\s*+{_LABELS}\s*+[\])])*"
)
_HINDI = rf"[कखगघङअबसद{values.OTHER_LETTERS}](?:\s*[,;&]\s*[कखगघङअबसद])*"
_LETTERS = rf"(?:[A-H](?:\s*[,;&/]\s*[A-H])+|[A-D]{{1,4}}|[E-H]|[a-h](?:\s*[,;&/]\s*[a-h])*|{_HINDI})(?![\w'])"
_SPAN = rf"[\[(]\s*+{NUMBER}\s*+[,;:]\s*+{NUMBER}\s*+[\])]"
_NUMBERS = rf"[\[(]?\s*{NUMBER}\s*(?:(?:to|TO|से|±|–|—)\s*{NUMBER}|:\s*\d+\.\d+)?\s*[\])]?"
_NO_KEY = r"(?:bonus|dropped?|cancel+ed|mta|marks?\s+to\s+all|\*|x|#|---?|–|wrong|deleted)(?![\w])"
_PREFIX = r"(?:(?:Q|Que|Ques|Question|Ans|Answer|Sol|Solution|प्रश्न|प्र)\.?\s*+(?:No\.?\s*+)?)?"
_DIGITS = r"[1-8](?:\s*[,;&]\s*[1-8])+(?!\d|\s*[.):\-–—=→])"
_PAIR = re.compile(
    rf"(?:(?<=^)|(?<=[\s,;|]))[\[(]?{_PREFIX}(\d{{1,4}})(?!\.\d)"
    r"(?:\s*+[.):\]]++\s*+(?:(?:[-–—]++(?=\s*+[\[(A-Ha-h])|[=→:]++)\s*+)?"
    r"|\s++(?=[-−–]\d)|\s*+[-–—=→:]++>?\s*+|\s++|(?=[\[(]))"
    rf"({_PAREN}|{_ROMAN}|{_BARE_ROMAN}|{_LETTERS}|{_DIGITS}|{_SPAN}|{_NUMBERS}|{_NO_KEY})(?=$|[\s;|)\],]|\.(?!\d))",
    re.IGNORECASE,
)
_TYPED = re.compile(
    rf"(\d{{1,4}})\s+(?:\d{{1,2}}\s+)?(?:MCQ|MSQ|NAT|SA|NUM)\s+(?:[A-Z]{{1,4}}(?:-\d)?\s+)?"
    rf"({NUMBER}\s*(?:to|TO|-|–|:)\s*{NUMBER}|[A-H](?:\s*[;,&]\s*[A-H])*|MTA|{NUMBER})"
    rf"(?:\s+(?:[\d.]+))?\s*",
)
# What follows an answer that is only part of what the paper says: a range, an alternative, another column's answer.
_HALF = re.compile(
    r"\s*[\])]|\s*(?:[,;:]|to|or|and|/|&|या)\s*(?:[-−–]?(?:\d|\.\d|[A-H]\b)(?!\d*\s*[.):\-–=])|[\[(]\s*[A-H1-8]\s*[\])])"
    r"|\s+(?:[A-H]|[\[(]\s*[A-H]\s*[\])])(?=\s*(?:$|[|,;]|\s[\[(]?(?:\d|[A-H]\b)))",
    re.IGNORECASE,
)
_CIRCLE = re.compile("[①-⑧Ⓐ-Ⓗⓐ-ⓗ]")
_CIRCLED = re.compile(r"[\[(]?\s?([①-⑧Ⓐ-Ⓗⓐ-ⓗ])\s?[\])]?")
_ONE_LABEL = re.compile(rf"[\[(]?\s?{_LABELS}\s?[\])]?|[A-H]{{2,4}}|\D+")
_DIGITS_IN = re.compile(r"\d+")
_SPACED = re.compile(r"\s+")
_LONE_NUMBER = re.compile(rf"(?:(?<![\s,;|])[\s,;|]++)?{_PREFIX}\d{{1,4}}\s*+[.):\-–=]*+\s*+", re.IGNORECASE)
_VALUE_FIRST = re.compile(rf"(?:(?<!\s)\s++)?(?:{_PAREN}|{_LETTERS}|{_NUMBERS})(?=$|[\s;|,])")
_NAMED_ANSWER = re.compile(r"^(\d{1,4})\s?[.):]\s+ANS\s?:\s+(?=\S{1,12}$)")
_RANGE_GOES_ON = re.compile(rf"(?:(?<!\s)\s++)?(?:to|से)\s++{NUMBER}", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_COLUMN_NAMES = re.compile(
    r"\b(?:key|type|section|subject|session|marks?|answers?|range|options?|q(?:ue(?:stion)?)?\W*no)\b", re.IGNORECASE
)
# Pairs without white space between them, as recognisers run them together. Digits are answers only in brackets, because
# "1.32.4" could be read in several ways.
_JOINED = re.compile(
    r"[\[(]?(\d{1,4})(?:\s?[.):\]\-–=]+)?\s?([A-Ha-h](?![^\W\d_])|[\[(]\s?[A-Ha-h1-8]\s?[\])])(?:\s*+[,;|]\s*+|\s*+)"
)
_WORD: Final = re.compile(r"[^\W\d_]{4}")
_BEGINS_KEY: Final = frozenset("0123456789Qq([")
_FEWEST_JOINED, _FEWEST_JOINED_ALONE = 2, 6
# Behind an answer, the text of its option.
_SPELLED_OUT = re.compile(r"\s*[-–—:.)]+\s*(?=[^\W_]{2})")
# Prose that takes answers back: "Corrigendum: 3-C", "Questions 4 and 8 are cancelled".
_WITHDRAWN = re.compile(
    r"\b(?:corrig|errat|revis|correct(?:ed|ion)|chang|modif|dropp|cancel|bonus|grace|delet|withdr|wrong|disput)",
    re.IGNORECASE,
)
_MOST_WITHDRAWN, _LONGEST_NUMBER = 40, 4
_SEPARATORS = str.maketrans("", "", " ,;|")
_MOST_UNREAD = 0.5  # of a key's answers
_FEWEST_TO_JUDGE = 5
_LONGEST_HEADING = 60
_FEWEST_OF_PART, _FEWEST_UNDER_HEADING = 5, 3  # answers before the numbers restart
_PROSE_WORDS = 7
_FEWEST_CONTRADICTIONS, _CONTRADICTING = 2, 0.3  # of the repeated answers
_COVERED = 0.6  # of a line's characters


@dataclass(slots=True)
class Part:
    """Answers under one heading, by question number; None if the key contradicts itself or says nothing.

    `names` are the set, booklet or test that the heading names; `above` is the last text that may be the heading of
    what follows. If it `is_named`, only its heading tells its section. Of its answers some were `repeated`, and some of
    those `contradicted`.
    """

    heading: str = ""
    answers: dict[int, Value | None] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    names: variants.Names = frozenset()
    above: str = ""
    is_named: bool = False
    repeated: int = 0
    contradicted: int = 0

    def add(self, number: int, value: Value | None) -> None:
        """Add an answer; a second, different one makes both invalid."""
        if not self.order:
            self.heading = self.heading or self.above
        if number not in self.answers:
            self.answers[number] = value
            self.order.append(number)
            return
        self.repeated += 1
        if self.answers[number] != value:
            self.contradicted += 1
            self.answers[number] = None

    def settle(self) -> None:
        """Invalidate a key that often contradicts itself: it has the answers of several papers."""
        if self.contradicted >= _FEWEST_CONTRADICTIONS and self.contradicted > _CONTRADICTING * self.repeated:
            self.answers = dict.fromkeys(self.answers)
        unread = sum(value is None for value in self.answers.values())
        if len(self.answers) >= _FEWEST_TO_JUDGE and unread > _MOST_UNREAD * len(self.answers):
            self.answers = dict.fromkeys(self.answers)


def ends(line: Line) -> bool:
    """Whether a key cannot continue with this line, because it is prose."""
    text = without_about(plain(line.text))
    if len(_COLUMN_NAMES.findall(text)) >= 3:
        return False
    is_prose = len(_WORDS.findall(text)) >= _PROSE_WORDS and len(_PAIR.findall(text)) < 3
    return is_prose and (_WITHDRAWN.search(text) is None or _DIGITS_IN.search(text) is None)


def looks_like_key(line: Line) -> bool:
    """Whether the line consists of at least three numbered answers with increasing numbers."""
    if line.text[:1] not in _BEGINS_KEY:
        return False
    text = _spaced(line)
    if len(_DIGITS_IN.findall(text)) < 3:
        return False
    if len(_joined(text)) >= _FEWEST_JOINED_ALONE:
        return True
    found = list(_PAIR.finditer(text))
    if len(found) < 3 or sum(len(match[0]) for match in found) < 0.7 * len(text.replace(" ", "")):
        return False
    numbers = [int(match[1]) for match in found]
    steps = {b - a for a, b in pairwise(numbers)}
    # Numeric options look the same, "1) 25 2) 50 3) 75 4) 100": no key begins at 1 and ends at 4.
    return len(steps) == 1 and steps.pop() > 0 and numbers not in ([1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5])


def _joined(text: str) -> list[tuple[int, str]]:
    """The pairs that a text consists of, with or without white space between them, if their numbers count up by one."""
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(text):
        match = _JOINED.match(text, at)
        if match is None or (found and int(match[1]) != found[-1][0] + 1):
            return []
        found.append((int(match[1]), match[2]))
        at = match.end()
    return found


def is_row(line: Line) -> bool:
    """Whether most of the line is numbered answers."""
    text = _spaced(line)
    return sum(len(pair[0].replace(" ", "")) for pair in _PAIR.finditer(text)) >= _COVERED * len(text.replace(" ", ""))


def is_row_of_labels(line: Line) -> bool:
    """Whether most of the line is numbered labels, and not options with texts of their own."""
    return is_row(line) and all(_ONE_LABEL.fullmatch(pair[2]) for pair in _PAIR.finditer(_spaced(line)))


def may_be_labelled(line: Line) -> bool:
    """Whether a line may consist of numbered labels: quick, and without false negatives."""
    return line.text[:1] in _BEGINS_KEY and _WORD.search(line.text) is None


def labelled(line: Line, begun: str = "") -> tuple[list[tuple[int, str]], str]:
    """The numbers and labels of a line that consists of nothing else; empty for another line.

    Args:
        line: the line.
        begun: the number at the end of the line above, whose label is on this one.

    Returns:
        The pairs, and the number whose label is on the next line, "" for none.
    """
    text = f"{begun} {_spaced(line)}"
    found = list(_PAIR.finditer(text))
    if not found or not all(_ONE_LABEL.fullmatch(pair[2]) for pair in found):
        return [], ""
    rest = text[found[-1].end() :]
    is_begun = _LONE_NUMBER.fullmatch(rest) is not None
    whole = text[: found[-1].end()] if is_begun else text
    covered = sum(len(pair[0].translate(_SEPARATORS)) for pair in found)
    if covered < len(whole.translate(_SEPARATORS)):
        return [], ""
    return [(int(pair[1]), pair[2]) for pair in found], rest.strip(" ,;|") if is_begun else ""


def read(lines: Sequence[Line], names: variants.Names = frozenset()) -> list[Part]:
    """The answers of a key's lines, one part per heading and per restart of the numbers.

    Args:
        lines: below the key's heading.
        names: what that heading names.
    """
    lines = [line if line.text.isascii() else _with_digits(line) for line in lines]
    parts = [Part(names=names)]
    bare: dict[int, list[list[int]]] = {}
    index = 0
    while index < len(lines):
        line = lines[index]
        text = plain(line.text)
        used = _sections(lines, index, parts, names)
        if used:
            index += used
            continue
        if (begun := _begun(line, text, names)) is not None:
            parts.append(begun)
            index += 1
            continue
        used = _table(lines, index, parts)
        if used:
            index += used
            continue
        numbers = _bare(text)
        if numbers is not None:
            bare.setdefault(len(parts) - 1, []).append(numbers)
            index += 1
            continue
        text, used = _flowing(lines, index)
        if _pairs(text, parts) == 0 and len(text) <= _LONGEST_HEADING:
            parts[-1].above = " ".join(text.split())
        index += used
    for at, rows in bare.items():
        _bare_pairs(rows, parts[at])
    for part in parts:
        part.settle()
        if any(line.is_recognised for line in lines):
            part.answers = {number: value and value.recognised() for number, value in part.answers.items()}
    return [part for part in parts if part.answers]


def _sections(lines: Sequence[Line], index: int, parts: list[Part], names: variants.Names) -> int:
    """Add the answers of a table with columns for each section; returns its number of lines."""
    found, used = key_table.by_section(lines, index)
    for heading, entries in found:
        parts.append(Part(heading=heading, names=names, is_named=True))
        for number, value in entries:
            parts[-1].add(number, value)
    if used:
        parts.append(Part(names=names))
    return used


def _table(lines: Sequence[Line], index: int, parts: list[Part]) -> int:
    """Add the answers of a table with named columns or rows; returns its number of lines."""
    entries, used = key_table.columns(lines, index)
    if not used:
        entries, used = key_table.rows(lines, index)
    for number, value in entries if used else ():
        _add(parts, number, value)
    return used


def _spaced(line: Line) -> str:
    return plain((line if line.text.isascii() else _with_digits(line)).text).replace(GAP, " ")


def _with_digits(line: Line) -> Line:
    """A line whose answers in circles, such as "②", are in brackets."""
    if _CIRCLE.search(line.text) is None:
        return line
    text = _CIRCLED.sub(lambda found: f"({unicodedata.normalize('NFKC', found[1])})", line.text)
    return line if text == line.text else replace(line, text=text)


def _begun(line: Line, text: str, names: variants.Names) -> Part | None:
    """The part that begins with a heading, None for other lines."""
    if is_section(line) and not _PAIR.search(text):
        return Part(heading=" ".join(text.split()), names=names)
    own = variants.heading(text)
    return Part(names=names | own) if own else None


def _flowing(lines: Sequence[Line], index: int) -> tuple[str, int]:
    """A line with the lines over which a pair is broken, and their number."""
    text = plain(lines[index].text)
    used = 1
    while index + used < len(lines):
        following = plain(lines[index + used].text)
        found = list(_PAIR.finditer(text))
        rest = text[found[-1].end() :] if found else ""
        is_open = found and _LONE_NUMBER.fullmatch(rest) is not None and _VALUE_FIRST.match(following) is not None
        if not is_open and not (found and _RANGE_GOES_ON.match(following) is not None):
            break
        text = f"{text} {following}"
        used += 1
    return text, used


def _add(parts: list[Part], number: int, value: Value | None) -> None:
    part = parts[-1]
    # Numbers that restart belong to the next section, even without a heading.
    is_begun = len(part.order) >= _FEWEST_OF_PART or (part.above and len(part.order) >= _FEWEST_UNDER_HEADING)
    if number == 1 and is_begun and number in part.answers and part.order[-1] > 1:
        parts.append(Part(names=part.names, above=part.above))
        part = parts[-1]
    part.add(number, value)


def _pairs(text: str, parts: list[Part]) -> int:
    """Add a text's answers; returns how many there are."""
    text = _SPACED.sub(" ", text.replace(GAP, "  ")).strip()
    text = _NAMED_ANSWER.sub(r"\1. ", without_about(text))
    typed = _TYPED.fullmatch(text)
    if typed is not None:
        _add(parts, int(typed[1]), values.read(typed[2].replace(":", " to ")))
        return 1
    found = list(_PAIR.finditer(text))
    joined = _joined(text)
    if len(joined) >= max(_FEWEST_JOINED, len(found) + 1):
        for number, label in joined:
            _add(parts, number, values.read(label))
        return len(joined)
    halves = [_HALF.match(text, pair.end()) for pair in found]
    covered = sum(len(part[0].translate(_SEPARATORS)) for part in (*found, *halves) if part is not None)
    if covered < _COVERED * len(text.translate(_SEPARATORS)):
        if _WITHDRAWN.search(text) is not None:
            for number in _DIGITS_IN.findall(text)[:_MOST_WITHDRAWN]:
                if len(number) <= _LONGEST_NUMBER:
                    parts[-1].answers[int(number)] = None
            return 1
        return _first_of_prose(text, found[:1], parts)
    for pair, half in zip(found, halves, strict=True):
        # An open bracket, or a number followed by another, is half of a range.
        is_whole = _is_balanced(pair[2]) and half is None
        _add(parts, int(pair[1]), values.read(pair[2].replace(":", " to ")) if is_whole else None)
    return len(found)


def _first_of_prose(text: str, found: Sequence[re.Match[str]], parts: list[Part]) -> int:
    """Add the answer at the beginning of prose, such as a solution: an option in brackets directly after the number.

    Without brackets the text behind it has to be the option's. Returns the number of answers.
    """
    for pair in found:
        if pair.start():
            break
        value = values.read(pair[2])
        if pair[2][0] in "[(":
            is_whole = _is_balanced(pair[2]) and _HALF.match(text, pair.end()) is None
            _add(parts, int(pair[1]), value if is_whole else None)
            return 1
        if value is not None and value.positions and (behind := _SPELLED_OUT.match(text, pair.end())) is not None:
            _add(parts, int(pair[1]), replace(value, told=text[behind.end() :]))
            return 1
    return 0


def _is_balanced(text: str) -> bool:
    return text.count("(") + text.count("[") == text.count(")") + text.count("]")


def _bare(text: str) -> list[int] | None:
    """The numbers of a row of only whole numbers, if their count is even."""
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
    # Rows among others with known numbers: between 27 and 29 is 28, followed by its answer.
    fits = all({number - 1, number + 1} & set(part.answers) for number in numbers)
    # The last row of a table may be short.
    if not fits and not (down and len(shape) <= 2) and not (across and len(numbers) >= 6):
        return
    for number, answer in sorted(pair for row in pairs for pair in row):
        part.add(number, values.read(str(answer)))
