"""Events and expected errors for the harnesses of requests."""

import base64
import os
from collections.abc import Callable
from typing import Any

from smartexam.platform.errors import AppError
from smartexam.platform.http.request import Request

# Read at the first request; the rest of the environment does not matter here.
os.environ.setdefault("JWT_SECRET", "a-signing-key-of-the-fuzzer-and-nothing-else")
os.environ.setdefault("GOOGLE_CLIENT_ID", "a-client")

NOW = 1_767_587_400.0
_SERVER_ERROR = 500


def request(
    body: bytes = b"",
    *,
    headers: dict[str, str] | None = None,
    query: str = "",
    cookies: list[str] | None = None,
) -> Request:
    """A request as API Gateway sends it."""
    event: dict[str, Any] = {
        "rawPath": "/",
        "rawQueryString": query,
        "headers": headers or {},
        "requestContext": {"http": {"method": "POST", "path": "/", "sourceIp": "203.0.113.7"}, "requestId": "1"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    if cookies is not None:
        event["cookies"] = cookies
    return Request.from_event(event, NOW)


def refused(work: Callable[[], Any]) -> AppError | None:
    """The error for the client if work is refused, None if it succeeds. Any other error is a finding."""
    try:
        work()
    except AppError as error:
        assert error.status < _SERVER_ERROR
        assert error.message.encode()
        return error
    return None
