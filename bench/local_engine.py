"""Starts an emulator with the six tables, queues and buckets for a benchmark; the functions run in process.

The benchmark's process gets a function's environment, so this is for processes that measure and end.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from bench.process import begin_process
from local.emulator import CREDENTIALS, REGION, Emulator, Folders
from local.layout import Layout
from smartexam.platform.dynamodb import engine
from tests.factories.tables import create_tables

_QUEUES = ("MAIL", "ACCOUNT_ERASER", "EXAM_ERASER", "CONVERSATION_ERASER", "STATISTICS")
_BUCKETS = ("IMAGES_BUCKET", "UPLOADS_BUCKET")
# The emulator sorts a partition of 50,000 rows at every query, which takes seconds on a busy machine and is not what is
# measured.
_PATIENCE = urllib3.Timeout(connect=5.0, read=120.0)
_SETTINGS = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "APP_BASE_URL": "https://exams.example.test",
    "IMAGES_BASE_URL": "https://images.example.test",
    "SOCKETS_URL": "wss://sockets.example.test/bench",
    "SOCKETS_ENDPOINT": "http://127.0.0.1:9/bench",
    "JWT_SECRET": "a-signing-key-of-the-benchmark-and-nothing-else",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "STAGE": "bench",
    # Lets the benchmark's clock file be the functions' clock.
    "SMARTEXAM_LOCAL": "1",
}


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """A running engine.

    Attributes:
        endpoint: its address.
        tables: table names by the variables that name them.
        clock_file: holds by how many seconds the functions' clock is ahead.
    """

    endpoint: str
    tables: dict[str, str]
    clock_file: Path

    def client(self, service: str = "dynamodb") -> Any:
        """A client of its own, that no meter hears."""
        return _client(service, self.endpoint)


@contextmanager
def local_engine() -> Iterator[LocalEngine]:
    """Start an emulator with everything that functions need, and set this process's environment accordingly.

    With DYNAMODB_ENDPOINT, the tables are there instead, under their own names.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        emulator = Emulator(Layout(), _free_port(), Folders(root / "state", root / "scratch", root / "logs"))
        emulator.start()
        before = dict(os.environ)
        try:
            database = os.environ.get("DYNAMODB_ENDPOINT") or emulator.endpoint
            running = LocalEngine(database, _create_tables(database), root / "clock")
            os.environ.pop("JWT_SECRET_ARN", None)
            os.environ.update(_SETTINGS)
            os.environ.update({name.upper(): value for name, value in CREDENTIALS.items()})
            os.environ.update(AWS_ENDPOINT_URL=emulator.endpoint, AWS_ENDPOINT_URL_DYNAMODB=database)
            os.environ.update(running.tables, LOCAL_CLOCK_FILE=str(running.clock_file))
            os.environ.update(_create_queues_and_buckets(emulator))
            begin_process()
            engine.connection().client.meta.events.register("before-send.dynamodb", _Patient().send)
            yield running
        finally:
            begin_process()
            os.environ.clear()
            os.environ.update(before)
            emulator.stop(keep_state=False)


def _create_tables(endpoint: str) -> dict[str, str]:
    client = _client("dynamodb", endpoint)
    names = create_tables(client, f"bench-{os.getpid()}")
    client.close()
    return names


class _Patient:
    """Sends a client's requests in place of its own transport, with more patience."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=32, timeout=_PATIENCE, retries=False)

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """The answer to a request."""
        answer = self._pool.request(
            request.method, request.url, body=request.body, headers=dict(request.headers), preload_content=False
        )
        return AWSResponse(request.url, answer.status, answer.headers, answer)


def _client(service: str, endpoint: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=_PATIENCE.read_timeout)
    return botocore.session.get_session().create_client(
        service, region_name=REGION, endpoint_url=endpoint, config=config, **CREDENTIALS
    )


def _create_queues_and_buckets(emulator: Emulator) -> dict[str, str]:
    queues, buckets = emulator.client("sqs"), emulator.client("s3")
    environment = {}
    for name in _QUEUES:
        environment[f"{name}_QUEUE_URL"] = queues.create_queue(QueueName=name.lower())["QueueUrl"]
    for name in _BUCKETS:
        environment[name] = name.lower().replace("_", "-")
        buckets.create_bucket(Bucket=environment[name])
    return environment


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
