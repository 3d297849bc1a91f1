"""A student's analytics over the visible results.

Visibility depends on the exams' current settings, so this reads the student's own history. Its cost does not depend on
other students' results.
"""

from collections.abc import Collection
from fractions import Fraction

from msgspec import UNSET

from results.models import AnalyticsView, Performance, SectionAverage, TrendPoint
from results.service import section_scores
from smartexam.catalog.marks import display, percentage
from smartexam.catalog.store import exams
from smartexam.platform.times import iso
from smartexam.sitting.store import results
from smartexam.sitting.store.results import HistoryEntry

_MOST_RESULTS = 1000
_RECENT = 10
_TREND = 30
# With fewer results there is no trend.
_LEAST_FOR_A_TREND = 2
_STABLE_POINTS = 1.0
_GRADES = ("A+", "A", "B", "C", "D", "F")


def analytics(user_id: int, now: float, sitting: Collection[int]) -> AnalyticsView:
    """A student's visible results in numbers; only the latest thousand.

    Results of exams that the student is `sitting` do not count meanwhile.
    """
    visible = [entry for entry in _visible_results(user_id, now) if entry.exam_id not in sitting]
    shares = [_share(entry) for entry in visible]
    grades = [entry.score.grade for entry in visible]
    return AnalyticsView(
        total_exams=len(visible),
        average_score=_percent(_mean(shares)),
        highest_score=_percent(max(shares, default=Fraction(0))),
        lowest_score=_percent(min(shares, default=Fraction(0))),
        grade_distribution={grade: grades.count(grade) for grade in _GRADES},
        score_trend=[_trend_point(entry) for entry in reversed(visible[:_TREND])],
        recent_performance=[_performance(entry) for entry in visible[:_RECENT]],
        improvement_trend=_improvement(shares),
        section_averages=_section_averages(visible) or UNSET,
    )


def _visible_results(user_id: int, now: float) -> list[HistoryEntry]:
    entries, _ = results.list_history(user_id, limit=_MOST_RESULTS)
    known = exams.get_exams(sorted({entry.exam_id for entry in entries}), reader=user_id) if entries else {}
    visible = []
    for entry in entries:
        exam = known.get(entry.exam_id)
        available_at = None if exam is None else exam.result_available_at(entry.completed_at)
        if available_at is not None and available_at <= now:
            visible.append(entry)
    return visible


def _improvement(shares: list[Fraction]) -> str:
    """Compares the later half of the results, given newest first, with the earlier half."""
    if len(shares) < _LEAST_FOR_A_TREND:
        return "insufficient_data"
    half = len(shares) // 2
    points = _percent(_mean(shares[:half]) - _mean(shares[-half:]))
    if abs(points) < _STABLE_POINTS:
        return "stable"
    return "improving" if points > 0 else "declining"


def _share(entry: HistoryEntry) -> Fraction:
    maximum = entry.score.max_score
    return Fraction(entry.score.score, maximum) if maximum > 0 else Fraction(0)


def _mean(shares: list[Fraction]) -> Fraction:
    return sum(shares, Fraction(0)) / len(shares) if shares else Fraction(0)


def _percent(share: Fraction) -> float:
    return percentage(share.numerator, share.denominator)


def _trend_point(entry: HistoryEntry) -> TrendPoint:
    return TrendPoint(entry.exam_id, entry.exam_name, iso(entry.completed_at), entry.score.percentage)


def _performance(entry: HistoryEntry) -> Performance:
    return Performance(
        result_id=entry.id,
        exam_id=entry.exam_id,
        exam_name=entry.exam_name,
        score=display(entry.score.marks),
        max_score=display(entry.score.max_marks),
        percentage=entry.score.percentage,
        grade=entry.score.grade,
        completed_at=iso(entry.completed_at),
        sections=section_scores(entry.score) or UNSET,
    )


def _section_averages(entries: list[HistoryEntry]) -> list[SectionAverage]:
    """The sections by name, because the subjects of an institute's exams have the same names."""
    shares: dict[str, list[Fraction]] = {}
    names: dict[str, str] = {}
    for section in (section for entry in entries for section in entry.score.sections if section.max_score > 0):
        key = names.setdefault(section.name.casefold(), section.name)
        shares.setdefault(key, []).append(Fraction(section.score, section.max_score))
    return [SectionAverage(name, len(of_name), _percent(_mean(of_name))) for name, of_name in sorted(shares.items())]
