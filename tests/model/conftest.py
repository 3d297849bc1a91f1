"""Fixtures of tests with histories."""

from collections.abc import Iterator, Mapping

import boto3
import pytest

from smartexam.platform.dynamodb.engine import table_connection
from smartexam.platform.settings import settings
from tests.conftest import REGION
from tests.dynamodb.database import MemoryDatabase, table_names
from tests.dynamodb.engine import EngineDatabase
from tests.model.world import World

_QUEUES = ("MAIL", "ACCOUNT_ERASER", "CONVERSATION_ERASER")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world in memory."""
    names = table_names("memory")
    _name(monkeypatch, names)
    with pytest.MonkeyPatch.context() as patch:
        yield World(MemoryDatabase(names), patch)
    table_connection.cache_clear()


@pytest.fixture
def engine_world(engine: str, engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world on an engine with real transactions."""
    _name(monkeypatch, engine_tables)
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=engine)
    with pytest.MonkeyPatch.context() as patch:
        yield World(EngineDatabase(client, engine_tables), patch)
    client.close()


def _name(monkeypatch: pytest.MonkeyPatch, names: Mapping[str, str]) -> None:
    queues = {f"{name}_QUEUE_URL": f"https://queues.example.test/{name}" for name in _QUEUES}
    for variable, name in {**names, **queues}.items():
        monkeypatch.setenv(variable, name)
    settings.cache_clear()
    table_connection.cache_clear()
