"""A client that follows the API's documentation: it repeats requests without an answer, and waits as told."""

import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from bench.soak.ledger import Failure, Ledger
from local.gateway.routes import RouteTable

# A longer failure is a finding of the soak test.
PATIENCE_SECONDS = 90.0
_TIMEOUT_SECONDS = 45.0
_SHAPE = {"status": "error", "success": False}


class GaveUpError(Exception):
    """The server's answer leaves the client no way to continue."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer.

    Attributes:
        failures: how many attempts before it met a server error or no answer; those may have been executed.
    """

    status: int
    body: Any
    failures: int


class Client:
    """One user on one device.

    Args:
        base_url: the gateway's.
        ledger: records failures and times.
        routes: tells which function serves a route.
        credentials: username and password; None for nobody.
        seed: for the randomised waiting.
    """

    def __init__(
        self,
        base_url: str,
        ledger: Ledger,
        routes: RouteTable,
        credentials: tuple[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        self.ledger = ledger
        self._base_url = base_url
        self._routes = routes
        self._credentials = credentials
        self._chance = random.Random(seed)
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(_TIMEOUT_SECONDS))
        self._token: str | None = None
        self._never = threading.Event()

    def signed_in(self, username: str, password: str, seed: int = 0) -> "Client":
        """A client of a user."""
        return Client(self._base_url, self.ledger, self._routes, (username, password), seed)

    def close(self) -> None:
        """Close its connections."""
        self._pool.clear()

    def get(self, path: str, **options: Any) -> Any:
        """The body of a GET that succeeds."""
        return self.call("GET", path, **options).body

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """The body of a POST that succeeds."""
        return self.call("POST", path, body, **options).body

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        repeats: bool = True,
        accepts: tuple[int, ...] = (200, 204, 302),
        content_type: str = "application/json",
    ) -> Answer:
        """Call a route until it answers with an accepted status.

        Args:
            method: the HTTP method.
            path: with the query, if there is one.
            body: bytes are sent as they are, anything else as JSON.
            repeats: whether to repeat after a server error; otherwise it is returned.
            accepts: statuses to return; 429 is waited out and 401 signs in again, unless they are among them.
            content_type: of the body.

        Raises:
            GaveUpError: another status, or server errors for longer than `PATIENCE_SECONDS`.
        """
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        failures = renewals = 0
        while True:
            status, answered, headers = self._attempt(method, path, content, content_type)
            if status in accepts:
                return Answer(status, answered, failures)
            if status == 0 or status >= 500:
                failures += 1
                if not repeats:
                    return Answer(status, answered, failures)
                pause = float(headers.get("retry-after", 0)) or self._chance.uniform(0.1, 0.4)
            elif status == 429:
                pause = float(headers.get("retry-after", 1))
            elif status == 401 and self._credentials is not None and renewals < 2:
                renewals += 1
                self._token = None
                continue
            else:
                raise GaveUpError(f"{method} {path}: {status} {answered}")
            if time.monotonic() + pause > deadline:
                raise GaveUpError(f"{method} {path}: still {status} after {PATIENCE_SECONDS:.0f} s")
            self._never.wait(pause)

    def _attempt(
        self, method: str, path: str, content: bytes | None, content_type: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        headers = {"accept": "application/json"}
        if content is not None:
            headers["content-type"] = content_type
        if self._credentials is not None:
            headers["authorization"] = f"Bearer {self._signed_in_token()}"
        function, call = self._behind(method, path.partition("?")[0])
        sent = time.monotonic()
        try:
            answer = self._pool.request(method, f"{self._base_url}{path}", content, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            self.ledger.failed(Failure(sent, time.monotonic(), function, call, 0, is_shaped=False))
            return 0, None, {}
        answered = time.monotonic()
        self.ledger.answered(call, answer.status, answered - sent)
        is_json = "json" in answer.headers.get("content-type", "")
        body = json.loads(answer.data) if is_json and answer.data else answer.data.decode("utf-8", "replace")
        if answer.status >= 500:
            is_shaped = isinstance(body, dict) and body | _SHAPE == body and isinstance(body.get("message"), str)
            self.ledger.failed(Failure(sent, answered, function, call, answer.status, is_shaped))
        return answer.status, body, answer.headers

    def _behind(self, method: str, path: str) -> tuple[str, str]:
        """The function that serves a request, and the route's name."""
        if path.startswith("/_local/"):
            # A sweep runs every scheduled function, so that the end of any process may explain its failure.
            return ("" if path.endswith("/sweep") else "gateway"), f"{method} {path}"
        match = self._routes.match(method, path)
        return ("gateway", f"{method} {path}") if match is None else (match.route.function, match.route.key)

    def _signed_in_token(self) -> str:
        if self._token is None:
            if self._credentials is None:
                raise GaveUpError("not signed in")
            username, password = self._credentials
            anybody = Client(self._base_url, self.ledger, self._routes)
            answer = anybody.post("/api/auth/login", {"username": username, "password": password})
            anybody.close()
            self._token = answer["data"]["access_token"]
        return self._token


def form_with_file(field: str, filename: str, content: bytes, **fields: str) -> tuple[bytes, str]:
    """A multipart body with a file, and its content type."""
    files: dict[str, Any] = {**fields, field: (filename, content, "text/csv")}
    body, content_type = urllib3.encode_multipart_formdata(files)
    return body, content_type
