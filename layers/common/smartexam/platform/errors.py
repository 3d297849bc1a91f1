"""All errors that clients see.

    AppError                    500
    ├── BadRequest              400
    │   └── InvalidFields       400, with `errors: [{field, message}]`
    ├── Unauthorized            401
    ├── Forbidden               403
    ├── NotFound                404
    ├── MethodNotAllowed        405, with `Allow`
    ├── Conflict                409
    ├── TooLarge                413
    ├── UnsupportedMedia        415
    ├── RateLimited             429, with `Retry-After`
    └── Unavailable             503, with `Retry-After`

Services and stores raise them with the words that the client will read; `smartexam.api` turns them into answers in one
place. Keyword arguments beside the message become fields of the body, such as `code`: programs tell cases apart by
code, never by message.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from smartexam.platform.times import whole_seconds


class AppError(Exception):
    """An error with its HTTP status and its message for the client.

    Args:
        message: one sentence for a person, without internals.
        code: for programs, in snake_case.
        headers: extra response headers.
        details: further fields of the error body (JSON values).
    """

    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str = "Internal server error",
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.headers: dict[str, str] = dict(headers or {})
        self.details = details

    def body(self) -> dict[str, Any]:
        """The error in the API's one error shape."""
        shape: dict[str, Any] = {"status": "error", "success": False, "message": self.message}
        if self.code is not None:
            shape["code"] = self.code
        return {**self.details, **shape}


class BadRequest(AppError):
    """The request cannot be understood or is not allowed in this state."""

    status = 400


class Fault(NamedTuple):
    """What is wrong with one field of a request."""

    field: str
    message: str


class InvalidFields(BadRequest):
    """One or more fields are missing or invalid; the body lists them."""

    def __init__(self, faults: Sequence[Fault | tuple[str, str]], message: str | None = None) -> None:
        field, reason = faults[0]
        super().__init__(
            message or (f"{field}: {reason}" if field else reason),
            code="invalid_fields",
            errors=[{"field": name, "message": why} for name, why in faults],
        )


class Unauthorized(AppError):
    """No credentials, or invalid ones."""

    status = 401


class Forbidden(AppError):
    """Signed in, but not allowed."""

    status = 403


class NotFound(AppError):
    """It does not exist, or this caller may not know of it."""

    status = 404


class MethodNotAllowed(AppError):
    """The path exists, for the methods in `allow`."""

    status = 405

    def __init__(self, allow: Sequence[str]) -> None:
        super().__init__("Method not allowed", code="method_not_allowed", headers={"Allow": ", ".join(allow)})


class Conflict(AppError):
    """The state of the resource does not permit the request."""

    status = 409


class TooLarge(AppError):
    """The body or a file in it exceeds its limit."""

    status = 413


class UnsupportedMedia(AppError):
    """The route does not read the body's media type."""

    status = 415


class RateLimited(AppError):
    """A limit is used up; the client may try again in `retry_after` seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: float, code: str = "rate_limited", **details: Any) -> None:
        super().__init__(message, code=code, headers={"Retry-After": str(whole_seconds(retry_after))}, **details)


class Unavailable(AppError):
    """A service that the request needs is temporarily missing or down."""

    status = 503

    def __init__(
        self,
        message: str = "The service is temporarily unavailable. Please try again.",
        *,
        retry_after: float = 1,
        code: str = "unavailable",
        **details: Any,
    ) -> None:
        super().__init__(message, code=code, headers={"Retry-After": str(whole_seconds(retry_after))}, **details)
