"""Calls deployed functions through the emulator's Lambda API, over kept-alive connections."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

import h11

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
# The HTTP API's own limit, whatever the function's timeout is.
TIMEOUT_SECONDS = 30.0
_READ_SIZE = 256 * 1024
# Below the 75 s after which the emulator closes an idle connection.
_IDLE_SECONDS = 50.0
# The emulator reads account and region from it and does not check the signature.
_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20250101/{region}/lambda/aws4_request, SignedHeaders=host, Signature=0"
)


Headers: TypeAlias = Sequence[tuple[str, str]]
# Status, headers, body
Exchanged: TypeAlias = tuple[int, list[tuple[bytes, bytes]], bytes]


class InvocationError(Exception):
    """No result: the emulator is not running, throttles, or has no such function."""


class FunctionError(Exception):
    """The function raised, timed out or died; see its log."""


class PayloadTooLargeError(Exception):
    """Over Lambda's 6 MB for a synchronous event."""


class Invoker:
    """Invokes functions by physical name.

    Args:
        port: the emulator's, on loopback.
        region: where the functions were deployed.
        concurrency: the most simultaneous calls of each function; others wait. Lambda would start an environment for
            each,
            but hundreds of starting processes would overload one machine.
    """

    def __init__(self, port: int, region: str, concurrency: int) -> None:
        self._port = port
        self._authorization = _AUTHORIZATION.format(region=region)
        self._concurrency = concurrency
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._idle: deque[tuple[float, _Connection]] = deque()
        self._running: set[asyncio.Task[Any]] = set()

    async def invoke(self, function: str, event: Any, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Any:
        """A function's decoded result.

        Raises:
            PayloadTooLargeError: the event is over 6 MB.
            FunctionError: the function failed.
            InvocationError: it could not be reached.
            TimeoutError: no result in time. The invocation continues, like on AWS.
        """
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLargeError
        task = asyncio.create_task(self._in_turn(function, payload))
        self._running.add(task)
        task.add_done_callback(self._done)
        return await asyncio.wait_for(asyncio.shield(task), timeout_seconds)

    async def close(self) -> None:
        """Cancel running calls and close idle connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        while self._idle:
            self._idle.popleft()[1].close()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Retrieved, so that the error of a call whose client left is not reported as lost.
            task.exception()

    async def _in_turn(self, function: str, payload: bytes) -> Any:
        turn = self._turns.setdefault(function, asyncio.Semaphore(self._concurrency))
        async with turn:
            path = f"/2015-03-31/functions/{quote(function)}/invocations"
            headers = [("content-type", "application/json"), ("authorization", self._authorization)]
            try:
                status, answered, body = await self._exchange("POST", path, headers, payload)
            except (OSError, EOFError, h11.ProtocolError) as error:
                raise InvocationError(f"{function}: the emulator does not answer") from error
        if status != 200:  # noqa: PLR2004 - the only success of this call
            raise InvocationError(f"{function}: {status} {body[:500].decode('utf-8', 'replace')}")
        if any(name == b"x-amz-function-error" for name, _ in answered):
            raise FunctionError(f"{function}: {body[:500].decode('utf-8', 'replace')}")
        return json.loads(body) if body else None

    async def _exchange(self, method: str, path: str, headers: Headers, body: bytes) -> Exchanged:
        while True:
            connection = self._take_idle()
            is_fresh = connection is None
            if connection is None:
                connection = await _Connection.open(self._port)
            try:
                answered = await connection.exchange(method, path, headers, body)
            except _ClosedWhileIdleError:
                connection.close()
                # Nothing of the request was accepted, so it may be repeated; a fresh connection that ends like this is
                # dead.
                if is_fresh:
                    raise
                continue
            except BaseException:
                connection.close()
                raise
            if connection.is_reusable:
                self._idle.append((time.monotonic(), connection))
            else:
                connection.close()
            return answered

    def _take_idle(self) -> "_Connection | None":
        oldest_allowed = time.monotonic() - _IDLE_SECONDS
        while self._idle:
            # The most recent first, so that surplus connections of a burst age and are closed.
            since, connection = self._idle.pop()
            if since >= oldest_allowed:
                return connection
            connection.close()
        return None


class _ClosedWhileIdleError(EOFError):
    """The other side had closed the connection before this request."""


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host
        self._protocol = h11.Connection(h11.CLIENT)

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_READ_SIZE)
        return cls(reader, writer, f"127.0.0.1:{port}")

    @property
    def is_reusable(self) -> bool:
        return self._protocol.our_state is h11.IDLE

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            self._writer.close()

    async def exchange(self, method: str, path: str, headers: Headers, body: bytes) -> Exchanged:
        """Send one request and read its whole answer.

        Raises:
            _ClosedWhileIdleError: the other side accepted nothing.
            EOFError: it accepted the request and hung up; `h11.RemoteProtocolError` likewise.
        """
        send = self._protocol.send
        framing = [("host", self._host), ("content-length", str(len(body)))]
        head = h11.Request(method=method, target=path, headers=[*framing, *headers])
        self._writer.write((send(head) or b"") + (send(h11.Data(data=body)) or b"") + (send(h11.EndOfMessage()) or b""))
        try:
            await self._writer.drain()
            data = await self._reader.read(_READ_SIZE)
        except ConnectionError as error:
            raise _ClosedWhileIdleError from error
        if not data:
            raise _ClosedWhileIdleError
        self._protocol.receive_data(data)
        answered = await self._receive()
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
        return answered

    async def _receive(self) -> Exchanged:
        status, headers, body = 0, list[tuple[bytes, bytes]](), bytearray()
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                self._protocol.receive_data(await self._reader.read(_READ_SIZE))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, list(event.headers)
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return status, headers, bytes(body)
            elif isinstance(event, h11.ConnectionClosed):
                raise EOFError("the connection ended early")
