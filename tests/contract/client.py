"""A client of the API that shows statuses, headers and bodies unchanged."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

ADMIN = ("admin", "Admin@2025demo")
STUDENTS = tuple((f"student{number}", "Student@2025demo") for number in (1, 2, 3))
ERROR_SHAPE = {"status": "error", "success": False}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is decoded if it is JSON, otherwise text."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Client:
    """Calls one server, as one signed-in user or as nobody."""

    def __init__(self, base_url: str, token: str | None = None, pool: urllib3.PoolManager | None = None) -> None:
        self.base_url = base_url
        self.token = token
        self._pool = pool or urllib3.PoolManager(maxsize=64, retries=False, timeout=urllib3.Timeout(60))

    def close(self) -> None:
        """Close the connections, those of clients signed in from this one included."""
        self._pool.clear()

    def signed_in(self, username: str, password: str) -> "Client":
        """The same client as a user."""
        answer = self.post("/api/auth/login", {"username": username, "password": password})
        assert answer.status == 200, answer
        return Client(self.base_url, answer.body["data"]["access_token"], self._pool)

    def get(self, path: str, **request: Any) -> Answer:
        """GET; see `send`."""
        return self.send("GET", path, **request)

    def post(self, path: str, body: Any = None, **request: Any) -> Answer:
        """POST; see `send`."""
        return self.send("POST", path, body, **request)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send one request; text and bytes are sent as they are, anything else as JSON. Redirects are not followed."""
        sent = {"accept": "application/json"}
        if self.token is not None:
            sent["authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
        if body is not None:
            sent["content-type"] = "application/json"
        sent |= dict(headers or {})
        url = f"{self.base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self._pool.request(method, url, body=body, headers=sent, redirect=False)
        text = answer.data.decode("utf-8", "replace")
        is_json = "json" in answer.headers.get("content-type", "")
        return Answer(answer.status, json.loads(text) if is_json and text else text, dict(answer.headers))

    def upload(self, path: str, field: str, filename: str, content: bytes, **fields: str) -> Answer:
        """POST a file with further fields as multipart."""
        files: dict[str, Any] = {**fields, field: (filename, content, "application/octet-stream")}
        body, content_type = urllib3.encode_multipart_formdata(files)
        return self.send("POST", path, body, headers={"content-type": content_type})


def is_error(answer: Answer) -> bool:
    """Whether an answer has the one error shape."""
    body = answer.body
    return isinstance(body, dict) and body | ERROR_SHAPE == body and isinstance(body.get("message"), str)
