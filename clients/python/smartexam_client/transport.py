"""Sends requests to the server. Everything else uses only `Transport`, so other HTTP libraries and tests can replace
it."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol


class ConnectionLostError(Exception):
    """No answer came. The server may or may not have executed the call."""


@dataclass(frozen=True)
class Call:
    """A request; `path` may have a query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer with any status."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def document(self) -> dict[str, Any]:
        """The JSON object in the body, numbers with a point as `Decimal`; empty if there is none.

        An answer that is no JSON object (a proxy's error page) is kept as its `message`.
        """
        if not self.body:
            return {}
        try:
            document = json.loads(self.body, parse_float=Decimal)
        except ValueError:
            return {"message": self.body[:200].decode("utf-8", "replace")}
        return document if isinstance(document, dict) else {"message": str(document)[:200]}


class Transport(Protocol):
    """A way to the server."""

    def exchange(self, call: Call) -> Reply:
        """Sends the call and waits for its answer; `ConnectionLostError` if none comes."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class HttpTransport:
    """One kept-alive HTTP/1.1 connection; not for use by several threads."""

    def __init__(self, base_url: str, timeout: float = 15.0) -> None:
        """`base_url` is http(s)://host[:port][/stage], else ValueError; `timeout` is seconds per socket operation."""
        url = urllib.parse.urlsplit(base_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError(f"not an http(s) URL: {base_url}")
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.hostname, url.port, timeout=timeout)
        self._prefix = url.path.rstrip("/")

    def exchange(self, call: Call) -> Reply:
        """See `Transport`; after a loss the next call connects anew."""
        try:
            self._connection.request(call.method, self._prefix + call.path, call.body or None, dict(call.headers))
            answer = self._connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise ConnectionLostError(f"{call.method} {call.path}: {error}") from error

    def close(self) -> None:
        """See `Transport`."""
        self._connection.close()
