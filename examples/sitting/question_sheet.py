"""The exam's CSV file as its author sees it, with the key, graded by the published rules.

It is independent of the server's grading on purpose: both are compared at the end of a sitting.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from smartexam_client import Answer

OPTIONS = "ABCD"
EXAM_POSITIVE = Fraction(4)  # for questions without marks of their own
EXAM_NEGATIVE = Fraction(1)
GRADES = ((90, "A+"), (80, "A"), (70, "B"), (60, "C"), (50, "D"))


@dataclass(frozen=True)
class Question:
    """One row of the file. `key` holds the correct letters, or the correct number of a NUMERIC."""

    number: int
    text: str
    options: Mapping[str, str]
    kind: str
    key: str
    positive: Fraction
    negative: Fraction
    tolerance: Decimal

    @property
    def letters(self) -> list[str]:
        """The correct letters of an MCQ or MSQ."""
        return [letter.strip() for letter in self.key.split(",")]

    def right_answer(self) -> Answer:
        """A correct answer; for a NUMERIC the most distant one, exactly on the edge of the tolerance."""
        if self.kind == "NUMERIC":
            return str(Decimal(self.key) + self.tolerance)
        return self.letters if self.kind == "MSQ" else self.key

    def wrong_answer(self) -> Answer:
        """A plausible mistake: another option, one letter short or too many, a number just outside the tolerance."""
        if self.kind == "NUMERIC":
            return str(Decimal(self.key) - self.tolerance - Decimal("0.001"))
        others = [letter for letter in self.options if letter not in self.letters]
        if self.kind == "MCQ":
            return others[0]
        return self.letters[:-1] if len(self.letters) > 1 else sorted([*self.letters, others[0]])

    def is_right(self, given: Answer) -> bool:
        """Whether the answer is correct: the letter, exactly the letters, or within the tolerance."""
        if self.kind == "NUMERIC":
            return isinstance(given, str) and abs(Decimal(given) - Decimal(self.key)) <= self.tolerance
        if self.kind == "MSQ":
            return {letter.upper() for letter in given} == set(self.letters)
        return isinstance(given, str) and given.upper() == self.key

    def marks(self, given: Answer | None) -> Fraction:
        """Marks for the answer, exactly; `None` and an empty answer are not attempted: 0."""
        if not given:
            return Fraction(0)
        return self.positive if self.is_right(given) else -self.negative


def read_questions(content: str) -> list[Question]:
    """The questions of a CSV file in the platform's import format, numbered from 1 in the file's order."""
    rows = csv.DictReader(io.StringIO(content, newline=""))
    return [_question(number, row) for number, row in enumerate(rows, start=1)]


def with_exam_id(content: str, exam_id: int) -> str:
    """The same file with the id of this exam."""
    rows = csv.DictReader(io.StringIO(content, newline=""))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=rows.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "exam_id": exam_id})
    return out.getvalue()


def grade(percentage: Fraction) -> str:
    """The letter grade of an unrounded percentage."""
    return next((name for least, name in GRADES if percentage >= least), "F")


def two_decimals(exact: Fraction) -> Decimal:
    """Marks for display: rounded half up (away from zero) to two decimals."""
    shown = Decimal(int(abs(exact) * 100 + Fraction(1, 2))) / 100
    return -shown if exact < 0 else shown


def _question(number: int, row: Mapping[str, str]) -> Question:
    options = {letter: row[f"option_{letter.lower()}"] for letter in OPTIONS}
    return Question(
        number=number,
        text=row["question_text"],
        options={letter: text for letter, text in options.items() if text},
        kind=row["question_type"],
        key=row["correct_answer"],
        positive=Fraction(row["positive_marks"]) if row["positive_marks"] else EXAM_POSITIVE,
        negative=Fraction(row["negative_marks"]) if row["negative_marks"] else EXAM_NEGATIVE,
        tolerance=Decimal(row["tolerance"] or "0"),
    )
