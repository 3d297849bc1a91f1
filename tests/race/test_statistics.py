"""A cohort with known results, counted from a stream that repeats, reorders and fails; and the cost of reading."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import boto3
import pytest

from admin_analytics import app as analytics_app
from admin_attempts import app as attempts_app
from bench.capacity import metered
from result_aggregator.app import lambda_handler as aggregator
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import UNITS, percentage
from smartexam.erasing import erase_exam
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.errors import Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.platform.times import local_date
from smartexam.results.statistics import keys
from smartexam.results.statistics.projection import Projection, difference, project
from smartexam.results.statistics.tally import CountedResult, CountedSitting, Tally, encode
from smartexam.results.store import counters, rebuilding, tallies
from smartexam.results.store.rebuilding import RebuildOrder
from smartexam.results.store.tallies import Touched
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, send
from tests.factories.exams import create_exam
from tests.factories.results import result_items, sitting_item
from tests.factories.streams import stored_records, stream_event, stream_record
from tests.factories.tables import stored_items
from tests.factories.users import access_token, create_crowd, create_user
from tools.cost.sitting import COUNTED_TOGETHER

pytestmark = pytest.mark.race

ZONE = "Asia/Kolkata"
DAY = 86_400


@dataclass(frozen=True)
class Known:
    """A known result; `share` of the paper."""

    id: int
    user_id: int
    exam_id: int
    at: int
    score: int
    maximum: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.score, self.maximum)

    @property
    def day(self) -> date:
        return local_date(self.at, ZONE)


@dataclass
class Cohort:
    """Students, exams, and every result there is."""

    students: list[User]
    exams: list[Exam]
    results: list[Known]

    def store(self) -> None:
        by_id = {exam.id: exam for exam in self.exams}
        items = []
        for known in self.results:
            items += result_items(
                known.user_id,
                by_id[known.exam_id],
                result_id=known.id,
                score=known.score,
                max_score=known.maximum,
                completed_at=known.at,
            )
        items += [sitting_item(user.id, exam, completed=1) for user in self.students for exam in self.exams]
        table.batch_put(items)


def cohort(students: int, exams: int, days: int) -> Cohort:
    """Every student has a result of every exam, on a random day; with thirds of marks and negative scores."""
    chance = random.Random(7)
    users = create_crowd(f"student.{number:04d}" for number in range(students))
    papers = [create_exam([], name=f"Exam {number}", max_attempts=1 + number) for number in range(exams)]
    results: list[Known] = []
    for user in users:
        for number, exam in enumerate(papers):
            maximum = (12 + number) * UNITS
            at = int(MORNING) - chance.randrange(days) * DAY + chance.randrange(3600)
            score = chance.randrange(-maximum // 4, maximum + 1, 100)
            results.append(Known(len(results) + 1, user.id, exam.id, at, score, maximum))
    return Cohort(users, papers, results)


@pytest.fixture
def admin(engine_tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> User:
    clock.advance(3600)
    monkeypatch.setattr(analytics_app.api, "clock", clock)
    monkeypatch.setattr(attempts_app.api, "clock", clock)
    return create_user(role="admin")


@pytest.fixture
def get(admin: User, clock: FrozenClock) -> Callable[..., Any]:
    token = access_token(admin, clock.now())

    def read(path: str, app: Any = analytics_app, **query: Any) -> Any:
        answer = send(app.lambda_handler, "GET", path, token=token, query=query)
        assert answer.status == 200, answer.body
        return answer.body

    return read


def deliver(records: Sequence[dict[str, Any]], size: int = 50) -> None:
    """Deliver a shard's records like Lambda: a batch again from its first failure on."""
    waiting = list(records)
    for _ in range(len(records)):
        if not waiting:
            return
        failed = aggregator(stream_event(waiting[:size]), FakeContext())["batchItemFailures"]
        numbers = {failure["itemIdentifier"] for failure in failed}
        first = next(
            (at for at, each in enumerate(waiting[:size]) if each["dynamodb"]["SequenceNumber"] in numbers), size
        )
        waiting = waiting[first:]
    raise AssertionError("the stream does not get on")


