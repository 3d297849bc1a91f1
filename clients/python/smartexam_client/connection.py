"""Calls with a bearer token, retried where that is safe, with errors as exceptions."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from smartexam_client.transport import Call, ConnectionLostError, Reply, Transport

Document = dict[str, Any]

ATTEMPTS = 6
LONGEST_WAIT = 30.0  # seconds; a lock of 15 minutes (too many failed sign-ins) is reported, not waited for


def _spread(wait: float) -> float:
    """A random time between half of the wait and all of it, so that clients cut off together do not return together."""
    return wait * random.uniform(0.5, 1.0)  # noqa: S311 - it protects nothing


class ApiError(Exception):
    """An answer of 400 or above.

    `document` is its body: `message` always, `code` and more where the API documents them.
    """

    def __init__(self, call: Call, reply: Reply) -> None:
        self.status = reply.status
        self.document = reply.document()
        self.code: str | None = self.document.get("code")
        super().__init__(f"{call.method} {call.path}: {reply.status} {self.document.get('message', '')}".rstrip())


class Connection:
    """The API as one user on one device."""

    def __init__(
        self,
        transport: Transport,
        sleep: Callable[[float], None] = time.sleep,  # noqa: TID251 - a client that repeats must wait before
        jitter: Callable[[float], float] = _spread,
    ) -> None:
        """`sleep` waits a number of seconds before a retry, `jitter` randomises the planned wait."""
        self._transport = transport
        self._sleep = sleep
        self._jitter = jitter
        self._access_token = ""
        self._refresh_token = ""
        self.user_id = 0
        self.repeats = 0

    def sign_in(self, username: str, password: str) -> Document:
        """Signs in, keeps the tokens for later calls, and returns the `user`."""
        data = self.post("/api/auth/login", {"username": username, "password": password})["data"]
        self._access_token, self._refresh_token = data["access_token"], data["refresh_token"]
        user: Document = data["user"]
        self.user_id = user["id"]
        return user

    def get(self, path: str) -> Document:
        """The JSON object at the path, which may have a query."""
        return self.exchange(self._call("GET", path), repeatable=True).document()

    def post(self, path: str, body: Document | None = None, *, repeatable: bool = True) -> Document:
        """Posts JSON. Set `repeatable=False` for calls that would create something twice."""
        return self.exchange(self.json_call(path, body), repeatable=repeatable).document()

    def post_file(self, path: str, field: str, filename: str, content: bytes, content_type: str) -> Document:
        """Posts one file as multipart/form-data; never repeated after a lost connection."""
        boundary = uuid.uuid4().hex
        disposition = f'form-data; name="{field}"; filename="{filename}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.exchange(self._call("POST", path, headers, body), repeatable=False).document()

    def json_call(self, path: str, body: Document | None) -> Call:
        """The call that `post` makes, without its token."""
        encoded = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._call("POST", path, {"Content-Type": "application/json"} if encoded else {}, encoded)

    @staticmethod
    def _call(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Call:
        return Call(method, path, {"Accept": "application/json", **(headers or {})}, body)

    def authorised(self, call: Call) -> Call:
        """The call with the token of the signed-in user."""
        if not self._access_token:
            return call
        return Call(
            call.method, call.path, {**call.headers, "Authorization": f"Bearer {self._access_token}"}, call.body
        )

    def exchange(self, call: Call, *, repeatable: bool) -> Reply:
        """Sends any call with the token, and again if that is safe (`repeatable`); ApiError for 400 and above."""
        reply = self._delivered(call, repeatable=repeatable)
        if reply.status == HTTPStatus.UNAUTHORIZED and self._renew(reply):
            reply = self._delivered(call, repeatable=repeatable)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise ApiError(call, reply)
        return reply

    def _delivered(self, call: Call, *, repeatable: bool) -> Reply:
        """The answer to the call, which is repeated while the server asks to wait or, if that is safe, while no answer
        comes."""
        wait = 0.25
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                reply = self._transport.exchange(self.authorised(call))
            except ConnectionLostError:
                if last or not repeatable:
                    raise
                pause = self._jitter(wait)
            else:
                asked = _asked_wait(reply, wait)
                # A call refused with 429 was not executed; one with 503 may have been in part.
                again = reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
                    reply.status == HTTPStatus.SERVICE_UNAVAILABLE and repeatable
                )
                if last or not again or asked > LONGEST_WAIT:
                    return reply
                pause = asked if "retry-after" in reply.headers else self._jitter(wait)
            self.repeats += 1
            self._sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _renew(self, refused: Reply) -> bool:
        """Exchanges the refresh token for a new pair of tokens, if an expired one caused the refusal.

        A lost answer can be asked for again with the old token.
        """
        if not self._refresh_token or refused.document().get("message") != "token_expired_or_invalid":
            return False
        call = self.json_call("/api/auth/refresh", {"refresh_token": self._refresh_token, "rotate": True})
        expired, self._access_token = self._access_token, ""
        try:
            reply = self._delivered(call, repeatable=True)
            if reply.status >= HTTPStatus.BAD_REQUEST:
                raise ApiError(call, reply)
            data = reply.document()["data"]
            self._access_token, self._refresh_token = data["access_token"], data["refresh_token"]
        finally:
            # Without any token the next call would not be told that it could be renewed.
            self._access_token = self._access_token or expired
        return True


def _asked_wait(reply: Reply, otherwise: float) -> float:
    """Seconds of `Retry-After`; this API does not use its other form, a date."""
    try:
        return max(0.0, float(reply.headers.get("retry-after", otherwise)))
    except ValueError:
        return otherwise
