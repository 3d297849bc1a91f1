"""HTTP to one AWS endpoint: kept-alive connections with timeouts, which raises botocore's errors.

It uses Python's own connections, because urllib3's layer takes a third of a call's time and adds nothing needed here.
"""

import base64
import os
import ssl
import weakref
from collections import deque
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import msgspec
from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.util import wait_for_read


class Headers(Protocol):
    """Headers of a response, with case-insensitive names."""

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value, or the default if there is none."""
        ...


class Response(Protocol):
    """A complete answer, with the interface of botocore's `AWSResponse`."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """The headers."""
        ...

    @property
    def content(self) -> bytes:
        """The body."""
        ...


class Answer(msgspec.Struct, frozen=True):
    """A response that came over the network."""

    status_code: int
    headers: Any
    content: bytes


class Transport:
    """Connections to one endpoint; safe to share between threads.

    Args:
        origin: scheme, host and optional port.
        connect_timeout: seconds.
        read_timeout: seconds without a byte.
        pool_size: how many idle connections are kept; more may be in use.
    """

    def __init__(self, origin: str, *, connect_timeout: float, read_timeout: float, pool_size: int) -> None:
        parts = urlsplit(origin)
        self._origin, self._host = origin, parts.hostname or ""
        self._tls = _tls_context(_bundle()) if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._proxy = get_environ_proxies(origin).get("https") if self._tls else None
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._pool_size = pool_size
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def send(self, request: AWSPreparedRequest, path: str) -> Response:
        """Send a request and read the answer; `path` is the path of the request's URL.

        Raises:
            botocore.exceptions.ConnectionError: there is no connection, or it broke.
            botocore.exceptions.HTTPClientError: there was no answer in time, or none that can be read.
        """
        connection = self._idle_connection() or self._opened()
        is_good = False
        try:
            connection.sock.sendall(_written(request, path))
            response = HTTPResponse(connection.sock, method=request.method)
            response.begin()
            content = response.read()
            is_good = not response.will_close
        except TimeoutError as error:
            raise exceptions.ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (HTTPException, OSError) as error:
            raise exceptions.ConnectionClosedError(endpoint_url=request.url, error=error) from error
        finally:
            if is_good and len(self._idle) < self._pool_size:
                self._idle.append(connection)
            else:
                connection.close()
        return Answer(response.status, response.headers, content)

    def _idle_connection(self) -> HTTPConnection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread took it
                return None
            # The server sends nothing between answers, so a readable socket was closed by it.
            if not wait_for_read(connection.sock, timeout=0):
                return connection
            connection.close()
        return None

    def _opened(self) -> HTTPConnection:
        connection = self._connection()
        try:
            connection.connect()
        except TimeoutError as error:
            raise exceptions.ConnectTimeoutError(endpoint_url=self._origin, error=error) from error
        except ssl.SSLError as error:
            raise exceptions.SSLError(endpoint_url=self._origin, error=error) from error
        except (HTTPException, OSError) as error:
            raise exceptions.EndpointConnectionError(endpoint_url=self._origin, error=error) from error
        connection.sock.settimeout(self._read_timeout)
        return connection

    def _connection(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._host, self._port, timeout=self._connect_timeout)
        if self._proxy is None:
            return HTTPSConnection(self._host, self._port, timeout=self._connect_timeout, context=self._tls)
        proxy = urlsplit(self._proxy)
        through = HTTPSConnection(
            proxy.hostname or "", proxy.port or 80, timeout=self._connect_timeout, context=self._tls
        )
        headers = {}
        if proxy.username:
            pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        through.set_tunnel(self._host, self._port, headers)
        return through


def _written(request: AWSPreparedRequest, path: str) -> bytes:
    # Sent in one piece, because http.client sends the head and the body as separate packets. All values are our own.
    lines = "".join([f"{name}: {value}\r\n" for name, value in request.headers.items()])
    body: bytes = request.body
    head = f"{request.method} {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


def _close_all(connections: deque[HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _bundle() -> str:
    bundle: str = get_cert_path(verify=True)
    return os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or bundle


@lru_cache(maxsize=2)
def _tls_context(bundle: str) -> ssl.SSLContext:
    # One for all clients, because loading the certificates takes longer than many requests.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    return context
