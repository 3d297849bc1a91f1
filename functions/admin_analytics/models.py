"""Shapes of requests and answers."""

# ruff: noqa: N815 - the API's names

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Flag, Id
from smartexam.platform.pages import PageQuery

_Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class DataQuery(Struct, frozen=True):
    """The period, and optionally one exam by id. `custom` needs both dates."""

    timePeriod: Literal["today", "week", "month", "custom", "all"] = "all"
    exam: Id | None = None
    startDate: _Day | None = None
    endDate: _Day | None = None


class ResultsQuery(PageQuery, frozen=True):
    """Which results to list: of a student, of an exam (both by id), of days. A cursor overrides a page."""

    user: Id | None = None
    exam: Id | None = None
    dateFrom: _Day | None = None
    dateTo: _Day | None = None
    partial: Flag | None = None


class Totals(Struct, frozen=True):
    """Total numbers; responses are questions of results, answered or not."""

    total_users: int
    total_exams: int
    total_results: int
    total_responses: int


class Summary(Struct, frozen=True):
    """A period in numbers, and the changes from the period before, of the same length.

    Scores and rates are percent. Their changes are in percentage points; those of attempts and users are percent of the
    period before (100 if it had none). All changes are 0 if there is no period before (`all`).
    """

    avgScore: float
    totalAttempts: int
    passRate: float
    activeUsers: int
    scoreChange: float
    attemptsChange: float
    passRateChange: float
    usersChange: float


class Series(Struct, frozen=True):
    """A chart's values by label; null if there is no value."""

    labels: list[str]
    data: list[float | None]


class Charts(Struct, frozen=True):
    """`scoreDistribution` counts results of at least 90, 75, 60 percent and below."""

    scoreDistribution: list[int]
    examPerformance: Series
    performanceTrends: Series
    userActivity: Series


class Performer(Struct, frozen=True):
    """One of the best students; names are empty if the account was deleted."""

    student_id: int
    username: str
    full_name: str
    roll_no: str | None
    avgScore: float
    attempts: int


class ResultRow(Struct, frozen=True):
    """A result; `duration` in minutes, `created_at` UTC."""

    id: int
    student_id: int
    username: str
    full_name: str
    roll_no: str | None
    exam_id: int
    exam_name: str
    score: float
    max_score: float
    percentage: float
    grade: str
    duration: float
    created_at: str


class ExamStatistics(Struct, frozen=True):
    """An exam in numbers; scores and rates in percent."""

    exam_id: int
    name: str
    attempts: int
    avgScore: float
    passRate: float


class Tables(Struct, frozen=True):
    """The best students, the latest results, and every exam with results."""

    topPerformers: list[Performer]
    recentActivity: list[ResultRow]
    examStats: list[ExamStatistics]


class AnalyticsData(Struct, frozen=True):
    """A period in numbers, charts and tables."""

    summary: Summary
    charts: Charts
    tables: Tables


class ResultPage(Struct, frozen=True):
    """A page of results, the latest first."""

    results: list[ResultRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    next_cursor: str | None


class Rebuilding(Struct, frozen=True):
    """Which generation of the statistics is read, and which is being built, if any."""

    generation: int
    building: int | None
    status: Literal["running", "done"]
    success: bool = True
