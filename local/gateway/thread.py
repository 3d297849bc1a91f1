"""Runs the gateway on an event loop in its own thread."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from local.gateway.server import Handler, Server

_CALL_SECONDS = 60.0

T = TypeVar("T")


class GatewayThread:
    """A server in a thread, which serves from `start` to `stop`."""

    def __init__(self, handler: Handler, listener: socket.socket) -> None:
        self._server = Server(handler, listener)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gateway", daemon=True)

    def start(self) -> None:
        """Start to accept connections."""
        self._thread.start()
        self.call(self._server.start())

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self.call(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, work: Coroutine[Any, Any, T], *, timeout_seconds: float = _CALL_SECONDS) -> T:
        """Run something on the gateway's loop from another thread, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=timeout_seconds)
