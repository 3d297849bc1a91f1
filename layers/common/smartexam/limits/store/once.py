"""Answers to requests with an `Idempotency-Key`, in the ephemeral table.

    ONCE#42                <hash of the key>   the request that has the key, and its answer once there is one
    ONCE#SOURCE#<digest>   <hash of the key>   the same for a stranger

A key is claimed by one conditional write before the request is carried out, so of any number of repetitions one is.
Errors are not kept: the claim is given up. A claim whose process died is free again after `RUNNING_SECONDS`.
"""

import hashlib
import secrets
from contextlib import suppress

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.limits.keys import once_key
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item

KEPT_SECONDS = 24 * 3600
# Longer than any function runs that answers requests.
RUNNING_SECONDS = 60
# An item has at most 400 KB. Longer answers are lists, not what was created.
LONGEST_BODY = 200_000


class OnceItem(Item):
    """A request with a key, and its answer."""

    class Meta:
        context = "ephemeral"

    request = UnicodeAttribute()
    claim = UnicodeAttribute()
    status = IntAttribute(default=0)
    content_type = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


class Kept(msgspec.Struct, frozen=True):
    """The answer to the first request with a key; `is_same` tells whether the present request is the same."""

    is_same: bool
    is_running: bool
    status: int
    content_type: str
    body: str


class Claim(msgspec.Struct, frozen=True):
    """The right to carry out the request that has a key."""

    caller: int | str
    name: str
    token: str
    request: str


def claim(caller: int | str, key: str, request: str, now: float) -> Claim | Kept:
    """Claim a key for a request, or find what was answered to the first request with it.

    Args:
        caller: a user's id, or where a stranger calls from. Keys of different callers have nothing to do with each
            other.
        key: as the client sent it.
        request: what tells requests apart: a hash of route and body.
        now: epoch seconds.
    """
    mine = Claim(caller, hashlib.sha256(key.encode()).hexdigest(), secrets.token_hex(8), request)
    fresh = OnceItem(once_key(caller), mine.name, request=request, claim=mine.token, expires_at=now + RUNNING_SECONDS)
    try:
        table.put(fresh, OnceItem.pk.does_not_exist() | (OnceItem.expires_at <= now))
    except ConditionFailed as failed:
        found = fresh if failed.item is None else OnceItem.from_raw_data(failed.item)
        is_running = found.status == 0
        return Kept(found.request == request, is_running, found.status, found.content_type or "", found.body or "")
    return mine


def keep(claimed: Claim, *, status: int, content_type: str, body: str, now: float) -> None:
    """Keep the answer to the request that claimed a key, unless the claim ran out meanwhile."""
    answered = OnceItem(
        once_key(claimed.caller),
        claimed.name,
        request=claimed.request,
        claim=claimed.token,
        status=status,
        content_type=content_type or None,
        body=body or None,
        expires_at=now + KEPT_SECONDS,
    )
    with suppress(ConditionFailed):
        table.put(answered, OnceItem.claim == claimed.token)


def give_up(claimed: Claim) -> None:
    """Free a key whose request failed."""
    with suppress(ConditionFailed):
        table.delete(OnceItem, once_key(claimed.caller), claimed.name, OnceItem.claim == claimed.token)
