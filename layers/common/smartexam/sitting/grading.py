"""Grades the answers to a paper, and lists question by question what was answered and scored.

    MCQ, MSQ   exactly the correct letters
    NUMERIC    abs(given - correct) <= tolerance, in exact decimals
    correct    + the question's positive marks
    wrong      - the question's negative marks
    no answer  0

Scores are integers in units of 1/300 of a mark and may be negative.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.marks import display, letter_grade, percentage
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.questions import MSQ, alternatives

CORRECT: Final = "C"
WRONG: Final = "W"
UNANSWERED: Final = "U"


class Score(Struct, frozen=True, gc=False):
    """A graded paper: marks in units, counts, and one outcome letter (C, W or U) per position."""

    score: int
    max_score: int
    correct: int
    incorrect: int
    unanswered: int
    outcomes: str

    @property
    def percentage(self) -> float:
        """The percentage of the paper's marks, rounded half up to two decimals."""
        return percentage(self.score, self.max_score)

    @property
    def grade(self) -> str:
        """The letter grade, from the percentage before rounding."""
        return letter_grade(self.score, self.max_score)


class Response(Struct, frozen=True, gc=False):
    """One question of a graded attempt, in the shape of `GET /response/:exam_id`.

    Answers have the shapes in which clients send them: a letter (MCQ), a list of letters (MSQ), a number as text
    (NUMERIC); `given_answer` is null for no answer. Marks are rounded to two decimals.
    """

    question_id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    given_answer: str | list[str] | None
    correct_answer: str | list[str]
    is_attempted: bool
    is_correct: bool
    marks_obtained: float
    max_marks: float


def grade(key: AnswerKey, answers: Sequence[str]) -> Score:
    """The score of canonical answers, one per position.

    Raises ValueError if the number of answers is not the number of questions.
    """
    score = 0
    outcomes: list[str] = []
    for (expected, ranges, positive, negative), given in zip(key.checks, answers, strict=True):
        if not given:
            outcomes.append(UNANSWERED)
        elif given in expected if ranges is None else _within(ranges, given):
            score += positive
            outcomes.append(CORRECT)
        else:
            score -= negative
            outcomes.append(WRONG)
    text = "".join(outcomes)
    return Score(
        score,
        key.max_units,
        text.count(CORRECT),
        text.count(WRONG),
        text.count(UNANSWERED),
        text,
    )


def responses(paper: ExamPaper, key: AnswerKey, answers: Sequence[str], outcomes: str) -> list[Response]:
    """Each question with its answer, its key and its marks, by position.

    Raises ValueError if paper, key, answers and outcomes differ in length.
    """
    account = []
    for question, entry, given, outcome in zip(paper.questions, key.entries, answers, outcomes, strict=True):
        is_correct = outcome == CORRECT
        units = entry.positive if is_correct else -entry.negative if outcome == WRONG else 0
        account.append(
            Response(
                question.id,
                question.question_text,
                question.option_a,
                question.option_b,
                question.option_c,
                question.option_d,
                question.question_type,
                _as_sent(question.question_type, given) if given else None,
                _as_sent(question.question_type, entry.correct),
                outcome != UNANSWERED,
                is_correct,
                display(units),
                display(entry.positive),
            )
        )
    return account


def _as_sent(question_type: str, canonical: str) -> str | list[str]:
    if question_type != MSQ:
        return canonical
    parts = alternatives(canonical)
    return list(canonical) if len(parts) == 1 else "|".join(",".join(part) for part in parts)


def _within(ranges: Sequence[tuple[Decimal, Decimal]], given: str) -> bool:
    # Comparisons of decimals are exact in any context. A draft holds only numbers here; any other text is wrong.
    try:
        number = Decimal(given)
        return any(lowest <= number <= highest for lowest, highest in ranges)
    except InvalidOperation:
        return False
