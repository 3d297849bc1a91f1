"""A period in numbers, charts and tables, from what is counted."""

from fractions import Fraction

from msgspec import UNSET

from admin_analytics import periods
from admin_analytics.listing import latest_results
from admin_analytics.models import (
    AnalyticsData,
    Charts,
    ExamStatistics,
    Performer,
    SectionStatistics,
    Series,
    Summary,
    Tables,
    Totals,
)
from smartexam.accounts.store import identity
from smartexam.catalog.store import exams
from smartexam.results.statistics import keys
from smartexam.results.statistics.projection import rounded_percent
from smartexam.results.store import counters, ranking, tallies
from smartexam.results.store.counters import Counts, Period

_TOP = 10
_NOTHING = Counts(0, 0, 0, (0, 0, 0, 0), Fraction(0), 0)


def totals() -> Totals:
    """How much there is of everything."""
    counted = counters.read_totals(tallies.generations().current, keys.ALL).get(keys.ALL, _NOTHING)
    return Totals(identity.statistics().total, exams.count_exams(), counted.results, counted.questions)


def data(exam_id: int | None, period: Period | None, timezone: str) -> AnalyticsData:
    """A period, or all time if there is none, of one exam or of all."""
    generation, scope = tallies.generations().current, keys.scope_of(exam_id)
    if period is None:
        by_scope = counters.read_totals(generation, None if exam_id is None else scope)
        counts, before, active = by_scope.get(scope, _NOTHING), None, []
        by_month = counters.read_months(generation, scope)
        trend = [(name, each) for name, each in by_month.items()]
    else:
        days = counters.read_days(generation, Period(period.before.first, period.last))
        counts, before = days.counts(scope, period), days.counts(scope, period.before)
        scopes = days.scopes(period) if exam_id is None else [scope]
        by_scope = {name: days.counts(name, period) for name in scopes}
        active = days.active(scope, period)
        trend = [(name, days.counts(scope, part)) for name, part in periods.parts(period)]
    statistics = _exam_statistics(by_scope)
    since = None if period is None else counters.starts_at(period.first, timezone)
    until = None if period is None else counters.ends_at(period.last, timezone)
    return AnalyticsData(
        _summary(counts, before),
        Charts(
            list(counts.bands),
            Series([each.name for each in statistics], [each.avgScore for each in statistics]),
            Series([name for name, _ in trend], [_score(each) if each.results else None for _, each in trend]),
            Series([name for name, _ in trend], [each.students for _, each in trend]),
        ),
        Tables(
            _performers(generation, exam_id, period, active, timezone) if counts.results else [],
            latest_results(generation, scope, since, until) if counts.results else [],
            statistics,
            (_section_statistics(generation, exam_id, period) if exam_id and counts.results else []) or UNSET,
        ),
    )


def _summary(counts: Counts, before: Counts | None) -> Summary:
    compared = before if before is not None else counts
    return Summary(
        avgScore=_score(counts),
        totalAttempts=counts.results,
        passRate=rounded_percent(counts.pass_rate),
        activeUsers=counts.students,
        scoreChange=rounded_percent(counts.mean - compared.mean),
        attemptsChange=_growth(counts.results, compared.results),
        passRateChange=rounded_percent(counts.pass_rate - compared.pass_rate),
        usersChange=_growth(counts.students, compared.students),
    )


def _growth(now: int, before: int) -> float:
    if not before:
        return 100.0 if now else 0.0
    return rounded_percent(Fraction(now - before, before))


def _score(counts: Counts) -> float:
    return rounded_percent(counts.mean)


def _exam_statistics(by_scope: dict[str, Counts]) -> list[ExamStatistics]:
    by_exam = {int(scope.partition("#")[2]): counts for scope, counts in by_scope.items() if scope != keys.ALL}
    known = exams.get_exams(sorted(by_exam)) if by_exam else {}
    found = [
        ExamStatistics(exam_id, known[exam_id].name, counts.results, _score(counts), rounded_percent(counts.pass_rate))
        for exam_id, counts in by_exam.items()
        if exam_id in known and counts.results
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.exam_id))


def _section_statistics(generation: int, exam_id: int, period: Period | None) -> list[SectionStatistics]:
    """The sections that an exam has now; those of deleted exams have no names."""
    exam = exams.get_exam(exam_id)
    if exam is None or not exam.structure.sections:
        return []
    counted = counters.read_sections(generation, exam_id, period)
    return [
        SectionStatistics(section.id, section.name, counts.results, rounded_percent(counts.mean))
        for section in exam.structure.sections
        if (counts := counted.get(section.id))
    ]


def _performers(
    generation: int, exam_id: int | None, period: Period | None, active: list[str], timezone: str
) -> list[Performer]:
    best = ranking.best_students(generation, exam_id, period, active, timezone, count=_TOP)
    users = identity.get_users(entry.user_id for entry in best) if best else {}
    found = []
    for entry in best:
        user = users.get(entry.user_id)
        found.append(
            Performer(
                entry.user_id,
                user.username if user else "",
                user.full_name if user else "",
                user.roll_no if user else None,
                rounded_percent(Fraction(entry.average, 100_000_000)),
                entry.results,
            )
        )
    return found
