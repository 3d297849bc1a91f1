"""A process that serves its share of a crowd's requests one after the other, like a Lambda instance."""

import logging
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.herd.traffic import Access, Traffic
from exams.app import lambda_handler as exams
from smartexam.accounts import revocations
from smartexam.catalog.store import papers
from smartexam.platform import ids
from smartexam.platform.dynamodb import engine
from smartexam.platform.observability import logger
from smartexam.platform.settings import settings
from tests.factories.events import FakeContext, http_event

OK = 400


_gate: Any = None


@dataclass(frozen=True, slots=True)
class Job:
    """A numbered student's request that is due this many seconds after the start."""

    student: int
    due: float
    kind: str
    path: str
    method: str
    token: str
    body: str | None = None


@dataclass
class Served:
    """The outcome of a share.

    Attributes:
        waits: seconds from when a request was due until it was answered, by kind.
        services: seconds that answering took, by kind.
        processor: seconds of processor time in total.
        errors: statuses and messages of failures.
    """

    waits: dict[str, list[float]] = field(default_factory=dict)
    services: dict[str, list[float]] = field(default_factory=dict)
    processor: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    accesses: list[Access] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    failures: Counter[str] = field(default_factory=Counter)


def wait_at(gate: Any) -> None:
    """Make this process start when all others are ready: `gate` is a barrier for all of them."""
    global _gate  # noqa: PLW0603 - the way in which a pool hands something to its processes
    _gate = gate


def serve(jobs: Sequence[Job], contexts: Mapping[str, str], requests_per_life: int) -> Served:
    """Answer requests when they are due.

    Args:
        jobs: in the order in which they are due.
        contexts: names of contexts by the names of their tables.
        requests_per_life: after this many, all caches are cleared, as in a new process.
    """
    logger().setLevel(logging.CRITICAL)
    served, traffic = Served(), Traffic(contexts, time.time)
    traffic.listen(engine.connection().client)
    _gate.wait()
    used, begins_at = time.process_time(), time.time()
    for number, job in enumerate(jobs):
        if number % requests_per_life == 0:
            _forget()
        _wait_until(begins_at + job.due)
        event = http_event(job.method, job.path, token=job.token, body=job.body)
        started = time.time()
        answer = exams(event, FakeContext())
        ended = time.time()
        served.waits.setdefault(job.kind, []).append(ended - begins_at - job.due)
        served.services.setdefault(job.kind, []).append(ended - started)
        if answer["statusCode"] >= OK:
            served.errors[f"{job.kind}: {answer['statusCode']} {str(answer.get('body'))[:200]}"] += 1
    served.processor = time.process_time() - used
    served.accesses, served.calls, served.retries = traffic.accesses, traffic.calls, traffic.retries
    served.failures = traffic.failures
    return served


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    """The median, 0 of nothing."""
    return statistics.median(values) if values else 0.0


def _forget() -> None:
    settings.cache_clear()
    ids.allocator.cache_clear()
    revocations.feed.cache_clear()
    papers.load_paper.cache_clear()
    papers.load_answer_key.cache_clear()


def _wait_until(moment: float) -> None:
    left = moment - time.time()
    if left > 0:
        time.sleep(left)
