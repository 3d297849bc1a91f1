"""Shapes of requests and answers."""

from typing import Literal

from msgspec import Struct

from smartexam.platform.pages import PageQuery
from smartexam.platform.principal import RoleText


class RequestsQuery(PageQuery, frozen=True):
    """Which requests to list; without a status, all. A cursor overrides a page."""

    status: Literal["pending", "completed", "denied"] | None = None


class RequestRow(Struct, frozen=True):
    """A request; times UTC.

    `reason` is the reason of the denial, otherwise that of the request; both also have fields of their own. Names are
    null if the account was deleted.
    """

    request_id: int
    username: str | None
    email: str | None
    roll_no: str | None
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
    """The numbers of requests by status."""

    pending: int
    completed: int
    denied: int
    total: int


class Approval(Struct, frozen=True):
    """The role to give; by default the requested one."""

    approved_access: RoleText | None = None


class Denial(Struct, frozen=True):
    """Why the request is denied, 1 to 1000 characters."""

    reason: str
