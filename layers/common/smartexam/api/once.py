"""Requests with an `Idempotency-Key`: carried out once, however often they are sent."""

import hashlib
import re
import threading
from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response

from smartexam.limits.store import once
from smartexam.limits.store.once import Claim, Kept
from smartexam.platform.errors import AppError, Conflict, Fault, InvalidFields, Unavailable
from smartexam.platform.http import response
from smartexam.platform.http.request import Request
from smartexam.platform.http.response import Reply
from smartexam.platform.observability import note

HEADER = "idempotency-key"
_LONGEST_KEY = 64
_SUCCESSES = range(200, 300)
# While the first request is carried out its repetitions wait for its answer, in all for some three seconds.
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6)
_BOUNDARY = re.compile(r'boundary="?([^\s";,]+)')


def carry_out(request: Request, caller: int | str, work: Callable[[], Response[str]]) -> Response[str]:
    """Answer a request: from what was answered before, or by carrying it out.

    Args:
        request: with the header.
        caller: a user's id, or where a stranger calls from.
        work: carries the request out; raises where it fails.

    Raises:
        InvalidFields: the key is empty or too long.
        Conflict: `key_reused`: another request of this caller had the key.
        Unavailable: the first request with the key is still being carried out.
    """
    key = request.headers[HEADER]
    if not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidFields([Fault("Idempotency-Key", f"must be 1 to {_LONGEST_KEY} characters")])
    claimed = _claim(request, caller, key)
    if isinstance(claimed, Kept):
        note(repeated=True)
        content_type = claimed.content_type or response.JSON
        return response.render(Reply(claimed.body or None, claimed.status, content_type))
    try:
        answer = work()
    except BaseException:
        once.give_up(claimed)
        raise
    _keep(claimed, answer, request.now)
    return answer


def _claim(request: Request, caller: int | str, key: str) -> Claim | Kept:
    what = f"{request.method} {request.path}\n".encode() + _content(request)
    for wait in (*_WAITS, None):
        found = once.claim(caller, key, hashlib.sha256(what).hexdigest(), request.now)
        if isinstance(found, Claim):
            return found
        if not found.is_same:
            raise Conflict("This Idempotency-Key was used for another request", code="key_reused")
        if not found.is_running:
            return found
        if wait is not None:
            threading.Event().wait(wait)
    raise Unavailable("The first request with this Idempotency-Key is still being carried out", retry_after=1)


def _content(request: Request) -> bytes:
    """The body without what differs in every repetition: clients separate a form's parts by a new random boundary."""
    found = _BOUNDARY.search(request.headers.get("content-type", "")) if request.is_form else None
    return request.body.replace(f"--{found[1]}".encode(), b"--") if found else request.body


def _keep(claimed: Claim, answer: Response[str], now: float) -> None:
    body = answer.body
    try:
        if (
            answer.status_code in _SUCCESSES
            and isinstance(body, str)
            and not answer.base64_encoded
            and len(body) <= once.LONGEST_BODY
        ):
            kind = answer.content_type or ""
            once.keep(claimed, status=answer.status_code, content_type=kind, body=body, now=now)
        else:
            once.give_up(claimed)
    except AppError:
        # It is done all the same; until the claim runs out, a repetition is told to wait.
        note(unkept="answer")
