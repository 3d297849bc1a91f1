"""Results of a crowd, and the statistics that follow from them."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.database.rows import BEGAN, DAYS, RESULTS, user
from smartexam.catalog.marks import UNITS
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.items import Count, Item
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.results.statistics import keys
from smartexam.results.statistics.projection import Projection, project
from smartexam.results.statistics.tally import CountedResult, CountedSitting, Tally, encode
from smartexam.results.store.tallies import RowItem, TallyItem
from smartexam.sitting.store.results import HistoryItem, ResultItem, history_key, result_key
from smartexam.sitting.store.sitting_items import IDLE, SittingItem, exam_shard, sitting_key

_QUESTIONS = 75
_MAXIMUM = 300 * UNITS
_PREFIX = keys.prefix(1)


@dataclass(frozen=True, slots=True)
class Sat:
    """A result of a student in an exam."""

    result_id: int
    user_id: int
    username: str
    exam_id: int
    at: int
    score: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Students, each with one result of the first exam, and of others in turn until all results are given out.

    Attributes:
        first_student: the number in the crowd of the first of them.
        first_result: what the results are numbered from.
    """

    exams: tuple[int, ...]
    students: int
    results: int
    first_student: int
    first_result: int

    def of_student(self, at: int) -> list[Sat]:
        """The results of one of them."""
        return [self._result(number) for number in range(at, self.results, self.students)]

    def _result(self, number: int) -> Sat:
        chance = random.Random(self.first_result + number)
        who, round_ = user(self.first_student + number % self.students), number // self.students
        exam_id = self.exams[0] if round_ == 0 else self.exams[1 + (number + round_) % (len(self.exams) - 1)]
        at = BEGAN + chance.randrange(DAYS) * 86_400 + chance.randrange(3600)
        score = chance.randrange(-_MAXIMUM // 8, _MAXIMUM, 100)
        return Sat(RESULTS + self.first_result + number, who.id, who.username, exam_id, at, score)


@dataclass(frozen=True, slots=True)
class ResultRows:
    """Makes results of a cohort's students, and the rows of statistics about them."""

    cohort: Cohort

    def __call__(self, students: range) -> Iterator[Item]:
        """The rows of some students."""
        for at in students:
            sat = self.cohort.of_student(at)
            yield from rows_of(sat)
            yield from statistics_of(sat)


def count_cohort(cohort: Cohort) -> None:
    """Write the counters that follow from a cohort's results."""
    count([cohort.of_student(at) for at in range(cohort.students)])


def own_results(user_id: int, username: str, exams: Sequence[int], first_result: int) -> list[Sat]:
    """A result of one student in each of these exams."""
    return [
        Sat(RESULTS + first_result + number, user_id, username, exam_id, BEGAN + number * 3600, (number % 60) * UNITS)
        for number, exam_id in enumerate(exams)
    ]


def rows_of(some: Iterable[Sat]) -> Iterator[Item]:
    """The rows of results, without those of statistics."""
    for sat in some:
        shared: dict[str, Any] = {
            "exam_id": sat.exam_id,
            "exam_name": "Mock test",
            "attempt_number": 1,
            "score": sat.score,
            "max_score": _MAXIMUM,
            "correct": 40,
            "incorrect": 20,
            "unanswered": _QUESTIONS - 60,
            "started_at": sat.at - 5400,
            "completed_at": sat.at,
            "exam_shard": exam_shard(sat.exam_id, sat.user_id),
        }
        pk = user_key(sat.user_id)
        yield ResultItem(
            pk,
            result_key(sat.exam_id, sat.result_id),
            user_id=sat.user_id,
            paper_version=1,
            answers="ABCD" * 18,
            outcomes="C" * 40 + "W" * 20 + "-" * 15,
            exam_sk=f"RESULT#{sat.result_id}",
            **shared,
        )
        yield HistoryItem(pk, history_key(sat.at, sat.result_id), exam_sk=f"HISTORY#{sat.result_id}", **shared)
        yield SittingItem(
            pk,
            sitting_key(sat.exam_id),
            status=IDLE,
            attempts_started=1,
            completed=1,
            spent=1,
            last_result_id=sat.result_id,
            exam_shard=exam_shard(sat.exam_id, sat.user_id),
            exam_sk=f"SITTING#{sat.user_id}",
        )


def statistics_of(mine: Sequence[Sat]) -> Iterator[Item]:
    """The tally of one student's results, and what rows follow from it."""
    if not mine:
        return
    user_id, tally = mine[0].user_id, _tally(mine)
    for key, row in _projected(mine).rows.items():
        yield RowItem(_PREFIX + key.pk, key.sk, user_id=row.user_id, exam_id=row.exam_id, spent=row.spent)
    yield TallyItem(f"{_PREFIX}TALLY#{user_id}", "TALLY", stamp="bulk", body=encode(tally))


def count(students: Iterable[Sequence[Sat]]) -> None:
    """Write what is counted of students' results, spread over as many items as writers would have taken."""
    amounts: dict[keys.Key, Counter[str]] = defaultdict(Counter)
    for mine in students:
        if mine:
            for key, counted in _projected(mine).counts.items():
                amounts[key].update(counted)
    counts = [
        Count("attempts", _PREFIX + key.pk, f"{key.sk}#{shard}", _share(counted, shard))
        for key, counted in amounts.items()
        for shard in range(keys.SHARDS)
    ]
    for at in range(0, len(counts), 50):
        table.transact(counts[at : at + 50])


def _tally(mine: Sequence[Sat]) -> Tally:
    results = {each.result_id: CountedResult(each.exam_id, each.at, each.score, _MAXIMUM, _QUESTIONS) for each in mine}
    return Tally(mine[0].username, results, {each.exam_id: CountedSitting(1, 0) for each in mine})


def _projected(mine: Sequence[Sat]) -> Projection:
    return project(mine[0].user_id, _tally(mine), settings().exam_timezone)


def _share(counted: Counter[str], shard: int) -> dict[str, int]:
    shared = {}
    for name, amount in counted.items():
        part = amount // keys.SHARDS
        shared[name] = amount - part * (keys.SHARDS - 1) if shard == 0 else part
    return shared
