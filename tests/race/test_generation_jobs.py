"""Simultaneous events of one upload, on an engine with atomic writes: one works, one result."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import msgspec
import pytest

from pdf_mining import service
from question_generation import generation
from question_generation.drafts import Outcome
from smartexam.jobs.store import jobs
from smartexam.platform import storage
from tests.factories.clock import FrozenClock

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

REQUEST = {"mode": "extract", "exam_id": 1}
MANY = 16


def at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(times)

    def one(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.parametrize("job_id", range(1, 6))
def test_of_many_that_claim_a_job_one_gets_it(clock: FrozenClock, job_id: int) -> None:
    jobs.create(job_id, "question_generation", REQUEST, created_by=1, now=clock.now())

    claimed = at_once(MANY, lambda number: jobs.claim(job_id, str(number), clock.now()))

    (holder,) = [job for job in claimed if job is not None]
    assert holder.tries == 1


def test_of_many_that_take_up_an_abandoned_job_one_gets_it_and_only_its_result_counts(clock: FrozenClock) -> None:
    jobs.create(7, "question_generation", REQUEST, created_by=1, now=clock.now())
    assert jobs.claim(7, "gone", clock.now()) is not None
    clock.advance(jobs.CLAIM_SECONDS + 1)

    def work(number: int) -> bool:
        if number == 0:  # the one that was only slow
            return jobs.finish(7, "gone", b"late", message="", now=clock.now())
        if jobs.claim(7, str(number), clock.now()) is None:
            return False
        return jobs.finish(7, str(number), f"by {number}".encode(), message="", now=clock.now())

    finished = at_once(MANY, work)

    assert sum(finished) == 1
    job = jobs.get(7, clock.now())
    assert job is not None
    # The slow one may still finish if nobody has taken its job up yet.
    winner = finished.index(True)
    assert jobs.result(job) == (b"late" if winner == 0 else f"by {winner}".encode())


def test_one_event_delivered_many_times_at_once_is_worked_on_once(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.create(8, "question_generation", REQUEST, created_by=1, now=clock.now())
    runs: list[int] = []
    monkeypatch.setattr(storage, "get", lambda *_, **__: b"")

    def run(*_: Any, **__: Any) -> Outcome:
        runs.append(1)
        return Outcome([], [])

    monkeypatch.setattr(generation, "run", run)

    outcomes = at_once(
        MANY, lambda number: service.mine("bucket", "uploads/8/source.pdf", str(number), clock, lambda: 500.0)
    )

    assert Counter(outcomes) == {"done": 1, "skipped": MANY - 1}
    assert runs == [1]
    job = jobs.get(8, clock.now())
    assert job is not None
    assert (job.status, jobs.result(job)) == (jobs.DONE, msgspec.json.encode(Outcome([], [])))
