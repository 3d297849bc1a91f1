"""What the answers to a paper are graded against. It never leaves the server before the results are visible."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from smartexam.catalog.numeric import interval, read_number
from smartexam.catalog.questions import NUMERIC


class KeyEntry(Struct, frozen=True, gc=False):
    """The key of one question: the correct answer as in a draft, the tolerance as text, the marks in units."""

    question_type: str
    correct: str
    tolerance: str
    positive: int
    negative: int


class Check(NamedTuple):
    """What grading needs of one question, ready to compare.

    `lowest` and `highest` bound the accepted numbers of a NUMERIC question; otherwise they are None and the canonical
    answer must equal `expected`.
    """

    expected: str
    lowest: Decimal | None
    highest: Decimal | None
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
    if entry.question_type != NUMERIC:
        return Check(entry.correct, None, None, entry.positive, entry.negative)
    correct, tolerance = read_number(entry.correct), read_number(entry.tolerance)
    if correct is None or tolerance is None:
        raise ValueError(f"an answer key with the number {entry.correct!r} ± {entry.tolerance!r}")
    return Check(entry.correct, *interval(correct, tolerance), entry.positive, entry.negative)
