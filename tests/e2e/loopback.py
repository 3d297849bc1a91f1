"""The functions behind HTTP on loopback, in this process: a minimal gateway for a browser's test."""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.factories.events import FakeContext, http_event

Handler = Callable[[Any, Any], Mapping[str, Any]]


@contextmanager
def served(functions: Mapping[str, Handler], fallback: Handler) -> Iterator[str]:
    """Serve functions by `METHOD /path`, and everything else by the fallback; yields the address."""

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            # A browser keeps its connections from one test to the next.
            threading.current_thread().name = "loopback"
            super().setup()

        def _serve(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            event = http_event(
                self.command,
                address.path,
                body=self.rfile.read(length).decode() if length else None,
                headers=dict(self.headers.items()),
                query=address.query,
            )
            answer = functions.get(f"{self.command} {address.path}", fallback)(event, FakeContext())
            body = str(answer.get("body") or "").encode()
            content = base64.b64decode(body) if answer.get("isBase64Encoded") else body
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            if answer["statusCode"] not in {204, 304}:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - the names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
