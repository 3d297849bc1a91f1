"""The counters and rows that follow from a tally; pure, so the same tally always gives the same.

Counters of results, in each scope and for each day, for each month and in total:

    n          results             p          passes            q      questions answered or not
    b0..b3     results by band     s<max>     sum of the scores of papers with <max> units
    u          students (months and totals)
    a<day>     students (days) whose last active day before was <day>, `a` for none

Counters of an exam's sections, for each day:

    <id>n      results with the section    <id>s<max>  sum of its scores with <max> units

Scores are summed by the maximum of their paper, so an average of percentages is exact. The students of a range of days
are those whose previous active day, if any, is before the range, so any range is exact without knowing who they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from smartexam.catalog.marks import percentage
from smartexam.platform.times import local_date
from smartexam.results.statistics import keys
from smartexam.results.statistics.keys import ALL, Key
from smartexam.results.statistics.tally import CountedResult, Tally, band


@dataclass(frozen=True, slots=True)
class Row:
    """A row's attributes beside its key; `spent` only for sittings."""

    user_id: int
    exam_id: int = 0
    spent: int = 0


@dataclass(slots=True)
class Projection:
    """What follows from a tally: amounts by counter and name, and rows by key."""

    counts: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: dict[Key, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be added, written and deleted to get from one projection to another."""

    counts: Mapping[Key, Mapping[str, int]]
    written: Mapping[Key, Row]
    removed: list[Key]


def project(user_id: int, tally: Tally, timezone: str) -> Projection:
    """The counters and rows of a student's tally; days are those of the institute's time zone."""
    projection = Projection()
    by_scope: dict[str, list[tuple[int, CountedResult]]] = defaultdict(list)
    for result_id, result in tally.results.items():
        row = Row(user_id, result.exam_id)
        projection.rows[keys.where(result_id)] = row
        share = keys.micro_percent(result.score, result.max_score) if result.max_score > 0 else 0
        place = keys.score_place(share, result.completed_at, result_id)
        projection.rows[Key(keys.scores(keys.exam_scope(result.exam_id)), place)] = row
        for scope in (ALL, keys.exam_scope(result.exam_id)):
            by_scope[scope].append((result_id, result))
        if result.sections:
            day = local_date(result.completed_at, timezone).isoformat()
            projection.counts[Key(keys.sections(result.exam_id), day)].update(_amounts_by_section(result))
    for scope, results in by_scope.items():
        _count_results(projection, user_id, scope, results, timezone)
    for exam_id, sitting in tally.sittings.items():
        row = Row(user_id, exam_id, sitting.spent)
        projection.counts[keys.spent_counts(exam_id)][str(sitting.spent)] += 1
        projection.rows[Key(keys.sittings_of_exam(exam_id), keys.sitting_place(sitting.spent, user_id))] = row
        if tally.username:
            place = keys.named_place(tally.username, user_id, exam_id)
            projection.rows[Key(keys.sittings_by_name(tally.username[0]), place)] = row
    return projection


def difference(before: Projection, after: Projection) -> Difference:
    """The difference between two projections."""
    counts: dict[Key, dict[str, int]] = {}
    for key in {**before.counts, **after.counts}:
        was, is_now = before.counts.get(key, Counter()), after.counts.get(key, Counter())
        changed = {name: is_now[name] - was[name] for name in {**was, **is_now} if is_now[name] != was[name]}
        if changed:
            counts[key] = changed
    return Difference(
        counts,
        {key: row for key, row in after.rows.items() if before.rows.get(key) != row},
        [key for key in before.rows if key not in after.rows],
    )


def average(sums: Mapping[int, int], count: int) -> Fraction:
    """The exact mean of scores as shares of their papers, from sums by the papers' maximum; 0 without results."""
    if not count:
        return Fraction(0)
    return sum((Fraction(score, maximum) for maximum, score in sums.items() if maximum > 0), Fraction(0)) / count


def average_of(results: Iterable[CountedResult]) -> tuple[Fraction, int]:
    """The exact mean of results as shares of their papers, and their number."""
    sums: Counter[int] = Counter()
    count = 0
    for result in results:
        sums[result.max_score] += result.score
        count += 1
    return average(sums, count), count


def rounded_percent(share: Fraction) -> float:
    """A share (1 is all) in percent, rounded half up to two decimals."""
    return percentage(share.numerator, share.denominator)


def _count_results(
    projection: Projection, user_id: int, scope: str, results: list[tuple[int, CountedResult]], timezone: str
) -> None:
    by_day: dict[str, list[CountedResult]] = defaultdict(list)
    total = keys.total(scope)
    for result_id, result in results:
        place = keys.result_place(result.completed_at, result_id)
        projection.rows[Key(keys.results(scope), place)] = Row(user_id, result.exam_id)
        by_day[local_date(result.completed_at, timezone).isoformat()].append(result)
    days_before, months = "", set()
    for name in sorted(by_day):
        day, month = keys.day(scope, name), keys.month(scope, name[:7])
        for result in by_day[name]:
            amounts = _amounts(result)
            for key in (day, month, total):
                projection.counts[key].update(amounts)
        projection.counts[day][f"a{days_before}"] += 1
        if name[:7] not in months:
            months.add(name[:7])
            projection.counts[month]["u"] += 1
        days_before = name
        _rank(projection, user_id, keys.ranking(scope, name), by_day[name])
    projection.counts[total]["u"] += 1
    _rank(projection, user_id, keys.ranking(scope), [result for _, result in results])


def _amounts(result: CountedResult) -> dict[str, int]:
    amounts = {"n": 1, "q": result.questions, f"b{band(result.score, result.max_score)}": 1}
    if result.is_pass:
        amounts["p"] = 1
    if result.max_score > 0:
        amounts[f"s{result.max_score}"] = result.score
    return amounts


def _amounts_by_section(result: CountedResult) -> dict[str, int]:
    counted = [section for section in result.sections if section[2] > 0]
    amounts = {f"{section_id}n": 1 for section_id, _, _ in counted}
    return amounts | {f"{section_id}s{maximum}": score for section_id, score, maximum in counted}


def _rank(projection: Projection, user_id: int, ranking: str, results: list[CountedResult]) -> None:
    mean, count = average_of(results)
    place = keys.rank(keys.micro_percent(mean.numerator, mean.denominator), count, user_id)
    projection.rows[Key(ranking, place)] = Row(user_id)
