"""Compares the server's result with the planned one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from sitting.plan import Planned, maximum, total
from sitting.question_sheet import grade, two_decimals
from smartexam_client.answers import Answer, same_answer

Document = dict[str, Any]

HEADER = ("no.", "type", "given", "correct", "outcome", "marks")
OUTCOME_COLUMN = HEADER.index("outcome")


def table_rows(planned: Sequence[Planned], responses: Mapping[int, Document]) -> list[list[str]]:
    """A row per question as the server graded it; `responses` is keyed by the question's number in the paper."""
    rows = []
    for each in planned:
        response = responses[each.question.number]
        rows.append(
            [
                str(each.question.number),
                each.question.kind,
                _written(response["given_answer"]),
                _written(response["correct_answer"]),
                _outcome(response),
                f"{_number(response['marks_obtained']):.2f}",
            ]
        )
    return rows


def differences(planned: Sequence[Planned], result: Document, responses: Mapping[int, Document]) -> list[str]:
    """The differences between the server's result and the plan, in words; empty if they agree."""
    score, max_score = total(planned), maximum(planned)
    percentage = score * 100 / max_score if max_score else Fraction(0)
    outcomes = Counter(each.outcome for each in planned)
    found = []
    for name, expected in (
        ("score", two_decimals(score)),
        ("max_score", two_decimals(max_score)),
        ("percentage", two_decimals(percentage)),
        ("correct_answers", outcomes["right"]),
        ("incorrect_answers", outcomes["wrong"]),
        ("unanswered_questions", outcomes["blank"]),
        ("total_questions", len(planned)),
    ):
        if _number(result[name]) != expected:
            found.append(f"{name}: the server says {result[name]}, expected {expected}")
    if result["grade"] != grade(percentage):
        found.append(f"grade: the server says {result['grade']}, expected {grade(percentage)}")
    for each in planned:
        found += _response_differences(each, responses[each.question.number])
    return found


def _response_differences(planned: Planned, response: Document) -> list[str]:
    found = []
    question = planned.question
    if not same_answer(_letters(response["given_answer"], question.kind), planned.final):
        found.append(f"given {response['given_answer']!r}, expected {planned.final!r}")
    if not same_answer(_letters(response["correct_answer"], question.kind), _letters(question.key, question.kind)):
        found.append(f"key {response['correct_answer']!r}, expected {question.key!r}")
    if _outcome(response) != planned.outcome:
        found.append(f"{_outcome(response)}, expected {planned.outcome}")
    for name, expected in (("marks_obtained", planned.marks), ("max_marks", question.positive)):
        if _number(response[name]) != two_decimals(expected):
            found.append(f"{name} {response[name]}, expected {expected}")
    return [f"question {question.number}: {difference}" for difference in found]


def _outcome(response: Document) -> str:
    if not response["is_attempted"]:
        return "blank"
    return "right" if response["is_correct"] else "wrong"


def _letters(answer: Answer | None, kind: str) -> Answer | None:
    """An MSQ's letters may come as "A,C" or as a list."""
    return answer.split(",") if kind == "MSQ" and isinstance(answer, str) else answer


def _number(value: object) -> Decimal:
    """A JSON number, or a number in a string; NaN, which equals nothing, for anything else."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")


def _written(answer: Answer | None) -> str:
    if not answer:
        return "-"
    return ",".join(answer) if isinstance(answer, list) else answer
