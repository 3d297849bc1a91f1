"""Fixtures of fault tests: AWS with an injector, and the drill that tries all faults."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import pytest

from smartexam.platform import queues
from smartexam.talk.realtime import delivery
from tests.dynamodb.database import MemoryDatabase
from tests.factories.clock import FrozenClock
from tests.factories.cloud import Cloud
from tests.factories.faults import Faults
from tests.faults.drill import Drill


class InOrder:
    """A pool that does its work in order: the drill names a call by its number, which must not depend on threads."""

    def __init__(self, workers: int) -> None:
        del workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is left to wait for."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """The results, in order."""
        return map(work, items)


_QUEUES = ("mail", "account_eraser", "exam_eraser", "conversation_eraser", "job")


@pytest.fixture
def cloud() -> Cloud:
    """The queues, mails and connections of the test."""
    return Cloud()


@pytest.fixture
def tables(database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The six tables, empty; the environment names them."""
    for variable, name in database.names.items():
        monkeypatch.setenv(variable, name)
    return database.names


@pytest.fixture
def faults(moto: None, database: MemoryDatabase, cloud: Cloud) -> Iterator[Faults]:
    """The injector, in its place."""
    injector = Faults(database, cloud)
    with injector.installed():
        yield injector


@pytest.fixture
def drill(
    tables: dict[str, str],
    clock: FrozenClock,
    faults: Faults,
    cloud: Cloud,
    subtests: pytest.Subtests,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Drill]:
    """Runs a flow with every fault at each of its calls; all clocks are frozen."""
    monkeypatch.setattr("smartexam.platform.settings.SystemClock", lambda: clock)
    monkeypatch.setattr("smartexam.platform.parallel.ThreadPoolExecutor", InOrder)
    # One shard instead of sixteen identical ones.
    for place in ("sitting_items.EXAM_SHARDS", "sitting_index.EXAM_SHARDS", "sitting_items.DUE_SHARDS"):
        monkeypatch.setattr(f"smartexam.sitting.store.{place}", 1)
    monkeypatch.setattr("attempt_sweeper.service.DUE_SHARDS", 1)
    for name in _QUEUES:
        monkeypatch.setenv(f"{name.upper()}_QUEUE_URL", f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}")
    monkeypatch.setenv("SOCKETS_URL", "wss://sockets.example.test/test")
    monkeypatch.setenv("SOCKETS_ENDPOINT", "https://sockets.execute-api.us-east-1.amazonaws.com/test")
    monkeypatch.setenv("MAIL_FROM", "no-reply@exams.example.test")
    queues._client.cache_clear()
    delivery.reset()
    yield Drill(clock, faults, subtests)
    queues._client.cache_clear()
    delivery.reset()
