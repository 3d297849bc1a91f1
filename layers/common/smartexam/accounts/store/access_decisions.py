"""Administrators' lists of requests for another role, and their decisions, over the items of `access_requests`.

A decision is one transaction on condition that the request is pending, so only one administrator decides.
"""

from dataclasses import dataclass

from pynamodb.expressions.update import Action

from smartexam.accounts.store import access_requests, accounts, identity
from smartexam.accounts.store.access_requests import (
    PENDING,
    AccessRequest,
    RequestItem,
    RequestRowItem,
    counted,
    list_place,
)
from smartexam.accounts.store.accounts import Overtaken
from smartexam.accounts.user import User
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, Operation, Put, TransactionRefused, Update
from smartexam.platform.keys import user_key
from smartexam.platform.pages import Wanted


class AlreadyDecided(Exception):
    """The request is not pending, or does not exist."""


@dataclass(frozen=True, slots=True)
class ListedRequests:
    """A page of requests, the newest first.

    Attributes:
        people: the accounts that the requests name, by id, without deleted ones.
        next_place: where the next page starts, None at the end.
    """

    requests: list[AccessRequest]
    people: dict[int, User]
    total: int
    next_place: str | None


def list_requests(status: str | None, page: Wanted, *, newest_first: bool = True) -> ListedRequests:
    """A page of requests of one status or of all, by age: a count, a query and two batch reads."""
    counts = access_requests.counts()
    total = sum(counts.values()) if status is None else counts[status]
    pk, after = f"REQUESTS#{status or 'ALL'}", page.after
    if after is None and page.skipped:
        after = table.skip("identity", pk, page.skipped, newest_first=newest_first) if page.skipped < total else None
        if after is None:
            return ListedRequests([], {}, total, None)
    rows = table.query(RequestRowItem, pk, limit=page.size, after=after, newest_first=newest_first)
    keys = [(f"REQUEST#{row.request_id}", "REQUEST") for row in rows.items]
    stored = table.batch_get((RequestItem, *key) for key in keys)
    found = [access_requests.request_of(stored[key]) for key in keys if key in stored]
    named = {request.user_id for request in found} | {request.processed_by or 0 for request in found}
    return ListedRequests(found, identity.get_users(named - {0}), total, rows.next_sk)


def approve(request_id: int, role: str | None, admin_id: int, now: float) -> User:
    """Give the account of a pending request a role, and complete the request.

    Args:
        request_id: the request.
        role: the role to give; None for the requested one.
        admin_id: the administrator who decides.
        now: epoch seconds.

    Raises:
        AlreadyDecided: there is no such pending request.
        NotFound: the account was deleted.
        Conflict: the last administrator would lose the role.
    """
    request = _pending(request_id)
    granted = role or request.requested_access

    def alongside(before: User) -> list[Operation]:
        decision: list[Action] = [RequestItem.approved_access.set(granted)]
        change = Change(
            admin_id,
            "access_request.approve",
            f"access_request:{request_id}",
            {"status": "pending", "user_id": before.id, "role": before.role},
            {"status": "completed", "user_id": before.id, "role": granted},
        )
        return [*_closed(request, "completed", admin_id, now, decision), entry(change, now)]

    try:
        return accounts.change_role(request.user_id, granted, now, alongside)
    except Overtaken:
        raise AlreadyDecided from None


def deny(request_id: int, reason: str, admin_id: int, now: float) -> None:
    """Refuse a pending request.

    Raises:
        AlreadyDecided: there is no such pending request.
    """
    request = _pending(request_id)
    change = Change(
        admin_id,
        "access_request.deny",
        f"access_request:{request_id}",
        {"status": "pending"},
        {"status": "denied", "reason": reason},
    )
    decision: list[Action] = [RequestItem.denial_reason.set(reason)]
    try:
        table.transact([*_closed(request, "denied", admin_id, now, decision), entry(change, now)])
    except TransactionRefused:
        raise AlreadyDecided from None


def _pending(request_id: int) -> AccessRequest:
    request = access_requests.get(request_id)
    if request is None or request.status != "pending":
        raise AlreadyDecided
    return request


def _closed(request: AccessRequest, status: str, admin_id: int, now: float, decision: list[Action]) -> list[Operation]:
    place, mine = list_place(request.id, request.requested_at), user_key(request.user_id)
    actions: list[Action] = [
        RequestItem.status.set(status),
        RequestItem.processed_by.set(admin_id),
        RequestItem.processed_at.set(now),
        *decision,
    ]
    return [
        Update(RequestItem, f"REQUEST#{request.id}", "REQUEST", actions, RequestItem.status == "pending"),
        Delete(RequestRowItem, mine, PENDING),
        Delete(RequestRowItem, "REQUESTS#pending", place),
        Put(RequestRowItem(f"REQUESTS#{status}", place, request_id=request.id)),
        Put(RequestRowItem(user_key(admin_id), f"PROCESSED#{request.id}", request_id=request.id)),
        counted(request.id, "pending", status),
    ]
