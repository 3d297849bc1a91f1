"""Searches for people, and connects them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from chat.models import LONGEST_REASON, BlockedUser, FoundUser, InboxEntry, ReportBody
from smartexam.accounts.store import directory, identity
from smartexam.limits import rate_limits
from smartexam.platform import audit
from smartexam.platform.errors import AppError, BadRequest, NotFound, RateLimited
from smartexam.platform.observability import note
from smartexam.platform.principal import Principal
from smartexam.platform.texts import read_text
from smartexam.platform.times import iso
from smartexam.talk import realtime
from smartexam.talk.ending import order_erasure
from smartexam.talk.realtime import Event
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import blocks, connections, messages
from smartexam.talk.store.messaging.connections import Peer
from smartexam.talk.store.messaging.items import ACCEPTED, PENDING

MOST_FOUND = 10
MOST_REQUESTS = 100
MOST_IDS = 100
REQUESTS_AN_HOUR = 30
BLOCKS_AN_HOUR = 100
# More than anybody types, and a bound for whoever collects names.
SEARCHES_IN_TEN_MINUTES = 100
REPORTS_A_DAY = 10
# The first, and one more after a rejection or the end of a friendship.
REQUESTS_TO_ONE_A_DAY = 2
_IDS = re.compile(r"[1-9][0-9]{0,15}(,[1-9][0-9]{0,15})*")
_STATUSES: dict[str, Literal["pending", "accepted", "rejected"]] = {
    "pending": "pending",
    "accepted": "accepted",
    "rejected": "rejected",
}


def search(caller: Principal, text: str, now: float) -> list[FoundUser]:
    """People by the start of their username or of a word of their name: two round trips, and the count.

    Raises:
        RateLimited: the caller searches too often.
    """
    with rate_limits.use("chat_search", caller.user_id, limit=SEARCHES_IN_TEN_MINUTES, seconds=600, now=now):
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
        Forbidden: one of the two has blocked the other.
        Conflict: asked already, or connected.
        RateLimited: the caller has sent too many requests, or too many to this person.
    """
    if recipient_id == caller.user_id:
        raise BadRequest("You cannot connect with yourself", code="oneself")
    recipient = identity.get_user(recipient_id)
    # People who never set a password are not found by the search either.
    if recipient is None or (recipient.password_hash is None and recipient.google_sub is None):
        raise NotFound("No such user", code="user_not_found")
    try:
        with _request(caller, recipient_id, now):
            peer = connections.ask(caller, recipient_id, recipient.full_name, now)
    except RateLimited:
        # Where a request is not possible at all, waiting would not help; and accepting one needs no limit.
        waiting = connections.find_askable(caller.user_id, recipient_id)
        if waiting is None or waiting.status != PENDING:
            raise
        peer = connections.accept(caller, waiting.connection_id, now)
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
        Forbidden: it was made to somebody else, or one of the two has blocked the other.
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


def block(caller: Principal, other_id: int, now: float) -> None:
    """Block somebody: the two can send each other neither requests nor messages, and the caller seems offline to them.

    A friendship stays, for the case that the block is lifted; a waiting request is deleted.

    Raises:
        BadRequest: oneself.
        NotFound: there is no such user.
        Conflict: the caller has blocked too many.
        RateLimited: the caller blocks too often.
    """
    if other_id == caller.user_id:
        raise BadRequest("You cannot block yourself", code="oneself")
    if identity.get_user(other_id) is None:
        raise NotFound("No such user", code="user_not_found")
    with rate_limits.use("chat_block", caller.user_id, limit=BLOCKS_AN_HOUR, seconds=3600, now=now):
        blocks.block(caller.user_id, other_id)
    peer = connections.get_peer(caller.user_id, other_id)
    if peer is not None and peer.status == PENDING:
        connections.remove(caller.user_id, other_id)
    elif peer is not None and peer.status == ACCEPTED:
        realtime.publish_to_users([other_id], "user_offline", {"user_id": caller.user_id}, now=now)


def unblock(caller: Principal, other_id: int, now: float) -> None:
    """Lift a block; nothing happens without one, such as of oneself."""
    if other_id == caller.user_id:
        return
    blocks.unblock(caller.user_id, other_id)
    try:
        peer = connections.get_peer(caller.user_id, other_id)
        is_seen = peer is not None and peer.status == ACCEPTED and bool(sockets.online([caller.user_id], now))
    except AppError:
        note(unsent="user_online")
        return
    if is_seen:
        realtime.publish_to_users([other_id], "user_online", {"user_id": caller.user_id}, now=now)


def list_blocked(caller: Principal) -> list[BlockedUser]:
    """The users whom the caller has blocked, by username."""
    users = identity.get_users(blocks.of_user(caller.user_id).blocked).values()
    rows = [BlockedUser(user.id, user.username, user.full_name) for user in users]
    return sorted(rows, key=lambda row: row.username)


def report(caller: Principal, body: ReportBody, now: float) -> None:
    """Report somebody to the administrators.

    The log outlives accounts, so it gets the reason and the ids, but not the text of the message.

    Raises:
        BadRequest: oneself, or the message is not one of theirs that the caller can see.
        InvalidFields: the reason is empty or too long.
        NotFound: there is no such user.
        RateLimited: the caller reports too often.
    """
    reason = read_text(body.reason, "reason", longest=LONGEST_REASON)
    if body.user_id == caller.user_id:
        raise BadRequest("You cannot report yourself", code="oneself")
    if identity.get_user(body.user_id) is None:
        raise NotFound("No such user", code="user_not_found")
    if body.message_id is not None and messages.sender_of(caller.user_id, body.message_id) != body.user_id:
        raise BadRequest("This is not a message of theirs in a conversation of yours", code="unknown_message")
    told = {"reason": reason} if body.message_id is None else {"reason": reason, "message_id": body.message_id}
    change = audit.Change(caller.user_id, "chat.report", f"user:{body.user_id}", None, told)
    with rate_limits.use("chat_report", caller.user_id, limit=REPORTS_A_DAY, seconds=24 * 3600, now=now):
        audit.record(change, now)


def online_status(caller: Principal, text: str, now: float) -> dict[str, bool]:
    """Which users are online, by id; those who have blocked the caller seem offline.

    Raises:
        BadRequest: the ids are not 1 to 100 numbers separated by commas.
    """
    plain = text.replace(" ", "")
    if not _IDS.fullmatch(plain) or plain.count(",") >= MOST_IDS:
        raise BadRequest(f"ids must be 1 to {MOST_IDS} numbers, separated by commas", code="invalid_ids")
    ids = [int(part) for part in plain.split(",")]
    online = sockets.online(set(ids), now)
    # Nobody is hidden from where nobody is online, and who is alone online is often the caller.
    if online - {caller.user_id}:
        online -= blocks.of_user(caller.user_id).blocked_by
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
