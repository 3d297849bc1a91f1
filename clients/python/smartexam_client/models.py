"""The server's answers, typed. Fields that a newer server adds are ignored; marks are exact (`Decimal`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from smartexam_client.answers import Answer

Document = dict[str, Any]
Marks = Decimal | int  # JSON has both 4 and 4.5
Shape = TypeVar("Shape")


def shaped(shape: type[Shape], document: Mapping[str, Any]) -> Shape:
    """The fields of a dataclass from a JSON object; KeyError if one is missing."""
    return shape(**{field.name: document[field.name] for field in fields(shape)})  # type: ignore[arg-type]


@dataclass(frozen=True)
class User:
    """The signed-in user."""

    id: int
    username: str
    full_name: str
    role: str


@dataclass(frozen=True)
class Exam:
    """An exam in a list; `duration` in minutes, `max_attempts` 0 for any number."""

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    status: str
    category_id: int | None
    total_questions: int
    max_marks: Marks
    max_attempts: int
    result_mode: str


@dataclass(frozen=True)
class ExamDetail(Exam):
    """One exam."""

    instructions: str
    positive_marks: Marks
    negative_marks: Marks


@dataclass(frozen=True)
class Attempts:
    """Attempts at an exam; `attempts_remaining` is -1 for any number."""

    completed_count: int
    max_attempts: int
    attempts_remaining: int
    has_active_attempt: bool


@dataclass(frozen=True)
class Question:
    """A question as the student sees it."""

    id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    image_url: str | None
    positive_marks: Marks
    negative_marks: Marks

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the filled options; none for NUMERIC."""
        options = (self.option_a, self.option_b, self.option_c, self.option_d)
        return tuple(letter for letter, text in zip("ABCD", options, strict=True) if text)


@dataclass(frozen=True)
class Paper:
    """The paper of a running attempt; `exam` and `document` as the server sent them."""

    attempt_id: int
    attempt_number: int
    questions: tuple[Question, ...]
    exam: Document
    document: Document


@dataclass(frozen=True)
class Submission:
    """The outcome of a submission."""

    result_id: int
    redirect_url: str
    result_mode: str
    visible: bool


@dataclass(frozen=True)
class Result:
    """A visible result; `completed_at` is UTC, ISO-8601."""

    id: int
    exam_id: int
    exam_name: str
    score: Marks
    max_score: Marks
    percentage: Marks
    grade: str
    correct_answers: int
    incorrect_answers: int
    unanswered_questions: int
    total_questions: int
    time_taken_minutes: Marks
    completed_at: str


@dataclass(frozen=True)
class Response:
    """One question of a visible result."""

    question_id: int
    question_text: str
    question_type: str
    given_answer: Answer | None
    correct_answer: Answer
    is_attempted: bool
    is_correct: bool
    marks_obtained: Marks
    max_marks: Marks


@dataclass(frozen=True)
class HistoryEntry:
    """A result in the history; scores are None until it is visible."""

    id: int
    exam_id: int
    exam_name: str
    attempt_number: int
    completed_at: str
    visible: bool
    available_at: str | None
    score: Marks | None
    max_score: Marks | None
    percentage: Marks | None
    grade: str | None
