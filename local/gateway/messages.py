"""The gateway's requests and answers, and the contract's error shape."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One complete HTTP request.

    Attributes:
        method: as sent; methods are case-sensitive.
        path: percent-encoded, without the query.
        query: percent-encoded, without the question mark.
        headers: (name in lower case, value) as sent and in that order.
        source_ip: the peer's address, or the one that `X-Local-Source` names.
        id: the request's id in the answer and in the logs.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    http_version: str
    id: str

    def header(self, name: str) -> str | None:
        """The first header of that name (in lower case)."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response; the server sets length and connection headers."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)


def json_answer(status: int, content: Mapping[str, Any], headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """An answer with a JSON object."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, (("content-type", "application/json"), *headers), body)


def error_answer(
    status: int, message: str, request_id: str, headers: Sequence[tuple[str, str]] = (), **extra: Any
) -> Answer:
    """An error in the API's error shape."""
    shape = {"status": "error", "success": False, "message": message, "request_id": request_id, **extra}
    return json_answer(status, shape, headers)
