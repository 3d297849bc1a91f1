"""Shapes of requests and answers."""

from typing import Any

from msgspec import Struct

from smartexam.platform.http.queries import Order, PageSize


class AuditQuery(Struct, frozen=True):
    """In which order, and where to continue.

    Attributes:
        order: `desc` lists the latest changes first, `asc` the oldest.
    """

    order: Order = "desc"
    cursor: str | None = None
    limit: PageSize = 50


class Actor(Struct, frozen=True):
    """The administrator who made a change; `username` is null if the account was deleted.

    Attributes:
        id: id of the administrator's account.
    """

    id: int
    username: str | None


class AuditEntry(Struct, frozen=True):
    """A change.

    `at` is UTC. `before` and `after` contain the changed fields, with the API's names where they exist; null before a
    creation and after a deletion. Long texts are cut.

    Attributes:
        id: names the entry; no number.
        at: when it was changed, UTC.
        actor: the administrator who changed it.
        action: what was done, as `<thing>.<verb>`.
        target: what it was done to, as `<thing>:<id>`.
        before: the changed fields as they were; null before a creation.
        after: the changed fields as they are; null after a deletion.
    """

    id: str
    at: str
    actor: Actor
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditPage(Struct, frozen=True):
    """A page of changes, the latest first.

    Attributes:
        entries: the changes, the latest first.
    """

    entries: list[AuditEntry]
    next_cursor: str | None
    success: bool = True
