"""One HTTP request, read from API Gateway's payload format 2.0."""

import base64
import binascii
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from smartexam.platform.errors import BadRequest, Unauthorized
from smartexam.platform.http.origin import client_address
from smartexam.platform.principal import Principal


class Request(msgspec.Struct, eq=False, dict=True):
    """A request as handlers see it.

    Attributes:
        now: when it began, epoch seconds by the injected clock; the only time its rules may use.
        headers: names in lower case, several values joined by commas.
        source_ip: the client's address; headers count only behind the distribution, see
            `smartexam.platform.http.origin`.
        principal: the caller; None on public routes.
    """

    event: Mapping[str, Any]
    now: float
    method: str
    path: str
    headers: Mapping[str, str]
    source_ip: str
    request_id: str
    principal: Principal | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, Any], now: float) -> "Request":
        """The request in a payload-2.0 event."""
        context = event.get("requestContext") or {}
        http = context.get("http") or {}
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            event=event,
            now=now,
            method=str(http.get("method", "GET")).upper(),
            path=str(event.get("rawPath") or http.get("path") or "/"),
            headers=headers,
            source_ip=client_address(str(http.get("sourceIp", "")), headers),
            request_id=str(context.get("requestId", "")),
        )

    def __repr__(self) -> str:
        # Headers, cookies and bodies contain secrets, which must not appear in logs and tracebacks.
        return f"Request({self.method} {self.path})"

    @property
    def caller(self) -> Principal:
        """The signed-in caller of a route that is not public."""
        if self.principal is None:
            raise Unauthorized("Authentication required", code="authentication_required")
        return self.principal

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; the last of repeated ones, empty ones are left out."""
        pairs = parse_qsl(self.event.get("rawQueryString") or "", keep_blank_values=False)
        return dict(pairs)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """Cookies by name; the first of repeated ones, which browsers send for the longest path."""
        sent = list(self.event.get("cookies") or ())
        if not sent and "cookie" in self.headers:
            sent = self.headers["cookie"].split(";")
        found: dict[str, str] = {}
        for cookie in sent:
            name, separator, value = cookie.strip().partition("=")
            if separator:
                found.setdefault(name.strip(), value.strip().strip('"'))
        return found

    @property
    def content_type(self) -> str:
        """The body's media type in lower case without parameters, "" if the client named none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_form(self) -> bool:
        """Whether the body is a form, as browsers post it."""
        return self.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}

    @cached_property
    def body(self) -> bytes:
        """The body's bytes.

        Raises:
            BadRequest: its base64 is malformed.
        """
        text = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return str(text).encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            raise BadRequest("The body is not readable") from None

    @property
    def wants_json(self) -> bool:
        """Whether the client asked for JSON instead of a page."""
        return "application/json" in self.headers.get("accept", "").lower()

    @property
    def awaits_page(self) -> bool:
        """Whether a browser awaits the next page: it asks for HTML, or is signed in by its cookie and asks for no JSON.

        A program that signs in with a token follows no redirects to pages.
        """
        asks_for_page = "text/html" in self.headers.get("accept", "").lower()
        return not self.wants_json and (asks_for_page or self.caller.by_cookie)
