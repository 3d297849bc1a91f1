"""Searches for people, and connects them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from chat.models import FoundUser, InboxEntry
from smartexam.accounts.store import directory, identity
from smartexam.limits import rate_limits
from smartexam.platform.errors import BadRequest, NotFound
from smartexam.platform.principal import Principal
from smartexam.platform.times import iso
from smartexam.talk import realtime
from smartexam.talk.ending import order_erasure
from smartexam.talk.realtime import Event
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import connections
from smartexam.talk.store.messaging.connections import Peer
from smartexam.talk.store.messaging.items import ACCEPTED

MOST_FOUND = 10
MOST_REQUESTS = 100
MOST_IDS = 100
REQUESTS_AN_HOUR = 30
# The first, and one more after a rejection or the end of a friendship.
REQUESTS_TO_ONE_A_DAY = 2
_IDS = re.compile(r"[1-9][0-9]{0,15}(,[1-9][0-9]{0,15})*")
_STATUSES: dict[str, Literal["pending", "accepted", "rejected"]] = {
    "pending": "pending",
    "accepted": "accepted",
    "rejected": "rejected",
}


def search(caller: Principal, text: str, now: float) -> list[FoundUser]:
    """People by the start of their username or of a word of their name: two round trips."""
    found = directory.search_users(text, limit=MOST_FOUND, but=caller.user_id)
    standings = connections.standings(caller.user_id, [person.id for person in found], now)
    return [
        FoundUser(
            id=person.id,
            username=person.username,
            full_name=person.full_name,
            online=standings[person.id].is_online,
            connection_status=_STATUSES.get(standings[person.id].status or ""),
        )
        for person in found
    ]


def ask(caller: Principal, recipient_id: int, now: float) -> None:
    """Ask somebody for a connection; who was asked by them already accepts with it.

    Raises:
        BadRequest: oneself.
        NotFound: there is no such user.
        Conflict: asked already, or connected.
        RateLimited: the caller has sent too many requests, or too many to this person.
    """
    if recipient_id == caller.user_id:
        raise BadRequest("You cannot connect with yourself", code="oneself")
    recipient = identity.get_user(recipient_id)
    # People who never set a password are not found by the search either.
    if recipient is None or (recipient.password_hash is None and recipient.google_sub is None):
        raise NotFound("No such user", code="user_not_found")
    with _request(caller, recipient_id, now):
        peer = connections.ask(caller, recipient_id, recipient.full_name, now)
    if peer.status == ACCEPTED:
        _tell_accepted(caller, peer, now)
        return
    data = {"conn_id": peer.connection_id, "from_id": caller.user_id, "from_name": caller.full_name}
    realtime.publish_to_users([recipient_id], "chat_request", data, now=now)


def inbox(caller: Principal) -> list[InboxEntry]:
    """Requests that wait for the caller's answer, the newest first."""
    return [
        InboxEntry(
            conn_id=request.connection_id,
            from_id=request.from_id,
            from_name=request.from_name,
            from_username=request.from_username,
            created_at=iso(request.created_at),
        )
        for request in connections.inbox(caller.user_id, limit=MOST_REQUESTS)
    ]


def accept(caller: Principal, connection_id: int, now: float) -> int:
    """Accept a request; returns the id of the conversation.

    Raises:
        NotFound: there is no such request.
        Forbidden: it was made to somebody else.
        Conflict: it was rejected.
    """
    peer = connections.accept(caller, connection_id, now)
    return _tell_accepted(caller, peer, now)


def unfriend(caller: Principal, other_id: int, now: float) -> None:
    """Delete the connection with somebody, in any state, and their conversation.

    Raises:
        NotFound: there is none.
    """
    peer = connections.remove(caller.user_id, other_id, before_it_ends=order_erasure)
    if peer is None:
        raise NotFound("You are not connected with this user", code="connection_not_found")
    if peer.conversation_id is not None:
        data = {"conv_id": peer.conversation_id}
        realtime.publish_to_users([caller.user_id, other_id], "conversation_removed", data, now=now)


def online_status(text: str, now: float) -> dict[str, bool]:
    """Which users are online, by id.

    Raises:
        BadRequest: the ids are not 1 to 100 numbers separated by commas.
    """
    plain = text.replace(" ", "")
    if not _IDS.fullmatch(plain) or plain.count(",") >= MOST_IDS:
        raise BadRequest(f"ids must be 1 to {MOST_IDS} numbers, separated by commas", code="invalid_ids")
    ids = [int(part) for part in plain.split(",")]
    online = sockets.online(set(ids), now)
    return {str(user_id): user_id in online for user_id in ids}


def _tell_accepted(caller: Principal, peer: Peer, now: float) -> int:
    conversation_id = peer.conversation_id or 0
    data = {"conn_id": peer.connection_id, "conv_id": conversation_id, "by_name": caller.full_name}
    realtime.publish([Event("request_accepted", data, [peer.other_id])], now=now)
    return conversation_id


@contextmanager
def _request(caller: Principal, recipient_id: int, now: float) -> Iterator[None]:
    """Count a connection request; one that fails is not counted."""
    with (
        rate_limits.use(
            "chat_request",
            caller.user_id,
            limit=REQUESTS_AN_HOUR,
            seconds=3600,
            now=now,
            message="Too many requests. Please try again later.",
        ),
        rate_limits.use(
            f"chat_request#{recipient_id}",
            caller.user_id,
            limit=REQUESTS_TO_ONE_A_DAY,
            seconds=24 * 3600,
            now=now,
            message="You have asked this person too often. Please try again later.",
        ),
    ):
        yield
