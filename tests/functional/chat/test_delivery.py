"""Posts to connections that are gone, slow or broken, over real HTTP to a test gateway."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec import structs

from smartexam.talk.realtime import delivery, publish_to_users
from smartexam.talk.realtime.delivery import deliver
from smartexam.talk.store import sockets
from tests.factories.clock import MORNING
from tests.factories.users import create_user

LATER = MORNING + 60


class Server(ThreadingHTTPServer):
    """Accepts as many connections as a delivery opens; the default of five would delay some by a second."""

    daemon_threads = True
    request_queue_size = 64


class Gateway:
    """The management API of a WebSocket API, with scripted connections."""

    def __init__(self) -> None:
        self.took: list[tuple[str, Any]] = []
        self.closed: list[str] = []
        self.statuses: dict[str, int] = {}
        self.slow: set[str] = set()
        self.release = threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                connection_id = unquote(self.path.rpartition("/")[2])
                if connection_id in gateway.slow:
                    gateway.release.wait(30)
                status = gateway.statuses.get(connection_id, 200)
                if status == 200:
                    gateway.took.append((connection_id, json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_DELETE(self) -> None:
                gateway.closed.append(unquote(self.path.rpartition("/")[2]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/_aws/execute-api/sockets/dev"


@pytest.fixture
def gateway(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    running = Gateway()
    thread = threading.Thread(target=running.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("SOCKETS_ENDPOINT", running.url)
    delivery.reset()
    yield running
    running.release.set()
    running.server.shutdown()
    running.server.server_close()
    delivery.reset()


def connected(*names: str) -> int:
    """A user with connections of these names."""
    user = create_user()
    for name in names:
        sockets.connect(name, user.principal(), MORNING)
    return user.id


def left(user_id: int) -> set[str]:
    return {socket.connection_id for socket in sockets.of_users([user_id]).get(user_id, ())}


def test_every_connection_gets_the_event(gateway: Gateway) -> None:
    user_id = connected("L0SM9cOFvHcCIhw=", "a/b?c", "third")
    publish_to_users([user_id], "user_online", {"user_id": 7}, now=LATER)
    event = {"event": "user_online", "data": {"user_id": 7}}
    assert sorted(gateway.took) == [("L0SM9cOFvHcCIhw=", event), ("a/b?c", event), ("third", event)]


def test_a_gone_connection_is_forgotten(gateway: Gateway) -> None:
    user_id = connected("here", "gone")
    owner = sockets.owner_of("gone")
    assert owner is not None
    sockets.follow(owner, 101, MORNING)
    gateway.statuses["gone"] = 410

    publish_to_users([user_id], "x", {}, now=LATER)

    assert left(user_id) == {"here"}
    assert sockets.followers(101, LATER) == []
    # The gateway will still report its end.
    assert sockets.disconnect("gone", LATER) == sockets.Change(user_id, is_online=True)


def test_one_whose_credential_expired_is_told_and_closed(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    user = create_user()
    sockets.connect("valid", user.principal(), MORNING)
    sockets.connect("expired", structs.replace(user.principal(), ends_at=LATER), MORNING)
    # The gateway's `$disconnect` forgets it, so nothing is written here.
    monkeypatch.delattr(sockets, "drop")

    publish_to_users([user.id], "x", {}, now=LATER)

    assert {name: frame["event"] for name, frame in gateway.took} == {"valid": "x", "expired": "error"}
    assert gateway.closed == ["expired"]


def test_one_that_is_just_opening_is_not(gateway: Gateway) -> None:
    user_id = connected("opening")
    gateway.statuses["opening"] = 410
    publish_to_users([user_id], "x", {}, now=MORNING + 1)
    assert left(user_id) == {"opening"}


def test_other_failures_forget_nothing(gateway: Gateway) -> None:
    user_id = connected("one", "two", "three")
    gateway.statuses = {"one": 500, "two": 429, "three": 403}
    publish_to_users([user_id], "x", {}, now=LATER)
    assert left(user_id) == {"one", "two", "three"}


def test_slow_ones_do_not_delay_others(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"slow{number}" for number in range(3)] + [f"quick{number}" for number in range(15)]
    user_id = connected(*names)
    gateway.slow = set(names[:3])

    started = time.monotonic()
    publish_to_users([user_id], "x", {}, now=LATER)

    assert time.monotonic() - started < delivery.POST_SECONDS + 1
    assert {name for name, _ in gateway.took} == set(names[3:])
    assert left(user_id) == set(names)


def test_many_slow_ones_end_with_the_time_for_all(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "DELIVERY_SECONDS", 0.3)
    monkeypatch.setattr(delivery, "WORKERS", 2)
    names = [f"slow{number}" for number in range(10)]
    user_id = connected(*names)
    gateway.slow = set(names)

    started = time.monotonic()
    publish_to_users([user_id], "x", {}, now=LATER)

    assert time.monotonic() - started < 1


def test_no_gateway_at_all_is_no_error(gateway: Gateway) -> None:
    user_id = connected("one", "two")
    gateway.server.server_close()
    publish_to_users([user_id], "x", {}, now=LATER)
    assert left(user_id) == {"one", "two"}


def test_nobody_to_post_to_needs_no_gateway(tables: dict[str, str]) -> None:
    deliver([], now=LATER)
    publish_to_users([1, 2, 3], "x", {}, now=LATER)
