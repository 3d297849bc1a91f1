"""Counters and rows from a tally."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from smartexam.platform.times import local_date
from smartexam.results.statistics import keys
from smartexam.results.statistics.keys import Key
from smartexam.results.statistics.projection import Projection, Row, difference, project
from smartexam.results.statistics.tally import (
    CountedResult,
    CountedSitting,
    Tally,
    band,
    decode,
    encode,
    reaches,
    steps,
)
from smartexam.results.store.counters import Days, Period
from tests.factories.clock import MORNING

ZONE = "Asia/Kolkata"
DAY = 86_400

results = st.builds(
    CountedResult,
    exam_id=st.integers(1, 3),
    completed_at=st.integers(0, 40).map(lambda day: int(MORNING) + day * DAY),
    score=st.integers(-300, 3600),
    max_score=st.sampled_from([0, 900, 3600]),
    questions=st.integers(1, 4),
)
sittings = st.builds(CountedSitting, used=st.integers(0, 5), allowance=st.integers(-3, 3))
tallies = st.builds(
    Tally,
    username=st.just("asha"),
    results=st.dictionaries(st.integers(1, 20), results, max_size=8),
    sittings=st.dictionaries(st.integers(1, 3), sittings, max_size=3),
)


class World:
    """Counters and rows like in a database."""

    def __init__(self) -> None:
        self.counts: dict[Key, Counter[str]] = {}
        self.rows: dict[Key, Row] = {}

    def move(self, before: Projection, after: Projection) -> None:
        changes = difference(before, after)
        for key, amounts in changes.counts.items():
            self.counts.setdefault(key, Counter()).update(amounts)
        for key in changes.removed:
            del self.rows[key]
        self.rows.update(changes.written)

    def counted(self) -> dict[Key, dict[str, int]]:
        found = {key: {name: n for name, n in amounts.items() if n} for key, amounts in self.counts.items()}
        return {key: amounts for key, amounts in found.items() if amounts}


@given(st.lists(tallies, min_size=1, max_size=5))
def test_any_way_to_a_tally_leads_to_what_follows_from_it(history: list[Tally]) -> None:
    world, before = World(), Tally()
    for after in history:
        for step in steps(before, after, most=3):
            world.move(project(7, before, ZONE), project(7, step, ZONE))
            before = step
    direct = World()
    direct.move(Projection(), project(7, history[-1], ZONE))
    assert world.counted() == direct.counted()
    assert world.rows == direct.rows


@given(tallies, tallies)
def test_steps_are_small_and_end_at_the_goal(before: Tally, after: Tally) -> None:
    at = before
    for step in steps(before, after, most=3):
        changed = [key for key in {*at.results, *step.results} if at.results.get(key) != step.results.get(key)]
        places = [key for key in {*at.sittings, *step.sittings} if at.sittings.get(key) != step.sittings.get(key)]
        assert len(changed) + len(places) <= 3
        at = step
    assert at == after


@given(st.lists(tallies, min_size=1, max_size=6), st.integers(0, 40), st.integers(0, 40))
def test_any_range_of_days_counts_results_and_students_exactly(students: list[Tally], one: int, other: int) -> None:
    first = date(2026, 1, 5) + timedelta(days=min(one, other))
    period = Period(first, date(2026, 1, 5) + timedelta(days=max(one, other)))
    amounts: dict[tuple[str, str], Counter[str]] = {}
    for user_id, tally in enumerate(students, 1):
        for key, counted in project(user_id, tally, ZONE).counts.items():
            if key.pk == "DAYS":
                day, _, scope = key.sk.partition("#")
                amounts.setdefault((day, scope), Counter()).update(counted)

    counts = Days(amounts).counts(keys.ALL, period)

    within = [
        (user_id, result)
        for user_id, tally in enumerate(students, 1)
        for result in tally.results.values()
        if period.first <= local_date(result.completed_at, ZONE) <= period.last
    ]
    assert counts.results == len(within)
    assert counts.students == len({user_id for user_id, _ in within})
    assert counts.passes == sum(result.is_pass for _, result in within)
    assert counts.questions == sum(result.questions for _, result in within)
    assert sum(counts.bands) == len(within)
    shares = [Fraction(result.score, result.max_score) for _, result in within if result.max_score]
    assert counts.mean == (sum(shares, Fraction(0)) / len(within) if within else 0)


@given(tallies)
def test_is_stored_whole(tally: Tally) -> None:
    assert decode(encode(tally)) == tally


def test_a_result_is_twenty_operations_at_most() -> None:
    days = [int(MORNING) + day * DAY for day in (0, 9)]
    before = Tally(
        "asha", {n: CountedResult(1, at, 100, 300, 3) for n, at in enumerate(days)}, {1: CountedSitting(2, 0)}
    )
    added = {**before.results, 9: CountedResult(1, int(MORNING) + 4 * DAY, 200, 300, 3)}
    after = Tally("asha", added, {1: CountedSitting(3, 0)})

    changes = difference(project(7, before, ZONE), project(7, after, ZONE))

    results_only = difference(project(7, before, ZONE), project(7, Tally("asha", added, before.sittings), ZONE))
    sizes = [len(each.counts) + len(each.written) + len(each.removed) for each in (results_only, changes)]
    assert sizes[0] <= 20
    assert sizes[1] - sizes[0] <= 5


def test_ranks_sort_by_average_then_results_then_age() -> None:
    ranked = [
        (-50_000_000, 3, 1),
        (0, 1, 2),
        (99_999_999, 1, 9),
        (100_000_000, 1, 5),
        (100_000_000, 1, 4),
        (100_000_000, 2, 8),
    ]

    places = sorted(keys.rank(*each) for each in reversed(ranked))

    assert [keys.read_rank(place) for place in places] == ranked


def test_the_edges_of_bands_and_of_passing_belong_to_the_upper_side() -> None:
    assert [band(score, 300) for score in (270, 269, 225, 224, 180, 179, -1)] == [0, 1, 1, 2, 2, 3, 3]
    assert [reaches(score, 300, 40) for score in (120, 119)] == [True, False]
    assert not reaches(0, 0, 40)
