"""The key that answers are graded against. It never leaves the server before results are visible.

    MCQ, MSQ      the letters of an alternative, exactly
    NUMERIC       a number within the tolerance of an alternative, or within its range, in exact decimals
    correct       + the question's positive marks
    wrong         - the question's negative marks

An MSQ with key C of which S is chosen, where it has a partial mode:

    per_option    any letter of S not in C: wrong; S = C: correct; else |S| times the partial marks
    proportional  positive * max(0, (|S and C| - |S without C|) / |C|), never negative; 0 is wrong

The best of several alternatives counts.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from smartexam.catalog.marks import UNITS
from smartexam.catalog.numeric import interval, read_number
from smartexam.catalog.questions import NUMERIC, alternatives, as_range
from smartexam.catalog.structure import NONE, PER_OPTION

CORRECT: Final = "C"
PARTIAL: Final = "P"
WRONG: Final = "W"
UNANSWERED: Final = "U"
# A question of the pool that an attempt did not draw
ABSENT: Final = "-"

_BETTER = {WRONG: 0, PARTIAL: 1, CORRECT: 2}
# What an answer gains, in units, and its outcome
Gain = tuple[int, str]


class KeyEntry(Struct, frozen=True, gc=False):
    """The key of one question: the correct answer as in a draft (alternatives joined by "|"), tolerance as text, marks
    in units, and the solution, which is shown with the key."""

    question_type: str
    correct: str
    tolerance: str
    positive: int
    negative: int
    partial: str = NONE
    partial_marks: int = 0
    solution: str = ""
    solution_image: str = ""
    solutions: dict[str, str] = {}


class KeySection(Struct, frozen=True, gc=False):
    """A section that is graded separately: its positions and how many questions count, with their marks."""

    id: int
    name: str
    start: int
    stop: int
    questions: int
    max_units: int


class Check:
    """The prepared comparison of one question. Gains by letters are computed once per process."""

    __slots__ = ("_entry", "_ranges", "known")

    def __init__(self, entry: KeyEntry) -> None:
        self._entry = entry
        self._ranges = _ranges(entry) if entry.question_type == NUMERIC else None
        self.known: dict[str, Gain] = {}

    def gain(self, given: str) -> Gain:
        """The marks that a canonical answer gains."""
        if self._ranges is not None:
            right = _within(self._ranges, given)
            return (self._entry.positive, CORRECT) if right else (-self._entry.negative, WRONG)
        found = self.known.get(given)
        if found is None:
            chosen = frozenset(given)
            found = max(
                (_by_letters(self._entry, chosen, frozenset(key)) for key in alternatives(self._entry.correct)),
                key=lambda gain: (gain[0], _BETTER[gain[1]]),
            )
            self.known[given] = found
        return found


class AnswerKey:
    """The entries by position. Comparisons are prepared once, because a warm process grades with one key often.

    Attributes:
        units: how many units make a mark.
        sections: the paper's sections, none where it has none.
        questions: how many questions count in one attempt.
        max_units: the highest possible score.
    """

    __slots__ = ("checks", "entries", "max_units", "questions", "sections", "units", "version")

    def __init__(
        self, version: int, entries: Sequence[KeyEntry], units: int = UNITS, sections: Sequence[KeySection] = ()
    ) -> None:
        self.version = version
        self.entries = tuple(entries)
        self.units = units
        self.sections = tuple(sections)
        self.checks = tuple(Check(entry) for entry in self.entries)
        if self.sections:
            self.questions = sum(section.questions for section in self.sections)
            self.max_units = sum(section.max_units for section in self.sections)
        else:
            self.questions = len(self.entries)
            self.max_units = sum(entry.positive for entry in self.entries)


def _by_letters(entry: KeyEntry, chosen: frozenset[str], key: frozenset[str]) -> Gain:
    if chosen == key:
        return entry.positive, CORRECT
    if entry.partial == NONE:
        return -entry.negative, WRONG
    if entry.partial == PER_OPTION:
        return (len(chosen) * entry.partial_marks, PARTIAL) if chosen < key else (-entry.negative, WRONG)
    net = len(chosen & key) - len(chosen - key)
    return (entry.positive * net // len(key), PARTIAL) if net > 0 else (0, WRONG)


def _ranges(entry: KeyEntry) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple(_range(part, entry.tolerance) for part in alternatives(entry.correct))


def _range(part: str, tolerance: str) -> tuple[Decimal, Decimal]:
    ends = as_range(part)
    lowest, highest = map(read_number, ends or (part, tolerance))
    if lowest is None or highest is None:
        raise ValueError(f"an answer key with the number {part!r} ± {tolerance!r}")
    return (lowest, highest) if ends else interval(lowest, highest)


def _within(ranges: Sequence[tuple[Decimal, Decimal]], given: str) -> bool:
    # Comparisons of decimals are exact in any context. A draft holds only numbers here; any other text is wrong.
    try:
        number = Decimal(given)
        return any(lowest <= number <= highest for lowest, highest in ranges)
    except InvalidOperation:
        return False
