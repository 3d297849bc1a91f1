"""An HTTP/1.1 server on asyncio and h11, with API Gateway's limits.

h11 is only the protocol. Malformed, oversized and slow requests are handled here, because the contract requires an
answer in the API's shape for each of them.
"""

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import h11

from local.gateway.messages import Answer, Request, error_answer

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10_240
_READ_SIZE = 64 * 1024
_LOCAL_SOURCE = "x-local-source"
# How long a cancelled connection gets before it is cancelled again.
_STOP_SECONDS = 0.2
# h11 gives up on a header block of this size; it is above our limit, so that we count most of the too large ones.
_MAX_INCOMPLETE = 16 * 1024
_BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}

Handler = Callable[[Request], Awaitable[Answer]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may keep the server waiting, in seconds.

    Attributes:
        idle: for the next request.
        stalled: for the next bytes of a request, or for the client to read an answer.
        linger: for a refused body to end, so that the client reads the answer instead of a reset.
        linger_bytes: how much of a refused body is read and discarded.
    """

    idle: float = 75
    stalled: float = 30
    linger: float = 10
    linger_bytes: int = 64 * 1024 * 1024


class _Refused(Exception):
    """The request is refused; the connection ends with this answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class _Gone(Exception):
    """The client has hung up."""


class Server:
    """Serves one handler on one listening socket."""

    def __init__(self, handler: Handler, listener: socket.socket, patience: Patience | None = None) -> None:
        self._handler = handler
        self._listener = listener
        self._patience = patience or Patience()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Start to accept connections."""
        self._server = await asyncio.start_server(self._accept, sock=self._listener, backlog=512, limit=_READ_SIZE)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            self._server.close()
        while self._connections:
            for task in self._connections:
                task.cancel()
            # Until Python 3.12, `wait_for` loses a cancellation that arrives when the awaited result is ready.
            await asyncio.wait(self._connections, timeout=_STOP_SECONDS)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            await _Connection(self._handler, reader, writer, self._patience).serve()
        except (_Gone, OSError):
            log.debug("a client went away")
        except asyncio.CancelledError:
            # The server is stopping; asyncio.streams would log a cancelled connection as an error.
            log.debug("a connection was closed by the server")
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


class _Connection:
    """One client's connection, from its first request to its last."""

    def __init__(
        self, handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience
    ) -> None:
        self._handler = handler
        self._reader = reader
        self._writer = writer
        self._patience = patience
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_INCOMPLETE)
        peer = writer.get_extra_info("peername")
        self._source_ip = peer[0] if peer else "127.0.0.1"

    async def serve(self) -> None:
        """Answer requests until one side closes the connection."""
        while True:
            request_id = secrets.token_urlsafe(12)
            is_head = False
            try:
                head = await self._next_head()
                if head is None:
                    return
                is_head = head.method == b"HEAD"
                request = self._read_head(head, request_id)
                request = await self._with_body(request, head)
                answer = await self._handler(request)
                await self._send(answer, is_head=is_head)
            except (_Refused, h11.RemoteProtocolError) as refusal:
                await self._refuse(refusal, request_id, is_head=is_head)
                return
            if self._protocol.our_state is h11.MUST_CLOSE:
                return
            try:
                self._protocol.start_next_cycle()
            except h11.LocalProtocolError:
                return

    async def _next_head(self) -> h11.Request | None:
        patience = self._patience.idle
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                await self._receive(patience)
                patience = self._patience.stalled
            elif isinstance(event, h11.Request):
                return event
            else:
                return None

    def _read_head(self, head: h11.Request, request_id: str) -> Request:
        size = len(head.method) + len(head.target) + sum(len(name) + len(value) for name, value in head.headers)
        if size > MAX_HEADER_BYTES:
            raise _Refused(431, "Request header fields too large")
        target = head.target.decode("ascii")
        if not target.startswith("/"):
            # The absolute form, as to a proxy: http://host/path. Anything else has no path.
            _, _, rest = target.partition("://")
            target = "/" + rest.partition("/")[2]
        path, _, query = target.partition("#")[0].partition("?")
        headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers]
        version = head.http_version.decode("ascii")
        method = head.method.decode("ascii")
        source_ip, headers = self._source(headers)
        return Request(method, path, query, headers, b"", source_ip, version, request_id)

    def _source(self, headers: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
        """The source of a request: the peer, or the address in `X-Local-Source`.

        The functions never see that header, which no deployed stack has.
        """
        chosen = next((value.strip() for name, value in headers if name == _LOCAL_SOURCE), "")
        kept = [(name, value) for name, value in headers if name != _LOCAL_SOURCE]
        try:
            return str(ipaddress.ip_address(chosen)), kept
        except ValueError:
            return self._source_ip, kept

    async def _with_body(self, request: Request, head: h11.Request) -> Request:
        announced = request.header("content-length")
        if announced is not None and int(announced) > MAX_BODY_BYTES:
            raise _Refused(413, "Request body too large")
        if self._protocol.they_are_waiting_for_100_continue:
            await self._write(self._protocol.send(h11.InformationalResponse(status_code=100, headers=[])))
        body = bytearray()
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                await self._receive(self._patience.stalled)
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY_BYTES:
                    raise _Refused(413, "Request body too large")
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                raise _Gone
        if not body:
            return request
        return Request(
            request.method,
            request.path,
            request.query,
            request.headers,
            bytes(body),
            request.source_ip,
            head.http_version.decode("ascii"),
            request.id,
        )

    async def _receive(self, patience: float) -> None:
        try:
            data = await asyncio.wait_for(self._reader.read(_READ_SIZE), patience)
        except TimeoutError:
            if self._protocol.their_state is h11.IDLE and self._protocol.trailing_data == (b"", False):
                raise _Gone from None
            raise _Refused(408, "Request timeout") from None
        if not data:
            raise _Gone
        self._protocol.receive_data(data)

    async def _send(self, answer: Answer, *, is_head: bool, close: bool = False) -> None:
        headers = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in answer.headers]
        has_body = answer.status not in _BODILESS
        if has_body:
            headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
        if close:
            headers.append((b"connection", b"close"))
        out = self._protocol.send(h11.Response(status_code=answer.status, headers=headers)) or b""
        if has_body and not is_head and answer.body:
            out += self._protocol.send(h11.Data(data=answer.body)) or b""
        out += self._protocol.send(h11.EndOfMessage()) or b""
        await self._write(out)

    async def _write(self, data: bytes | None) -> None:
        self._writer.write(data or b"")
        try:
            await asyncio.wait_for(self._writer.drain(), self._patience.stalled)
        except TimeoutError:
            # The client does not read; without this, closing would wait for it too.
            self._writer.transport.abort()
            raise _Gone from None

    async def _refuse(self, refusal: Exception, request_id: str, *, is_head: bool) -> None:
        if isinstance(refusal, _Refused):
            status, message = refusal.status, refusal.message
        else:
            hint = refusal.error_status_hint if isinstance(refusal, h11.RemoteProtocolError) else 400
            status = hint if hint in {413, 431} else 400
            message = "Request header fields too large" if status == 431 else "Malformed HTTP request"  # noqa: PLR2004
        if self._protocol.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        await self._send(error_answer(status, message, request_id), is_head=is_head, close=True)
        await self._linger()

    async def _linger(self) -> None:
        """Read what the client still sends; closing earlier would reset the connection before it reads the answer."""
        left = self._patience.linger_bytes
        with contextlib.suppress(OSError):  # TimeoutError is one
            self._writer.write_eof()
            async with asyncio.timeout(self._patience.linger):
                while left > 0 and (data := await self._reader.read(_READ_SIZE)):
                    left -= len(data)
