"""Reads counters: totals, months, days, and lists of results by time."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from smartexam.platform.dynamodb import table
from smartexam.platform.pages import Wanted
from smartexam.results.statistics import keys
from smartexam.results.statistics.projection import average
from smartexam.results.statistics.tally import BANDS
from smartexam.results.store.tallies import RowItem

# Sorts after every sort key with the same prefix.
_END = "~"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the institute's time zone, including the first and the last."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one starts."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of some results.

    Attributes:
        questions: of their papers, answered or not.
        bands: results by score, from the highest band down.
        mean: the exact mean of their scores as shares of their papers.
        students: how many students have these results.
    """

    results: int
    passes: int
    questions: int
    bands: tuple[int, ...]
    mean: Fraction
    students: int

    @property
    def pass_rate(self) -> Fraction:
        """Passes as a share of all results; 0 without results."""
        return Fraction(self.passes, self.results) if self.results else Fraction(0)


class Days:
    """The counters of some days, which give the counts of any range within them."""

    def __init__(self, amounts: Mapping[tuple[str, str], Counter[str]]) -> None:
        self._amounts = amounts
        # Only days with counters, because a range may be of any length.
        self._days: dict[str, list[str]] = defaultdict(list)
        for day, scope in sorted(amounts):
            self._days[scope].append(day)

    def scopes(self, period: Period) -> list[str]:
        """The scopes that have results in a period."""
        return sorted(scope for scope in self._days if self.active(scope, period))

    def active(self, scope: str, period: Period) -> list[str]:
        """The days of a period with results."""
        return [day for day in self._within(scope, period) if self._amounts[day, scope]["n"]]

    def counts(self, scope: str, period: Period) -> Counts:
        """The counts of a period."""
        first = period.first.isoformat()
        merged: Counter[str] = Counter()
        students = 0
        for day in self._within(scope, period):
            amounts = self._amounts[day, scope]
            merged.update(amounts)
            # Students who were active on an earlier day of the period are counted there.
            students += sum(n for name, n in amounts.items() if name.startswith("a") and name[1:] < first)
        return _counts(merged, students)

    def _within(self, scope: str, period: Period) -> list[str]:
        days = self._days.get(scope, [])
        return days[bisect_left(days, period.first.isoformat()) : bisect_right(days, period.last.isoformat())]


def read_days(generation: int, period: Period) -> Days:
    """The counters of a period's days, for all scopes: one query."""
    since, until = period.first.isoformat(), f"{period.last.isoformat()}{_END}"
    amounts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sk, found in table.counters("attempts", f"{keys.prefix(generation)}DAYS", since=since, until=until):
        day, _, rest = sk.partition("#")
        amounts[day, rest.rpartition("#")[0]].update(found)
    return Days(amounts)


def read_totals(generation: int, scope: str | None = None) -> dict[str, Counts]:
    """The counts of all time by scope: of one, or of all that have results."""
    pk, prefix = f"{keys.prefix(generation)}TOTALS", "" if scope is None else f"{scope}#"
    found = _merged(table.counters("attempts", pk, prefix=prefix))
    return {name: _counts(amounts, amounts["u"]) for name, amounts in found.items() if amounts["n"]}


def read_months(generation: int, scope: str) -> dict[str, Counts]:
    """The counts of each month that has results."""
    found = _merged(table.counters("attempts", f"{keys.prefix(generation)}MONTHS#{scope}"))
    return {name: _counts(amounts, amounts["u"]) for name, amounts in sorted(found.items()) if amounts["n"]}


@dataclass(frozen=True, slots=True)
class SectionCounts:
    """How many results have a section, and the exact mean of its scores as shares of its maximum."""

    results: int
    mean: Fraction


def read_sections(generation: int, exam_id: int, period: Period | None) -> dict[int, SectionCounts]:
    """The counts of an exam's sections by their ids, in a period or of all time: one query of days' counters."""
    since = None if period is None else period.first.isoformat()
    until = None if period is None else f"{period.last.isoformat()}{_END}"
    pk = keys.prefix(generation) + keys.sections(exam_id)
    merged: Counter[str] = Counter()
    for _, amounts in table.counters("attempts", pk, since=since, until=until):
        merged.update(amounts)
    sums: dict[int, dict[int, int]] = defaultdict(dict)
    for name, amount in merged.items():
        section_id, letter, maximum = name.partition("s")
        if letter:
            sums[int(section_id)][int(maximum)] = amount
    numbers = {section_id: merged[f"{section_id}n"] for section_id in sums}
    return {
        section_id: SectionCounts(numbers[section_id], average(of_section, numbers[section_id]))
        for section_id, of_section in sorted(sums.items())
        if numbers[section_id]
    }