def counted_items(name: str) -> dict[tuple[str, str], dict[str, Any]]:
    """All statistics: counters without their shards, rows, tallies without their stamps."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for item in stored_items(name):
        pk, sk = item.pop("pk")["S"], item.pop("sk")["S"]
        if not pk.startswith("STAT#"):
            continue
        pk = pk.split("#", 2)[2]
        item.pop("stamp", None)
        if pk.split("#")[0] in {"TOTALS", "MONTHS", "DAYS", "SPENT"}:
            own = found[pk, sk.rpartition("#")[0]]
            for each, value in item.items():
                own[each] = own.get(each, 0) + int(value["N"])
        else:
            found[pk, sk] = item
    return {key: kept for key, item in found.items() if (kept := {n: v for n, v in item.items() if v != 0})}


def expected_summary(results: Sequence[Known]) -> dict[str, Any]:
    count = len(results)
    mean = sum((known.share for known in results), Fraction(0)) / count if count else Fraction(0)
    passes = Fraction(sum(known.share >= Fraction(2, 5) for known in results), count) if count else Fraction(0)
    return {
        "avgScore": percentage(mean.numerator, mean.denominator),
        "totalAttempts": count,
        "passRate": percentage(passes.numerator, passes.denominator),
        "activeUsers": len({known.user_id for known in results}),
    }


def expected_best(results: Sequence[Known]) -> list[tuple[int, float, int]]:
    by_user: dict[int, list[Known]] = defaultdict(list)
    for known in results:
        by_user[known.user_id].append(known)
    ranked = sorted(
        ((sum((k.share for k in own), Fraction(0)) / len(own), len(own), -user_id) for user_id, own in by_user.items()),
        reverse=True,
    )
    return [(-negated, percentage(mean.numerator, mean.denominator), n) for mean, n, negated in ranked[:10]]


def check(get: Callable[..., Any], results: Sequence[Known], before: Sequence[Known] | None, **query: Any) -> None:
    """Compare the analytics of a period with what is known of it."""
    body = get("/admin/api/users-analytics/data", **query)
    summary, known = body["summary"], expected_summary(results)
    assert {name: summary[name] for name in known} == known, query
    if before is not None:
        growth = Fraction(len(results) - len(before), len(before)) if before else Fraction(bool(results))
        assert summary["attemptsChange"] == percentage(growth.numerator, growth.denominator)
    edges = (Fraction(9, 10), Fraction(3, 4), Fraction(3, 5))
    bands = [0, 0, 0, 0]
    for each in results:
        bands[next((at for at, edge in enumerate(edges) if each.share >= edge), 3)] += 1
    assert body["charts"]["scoreDistribution"] == bands
    shown = [(each["student_id"], each["avgScore"], each["attempts"]) for each in body["tables"]["topPerformers"]]
    assert shown == expected_best(results)
    for exam in body["tables"]["examStats"]:
        own = expected_summary([each for each in results if each.exam_id == exam["exam_id"]])
        assert (exam["attempts"], exam["avgScore"], exam["passRate"]) == (
            own["totalAttempts"],
            own["avgScore"],
            own["passRate"],
        )
    assert sum(exam["attempts"] for exam in body["tables"]["examStats"]) == len(results)
    latest = sorted(results, key=lambda each: (each.at, each.id), reverse=True)[:10]
    assert [each["id"] for each in body["tables"]["recentActivity"]] == [each.id for each in latest]


@contextmanager
def failing_sometimes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Transactions that the database refuses now and then, before or after executing them."""
    chance, real = random.Random(3), table.transact

    def transact(operations: Sequence[Any]) -> None:
        luck = chance.random()
        if luck < 0.01:
            raise Unavailable
        real(operations)
        if luck < 0.02:
            raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(table, "transact", transact)
        yield


