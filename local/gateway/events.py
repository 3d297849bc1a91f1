"""Converts requests to the events of API Gateway's HTTP API (payload format 2.0), and results to answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html; what that page
leaves open follows the observed service: paths arrive decoded, and only a few content types arrive as text.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local.gateway.messages import Answer, Request
from local.gateway.routes import Match

_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPED_PERCENT = re.compile(r"(%25)")
# The gateway frames the message itself and owns the connection.
_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LINE_BREAK = re.compile(r"[\r\n\x00]")
_STATUS_LOW, _STATUS_HIGH = 100, 599


class MalformedResultError(ValueError):
    """A function's result is not a response in payload format 2.0."""


def build_event(request: Request, match: Match, *, api_id: str, port: int, now: float) -> dict[str, Any]:
    """The payload-2.0 event of a request.

    Args:
        request: the request.
        match: its route.
        api_id: the HTTP API's id.
        port: where the gateway listens.
        now: when it arrived, epoch seconds.
    """
    headers, cookies = _split_headers(request)
    headers["x-forwarded-for"] = ", ".join(filter(None, (headers.get("x-forwarded-for"), request.source_ip)))
    headers["x-forwarded-port"] = str(port)
    headers["x-forwarded-proto"] = "http"
    moment = datetime.fromtimestamp(now, UTC)
    path = decode_path(request.path)
    domain = (request.header("host") or "localhost").split(":")[0]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": api_id,
            "domainName": domain,
            "domainPrefix": domain.split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request.id,
            "routeKey": match.route.key,
            "stage": "$default",
            "time": f"{moment:%d}/{_MONTHS[moment.month - 1]}/{moment:%Y:%H:%M:%S} +0000",
            "timeEpoch": int(now * 1000),
        },
    }
    # Absent instead of null or empty, like the service sends them.
    if cookies:
        event["cookies"] = cookies
    if query := _joined_query(request.query):
        event["queryStringParameters"] = query
    if match.path_parameters:
        event["pathParameters"] = dict(match.path_parameters)
    text = _text_of(request)
    event["isBase64Encoded"] = text is None
    if not request.body:
        event["isBase64Encoded"] = False
    elif text is None:
        event["body"] = base64.b64encode(request.body).decode("ascii")
    else:
        event["body"] = text
    return event


def decode_path(path: str) -> str:
    """A path as `rawPath` shows it: decoded, except that an encoded percent sign stays encoded."""
    return _ESCAPES.sub(
        lambda run: "".join(
            part if part == "%25" else bytes.fromhex(part.replace("%", "")).decode("utf-8", "replace")
            for part in _ESCAPED_PERCENT.split(run[0])
        ),
        path,
    )


def read_result(result: Any) -> Answer:
    """The answer of a function's result.

    A result without `statusCode` is the body of a 200, as JSON.

    Raises:
        MalformedResultError: API Gateway would answer 500.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        return Answer(200, (("content-type", "application/json"),), text.encode())
    status = result["statusCode"]
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not _STATUS_LOW <= status <= _STATUS_HIGH:
        raise MalformedResultError(f"statusCode {status!r}")
    headers = _result_headers(result.get("headers") or {})
    headers += [("set-cookie", _one_line(cookie)) for cookie in result.get("cookies") or ()]
    body = _result_body(result)
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return Answer(status, headers, body)


def _split_headers(request: Request) -> tuple[dict[str, str], list[str]]:
    """Headers by name, repeated ones joined with commas, and the cookies separately."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        elif name in headers:
            headers[name] += f",{value}"
        elif name not in {"connection", "transfer-encoding"}:
            headers[name] = value
    return headers, cookies


def _joined_query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _text_of(request: Request) -> str | None:
    """The body as text, None if the service would send it base64-encoded (which includes forms)."""
    content_type = (request.header("content-type") or "").split(";")[0].strip().lower()
    if request.header("content-encoding") or not (content_type.startswith("text/") or content_type in _TEXT_TYPES):
        return None
    try:
        return request.body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _result_headers(headers: Any) -> list[tuple[str, str]]:
    if not isinstance(headers, Mapping):
        raise MalformedResultError("headers are no object")
    kept: list[tuple[str, str]] = []
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise MalformedResultError(f"a header named {name!r}")
        if name.lower() not in _HOP_BY_HOP:
            kept.append((name.lower(), _one_line(value if isinstance(value, str) else json.dumps(value))))
    return kept


def _result_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResultError("body is no string")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedResultError("body is not base64") from error


def _one_line(value: object) -> str:
    # A line break in a header would let a value forge further headers.
    if not isinstance(value, str) or _LINE_BREAK.search(value):
        raise MalformedResultError("a header's value holds a line break")
    return value
