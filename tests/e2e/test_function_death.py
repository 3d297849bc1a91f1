"""A function's process dies during a call: the client gets an error in the API's shape, and a repetition succeeds."""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from websockets.sync.client import ClientConnection, connect

from bench.soak import processes
from local.stack import LocalStack
from tests.contract.client import STUDENTS, Answer, Client, is_error

pytestmark = pytest.mark.e2e

SECONDS = 60
T = TypeVar("T")


@contextmanager
def killing(function: str) -> Iterator[None]:
    """Within the block, every busy process of a function that belongs to this test run is killed."""
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            found = [pid for child in processes.children(os.getpid()) for pid in processes.children(child)]
            known = [pid for pid in found if function in (processes.function_of(pid) or "")]
            until = time.monotonic() + 0.2
            while time.monotonic() < until and not ending.is_set():
                for pid in filter(processes.is_at_work, known):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def first(attempt: Callable[[], T], wanted: Callable[[T], bool]) -> T:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if wanted(found := attempt()):
            return found
    pytest.fail("no process died within a call")


@pytest.fixture
def student(stack: LocalStack) -> Iterator[Client]:
    anonymous = Client(stack.base_url)
    yield anonymous.signed_in(*STUDENTS[0])
    anonymous.close()


def test_http_is_answered_in_the_one_shape(student: Client) -> None:
    def ask() -> Answer:
        return student.get("/api/categories")

    assert ask().status == 200
    with killing("ExamsFunction"):
        answer = first(ask, lambda answer: answer.status != 200)

    assert answer.status in {500, 503}
    assert is_error(answer), answer
    assert ask().status == 200


def test_a_frame_is_answered_in_the_words_of_api_gateway(student: Client) -> None:
    def beat(connection: ClientConnection) -> dict[str, Any]:
        connection.send('{"action": "heartbeat"}')
        answer: dict[str, Any] = json.loads(connection.recv(timeout=SECONDS))
        return answer

    url = student.post("/api/chat/ws-ticket").body["url"]
    with connect(url, legacy=True, open_timeout=SECONDS) as connection:
        assert beat(connection)["event"] == "heartbeat_ack"
        with killing("ChatWsFunction"):
            answer = first(lambda: beat(connection), lambda answer: "event" not in answer)

        assert answer["message"] == "Internal server error"
        assert {"connectionId", "requestId"} <= answer.keys()
        assert beat(connection)["event"] == "heartbeat_ack"
