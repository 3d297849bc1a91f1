"""A model server on loopback with scripted answers, in the real service's HTTP API."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server; `body` replaces the completion and is sent as it is, after `hold` seconds."""

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    body: str | None = None
    hold: float = 0.0


Script = Callable[[Mapping[str, Any]], "Reply | str"]


class ModelServer:
    """Answers as `script` returns for the request's JSON; `requests` records all requests."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [request["messages"][-1]["content"] for request in self.requests]


def replies(*given: "Reply | str") -> Script:
    """A script that gives these answers in order, and then repeats the last one."""
    rest: Sequence[Reply | str] = list(given)
    asked = iter(range(10**6))

    def script(_: Mapping[str, Any]) -> Reply | str:
        return rest[min(next(asked), len(rest) - 1)]

    return script


@contextmanager
def serving(server: ModelServer) -> Iterator[str]:
    """The server's base URL within the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.requests.append(request)
            said = server.script(request)
            reply = Reply(said) if isinstance(said, str) else said
            if reply.hold:
                server.closing.wait(reply.hold)
            completion = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": request["model"],
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": reply.text},
                        "finish_reason": reply.finish_reason,
                    }
                ],
                "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
            }
            content = (json.dumps(completion) if reply.body is None else reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            with suppress(OSError):  # a client that does not wait for the answer has gone
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        server.closing.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()
