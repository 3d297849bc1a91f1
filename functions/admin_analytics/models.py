"""Shapes of requests and answers."""

# ruff: noqa: N815 - the API's names

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.platform.http.queries import Flag, Id, Order
from smartexam.platform.pages import PageQuery

_Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class DataQuery(Struct, frozen=True):
    """The period, and optionally one exam by id. `custom` needs both dates.

    Attributes:
        timePeriod: `today`, the last 7 (`week`) or 30 days (`month`), a `custom` period from `startDate` to
            `endDate`, or `all` time.
        exam: id of an exam; left out, all exams.
        startDate: first day of a `custom` period.
        endDate: last day of a `custom` period.
    """

    timePeriod: Literal["today", "week", "month", "custom", "all"] = "all"
    exam: Id | None = None
    startDate: _Day | None = None
    endDate: _Day | None = None


class ResultsQuery(PageQuery, frozen=True):
    """Which results to list: of a student, of an exam (both by id), of days. A cursor overrides a page.

    Attributes:
        user: id of a student; left out, everybody.
        exam: id of an exam; left out, all exams.
        dateFrom: first day; left out, from the beginning.
        dateTo: last day; left out, up to now.
        sort: by `time`, or by `score`: the share of the marks, of one exam or of one student; not of some days
            of an exam.
        order: `desc` lists the latest or the best first, `asc` the earliest or the worst.
        partial: true answers the table as a fragment of HTML.
    """

    user: Id | None = None
    exam: Id | None = None
    dateFrom: _Day | None = None
    dateTo: _Day | None = None
    sort: Literal["time", "score"] = "time"
    order: Order = "desc"
    partial: Flag | None = None


class Totals(Struct, frozen=True):
    """Total numbers; responses are questions of results, answered or not.

    Attributes:
        total_users: number of accounts, of whatever role.
        total_exams: number of exams, of whatever status.
        total_results: number of graded attempts.
        total_responses: number of questions of graded attempts, answered or not.
    """

    total_users: int
    total_exams: int
    total_results: int
    total_responses: int


class Summary(Struct, frozen=True):
    """A period in numbers, and the changes from the period before, of the same length.

    Scores and rates are percent. Their changes are in percentage points; those of attempts and users are percent of the
    period before (100 if it had none). All changes are 0 if there is no period before (`all`).

    Attributes:
        totalAttempts: results in the period.
        activeUsers: students with a result in the period.
        scoreChange: change of the mean score, in percentage points.
        attemptsChange: change of the number of attempts, in percent; 100 if there were none before.
        passRateChange: change of the pass rate, in percentage points.
        usersChange: change of the number of active students, in percent; 100 if there were none before.
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
    """A chart's values by label; null if there is no value.

    Attributes:
        labels: what each value is of: an exam's name, a day, a month or a year.
        data: the values, one for each label; null where there is none.
    """

    labels: list[str]
    data: list[float | None]


class Charts(Struct, frozen=True):
    """`scoreDistribution` counts results of at least 90, 75, 60 percent and below.

    Attributes:
        scoreDistribution: numbers of results of at least 90, of 75 to 90, of 60 to 75, and below 60 percent, in
            this order.
        examPerformance: mean score in percent by exam.
        performanceTrends: mean score in percent by day, month or year.
        userActivity: attempts by day, month or year.
    """

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
    """A result; `duration` in minutes, `created_at` UTC.

    Attributes:
        duration: minutes that the attempt took.
        created_at: when the attempt ended, UTC.
    """

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


class SectionStatistics(Struct, frozen=True):
    """A section in numbers.

    Attributes:
        section_id: id of the section.
        name: name of the section.
        attempts: results that have the section.
        avgScore: mean of its scores, in percent of its maximum.
    """

    section_id: int
    name: str
    attempts: int
    avgScore: float


class Tables(Struct, frozen=True):
    """The best students, the latest results, every exam with results, and the sections of the exam that was asked for.

    Attributes:
        topPerformers: the best students by mean score.
        recentActivity: the latest results.
        examStats: every exam with results.
        sectionStats: the sections of the exam that was asked for, in its order; missing if it has none.
    """

    topPerformers: list[Performer]
    recentActivity: list[ResultRow]
    examStats: list[ExamStatistics]
    sectionStats: list[SectionStatistics] | UnsetType = UNSET


class AnalyticsData(Struct, frozen=True):
    """A period in numbers, charts and tables.

    Attributes:
        summary: the period in numbers, compared with the one before.
        charts: the period as series for charts.
        tables: best students, latest results, and exams.
    """

    summary: Summary
    charts: Charts
    tables: Tables


class ResultPage(Struct, frozen=True):
    """A page of results, the latest first.

    Attributes:
        results: the results, the latest first.
    """

    results: list[ResultRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    next_cursor: str | None


class Rebuilding(Struct, frozen=True):
    """Which generation of the statistics is read, and which is being built, if any.

    Attributes:
        generation: number of the statistics that are read now.
        building: number of the statistics that are being built; null if none are.
        status: `running` while statistics are being built, else `done`.
    """

    generation: int
    building: int | None
    status: Literal["running", "done"]
    success: bool = True
