"""Shapes of requests and answers."""

from msgspec import Struct

from smartexam.catalog.paper import ClientPassage
from smartexam.platform.http.queries import PageSize
from smartexam.sitting.grading import Response


class SectionScore(Struct, frozen=True):
    """The score of a section; marks rounded to two decimals, `partial` counts partly correct answers."""

    id: int
    name: str
    score: float
    max_score: float
    correct: int
    incorrect: int
    unanswered: int
    partial: int


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
    partial_answers: int
    total_questions: int
    time_taken_minutes: float
    completed_at: str
    sections: list[SectionScore]


class ResultAnswer(Struct, frozen=True):
    """One result."""

    result: ResultView
    success: bool = True


class ResponseAnswer(Struct, frozen=True):
    """One result, question by question."""

    result: ResultView
    responses: list[Response]
    passages: list[ClientPassage]
    success: bool = True


class PendingAnswer(Struct, frozen=True):
    """Whether the result is still pending; `available_at` is null while that depends on an administrator."""

    pending: bool
    message: str
    available_at: str | None
    success: bool = True


class HistoryQuery(Struct, frozen=True):
    """Where to continue."""

    cursor: str | None = None
    limit: PageSize = 50


class HistoryView(Struct, frozen=True):
    """A result in the history; scores are null until it is visible."""

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


class TrendPoint(Struct, frozen=True):
    """A result as a point of the trend, in percent."""

    exam_id: int
    exam_name: str
    completed_at: str
    score: float


class Performance(Struct, frozen=True):
    """One of the latest results."""

    result_id: int
    exam_id: int
    exam_name: str
    score: float
    max_score: float
    percentage: float
    grade: str
    completed_at: str


class AnalyticsView(Struct, frozen=True):
    """Analytics of visible results; scores in percent, all results with equal weight.

    `score_trend` has the last 30 results, the oldest first, `recent_performance` the last 10, the latest first.
    `improvement_trend` compares the later half of all results with the earlier one: `improving`, `declining`, `stable`
    (within one percentage point) or `insufficient_data`.
    """

    total_exams: int
    average_score: float
    highest_score: float
    lowest_score: float
    grade_distribution: dict[str, int]
    score_trend: list[TrendPoint]
    recent_performance: list[Performance]
    improvement_trend: str


class AnalyticsAnswer(Struct, frozen=True):
    """The caller's analytics."""

    analytics: AnalyticsView
    success: bool = True
