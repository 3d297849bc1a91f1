"""Finds the best students of all time, of a day, or of a range of days, exactly and without reading all students.

All time and single days have rankings to read from the top. For a range, the tops of the days' rankings give
candidates, whose exact average over the range is computed from their tallies. A student who is not a candidate was on
no day better than the last candidate of that day. So when enough candidates are at least that good, the search ends;
otherwise more is read of the days that may still contain better students.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from smartexam.platform.dynamodb import table
from smartexam.platform.parallel import in_parallel
from smartexam.platform.times import local_date
from smartexam.results.statistics import keys
from smartexam.results.statistics.projection import average_of
from smartexam.results.statistics.tally import Tally
from smartexam.results.store import tallies
from smartexam.results.store.counters import Period
from smartexam.results.store.tallies import RowItem

_PIECE = 20
# If all students are about equally good over weeks and each was best once, this limit ends the search; the students
# shown are then the best of this many candidates.
_MOST_CANDIDATES = 400
_READERS = 8


@dataclass(frozen=True, slots=True, order=True)
class Ranked:
    """A student in a ranking; greater is better. `average` is in millionths of a percent, rounded down."""

    average: int
    results: int
    seniority: int

    @property
    def user_id(self) -> int:
        """The student."""
        return -self.seniority


def best_students(
    generation: int, exam_id: int | None, period: Period | None, active: Sequence[str], timezone: str, *, count: int
) -> list[Ranked]:
    """The students with the highest averages, the best first.

    Args:
        generation: the one that is read.
        exam_id: only results of this exam.
        period: only results of these days; None for all time.
        active: the days of the period that have results.
        timezone: the institute's.
        count: the most students.
    """
    scope = keys.scope_of(exam_id)
    if period is None or len(active) == 1:
        day = active[0] if period is not None else None
        return _top(generation, keys.ranking(scope, day), None, count)[0]
    search = _Search(generation, exam_id, period, timezone)
    search.extend(dict.fromkeys(active))
    while search.places:
        found = search.best(count)
        bound = max(edge.average for edge, _ in search.places.values())
        if (len(found) >= count and found[-1].average >= bound) or len(search.seen) >= _MOST_CANDIDATES:
            break
        search.extend({day: sk for day, (edge, sk) in search.places.items() if edge.average == bound})
    return search.best(count)


class _Search:
    """The candidates found so far, and for each unfinished day the last one read and where to continue."""

    def __init__(self, generation: int, exam_id: int | None, period: Period, timezone: str) -> None:
        self._generation = generation
        self._exam_id = exam_id
        self._period = period
        self._timezone = timezone
        self.places: dict[str, tuple[Ranked, str]] = {}
        self.seen: dict[int, Ranked] = {}

    def best(self, count: int) -> list[Ranked]:
        """The best of the candidates."""
        return sorted(self.seen.values(), reverse=True)[:count]

    def extend(self, days: dict[str, str | None]) -> None:
        """Read the next candidates of some days, each from its place in the day's ranking."""
        scope = keys.scope_of(self._exam_id)

        def read(item: tuple[str, str | None]) -> tuple[list[Ranked], str | None]:
            day, after = item
            return _top(self._generation, keys.ranking(scope, day), after, _PIECE)

        pages = in_parallel(read, days.items(), most=_READERS)
        fresh: set[int] = set()
        for day, (found, following) in zip(days, pages, strict=True):
            self.places.pop(day, None)
            if following is not None and found:
                self.places[day] = (found[-1], following)
            fresh |= {entry.user_id for entry in found} - self.seen.keys()
        for user_id, tally in tallies.get_tallies(fresh, self._generation).items():
            self.seen[user_id] = self._ranked(user_id, tally)

    def _ranked(self, user_id: int, tally: Tally) -> Ranked:
        mean, count = average_of(
            result
            for result in tally.results.values()
            if (self._exam_id is None or result.exam_id == self._exam_id)
            and self._period.first <= local_date(result.completed_at, self._timezone) <= self._period.last
        )
        return Ranked(keys.micro_percent(mean.numerator, mean.denominator), count, -user_id)


def _top(generation: int, ranking: str, after: str | None, count: int) -> tuple[list[Ranked], str | None]:
    pk = keys.prefix(generation) + ranking
    page = table.query(RowItem, pk, limit=count, after=after, newest_first=True, consistent=False)
    found = []
    for row in page.items:
        average, results, user_id = keys.read_rank(row.sk)
        found.append(Ranked(average, results, -user_id))
    return found, page.next_sk
