"""The example client's transport, against a socket on loopback."""

import http.server
import threading
from collections.abc import Iterator
from queue import Queue

import pytest

from sitting.device import CuttableHttpTransport
from smartexam_client import Call, ConnectionLostError

SECONDS = 10


class _Echo(http.server.BaseHTTPRequestHandler):
    """Returns the body it got, and records what it could read of each request."""

    protocol_version = "HTTP/1.1"
    received: "Queue[tuple[str, int, bytes]]"

    def do_POST(self) -> None:
        announced = int(self.headers["Content-Length"])
        body = self.rfile.read(announced)
        self.received.put((self.path, announced, body))
        if len(body) < announced:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture(name="server")
def _server() -> Iterator[http.server.ThreadingHTTPServer]:
    _Echo.received = Queue()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(name="transport")
def _transport(server: http.server.ThreadingHTTPServer) -> Iterator[CuttableHttpTransport]:
    transport = CuttableHttpTransport(f"http://127.0.0.1:{server.server_port}/dev/", timeout=SECONDS)
    yield transport
    transport.close()


def test_a_call_is_answered(transport: CuttableHttpTransport) -> None:
    reply = transport.exchange(Call("POST", "/answers", {}, b'{"marks": 1.10}'))

    assert reply.status == 200
    assert str(reply.document()["marks"]) == "1.10"
    assert _Echo.received.get(timeout=SECONDS)[0] == "/dev/answers"


def test_a_lost_call_arrives_by_half_and_the_next_one_whole(transport: CuttableHttpTransport) -> None:
    transport.lose(Call("POST", "/answers", {}, b"12345678"))
    assert _Echo.received.get(timeout=SECONDS) == ("/dev/answers", 8, b"1234")

    assert transport.exchange(Call("POST", "/answers", {}, b"12345678")).body == b"12345678"


def test_nobody_there_is_a_lost_connection() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Echo) as server:
        free_port = server.server_port

    with pytest.raises(ConnectionLostError, match="POST /answers"):
        CuttableHttpTransport(f"http://127.0.0.1:{free_port}", timeout=SECONDS).exchange(Call("POST", "/answers"))
