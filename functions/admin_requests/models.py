"""Shapes of requests and answers."""

from typing import Literal

from msgspec import Struct

Role = Literal["user", "admin", "user,admin"]


class RequestsQuery(Struct, frozen=True):
    """Which requests to list; all without a status. A cursor wins over a page."""

    status: Literal["pending", "completed", "denied"] | None = None
    page: int | None = None
    cursor: str | None = None


class RequestRow(Struct, frozen=True):
    """A request; times UTC.

    `reason` is why it was denied, else why it was made; both also stand by themselves. Names are null of accounts that
    are gone.
    """

    request_id: int
    username: str | None
    email: str | None
    current_access: str
    requested_access: str
    request_date: str
    status: str
    reason: str
    processed_by: str | None
    processed_date: str | None
    user_reason: str
    denial_reason: str | None
    approved_access: str | None


class RequestPage(Struct, frozen=True):
    """A page of requests, the newest first."""

    requests: list[RequestRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    next_cursor: str | None


class RequestStats(Struct, frozen=True):
    """How many requests there are, by status."""

    pending: int
    completed: int
    denied: int
    total: int


class Approval(Struct, frozen=True):
    """The role to give; the one asked for if none is named."""

    approved_access: Role | None = None


class Denial(Struct, frozen=True):
    """Why the request is denied, 1 to 1000 characters."""

    reason: str
