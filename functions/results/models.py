"""Shapes of requests and answers."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.catalog.shown_paper import ClientPassage
from smartexam.platform.http.queries import PageSize
from smartexam.sitting.grading import Response


class SectionScore(Struct, frozen=True):
    """The score of a section; marks rounded to two decimals, `partial` counts partly correct answers.

    Attributes:
        correct: questions answered right.
        incorrect: questions answered wrong.
        unanswered: questions without an answer.
        partial: questions answered partly right.
    """

    id: int
    name: str
    score: float
    max_score: float
    correct: int
    incorrect: int
    unanswered: int
    partial: int


class ResultView(Struct, frozen=True):
    """A visible result; marks rounded to two decimals, `completed_at` UTC.

    Attributes:
        correct_answers: questions answered right.
        incorrect_answers: questions answered wrong.
        unanswered_questions: questions without an answer.
        partial_answers: questions answered partly right.
        sections: the score of each section, summing to the totals; empty where the exam has none.
    """

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
    """One result.

    Attributes:
        result: the result.
    """

    result: ResultView
    success: bool = True


class ResponseAnswer(Struct, frozen=True):
    """One result, question by question.

    Attributes:
        result: the result.
        responses: every question of the attempt, in the student's order.
    """

    result: ResultView
    responses: list[Response]
    passages: list[ClientPassage]
    success: bool = True


class PendingAnswer(Struct, frozen=True):
    """Whether the result is still pending; `available_at` is null while that depends on an administrator.

    Attributes:
        pending: whether the result is still not visible.
    """

    pending: bool
    message: str
    available_at: str | None
    success: bool = True


class HistoryQuery(Struct, frozen=True):
    """Where to continue."""

    cursor: str | None = None
    limit: PageSize = 50


class HistoryView(Struct, frozen=True):
    """A result in the history; scores are null until it is visible.

    Attributes:
        score: marks of the attempt, rounded to two decimals; null until it is visible.
        max_score: marks that were to be had; null until the result is visible.
        percentage: score in percent of the maximum; null until it is visible.
        grade: grade by the unrounded percentage; null until it is visible.
        available_at: when the result becomes visible, UTC; null if it is, or while that depends on an
            administrator or a deadline.
    """

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
    """A page of results, newest first.

    Attributes:
        results: the results, the newest first.
    """

    results: list[HistoryView]
    next_cursor: str | None
    success: bool = True


class TrendPoint(Struct, frozen=True):
    """A result as a point of the trend, in percent.

    Attributes:
        score: score in percent.
    """

    exam_id: int
    exam_name: str
    completed_at: str
    score: float


class Performance(Struct, frozen=True):
    """One of the latest results.

    Attributes:
        result_id: id of the result.
    """

    result_id: int
    exam_id: int
    exam_name: str
    score: float
    max_score: float
    percentage: float
    grade: str
    completed_at: str
    sections: list[SectionScore] | UnsetType = UNSET


class SectionAverage(Struct, frozen=True):
    """The sections of one name, over all exams.

    Attributes:
        name: name that the sections have in their exams.
        results: visible results with such a section.
        average_score: mean of its scores, in percent.
    """

    name: str
    results: int
    average_score: float


class AnalyticsView(Struct, frozen=True):
    """Analytics of visible results; scores in percent, all results with equal weight.

    `score_trend` has the last 30 results, the oldest first, `recent_performance` the last 10, the latest first.
    `improvement_trend` compares the later half of all results with the earlier one: `improving`, `declining`, `stable`
    (within one percentage point) or `insufficient_data`.

    Attributes:
        total_exams: different exams with a visible result.
        average_score: mean of all visible results, in percent.
        highest_score: best visible result, in percent.
        lowest_score: worst visible result, in percent.
        grade_distribution: number of results by grade.
        score_trend: the last 30 results, the oldest first.
        recent_performance: the last 10 results, the latest first.
        improvement_trend: the later half of all results compared with the earlier one; within one percentage
            point it is `stable`, and with too few results `insufficient_data`.
        section_averages: the sections of visible results by name, in alphabetical order; missing if there are none.
    """

    total_exams: int
    average_score: float
    highest_score: float
    lowest_score: float
    grade_distribution: dict[str, int]
    score_trend: list[TrendPoint]
    recent_performance: list[Performance]
    improvement_trend: Annotated[
        str, Meta(extra_json_schema={"enum": ["improving", "declining", "stable", "insufficient_data"]})
    ]
    section_averages: list[SectionAverage] | UnsetType = UNSET


class AnalyticsAnswer(Struct, frozen=True):
    """The caller's analytics.

    Attributes:
        analytics: numbers over the caller's visible results.
    """

    analytics: AnalyticsView
    success: bool = True
