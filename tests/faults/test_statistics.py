"""Counting results while AWS fails: the statistics equal those of a rebuild."""

from collections import Counter
from typing import Any

import pytest

from admin_analytics.app import lambda_handler as analytics
from result_aggregator.app import lambda_handler as aggregate
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.keys import user_key
from smartexam.results.store import rebuilding, tallies
from smartexam.results.store.rebuilding import RebuildOrder
from smartexam.sitting.store import attempts
from smartexam.sitting.store.results import result_key
from smartexam.sitting.store.sitting_items import sitting_key
from statistics_rebuilder.app import lambda_handler as rebuild
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, send, sqs_event
from tests.factories.exams import create_exam
from tests.factories.results import sitting_item, store_result
from tests.factories.streams import stream_event, stream_record
from tests.factories.users import access_token, create_user
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow


@pytest.fixture
def students(drill: Drill) -> list[User]:
    return [create_user(), create_user()]


@pytest.fixture
def exam(drill: Drill, students: list[User]) -> Exam:
    return create_exam()


def sat(student: User, exam: Exam, percent: float) -> list[dict[str, Any]]:
    """A stored result with its sitting, and their stream records."""
    result_id = store_result(student.id, exam, percent)
    sitting = attempts.get_sitting(student.id, exam.id)
    item = sitting_item(student.id, exam, completed=1 if sitting is None else sitting.completed + 1)
    item.attempts_started = item.completed
    table.batch_put([item])
    pk = user_key(student.id)
    return [stream_record(pk, result_key(exam.id, result_id)), stream_record(pk, sitting_key(exam.id))]


def counted(stored: Stored, generation: int = 1) -> dict[tuple[str, str], Any]:
    """The statistics of a generation: rows as they are, counters summed over their shards."""
    found: dict[tuple[str, str], Any] = {}
    prefix = f"STAT#{generation}#"
    for (pk, sk), row in of(stored["attempts"], prefix).items():
        key = (pk.removeprefix(prefix), sk)
        if pk.startswith(f"{prefix}TALLY"):
            found[key] = row["body"]
        elif pk.removeprefix(prefix).partition("#")[0] in {"TOTALS", "MONTHS", "DAYS", "SPENT"}:
            total = found.setdefault((key[0], sk.rpartition("#")[0]), Counter())
            total.update({name: amount for name, amount in row.items() if amount})
        else:
            found[key] = row
    # What adds up to nothing is not there.
    return {key: value for key, value in found.items() if not isinstance(value, Counter) or any(value.values())}


def recounted(drill: Drill) -> dict[tuple[str, str], Any]:
    """The same, rebuilt from what is stored."""
    generation = tallies.begin_generation()
    order: RebuildOrder | None = RebuildOrder(generation)
    while order is not None and not order.clears:
        order = rebuilding.work(order, _forever)
    return counted(drill.stored(), generation)


def _forever() -> bool:
    return True


def is_as_recounted(drill: Drill) -> None:
    now, anew = counted(drill.stored()), recounted(drill)
    totals = {key: dict(value) if isinstance(value, Counter) else value for key, value in now.items()}
    assert totals == {key: dict(value) if isinstance(value, Counter) else value for key, value in anew.items()}


def test_count(drill: Drill, students: list[User], exam: Exam) -> None:
    records = [record for student in students for record in sat(student, exam, 80)]
    aggregate(stream_event(records[:2]), FakeContext())
    records += sat(students[0], exam, 35)

    def audit(stored: Stored, answer: Any) -> None:
        is_as_recounted(drill)

    drill.run(
        Flow(
            call=lambda: aggregate(stream_event(records), FakeContext()),
            done=lambda answer: answer == {"batchItemFailures": []},
            audit=audit,
            seconds=60,
        )
    )


def test_only_what_failed_comes_again(drill: Drill, students: list[User], exam: Exam) -> None:
    """Lambda sends the records from the first failed one on; those before are not repeated."""
    records = [record for student in students for record in sat(student, exam, 80)]
    waiting: list[dict[str, Any]] = []

    def call() -> Any:
        if not waiting:
            waiting.extend(records)
        answer = aggregate(stream_event(waiting), FakeContext())
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in waiting]
        first = min((numbers.index(number) for number in failed), default=len(numbers))
        del waiting[:first]
        return answer

    def audit(stored: Stored, answer: Any) -> None:
        waiting.clear()
        is_as_recounted(drill)

    drill.run(Flow(call=call, done=lambda answer: answer == {"batchItemFailures": []}, audit=audit, seconds=60))


def test_take_out(drill: Drill, students: list[User], exam: Exam) -> None:
    records = [record for student in students for record in sat(student, exam, 80)]
    aggregate(stream_event(records), FakeContext())
    erase_partition("attempts", user_key(students[0].id))

    def audit(stored: Stored, answer: Any) -> None:
        is_as_recounted(drill)

    drill.run(
        Flow(
            call=lambda: aggregate(stream_event(records[:2]), FakeContext()),
            done=lambda answer: answer == {"batchItemFailures": []},
            audit=audit,
            seconds=60,
        )
    )


@pytest.fixture
def _queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATISTICS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/statistics")


@pytest.mark.usefixtures("_queue")
def test_rebuild(drill: Drill, students: list[User], exam: Exam) -> None:
    records = sat(students[0], exam, 80)
    aggregate(stream_event(records), FakeContext())
    generation = tallies.begin_generation()

    def settle() -> None:
        for _ in range(20):
            for message in drill.cloud.take():
                assert rebuild(sqs_event(message.body), FakeContext(remaining_ms=lambda: 60_000)) == {
                    "batchItemFailures": []
                }

    def audit(stored: Stored, answer: Any) -> None:
        assert tallies.generations().current == generation
        assert not counted(stored, 1)
        now = counted(stored, generation)
        assert now == recounted(drill)

    drill.run(
        Flow(
            call=lambda: rebuild(sqs_event({"generation": generation}), FakeContext(remaining_ms=lambda: 60_000)),
            done=lambda answer: answer == {"batchItemFailures": []},
            settle=settle,
            audit=audit,
            seconds=100,
        )
    )


@pytest.mark.usefixtures("_queue")
def test_ask_for_a_rebuilding(drill: Drill, clock: FrozenClock) -> None:
    admin = create_user(role="admin")

    def audit(stored: Stored, answer: Any) -> None:
        assert {message.queue for message in drill.cloud.messages} == {"statistics"}
        assert {message.body["generation"] for message in drill.cloud.messages} == {2}

    drill.run(
        Flow(
            call=lambda: send(
                analytics, "POST", "/admin/api/analytics/rebuild", token=access_token(admin, clock.now()), body={}
            ),
            done=lambda answer: answer.status == 202,
            audit=audit,
        )
    )


@pytest.mark.parametrize(
    "path",
    [
        "/admin/api/users-analytics/stats",
        "/admin/api/users-analytics/data",
        "/admin/users-analytics/results",
        "/admin/api/analytics/rebuild",
    ],
)
def test_read(drill: Drill, students: list[User], exam: Exam, clock: FrozenClock, path: str) -> None:
    aggregate(stream_event(sat(students[0], exam, 80)), FakeContext())
    admin = create_user(role="admin")

    def audit(stored: Stored, answer: Any) -> None:
        assert answer.body == expected.body

    def call() -> Any:
        return send(
            analytics,
            "GET",
            path,
            token=access_token(admin, clock.now()),
            query={"timePeriod": "week"} if "data" in path else None,
        )

    expected = call()
    drill.run(Flow(call=call, done=lambda answer: answer.status == 200, audit=audit))
