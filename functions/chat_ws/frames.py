"""Reads frames as typed shapes, and describes what is wrong with them."""

from typing import Any, TypeVar

import msgspec

from chat_ws.models import Correlation
from smartexam.platform.errors import AppError
from smartexam.platform.http import bodies
from smartexam.talk.realtime.publishing import frame as event

__all__ = ["event", "read", "refusal"]

ShapeT = TypeVar("ShapeT")

_CODES = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict"}


def read(text: str, shape: type[ShapeT]) -> ShapeT:
    """A frame as a shape.

    Raises:
        InvalidFields: a field is missing or of the wrong type.
        BadRequest: malformed JSON.
    """
    return bodies.decode(text.encode("utf-8", "surrogatepass"), shape)


def refusal(error: AppError, text: str) -> bytes:
    """The error event for a frame, with the fields by which the client recognises the frame."""
    code = error.code or _CODES.get(error.status, "internal_error")
    wait = {"retry_after": int(error.headers["Retry-After"])} if "Retry-After" in error.headers else {}
    return event("error", {**error.details, **wait, **_correlation(text), "message": error.message, "code": code})


def _correlation(text: str) -> dict[str, Any]:
    try:
        known = msgspec.json.decode(text, type=Correlation)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return {name: value for name in ("action", "client_id") if (value := getattr(known, name)) is not None}
