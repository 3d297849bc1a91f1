"""The planned answers, fixed beforehand so that the score is known before the sitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from sitting.question_sheet import Question
from smartexam_client import Answer


class Intent(Enum):
    """What happens to a question in the end."""

    RIGHT = "right"
    WRONG = "wrong"
    BLANK = "left blank"
    CORRECTED = "wrong at first, right on review"
    CLEARED = "answered, cleared on review"


_CYCLE = (
    Intent.RIGHT,
    Intent.RIGHT,
    Intent.WRONG,
    Intent.RIGHT,
    Intent.BLANK,
    Intent.RIGHT,
    Intent.CORRECTED,
    Intent.RIGHT,
    Intent.WRONG,
    Intent.RIGHT,
    Intent.CLEARED,
    Intent.RIGHT,
)


@dataclass(frozen=True)
class Planned:
    """A question and its planned answers."""

    question: Question
    intent: Intent

    @property
    def first(self) -> Answer | None:
        """The answer on the first way through the paper."""
        if self.intent is Intent.BLANK:
            return None
        if self.intent in {Intent.WRONG, Intent.CORRECTED}:
            return self.question.wrong_answer()
        return self.question.right_answer()

    @property
    def final(self) -> Answer | None:
        """The answer that is submitted."""
        if self.intent is Intent.CLEARED:
            return None
        return self.question.right_answer() if self.intent is Intent.CORRECTED else self.first

    @property
    def is_reviewed(self) -> bool:
        """Whether the student marks the question and comes back to it."""
        return self.intent in {Intent.CORRECTED, Intent.CLEARED}

    @property
    def marks(self) -> Fraction:
        """Marks that the final answer earns, exactly."""
        return self.question.marks(self.final)

    @property
    def outcome(self) -> str:
        """Of the final answer: right, wrong or blank."""
        if self.final is None:
            return "blank"
        return "right" if self.question.is_right(self.final) else "wrong"


def planned_sitting(questions: Sequence[Question]) -> list[Planned]:
    """Every question with its intent, in a fixed cycle."""
    return [Planned(question, _CYCLE[position % len(_CYCLE)]) for position, question in enumerate(questions)]


def total(planned: Sequence[Planned]) -> Fraction:
    """The expected score, exactly."""
    return sum((each.marks for each in planned), Fraction(0))


def maximum(planned: Sequence[Planned]) -> Fraction:
    """The score of a perfect sitting."""
    return sum((each.question.positive for each in planned), Fraction(0))
