"""Finds the parts of a document without questions: answer keys and solutions at its end or after a section."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line
from paper_reader.paper import headings, key_grid, key_table, variants
from paper_reader.paper.key_grid import Part
from paper_reader.paper.values import read as read_value

_FEWEST = 3
_SOLVED = re.compile(
    r"(?:(?:Q|S|Ans(?:wer)?|Sol(?:ution)?)\.?\s*)?(\d{1,4})\s*[.):]\s*(?:(?:ans(?:wer)?|correct\s+(?:option|answer))(?:\s+is)?\W*)?[\[(]\s*([A-Ha-h1-8])\s*[\])](?:[\s.:,;]|$)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:(?:Q|S|Ans(?:wer)?|Sol(?:ution)?)\.?\s*)?(\d{1,4})\s*(?:[.):\-–]\s*)?(?:ans(?:wer)?\W*)?([A-Ha-h])\s?([;:,.)]|[-–—])\s",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:(?:Q|S|Ans(?:wer)?|Sol(?:ution)?)\.?\s*)?(\d{1,4})\s*[.):]", re.IGNORECASE)
_BEGIN = re.compile(r"\W*(?:Q\w*\W*)?\d{1,4}\s*[.):\]]")
_LABELS_ALONE = re.compile(r"(?:[\[(]?[A-Ha-h1-8][\])]?\.?(?:\s++|$)){3,}")
_FEWEST_BARE = 5
_FEWEST_PAIRS, _MOSTLY_ASKED = 5, 0.8
_OFTEN = 0.2  # of the questions
_NEAR = 60  # lines
_FEW = 0.15  # of a paper's options may be in its solutions


@dataclass(slots=True)
class Regions:
    """Lines without questions, and the answers of the keys among them."""

    excluded: list[bool]
    parts: list[Part] = field(default_factory=list)
    solved: Part = field(default_factory=Part)


def find(lines: Sequence[Line], block_lines: Sequence[int]) -> Regions:
    """Find answer keys and solutions.

    Args:
        lines: the document.
        block_lines: lines on which series of options begin.
    """
    regions = Regions([False] * len(lines))
    repeated = _repeated_heads(lines, len(block_lines))
    index = 0
    while index < len(lines):
        line = lines[index]
        is_named = headings.may_name_answers(line.text)
        begun = headings.run_in_key(line.text) if is_named else ""
        if begun or (is_named and headings.is_key(line)):
            if _are_solved(lines, index + 1) and _few_after(index, block_lines):
                _read_solutions(lines, index, regions)
                break
            end = _key_end(lines, index + 1, block_lines)
            first = [replace(line, text=begun, runs=())] if begun else []
            parts = key_grid.read([*first, *lines[index + 1 : end]], variants.of_key(line.text))
            if sum(len(part.answers) for part in parts) >= _FEWEST:
                regions.parts += parts
                regions.excluded[index:end] = [True] * (end - index)
                index = end
                continue
        elif (end := _end_of_key(lines, index, block_lines)) > index:
            regions.parts += key_grid.read(lines[index:end])
            regions.excluded[index:end] = [True] * (end - index)
            index = end
            continue
        elif headings.is_solutions(line) and (
            _are_solved(lines, index + 1) or (_head(line) not in repeated and _few_after(index, block_lines))
        ):
            _read_solutions(lines, index, regions)
            break
        index += 1
    return regions


def _head(line: Line) -> str:
    return plain(line.text).strip(" :.-–—").casefold()


def _repeated_heads(lines: Sequence[Line], questions: int) -> set[str]:
    """Headings such as EXPLANATION after each question, which are not the heading of solutions at the end."""
    counts = Counter(_head(line) for line in lines if headings.is_solutions(line))
    return {head for head, count in counts.items() if count >= max(_FEWEST, _OFTEN * questions)}


def _key_end(lines: Sequence[Line], start: int, block_lines: Sequence[int]) -> int:
    blocks = set(block_lines)
    # Under its names a table may have explanations, which are prose.
    _, used = key_table.columns(lines, start) if start < len(lines) else ([], 0)
    for index in range(start + used, len(lines)):
        line = lines[index]
        if headings.is_solutions(line):
            return index
        if key_grid.ends(line):
            return _begin_of_question(lines, index, start)
        # Options again: the next section's questions have begun, on this line or the one above.
        if (
            index in blocks
            and index > start
            and not key_grid.is_row_of_labels(line)
            and not key_grid.looks_like_key(line)
            and not _LABELS_ALONE.fullmatch(line.text)
        ):
            return _begin_of_question(lines, index, start)
    return len(lines)


def _begin_of_question(lines: Sequence[Line], index: int, start: int) -> int:
    """The line with the number of the question that a line is part of, not above `start`; the line itself for none."""
    for back in range(index, start - 1, -1):
        if _BEGIN.match(lines[back].text):
            return index if back < index and key_grid.is_row(lines[back]) else back
    return index


def _end_of_key(lines: Sequence[Line], start: int, block_lines: Sequence[int]) -> int:
    """Where a key without a heading ends that begins with a line; `start` if none does."""
    if key_grid.looks_like_key(lines[start]):
        end = start
        while end < len(lines) and (key_grid.looks_like_key(lines[end]) or (end > start and _is_tail(lines, end))):
            end += 1
        if end - start > 1:
            return end
    return _end_of_pairs(lines, start, block_lines) if key_grid.may_be_labelled(lines[start]) else start


def _end_of_pairs(lines: Sequence[Line], start: int, block_lines: Sequence[int]) -> int:
    """Where a key without a heading ends that begins with a line; `start` if none does.

    Its lines consist of numbered labels, whose numbers count up without a gap. A list to match looks alike, but it has
    each label once, and not as many numbers as there are questions above.
    """
    found: list[tuple[int, str]] = []
    end, begun = start, ""
    while end < len(lines):
        pairs, begun = key_grid.labelled(lines[end], begun)
        if not pairs:
            break
        found += pairs
        end += 1
    numbers = sorted(number for number, _ in found)
    asked = bisect_left(block_lines, start)
    is_key = (
        len(found) >= _FEWEST_PAIRS
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and len({label for _, label in found}) < len(found)
        and asked >= _MOSTLY_ASKED * numbers[-1]
    )
    return end if is_key else start


def _is_tail(lines: Sequence[Line], index: int) -> bool:
    """The last row of a key without heading may be short."""
    text = plain(lines[index].text)
    return re.fullmatch(r"(?:\d{1,4}\s*+(?:[.):\-]\s*+)?[\[(]?[A-Ha-h1-8][\])]?\s*+){1,2}", text) is not None


def _are_solved(lines: Sequence[Line], start: int) -> bool:
    """Whether numbered answers follow from 1 on, each with an option in brackets directly after its number."""
    found = [_SOLVED.match(plain(line.text)) for line in lines[start : start + _NEAR]]
    numbers = [int(match[1]) for match in found if match is not None]
    # Numbers that begin anew may contradict the first ones, so they are no reason to overlook both.
    first = next((at for at, number in enumerate(numbers, 1) if number != at), len(numbers) + 1) - 1
    if first >= _FEWEST and (first == len(numbers) or numbers[first] == 1):
        return True
    return bool(_bare(lines, start))


def _bare(lines: Sequence[Line], start: int) -> dict[int, str]:
    """The letters behind numbers that are not in brackets, as in `5. b; because ...`, by number.

    A single letter may be a word or an initial, so all numbered lines from 1 on must have one, with the same sign
    behind it. "" for a number with two letters.
    """
    found: dict[int, str] = {}
    signs: set[str] = set()
    contradicted: set[int] = set()
    for line in lines[start:]:
        text = plain(line.text)
        match = _BARE.match(text)
        numbered = match or _NUMBERED.match(text)
        if numbered is None:
            continue
        number = int(numbered[1])
        if number == len(found) + 1:
            if match is None:
                return {}
            found[number] = match[2]
            signs.add(match[3])
        elif match is not None and found.get(number, match[2]) != match[2]:
            contradicted.add(number)
    is_key = len(found) >= _FEWEST_BARE and len(signs) == 1 and len(set(found.values())) > 1
    return found | dict.fromkeys(contradicted, "") if is_key else {}


def _few_after(index: int, block_lines: Sequence[int]) -> bool:
    after = sum(line > index for line in block_lines)
    return len(block_lines) > 0 and after <= _FEW * len(block_lines)


def _read_solutions(lines: Sequence[Line], start: int, regions: Regions) -> None:
    for number, letter in _bare(lines, start + 1).items():
        value = read_value(letter)
        regions.solved.add(number, value and value.recognised() if lines[start].is_recognised else value)
    for index in range(start, len(lines)):
        if not regions.excluded[index]:
            regions.excluded[index] = True
            found = _SOLVED.match(plain(lines[index].text))
            if found is not None:
                value = read_value(f"({found[2]})")
                regions.solved.add(int(found[1]), value and value.recognised() if lines[index].is_recognised else value)
