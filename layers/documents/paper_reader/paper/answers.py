"""Assigns answers to questions, and decides whether they are certain."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from paper_reader.paper.key_grid import Part
from paper_reader.paper.model import MCQ, MSQ, NUMERIC
from paper_reader.paper.values import Value

_MOST_LOST = 1  # questions of a section that were not found
_NAME = re.compile(r"physics|chemistry|math|biology|botany|zoology|english|aptitude|reasoning|भौतिक|रसायन|गणित|जीव")
_LETTER = re.compile(r"(?:section|part|खण्ड|खंड|भाग)\W*([a-z0-9क-घ]+)")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question's type and answer; "" if the answer is uncertain, with the reason."""

    question_type: str
    answer: str
    tolerance: str
    reason: str = ""


def assign(
    parts: Sequence[Part], sections: Sequence[tuple[str, Sequence[int]]], above: Sequence[Collection[str]] = ()
) -> dict[tuple[int, int], Value | None]:
    """Answers by (section's index, question's number).

    Args:
        parts: the parts of the key.
        sections: heading and question numbers of each run of numbers of the paper.
        above: for each of them the lines above it, as `comparable`.

    Returns:
        An entry for each question in a key; None if the key contradicts itself. Empty if the key does not match the
        sections.
    """
    if not parts:
        return {}
    if len(sections) == 1:
        if any(part.is_named for part in parts):
            return {}
        return _one_section(parts, sections[0][1])
    merged = Counter(number for part in parts for number in part.answers)
    total = sum(len(numbers) for _, numbers in sections)
    if len(parts) == len(sections):
        order = _order(parts, sections, above)
        if order is not None:
            return {
                (section, number): value
                for section, part in zip(order, parts, strict=True)
                for number, value in part.answers.items()
            }
    if merged and max(merged.values()) == 1 and sorted(merged) == list(range(1, total + 1)):
        # The key numbers continuously while the paper starts again with each section.
        flat = [(index, number) for index, (_, numbers) in enumerate(sections) for number in numbers]
        return {flat[number - 1]: value for part in parts for number, value in part.answers.items()}
    return {}


def _one_section(parts: Sequence[Part], numbers: Sequence[int]) -> dict[tuple[int, int], Value | None]:
    known = set(numbers)
    counts = Counter(number for part in parts for number in part.answers)
    if len(parts) > 1 and len(counts) < 0.75 * sum(counts.values()):
        lengths = [len(part.answers) for part in parts]
        if sum(lengths) == len(numbers) and all(part.order == sorted(part.order) for part in parts):
            ordered = iter(sorted(numbers))
            return {(0, next(ordered)): part.answers[number] for part in parts for number in sorted(part.answers)}
    merged = Part()
    for part in parts:
        for number, value in part.answers.items():
            merged.add(number, value)
    merged.settle()
    found = {(0, number): value for number, value in merged.answers.items()}
    strangers = sum(number not in known for _, number in found)
    # Unknown numbers: this is the key of something else, or was misread.
    return found if strangers <= 0.34 * len(found) + 2 else {}


def _order(
    parts: Sequence[Part], sections: Sequence[tuple[str, Sequence[int]]], above: Sequence[Collection[str]]
) -> list[int] | None:
    """The index of the section of each part; None if uncertain."""
    by_name: dict[str, int] = {}
    names = [_name(heading) for heading, _ in sections]
    for index, name in enumerate(names):
        by_name.setdefault(name, index)
    if all(names) and len(by_name) == len(sections):
        found = [by_name.get(_name(part.heading)) for part in parts]
        if all(index is not None for index in found) and len(set(found)) == len(found):
            return [index for index in found if index is not None]
    places = [
        [index for index, lines in enumerate(above) if part.heading and comparable(part.heading) in lines]
        for part in parts
    ]
    if all(len(place) == 1 for place in places) and len({place[0] for place in places}) == len(parts):
        return [place[0] for place in places]
    if any(part.is_named for part in parts) or any(place and index not in place for index, place in enumerate(places)):
        return None
    for part, (_, numbers) in zip(parts, sections, strict=True):
        if len(set(part.answers) - set(numbers)) > _MOST_LOST or len(part.answers) < 0.5 * len(numbers):
            return None
    return list(range(len(parts)))


def comparable(text: str) -> str:
    """A heading by its letters and digits."""
    return "".join(filter(str.isalnum, text)).casefold()


def _name(heading: str) -> str:
    lowered = heading.lower()
    subject = _NAME.search(lowered)
    letter = _LETTER.search(lowered)
    return f"{subject[0] if subject else ''}/{letter[1] if letter else ''}".strip("/")


def agreed(found: Sequence[Value | None]) -> tuple[Value | None, str]:
    """The answer on which all sources agree; None with a reason if they differ or one cannot be read."""
    if not found:
        return None, ""
    if any(value is None for value in found):
        return None, "the answer in the paper cannot be read for certain"
    first = found[0]
    for other in found[1:]:
        if other is not None and first is not None and not _same(first, other):
            return None, "the paper gives two different answers"
    if len(found) == 1 and first is not None and first.is_recognised and not first.is_confirmed:
        # Two sources, or the option's text beside its letter, are unlikely to be misread alike.
        return None, "the paper was recognised from a scan"
    return first, ""


def _same(one: Value, other: Value) -> bool:
    if one.positions and other.positions:
        return one.positions == other.positions
    return one.number == other.number and one.tolerance == other.tolerance


def resolve(  # noqa: PLR0911 - a reason each
    value: Value | None, options: int, wanted: str | None, *, digits_are_positions: bool
) -> Resolved:
    """A question's type and answer.

    Args:
        value: the key's value, None for nothing certain.
        options: the question's number of options.
        wanted: the type that an instruction names.
        digits_are_positions: whether "3" may mean the third option.
    """
    if not options:
        return _numeric(value)
    several = wanted == MSQ or (value is not None and value.has_several)
    kind = MSQ if several else MCQ
    if value is None:
        return Resolved(kind, "", "0")
    if not value.positions:
        return Resolved(kind, "", "0", "the key names a number where the question has options")
    if value.is_digits and not digits_are_positions:
        return Resolved(kind, "", "0", "the key names a number where the options have letters")
    if max(value.positions) >= options:
        return Resolved(kind, "", "0", "the key names an option that the question does not have")
    if len(value.positions) > 1:
        if wanted == MCQ:
            return Resolved(kind, "", "0", "the key names several options where one is asked for")
        kind = MSQ
    return Resolved(kind, ",".join("ABCDEFGH"[position] for position in value.positions), "0")


def _numeric(value: Value | None) -> Resolved:
    if value is None:
        return Resolved(NUMERIC, "", "0")
    if not value.number:
        return Resolved(NUMERIC, "", "0", "the key names options where the question has none")
    return Resolved(NUMERIC, value.number, value.tolerance)
