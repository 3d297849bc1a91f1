"""Answers, and the headers of all answers."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from aws_lambda_powertools.event_handler import Response

from smartexam.platform.errors import AppError

JSON = "application/json"
# An API's answers are data: nothing may frame, sniff, run or cache them.
_SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_encoder = msgspec.json.Encoder()


class Done(msgspec.Struct, frozen=True):
    """Success without further data."""

    success: Literal[True] = True


class Reply(msgspec.Struct, frozen=True):
    """An answer other than a JSON body with status 200.

    Attributes:
        body: a value to encode as JSON; text or bytes are sent as they are.
        headers: they override security headers of the same name.
        cookies: whole `Set-Cookie` values.
        compress: whether to send it as gzip to clients that accept it; only for large texts.
    """

    body: Any = None
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    compress: bool = False


def redirect(location: str, *, cookies: tuple[str, ...] = ()) -> Reply:
    """Redirect the client with a GET (302)."""
    return Reply(status=302, headers={"Location": location}, cookies=cookies)


def from_error(error: AppError) -> Reply:
    """The one error shape."""
    return Reply(error.body(), status=error.status, headers=error.headers)


def render(reply: Reply) -> Response[str]:
    """The answer for Powertools' resolver."""
    body = reply.body
    cookies: Any = list(reply.cookies)  # Powertools accepts text as well as its own type
    headers: dict[str, Any] = {**_SECURITY_HEADERS, **reply.headers}
    if body is None:
        return Response(reply.status, None, "", headers, cookies)
    if isinstance(body, bytes):
        # API Gateway decodes base64. Powertools would take bytes of JSON for a value to encode.
        encoded: Response[str] = Response(reply.status, reply.content_type, b64encode(body).decode(), headers, cookies)
        encoded.base64_encoded = True
        return encoded
    text = body if isinstance(body, str) else _encoder.encode(body).decode()
    return Response(reply.status, reply.content_type, text, headers, cookies, compress=reply.compress)
