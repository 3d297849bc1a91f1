"""An independent, slow computation of grades: fractions throughout, nothing shared with the product."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

OPTIONS = "ABC"
_LETTERS = ((90, "A+"), (80, "A"), (70, "B"), (60, "C"), (50, "D"))


@dataclass(frozen=True, slots=True)
class Question:
    """A question as an admin keeps it; marks as text, None where the exam's apply."""

    id: int | None
    kind: str
    text: str
    correct: str
    tolerance: str
    positive: str | None
    negative: str | None


@dataclass(frozen=True, slots=True)
class Paper:
    """What an attempt is sat with: the questions with the marks that they had when it started."""

    duration: int
    questions: tuple[Question, ...]

    @property
    def ids(self) -> tuple[int | None, ...]:
        """The ids of its questions, in their order."""
        return tuple(question.id for question in self.questions)


Answers = tuple[tuple[int, str], ...]


class Malformed(Exception):
    """Not a valid answer to this question."""


def canonical(question: Question, given: Any) -> str:
    """The canonical form of an answer; "" for none.

    Raises:
        Malformed: it is not valid.
    """
    if given is None:
        return ""
    if question.kind == "MSQ":
        if given == "":
            return ""
        if not isinstance(given, list):
            raise Malformed
        return "".join(sorted({_letter(each) for each in given}))
    if not isinstance(given, str):
        raise Malformed
    text = given.strip()
    if question.kind == "MCQ":
        return _letter(text) if text else ""
    if text:
        _number(text)
    return text


def as_sent(question: Question, answer: str) -> str | list[str]:
    """An answer as the API shows it."""
    return list(answer) if question.kind == "MSQ" else answer


@dataclass(frozen=True, slots=True)
class Mark:
    """The outcome of one question: `gained` and `most` in marks."""

    question: Question
    answer: str
    is_correct: bool
    gained: Fraction
    most: Fraction


def marks(paper: Paper, answers: Answers) -> list[Mark]:
    """The outcomes of all questions of a paper."""
    given = dict(answers)
    graded = []
    for question in paper.questions:
        answer = given.get(question.id or 0, "")
        most, cost = Fraction(question.positive or "0"), Fraction(question.negative or "0")
        is_correct = bool(answer) and _is_correct(question, answer)
        gained = most if is_correct else -cost if answer else Fraction(0)
        graded.append(Mark(question, answer, is_correct, gained, most))
    return graded


def rounded(exact: Fraction) -> float:
    """Two decimals, half up (below zero: half away from it)."""
    size = abs(exact) * 100
    whole = int(size + Fraction(1, 2))
    return (-whole if exact < 0 else whole) / 100


def percentage(score: Fraction, most: Fraction) -> Fraction:
    """Of a paper without marks it is 0."""
    return score * 100 / most if most else Fraction(0)


def letter(score: Fraction, most: Fraction) -> str:
    """The grade from the unrounded percentage."""
    percent = percentage(score, most)
    return next((name for least, name in _LETTERS if percent >= least), "F")


def _is_correct(question: Question, answer: str) -> bool:
    if question.kind == "NUMERIC":
        return abs(_number(answer) - _number(question.correct)) <= _number(question.tolerance)
    return set(answer) == set(question.correct.replace(",", ""))


def _letter(given: Any) -> str:
    name = given.strip().upper() if isinstance(given, str) else ""
    if len(name) != 1 or name not in OPTIONS:
        raise Malformed
    return name


def _number(text: str) -> Fraction:
    try:
        return Fraction(Decimal(text))
    except (ArithmeticError, ValueError):
        raise Malformed from None
