"""Sends requests to the local stack from a given address, over kept connections."""

import json
from dataclasses import dataclass
from typing import Any

import urllib3

_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes.

    Attributes:
        address: where all of them are.
        students: how many.
        mistyped: how many of them mistype their password once.
        threads: how many requests there are at a time.
    """

    address: str
    students: int
    mistyped: int
    threads: int = 16


class Caller:
    """Calls the stack, as nobody or as who signed in."""

    def __init__(self, base_url: str, connections: int) -> None:
        self._base_url = base_url
        self._pool = urllib3.PoolManager(
            maxsize=connections, block=True, retries=False, timeout=urllib3.Timeout(_TIMEOUT_SECONDS)
        )
        self._token: str | None = None

    def sign_in(self, username: str, password: str) -> None:
        """Sign in for all further requests.

        Raises:
            RuntimeError: the stack refused it.
        """
        status, body = self.post("/api/auth/login", {"username": username, "password": password})
        if "data" not in body:
            raise RuntimeError(f"{status}: {body}")
        self._token = body["data"]["access_token"]

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body of a GET."""
        return self._sent("GET", path, {})

    def post(
        self, path: str, body: Any = None, *, token: str | None = None, address: str | None = None
    ) -> tuple[int, Any]:
        """Status and body of a POST, as the owner of `token` and from `address` where they are given."""
        return self._sent("POST", path, {"json": body}, token, address)

    def upload(self, path: str, field: str, content: bytes) -> tuple[int, Any]:
        """Status and body of a POST of a file."""
        return self._sent("POST", path, {"fields": {field: ("hall.csv", content, "text/csv")}})

    def _sent(
        self, method: str, path: str, content: dict[str, Any], token: str | None = None, address: str | None = None
    ) -> tuple[int, Any]:
        headers = {"Accept": "application/json"}
        if token or self._token:
            headers["Authorization"] = f"Bearer {token or self._token}"
        if address is not None:
            headers["X-Local-Source"] = address
        answer = self._pool.request(method, self._base_url + path, headers=headers, **content)
        return answer.status, json.loads(answer.data or b"{}")
