"""Fixtures for all tests: an environment without real AWS, in-memory tables, an emulator for races."""

import os
import tempfile
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

from local.emulator import Emulator, Folders
from local.layout import Layout
from local.stack import LocalStack
from smartexam.platform import stopwatch
from smartexam.platform.dynamodb import table
from tests.dynamodb.database import MemoryDatabase
from tests.dynamodb.installed import answering
from tests.factories.clock import FrozenClock
from tests.factories.process import forget_processes_state
from tests.factories.tables import create_tables, delete_tables

# A busy machine is slow at random; budgets test durations elsewhere.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

REGION = "us-east-1"
_TESTS = Path(__file__).parent
_SAFE_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "APP_BASE_URL": "https://exams.example.test",
    "ALLOWED_ORIGINS": "https://exams.example.test, https://app.example.test",
    "JWT_SECRET": "a-signing-key-of-the-tests-and-nothing-else",
    "AWS_LAMBDA_FUNCTION_VERSION": "12",
    "POWERTOOLS_METRICS_NAMESPACE": "smartexam-prod",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "STAGE": "test",
}
# Threads that serve several tests may start in any of them: the event loop's workers, the reader of the emulator's log,
# the server for the browser.
_SHARED_THREADS = ("asyncio_", "emulator", "loopback")
_NOT_INHERITED = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "SMARTEXAM_LOCAL", "JWT_SECRET_ARN")


# In this order: files with few slow tests come first, so that no process is left alone with one at the end.
_SLOWEST_FIRST = ("e2e", "model", "race", "contract", "faults", "security", "functional")


def pytest_xdist_auto_num_workers() -> int:
    """One more than processors, because browsers and emulators are waited for."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the folders; within one, the order stays."""
    ranks = {name: rank for rank, name in enumerate(_SLOWEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(_TESTS).parts[0], len(ranks)))


@pytest.fixture(scope="session", autouse=True)
def _no_real_aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in _NOT_INHERITED:
            patch.delenv(name, raising=False)
        for name, value in _SAFE_ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch, wall_clock: FrozenClock) -> Iterator[None]:
    # Lambda freezes processes between calls, so caches age by the wall clock alone, which the test controls.
    monkeypatch.setattr(stopwatch, "monotonic", lambda: 0.0)
    monkeypatch.setattr(stopwatch, "time", wall_clock.now)
    forget_processes_state()
    yield
    forget_processes_state()


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    """A thread that a test leaves running would work, write and use random numbers during another test."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith(_SHARED_THREADS):
            thread.join(timeout=10)
            assert not thread.is_alive(), f"{thread.name} goes on after the test"


@pytest.fixture
def wall_clock() -> FrozenClock:
    """The machine's clock, by which caches age."""
    return FrozenClock()


@pytest.fixture
def clock(wall_clock: FrozenClock) -> FrozenClock:
    """A clock to give to a function's `api.clock`."""
    return wall_clock


@pytest.fixture(scope="session", name="moto")
def _moto() -> Iterator[None]:
    """Moto answers requests to AWS, unless a test has replaced its answer."""
    with mock_aws():
        yield


@pytest.fixture
def database() -> MemoryDatabase:
    """The six tables in memory, empty."""
    return MemoryDatabase()


@pytest.fixture
def tables(moto: None, database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The six tables, empty, in memory, behind every client of DynamoDB; the environment names them."""
    for variable, name in database.names.items():
        monkeypatch.setenv(variable, name)
    with answering(database):
        yield database.names


@pytest.fixture(scope="session")
def _dynamodb(moto: None) -> Any:
    # Creating a client takes longer than most tests.
    return boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def dynamodb(tables: dict[str, str], _dynamodb: Any) -> Any:
    """A client for reading what is stored in the tables."""
    return _dynamodb


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The address of a database with real transactions: DYNAMODB_ENDPOINT, or an emulator started for the run."""
    given = os.environ.get("DYNAMODB_ENDPOINT")
    if given:
        yield given
        return
    layout = local_layout()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        emulator = Emulator(layout, free_port(), Folders(root / "state", root / "scratch", root / "logs"))
        emulator.start()
        try:
            yield emulator.endpoint
        finally:
            emulator.stop()


@pytest.fixture
def engine_tables(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The six tables, fresh, on an engine that many threads may use at once; the environment names them."""
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=engine)
    environment = create_tables(client, uuid.uuid4().hex[:12])
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", engine)
    for variable, name in environment.items():
        monkeypatch.setenv(variable, name)
    forget_processes_state()
    table.reset()
    yield environment
    table.reset()
    delete_tables(client, environment)
    client.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The whole product on free ports of loopback, with its demo data, started once for the run."""
    with LocalStack(layout=local_layout()) as running:
        yield running


def free_port() -> int:
    """A free port on loopback."""
    import socket  # noqa: PLC0415 - only races need it

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def local_layout() -> Layout:
    """The local stack's folders; EMULATOR_VENV names another emulator than that of `make`."""
    installed = os.environ.get("EMULATOR_VENV")
    return Layout(emulator_venv=Path(installed)) if installed else Layout()