def count_results(generation: int, scope: str, first: date | None, last: date | None) -> int:
    """How many results there are between two days, either of which may be open: one query of days' counters."""
    since = None if first is None else first.isoformat()
    until = _END if last is None else f"{last.isoformat()}{_END}"
    found = table.counters("attempts", f"{keys.prefix(generation)}DAYS", since=since, until=until)
    wanted = f"#{scope}#"
    return sum(amounts.get("n", 0) for sk, amounts in found if wanted in sk)


@dataclass(frozen=True, slots=True)
class ListedResult:
    """The student and exam of a result; `completed_at` in epoch seconds."""

    id: int
    user_id: int
    exam_id: int
    completed_at: int


def list_results(
    generation: int, scope: str, since: float | None, until: float | None, page: Wanted, *, newest_first: bool = True
) -> tuple[list[ListedResult], str | None]:
    """A page of results by time, and the place to continue after.

    Args:
        generation: the one that is read.
        scope: of an exam or of all.
        since: only results from this time on, epoch seconds.
        until: only results before this time.
        page: which page.
        newest_first: whether the latest come first.
    """
    low = keys.result_place(int(since or 0), 0)
    # Every sort key of that second sorts after its bare number.
    high = _END if until is None else keys.result_place(int(until), 0).partition("#")[0]
    pk = keys.prefix(generation) + keys.results(scope)
    return _page(pk, page, since=low, until=high, descending=newest_first)


def list_scores(
    generation: int, exam_id: int, page: Wanted, *, best_first: bool
) -> tuple[list[ListedResult], str | None]:
    """A page of an exam's results by their share of the marks, and the place to continue after."""
    pk = keys.prefix(generation) + keys.scores(keys.exam_scope(exam_id))
    return _page(pk, page, since=None, until=None, descending=best_first)


def _page(
    pk: str, page: Wanted, *, since: str | None, until: str | None, descending: bool
) -> tuple[list[ListedResult], str | None]:
    after = page.after
    if after is None and page.skipped:
        after = table.skip("attempts", pk, page.skipped, since=since, until=until, newest_first=descending)
        if after is None:
            return [], None
    found = table.query(RowItem, pk, limit=page.size, after=after, since=since, until=until, newest_first=descending)
    return [_listed(row) for row in found.items], found.next_sk


def find_result(generation: int, result_id: int) -> tuple[int, int] | None:
    """(user id, exam id) of a result."""
    key = keys.where(result_id)
    row = table.get(RowItem, keys.prefix(generation) + key.pk, key.sk)
    return None if row is None else (row.user_id, row.exam_id)


def starts_at(day: date, timezone: str) -> float:
    """When a day starts in a time zone, epoch seconds."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).timestamp()


def ends_at(day: date, timezone: str) -> float:
    """When a day ends in a time zone, which is when the next one starts."""
    return starts_at(day + timedelta(days=1), timezone)


def _merged(found: Iterable[tuple[str, dict[str, int]]]) -> dict[str, Counter[str]]:
    """Counters by key, summed over their shards."""
    merged: dict[str, Counter[str]] = defaultdict(Counter)
    for sk, amounts in found:
        merged[sk.rpartition("#")[0]].update(amounts)
    return merged


def _counts(amounts: Counter[str], students: int) -> Counts:
    sums = {int(name[1:]): total for name, total in amounts.items() if name.startswith("s")}
    return Counts(
        results=amounts["n"],
        passes=amounts["p"],
        questions=amounts["q"],
        bands=tuple(amounts[f"b{at}"] for at in range(len(BANDS) + 1)),
        mean=average(sums, amounts["n"]),
        students=students,
    )


def _listed(row: RowItem) -> ListedResult:
    *_, completed_at, result_id = row.sk.split("#")
    return ListedResult(int(result_id), row.user_id, row.exam_id, int(completed_at))
