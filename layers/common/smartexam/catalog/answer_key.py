"""What the answers to a paper are graded against. It never leaves the server before the results are visible."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from smartexam.catalog.numeric import interval, read_number
from smartexam.catalog.questions import NUMERIC, alternatives, as_range


class KeyEntry(Struct, frozen=True, gc=False):
    """The key of one question: the correct answer as in a draft, the tolerance as text, the marks in units."""

    question_type: str
    correct: str
    tolerance: str
    positive: int
    negative: int


class Check(NamedTuple):
    """What grading needs of one question, ready to compare.

    `ranges` bound the accepted numbers of a NUMERIC question, ends included; otherwise they are None and the canonical
    answer must be one of `expected`.
    """

    expected: frozenset[str]
    ranges: tuple[tuple[Decimal, Decimal], ...] | None
    positive: int
    negative: int


class AnswerKey:
    """The entries by position, with their comparisons prepared once for all gradings of this process."""

    __slots__ = ("checks", "entries", "max_units", "version")

    def __init__(self, version: int, entries: Sequence[KeyEntry]) -> None:
        self.version = version
        self.entries = tuple(entries)
        self.checks = tuple(_check(entry) for entry in self.entries)
        self.max_units = sum(entry.positive for entry in self.entries)


def _check(entry: KeyEntry) -> Check:
    parts = alternatives(entry.correct)
    if entry.question_type != NUMERIC:
        return Check(frozenset(parts), None, entry.positive, entry.negative)
    ranges = tuple(_range(part, entry.tolerance) for part in parts)
    return Check(frozenset(parts), ranges, entry.positive, entry.negative)


def _range(part: str, tolerance: str) -> tuple[Decimal, Decimal]:
    ends = as_range(part)
    lowest, highest = map(read_number, ends or (part, tolerance))
    if lowest is None or highest is None:
        raise ValueError(f"an answer key with the number {part!r} ± {tolerance!r}")
    return (lowest, highest) if ends else interval(lowest, highest)
