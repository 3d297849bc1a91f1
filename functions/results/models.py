"""Shapes of requests and answers."""

from msgspec import Struct

from smartexam.exam.marking import Response


class ResultView(Struct, frozen=True):
    """A visible result; marks rounded to two decimals, `completed_at` UTC."""

    id: int
    exam_id: int
    exam_name: str
    score: float
    max_score: float
    percentage: float
    grade: str
    correct_answers: int
    incorrect_answers: int
    unanswered_questions: int
    total_questions: int
    time_taken_minutes: float
    completed_at: str


class ResultAnswer(Struct, frozen=True):
    """One result."""

    result: ResultView
    success: bool = True


class ResponseAnswer(Struct, frozen=True):
    """One result, question by question."""

    result: ResultView
    responses: list[Response]
    success: bool = True


class PendingAnswer(Struct, frozen=True):
    """Whether a result is still to come; `available_at` is null while that depends on an admin."""

    pending: bool
    message: str
    available_at: str | None
    success: bool = True


class HistoryQuery(Struct, frozen=True):
    """From where to go on."""

    cursor: str | None = None


class HistoryView(Struct, frozen=True):
    """A result in the history; what tells the outcome is null until it is visible."""

    id: int
    exam_id: int
    exam_name: str
    attempt_number: int
    completed_at: str
    time_taken_minutes: float
    visible: bool
    available_at: str | None
    score: float | None
    max_score: float | None
    percentage: float | None
    grade: str | None


class HistoryAnswer(Struct, frozen=True):
    """A page of results, newest first."""

    results: list[HistoryView]
    next_cursor: str | None
    success: bool = True
