"""Events for functions, and their answers for tests."""

import base64
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.factories import described

SOURCE_IP = "203.0.113.7"
HOST = "api.example.test"
_numbers = itertools.count(1)


@dataclass(slots=True)
class FakeContext:
    """What a handler may ask of Lambda's context."""

    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    function_name: str = "function"
    remaining_ms: Callable[[], int] = lambda: 15_000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda stops the function."""
        return self.remaining_ms()


@dataclass(frozen=True, slots=True)
class Answer:
    """A handler's answer, its body decoded if it is JSON."""

    status: int
    body: Any
    headers: Mapping[str, str]
    cookies: Sequence[str]
    raw: Mapping[str, Any]


def http_event(
    method: str,
    path: str,
    *,
    body: Any = None,
    token: str | None = None,
    cookies: Mapping[str, str] | Sequence[str] | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | str | None = None,
    form: Mapping[str, str] | None = None,
    source_ip: str = SOURCE_IP,
) -> dict[str, Any]:
    """An API Gateway HTTP API event, payload format 2.0.

    Args:
        method: the HTTP method.
        path: the path, without the query.
        body: text and bytes are sent as they are (bytes as base64), anything else as JSON.
        token: an access token for `Authorization: Bearer`.
        cookies: by name, or as `name=value`.
        headers: further headers; they win.
        query: parameters, or the query string itself.
        form: fields of a form-encoded body, in place of `body`.
        source_ip: the peer as API Gateway sees it.
    """
    sent = {"host": HOST, "x-forwarded-for": source_ip}
    if form is not None:
        body = urlencode(form)
        sent["content-type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        sent["content-type"] = "application/json"
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    sent |= {name.lower(): value for name, value in (headers or {}).items()}
    pairs = [f"{name}={value}" for name, value in cookies.items()] if isinstance(cookies, Mapping) else cookies
    query_string = query if isinstance(query, str) else urlencode(query or {})
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query_string,
        "headers": sent,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": HOST,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source_ip,
                "userAgent": "tests",
            },
            "requestId": f"request-{next(_numbers)}",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if pairs:
        event["cookies"] = list(pairs)
    if isinstance(body, bytes):
        event["body"] = base64.b64encode(body).decode()
    elif body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def sqs_event(*bodies: Any, queue: str = "queue") -> dict[str, Any]:
    """An event of an SQS queue with a message for each body (as JSON; text is sent as it is)."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"receipt-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1767587400000"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def answer_of(response: Mapping[str, Any]) -> Answer:
    """A payload-2.0 response for tests; header names in lower case."""
    headers = {name.lower(): value for name, value in (response.get("headers") or {}).items()}
    body: Any = response.get("body") or None
    if response.get("isBase64Encoded") and body is not None:
        body = base64.b64decode(body)
    elif body is not None and "json" in headers.get("content-type", ""):
        body = json.loads(body)
    return Answer(int(response["statusCode"]), body, headers, response.get("cookies") or [], response)


def send(handler: Callable[[Any, Any], Mapping[str, Any]], method: str, path: str, **request: Any) -> Answer:
    """Call a function like API Gateway does; `request` as for `http_event`. The answer must be as described."""
    response = handler(http_event(method, path, **request), FakeContext())
    described.check(method, path, response)
    return answer_of(response)
