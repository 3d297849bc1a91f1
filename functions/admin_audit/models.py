"""Shapes of requests and answers."""

from typing import Any

from msgspec import Struct


class AuditQuery(Struct, frozen=True):
    """From where to go on."""

    cursor: str | None = None


class Actor(Struct, frozen=True):
    """Who made a change; `username` is null of an account that is gone."""

    id: int
    username: str | None


class AuditEntry(Struct, frozen=True):
    """A change.

    `at` is UTC. `before` and `after` hold the fields that changed, in the API's names where it has them; null before a
    creation and after a deletion. Long texts are cut.
    """

    id: str
    at: str
    actor: Actor
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditPage(Struct, frozen=True):
    """A page of changes, the latest first."""

    entries: list[AuditEntry]
    next_cursor: str | None
    success: bool = True