def test_numbers_are_exact_whatever_the_stream_does(
    get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, engine_tables: dict[str, str]
) -> None:
    world = cohort(students=120, exams=3, days=12)
    world.store()
    records = stored_records()
    chance = random.Random(11)
    chance.shuffle(records)
    repeated = records + chance.sample(records, len(records) // 4)
    # Three shards of the stream at once; all records of a student are in one.
    shards = [[each for each in repeated if int(each["dynamodb"]["Keys"]["pk"]["S"][5:]) % 3 == n] for n in range(3)]

    with failing_sometimes(monkeypatch), ThreadPoolExecutor(3) as pool:
        list(pool.map(deliver, shards))

    today, results = date(2026, 1, 5), world.results
    check(get, results, None, timePeriod="all")
    assert get("/admin/api/users-analytics/stats") == {
        "total_users": 121,
        "total_exams": 3,
        "total_results": 360,
        "total_responses": 1080,
    }
    for name, length in (("today", 1), ("week", 7)):
        within = [each for each in results if 0 <= (today - each.day).days < length]
        before = [each for each in results if length <= (today - each.day).days < 2 * length]
        check(get, within, before, timePeriod=name)
    exam = world.exams[1]
    of_exam = [each for each in results if each.exam_id == exam.id]
    check(get, of_exam, None, timePeriod="all", exam=exam.id)
    custom = [each for each in of_exam if date(2025, 12, 28) <= each.day <= date(2026, 1, 2)]
    check(get, custom, None, timePeriod="custom", startDate="2025-12-28", endDate="2026-01-02", exam=exam.id)

    # After a rebuild everything is the same, down to the last row.
    before_rebuild = counted_items(engine_tables["ATTEMPTS_TABLE"])
    generation = tallies.begin_generation()
    clearing = rebuilding.work(RebuildOrder(generation), lambda: True)
    assert clearing == RebuildOrder(1, clears=True)
    assert rebuilding.work(RebuildOrder(1, clears=True), lambda: True) is None
    assert tallies.generations().current == generation
    assert counted_items(engine_tables["ATTEMPTS_TABLE"]) == before_rebuild

    # A deleted exam's and a deleted student's results are removed from the statistics.
    gone = world.students[0]
    erase_partition("attempts", user_key(gone.id))
    deliver([stream_record(user_key(gone.id), f"RESULT#{each.exam_id}#{each.id}", "REMOVE") for each in results])
    tallies.erase_user(gone.id)
    erase_exam(exam.id, lambda: True)
    deliver(
        [stream_record(user_key(each.user_id), f"RESULT#{exam.id}#{each.id}", "REMOVE") for each in of_exam]
        + [stream_record(user_key(user.id), f"SITTING#{exam.id}", "REMOVE") for user in world.students]
    )
    left = [each for each in results if each.user_id != gone.id and each.exam_id != exam.id]
    check(get, left, None, timePeriod="all")
    assert not [key for key in counted_items(engine_tables["ATTEMPTS_TABLE"]) if f"#E#{exam.id}#" in f"{key[0]}#"]


def seed(world: Cohort) -> None:
    """Write a cohort's statistics in bulk, as if the stream had been counted."""
    generation = tallies.generations().current
    of_user: dict[int, Tally] = {}
    for user in world.students:
        own = {
            known.id: CountedResult(known.exam_id, known.at, known.score, known.maximum, 3)
            for known in world.results
            if known.user_id == user.id
        }
        of_user[user.id] = Tally(user.username, own, {exam.id: CountedSitting(1, 0) for exam in world.exams})
    amounts: dict[Any, dict[str, int]] = defaultdict(dict)
    items: list[Any] = []
    prefix = keys.prefix(generation)
    for user_id, tally in of_user.items():
        changes = difference(Projection(), project(user_id, tally, ZONE))
        for key, counted in changes.counts.items():
            for name, amount in counted.items():
                amounts[key][name] = amounts[key].get(name, 0) + amount
        items += [
            tallies.RowItem(prefix + key.pk, key.sk, user_id=row.user_id, exam_id=row.exam_id, spent=row.spent)
            for key, row in changes.written.items()
        ]
        items.append(tallies.TallyItem(f"{prefix}TALLY#{user_id}", "TALLY", stamp="seed", body=encode(tally)))
    table.batch_put(items)
    for key, counted in amounts.items():
        table.transact([table.Count("attempts", prefix + key.pk, f"{key.sk}#0", counted)])


LISTS: list[tuple[str, Any, dict[str, Any]]] = [
    ("/admin/api/users-analytics/stats", analytics_app, {}),
    ("/admin/api/users-analytics/data", analytics_app, {"timePeriod": "all"}),
    ("/admin/api/users-analytics/data", analytics_app, {"timePeriod": "today"}),
    ("/admin/api/users-analytics/data", analytics_app, {"timePeriod": "week"}),
    ("/admin/users-analytics/results", analytics_app, {}),
    ("/admin/users-analytics/results", analytics_app, {"exam": 1, "dateFrom": "2026-01-01"}),
    ("/admin/api/attempts/search", attempts_app, {}),
    ("/admin/api/attempts/search", attempts_app, {"exam_id": 1, "status": "exhausted"}),
]


def costs(get: Callable[..., Any], unmetered: Any) -> list[tuple[str, int, float]]:
    client = table.connection().client
    found = []
    for path, app, query in LISTS:
        first = get(path, app, **query)
        with metered(client, unmetered) as usage:
            get(path, app, **query)
        found.append((f"{path} {query}", usage.calls, usage.reads))
        if cursor := first.get("next_cursor"):
            with metered(client, unmetered) as usage:
                get(path, app, **query, cursor=cursor)
            found.append((f"{path} {query} cursor", usage.calls, usage.reads))
    return found


def test_reading_costs_the_same_however_many_results_there_are(get: Callable[..., Any], engine: str) -> None:
    unmetered = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=engine)
    world = cohort(students=100, exams=2, days=5)
    half = Cohort(world.students[:60], world.exams, [each for each in world.results if each.user_id < 62])
    rest = Cohort(world.students[60:], world.exams, [each for each in world.results if each.user_id >= 62])
    half.store()
    seed(half)
    few = costs(get, unmetered)

    more = create_crowd(f"more.{number:04d}" for number in range(400))
    chance = random.Random(5)
    added = [
        Known(10_000 + 2 * at + n, user.id, exam.id, int(MORNING) - chance.randrange(5) * DAY, 600 + at, exam_max)
        for at, user in enumerate(more)
        for n, (exam, exam_max) in enumerate((exam, (12 + n) * UNITS) for n, exam in enumerate(world.exams))
    ]
    crowd = Cohort([*rest.students, *more], world.exams, [*rest.results, *added])
    crowd.store()
    seed(crowd)
    many = costs(get, unmetered)

    unmetered.close()

    full_page = {name: units for name, _, units in few if not name.endswith("cursor")}
    for (name, calls, units), (_, calls_then, units_then) in zip(few, many, strict=True):
        assert calls_then <= calls, name
        # Counters have more digits, and the last page of a list is now a full one, as the first was before.
        most = max(units, full_page[name.removesuffix(" cursor")])
        assert units_then <= most * 1.3 + 3, (name, units, units_then)


