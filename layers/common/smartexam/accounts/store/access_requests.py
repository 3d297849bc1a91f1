"""Requests for another role, in the identity table.

    pk                  sk                   what
    REQUEST#7           REQUEST              the request; it names accounts by id only, their names are looked up
    USER#42             REQUEST#7            its owner
    USER#42             PENDING_REQUEST      the owner's one request that is not decided yet
    USER#1              PROCESSED#7          the administrator who decided it
    REQUESTS#ALL        <ms>#<id>            all, the newest with the highest key
    REQUESTS#<status>   <ms>#<id>            those of a status: pending, completed, denied
    STATISTICS          REQUESTS             how many have each status

A page of a list is one query of keys, one batch read of requests and one of accounts. Lists and counts change in the
same transaction as the request.
"""

from dataclasses import dataclass

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.accounts.store.identity import PROFILE, UserItem
from smartexam.accounts.user import User
from smartexam.platform.dynamodb import sharded, table
from smartexam.platform.dynamodb.table import (
    Check,
    Count,
    Delete,
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.ids import next_id
from smartexam.platform.keys import user_key

PENDING = "PENDING_REQUEST"
STATUSES = ("pending", "completed", "denied")


class RequestItem(Item):
    """A request for another role."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()
    current_access = UnicodeAttribute()
    requested_access = UnicodeAttribute()
    user_reason = UnicodeAttribute()
    status = UnicodeAttribute()
    requested_at = FloatAttribute()
    is_by_stranger = BooleanAttribute(null=True)
    approved_access = UnicodeAttribute(null=True)
    denial_reason = UnicodeAttribute(null=True)
    processed_by = IntAttribute(null=True)
    processed_at = FloatAttribute(null=True)


class RequestRowItem(Item):
    """A request in a list, or in the partition of its owner."""

    class Meta:
        context = "identity"

    request_id = IntAttribute()


class RequestStatisticsItem(Item):
    """Numbers of requests by status, sharded."""

    class Meta:
        context = "identity"

    pending = IntAttribute(default=0)
    completed = IntAttribute(default=0)
    denied = IntAttribute(default=0)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request for another role; times in epoch seconds, accounts by id (0: a deleted account).

    `is_by_stranger`: sent without the account's credentials, so the owner's own request may replace it.
    """

    id: int
    user_id: int
    current_access: str
    requested_access: str
    user_reason: str
    status: str
    requested_at: float
    is_by_stranger: bool
    approved_access: str | None
    denial_reason: str | None
    processed_by: int | None
    processed_at: float | None


class AlreadyPending(Exception):
    """The account has a request that is not decided yet."""


class AccessChanged(Exception):
    """The account has another role now."""


class AccountGone(Exception):
    """The account was deleted."""


def pending_of(user_id: int) -> AccessRequest | None:
    """The pending request of an account."""
    row = table.get(RequestRowItem, user_key(user_id), PENDING)
    return None if row is None else get(row.request_id)


def withdraw(user_id: int, request_id: int) -> None:
    """Delete a request of an account; a deleted one is ignored."""
    _erase(user_id, request_id)


def submit(user: User, requested_access: str, reason: str, now: float, *, is_by_stranger: bool = False) -> int:
    """Store a request and return its id; of any number of simultaneous ones, one is stored.

    Raises:
        AlreadyPending: the account has a request that is not decided yet.
        AccessChanged: the account has no longer the role with which it was read.
        AccountGone: it was deleted meanwhile.
    """
    request_id = next_id("access_request")
    request = RequestItem(
        f"REQUEST#{request_id}",
        "REQUEST",
        user_id=user.id,
        current_access=user.role,
        requested_access=requested_access,
        user_reason=reason,
        status="pending",
        requested_at=now,
        is_by_stranger=is_by_stranger or None,
    )
    mine, place = user_key(user.id), list_place(request_id, now)
    try:
        table.transact(
            [
                Put(RequestRowItem(mine, PENDING, request_id=request_id), RequestRowItem.pk.does_not_exist()),
                Check(UserItem, mine, PROFILE, UserItem.role == user.role),
                Put(request, RequestItem.pk.does_not_exist()),
                Put(RequestRowItem(mine, f"REQUEST#{request_id}", request_id=request_id)),
                Put(RequestRowItem("REQUESTS#ALL", place, request_id=request_id)),
                Put(RequestRowItem("REQUESTS#pending", place, request_id=request_id)),
                counted(request_id, None, "pending"),
            ]
        )
    except TransactionRefused as refused:
        if refused.failed[0]:
            raise AlreadyPending from None
        raise (AccountGone if refused.items[1] is None else AccessChanged) from None
    return request_id


def get(request_id: int) -> AccessRequest | None:
    """A request by id."""
    item = table.get(RequestItem, f"REQUEST#{request_id}", "REQUEST")
    return None if item is None else request_of(item)


def counts() -> dict[str, int]:
    """How many requests there are, by status."""
    found = sharded.totals(RequestStatisticsItem, "STATISTICS", "REQUESTS")
    return {status: found[status] for status in STATUSES}


def of_user(user_id: int) -> list[AccessRequest]:
    """All requests of an account, in the order of their ids."""
    rows = table.query_all(RequestRowItem, user_key(user_id), prefix="REQUEST#")
    found = table.batch_get((RequestItem, f"REQUEST#{row.request_id}", "REQUEST") for row in rows)
    return sorted((request_of(item) for item in found.values()), key=lambda request: request.id)


def erase_of(user_id: int, *, limit: int) -> bool:
    """Delete some of an account's requests, and its id from those it decided; returns whether there may be more."""
    mine = user_key(user_id)
    owned = table.query(RequestRowItem, mine, limit=limit, prefix="REQUEST#")
    for row in owned.items:
        _erase(user_id, row.request_id)
    decided = table.query(RequestRowItem, mine, limit=limit, prefix="PROCESSED#")
    for row in decided.items:
        _forget_processor(user_id, row.request_id)
    return owned.next_sk is not None or decided.next_sk is not None


def list_place(request_id: int, requested_at: float) -> str:
    """The sort key of a request in the lists."""
    return f"{int(requested_at * 1000):013d}#{request_id}"


def counted(request_id: int, before: str | None, after: str | None) -> Count:
    """The count changes for a request that goes from one status (or none) to another (or none)."""
    amounts = {status: step for status, step in ((before, -1), (after, 1)) if status}
    return sharded.addition(RequestStatisticsItem, "STATISTICS", "REQUESTS", request_id, amounts)


def request_of(item: RequestItem) -> AccessRequest:
    """The request of a stored item."""
    return AccessRequest(
        id=int(item.pk.removeprefix("REQUEST#")),
        user_id=item.user_id,
        current_access=item.current_access,
        requested_access=item.requested_access,
        user_reason=item.user_reason,
        status=item.status,
        requested_at=item.requested_at,
        is_by_stranger=bool(item.is_by_stranger),
        approved_access=item.approved_access,
        denial_reason=item.denial_reason,
        processed_by=item.processed_by,
        processed_at=item.processed_at,
    )


def _erase(user_id: int, request_id: int) -> None:
    mine, name = user_key(user_id), f"REQUEST#{request_id}"

    def write(found: RequestItem | None) -> None:
        operations: list[Operation] = [Delete(RequestRowItem, mine, name)]
        if found is not None:
            place = list_place(request_id, found.requested_at)
            operations += [
                Delete(RequestItem, name, "REQUEST", RequestItem.status == found.status),
                Delete(RequestRowItem, "REQUESTS#ALL", place),
                Delete(RequestRowItem, f"REQUESTS#{found.status}", place),
                counted(request_id, found.status, None),
            ]
            if found.status == "pending":
                operations.append(Delete(RequestRowItem, mine, PENDING))
            if found.processed_by:
                operations.append(Delete(RequestRowItem, user_key(found.processed_by), f"PROCESSED#{request_id}"))
        table.transact(operations)

    table.updated(lambda: table.get(RequestItem, name, "REQUEST"), write)


def _forget_processor(user_id: int, request_id: int) -> None:
    name = f"REQUEST#{request_id}"

    def write(found: RequestItem | None) -> None:
        operations: list[Operation] = [Delete(RequestRowItem, user_key(user_id), f"PROCESSED#{request_id}")]
        if found is not None and found.processed_by == user_id:
            alive = RequestItem.processed_by == user_id
            operations.append(Update(RequestItem, name, "REQUEST", [RequestItem.processed_by.set(0)], alive))
        table.transact(operations)

    table.updated(lambda: table.get(RequestItem, name, "REQUEST"), write)
