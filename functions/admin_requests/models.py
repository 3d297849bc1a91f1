"""Shapes of requests and answers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Order
from smartexam.platform.pages import PageQuery
from smartexam.platform.principal import RoleText
from smartexam.platform.texts import visible

LONGEST_REASON = 1000


class RequestsQuery(PageQuery, frozen=True):
    """Which requests to list; without a status, all. A cursor overrides a page.

    Attributes:
        status: only requests that wait (`pending`), were approved (`completed`) or `denied`.
        order: `desc` lists the newest requests first, `asc` the oldest.
    """

    status: Literal["pending", "completed", "denied"] | None = None
    order: Order = "desc"


class RequestRow(Struct, frozen=True):
    """A request; times UTC.

    `reason` is the reason of the denial, otherwise that of the request; both also have fields of their own. Names are
    null if the account was deleted.

    Attributes:
        request_date: when it was made, UTC.
        status: `pending` waits, `completed` was approved, `denied` was not.
        reason: why it was denied; before that, why it was made.
        processed_by: username of the administrator who decided; null before.
        processed_date: when it was decided, UTC; null before.
        denial_reason: why it was denied; null if it was not.
        approved_access: the role that was given; null if none was.
    """

    request_id: int
    username: str | None
    email: str | None
    roll_no: str | None
    current_access: str
    requested_access: str
    request_date: str
    status: Annotated[str, Meta(extra_json_schema={"enum": ["pending", "completed", "denied"]})]
    reason: str
    processed_by: str | None
    processed_date: str | None
    user_reason: str
    denial_reason: str | None
    approved_access: str | None


class RequestPage(Struct, frozen=True):
    """A page of requests, the newest first.

    Attributes:
        requests: the requests, the newest first.
    """

    requests: list[RequestRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    next_cursor: str | None


class RequestStats(Struct, frozen=True):
    """The numbers of requests by status.

    Attributes:
        pending: requests that wait.
        completed: requests that were approved.
        denied: requests that were denied.
        total: all requests.
    """

    pending: int
    completed: int
    denied: int
    total: int


class Approval(Struct, frozen=True):
    """The role to give; by default the requested one."""

    approved_access: RoleText | None = None


class Denial(Struct, frozen=True):
    """Why the request is denied, 1 to 1000 characters.

    Attributes:
        reason: why the request is denied, 1 to 1000 characters.
    """

    reason: Annotated[str, visible(LONGEST_REASON)]