def test_two_who_count_one_student_at_once_agree(admin: User) -> None:
    exam = create_exam([], max_attempts=3)
    (user,) = create_crowd(["one"])
    ids = list(range(1, 9))
    for each in ids:
        table.batch_put(result_items(user.id, exam, result_id=each, score=3000 * each, max_score=30_000))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: tallies.refresh(user.id, Touched(frozenset({(exam.id, each)}))), ids * 2))

    tally = tallies.get_tallies([user.id], 1)[user.id]
    assert sorted(tally.results) == ids
    assert counters.read_totals(1, keys.ALL)[keys.ALL].results == 8


def test_a_batch_of_starts_writes_the_counters_they_share_a_few_times(engine: str, admin: User) -> None:
    exam = create_exam([], max_attempts=3)
    crowd = create_crowd([f"student{number}" for number in range(100)])
    table.batch_put([sitting_item(user.id, exam, completed=0, status="active") for user in crowd])
    unmetered = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=engine)

    with metered(table.connection().client, unmetered) as usage:
        answer = aggregator(stream_event(stored_records()), FakeContext())

    assert answer == {"batchItemFailures": []}
    assert usage.calls <= 12, usage.operations
    assert len(_sittings(exam.id)) == 100

    for at, user in enumerate(crowd):
        table.batch_put([*result_items(user.id, exam, result_id=at + 1, score=at * 300, max_score=30_000)])
        table.batch_put([sitting_item(user.id, exam, completed=1)])
    with metered(table.connection().client, unmetered) as usage:
        aggregator(stream_event(stored_records()), FakeContext())

    assert usage.calls <= 20, usage.operations
    # The items of results are all in one partition; no other one is hotter for each student.
    assert usage.writes <= 100 * COUNTED_TOGETHER
    unmetered.close()


def test_a_student_who_cannot_be_counted_does_not_keep_the_batch_from_it(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = create_exam([], max_attempts=3)
    crowd = create_crowd(["one", "two", "three"])
    table.batch_put([sitting_item(user.id, exam, completed=1) for user in crowd])
    aggregator(stream_event(stored_records()), FakeContext())
    broken, *others = crowd
    table.put(tallies.TallyItem(f"STAT#1#TALLY#{broken.id}", "TALLY", stamp="s", body="no tally"))
    table.batch_put([sitting_item(user.id, exam, completed=2) for user in crowd])
    records = {user.id: stream_record(user_key(user.id), f"SITTING#{exam.id}") for user in crowd}

    answer = aggregator(stream_event(records.values()), FakeContext())

    assert answer == {"batchItemFailures": [{"itemIdentifier": records[broken.id]["dynamodb"]["SequenceNumber"]}]}
    counted = tallies.get_tallies([user.id for user in others], 1)
    assert {tally.sittings[exam.id].used for tally in counted.values()} == {2}


def _sittings(exam_id: int) -> list[dict[str, Any]]:
    rows = stored_items(settings().table("attempts"))
    return [row for row in rows if row["pk"]["S"] == f"STAT#1#SITTINGS#E#{exam_id}"]
