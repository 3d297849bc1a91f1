"""Connections between two users: requests, answers, removal.

Each change is one transaction on the two mirrored items of the connection, so simultaneous requests in both directions,
or accepting twice, give one connection and one conversation.
"""

from collections.abc import Callable, Iterable

import msgspec

from smartexam.platform import ids
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, Item, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Conflict, Forbidden, NotFound, Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.principal import Principal
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import blocks
from smartexam.talk.store.messaging.items import (
    ACCEPTED,
    INBOX,
    META,
    PAIR,
    PEERS,
    PENDING,
    REJECTED,
    ConversationItem,
    InboxItem,
    MembershipItem,
    PairItem,
    PeerItem,
    conversation_key,
    inbox_sk,
    membership_sk,
    peer_sk,
    request_key,
)
from smartexam.talk.store.sockets import SocketsItem

_ATTEMPTS = 6


class Peer(msgspec.Struct, frozen=True):
    """A user's connection with another user.

    Attributes:
        requester_id: who asked last.
        status: `pending`, `accepted` or `rejected`.
        conversation_id: their DM, once accepted.
    """

    user_id: int
    other_id: int
    other_name: str
    connection_id: int
    requester_id: int
    status: str
    conversation_id: int | None
    created_at: float


class PendingRequest(msgspec.Struct, frozen=True):
    """A request in an inbox; `created_at` in epoch seconds."""

    connection_id: int
    from_id: int
    from_name: str
    from_username: str | None
    created_at: float


class Standing(msgspec.Struct, frozen=True):
    """Another user as seen by one: the status of their connection, if any, and whether they are online."""

    status: str | None
    is_online: bool


def get_peer(user_id: int, other_id: int) -> Peer | None:
    """The connection between two users, None if there never was one."""
    item = table.get(PeerItem, user_key(user_id), peer_sk(other_id))
    return None if item is None else _peer(item)


def accepted_names(user_id: int, other_ids: Iterable[int]) -> dict[int, str]:
    """The names, by id, of those other users who are connected with a user.

    Raises:
        Forbidden: the user has blocked one of them, or the other way round.
    """
    others = list(other_ids)
    wanted: list[tuple[type[Item], str, str]] = [(PeerItem, user_key(user_id), peer_sk(other)) for other in others]
    found = table.batch_get([*wanted, blocks.key(user_id)])
    between = blocks.of_item(found.pop(blocks.key(user_id)[1:], None))
    if any(other in between for other in others):
        raise blocks.refusal()
    peers = [_peer(item) for item in found.values() if isinstance(item, PeerItem)]
    return {peer.other_id: peer.other_name for peer in peers if peer.status == ACCEPTED}


def standings(user_id: int, other_ids: Iterable[int], now: float) -> dict[int, Standing]:
    """The standings of other users to a user, to whom those who have blocked them seem offline; one round trip for
    49."""
    others = list(other_ids)
    wanted: list[tuple[type[Item], str, str]] = [(PeerItem, user_key(user_id), peer_sk(other)) for other in others]
    wanted += [sockets.presence_key(other) for other in others]
    found = table.batch_get([*wanted, blocks.key(user_id)])
    hidden = blocks.of_item(found.get(blocks.key(user_id)[1:])).blocked_by
    standing = {}
    for other in others:
        peer = found.get((user_key(user_id), peer_sk(other)))
        presence = found.get(sockets.presence_key(other)[1:])
        standing[other] = Standing(
            peer.status if isinstance(peer, PeerItem) else None,
            other not in hidden
            and isinstance(presence, SocketsItem)
            and any(socket.is_live(now) for socket in presence.sockets),
        )
    return standing


def ask(asker: Principal, other_id: int, other_name: str, now: float) -> Peer:
    """Ask another user for a connection; if they have asked already, this accepts.

    Returns:
        The connection: pending, or accepted.

    Raises:
        Conflict: asked already, or connected.
        Forbidden: one of the two has blocked the other.
    """
    for _ in range(_ATTEMPTS):
        peer = find_askable(asker.user_id, other_id)
        if peer is not None and peer.status == PENDING:
            return accept(asker, peer.connection_id, now)
        connection_id = ids.next_id("connection") if peer is None else peer.connection_id
        try:
            between = blocks.check(asker.user_id, other_id)
            table.transact([between, *_asking(asker, other_id, other_name, connection_id, now)])
        except TransactionRefused:
            continue  # the connection changed meanwhile: read it again
        return Peer(asker.user_id, other_id, other_name, connection_id, asker.user_id, PENDING, None, now)
    raise Unavailable


def find_askable(asker_id: int, other_id: int) -> Peer | None:
    """The connection to somebody who may be asked: none, one that was rejected, or one that they wait for.

    Raises:
        Conflict: asked already, or connected.
        Forbidden: one of the two has blocked the other.
    """
    peer = _unblocked_peer(asker_id, other_id)
    if peer is not None and peer.status == ACCEPTED:
        raise Conflict("You are already connected", code="already_connected")
    if peer is not None and peer.status == PENDING and peer.requester_id == asker_id:
        raise Conflict("The request was already sent", code="already_requested")
    return peer


def inbox(user_id: int, *, limit: int) -> list[PendingRequest]:
    """Requests that wait for a user's answer, the newest first."""
    found = table.query(InboxItem, user_key(user_id), limit=limit, prefix=INBOX, newest_first=True).items
    requests = [
        PendingRequest(item.connection_id, item.from_id, item.from_name, item.from_username, item.created_at)
        for item in found
    ]
    return sorted(requests, key=lambda request: request.created_at, reverse=True)


def accept(recipient: Principal, connection_id: int, now: float) -> Peer:
    """Accept a request, which creates the two users' conversation; repeating it changes nothing.

    Raises:
        NotFound: there is no such request.
        Forbidden: it was made to somebody else, or one of the two has blocked the other.
        Conflict: it was rejected before.
    """
    for _ in range(_ATTEMPTS):
        peer = _addressed_to(recipient.user_id, connection_id)
        if peer.status == ACCEPTED:
            return peer
        if peer.status == REJECTED:
            raise Conflict("The request was already rejected", code="already_answered")
        conversation_id = ids.next_id("conversation")
        try:
            between = blocks.check(recipient.user_id, peer.other_id)
            table.transact([between, *_accepting(recipient, peer, conversation_id, now)])
        except TransactionRefused as refused:
            if refused.failed[0]:
                raise blocks.refusal() from None
            continue
        return Peer(
            peer.user_id,
            peer.other_id,
            peer.other_name,
            connection_id,
            peer.requester_id,
            ACCEPTED,
            conversation_id,
            peer.created_at,
        )
    raise Unavailable


def reject(recipient_id: int, connection_id: int) -> None:
    """Reject a request; repeating it changes nothing.

    Raises:
        NotFound: there is no such request.
        Forbidden: it was made to somebody else.
        Conflict: it was accepted before.
    """
    for _ in range(_ATTEMPTS):
        peer = _addressed_to(recipient_id, connection_id)
        if peer.status == REJECTED:
            return
        if peer.status == ACCEPTED:
            raise Conflict("The request was already accepted", code="already_answered")
        try:
            table.transact(
                [
                    *_both(peer, REJECTED, None),
                    Delete(InboxItem, user_key(recipient_id), inbox_sk(connection_id)),
                ]
            )
        except TransactionRefused:
            continue
        return
    raise Unavailable


def remove(user_id: int, other_id: int, *, before_it_ends: Callable[[int], None] | None = None) -> Peer | None:
    """Delete the connection of two users and their conversation, whose messages are erased later.

    `before_it_ends` is called with the conversation's id before the deletion. Returns the deleted connection, None if
    there was none.
    """
    for _ in range(_ATTEMPTS):
        peer = get_peer(user_id, other_id)
        if peer is None:
            return None
        if peer.conversation_id is not None and before_it_ends is not None:
            before_it_ends(peer.conversation_id)
        unchanged = (PeerItem.connection_id == peer.connection_id) & (PeerItem.status == peer.status)
        operations: list[Operation] = [
            Delete(PeerItem, user_key(user_id), peer_sk(other_id), unchanged),
            Delete(PeerItem, user_key(other_id), peer_sk(user_id)),
            Delete(PairItem, request_key(peer.connection_id), PAIR),
            Delete(InboxItem, user_key(user_id), inbox_sk(peer.connection_id)),
            Delete(InboxItem, user_key(other_id), inbox_sk(peer.connection_id)),
        ]
        if peer.conversation_id is not None:
            place = membership_sk(peer.conversation_id)
            operations += [
                Delete(ConversationItem, conversation_key(peer.conversation_id), META),
                Delete(MembershipItem, user_key(user_id), place),
                Delete(MembershipItem, user_key(other_id), place),
            ]
        try:
            table.transact(operations)
        except TransactionRefused:
            continue
        return peer
    raise Unavailable


def all_peers(user_id: int) -> list[Peer]:
    """All connections of a user, in any state."""
    return [_peer(item) for item in table.query_all(PeerItem, user_key(user_id), prefix=PEERS)]


def some_peers(user_id: int, *, limit: int) -> list[Peer]:
    """Up to `limit` users with whom a user has a connection, in any state."""
    return [_peer(item) for item in table.query(PeerItem, user_key(user_id), limit=limit, prefix=PEERS).items]


def _unblocked_peer(user_id: int, other_id: int) -> Peer | None:
    wanted: list[tuple[type[Item], str, str]] = [
        (PeerItem, user_key(user_id), peer_sk(other_id)),
        blocks.key(user_id),
    ]
    found = table.batch_get(wanted)
    if other_id in blocks.of_item(found.get(blocks.key(user_id)[1:])):
        raise blocks.refusal()
    item = found.get((user_key(user_id), peer_sk(other_id)))
    return _peer(item) if isinstance(item, PeerItem) else None


def _addressed_to(user_id: int, connection_id: int) -> Peer:
    pair = table.get(PairItem, request_key(connection_id), PAIR)
    if pair is None:
        raise NotFound("No such request", code="request_not_found")
    if user_id not in {pair.low_id, pair.high_id}:
        raise Forbidden("This request was not made to you", code="not_the_recipient")
    peer = get_peer(user_id, pair.high_id if user_id == pair.low_id else pair.low_id)
    if peer is None or peer.connection_id != connection_id:
        raise NotFound("No such request", code="request_not_found")
    if peer.requester_id == user_id:
        raise Forbidden("This request was not made to you", code="not_the_recipient")
    return peer


def _asking(asker: Principal, other_id: int, other_name: str, connection_id: int, now: float) -> list[Operation]:
    free = PeerItem.pk.does_not_exist() | (PeerItem.status == REJECTED)
    low_id, high_id = sorted((asker.user_id, other_id))
    sides = ((asker.user_id, other_id, other_name), (other_id, asker.user_id, asker.full_name))
    return [
        *(
            Put(
                PeerItem(
                    user_key(user_id),
                    peer_sk(peer_id),
                    connection_id=connection_id,
                    requester_id=asker.user_id,
                    other_name=name,
                    status=PENDING,
                    created_at=now,
                ),
                free,
            )
            for user_id, peer_id, name in sides
        ),
        Put(PairItem(request_key(connection_id), PAIR, low_id=low_id, high_id=high_id)),
        Put(
            InboxItem(
                user_key(other_id),
                inbox_sk(connection_id),
                connection_id=connection_id,
                from_id=asker.user_id,
                from_name=asker.full_name,
                from_username=asker.username,
                created_at=now,
            )
        ),
    ]


def _accepting(recipient: Principal, peer: Peer, conversation_id: int, now: float) -> list[Operation]:
    place = membership_sk(conversation_id)
    sides = ((peer.user_id, peer.other_id, peer.other_name), (peer.other_id, peer.user_id, recipient.full_name))
    return [
        *_both(peer, ACCEPTED, conversation_id),
        Put(ConversationItem(conversation_key(conversation_id), META, last_at=int(now * 1000))),
        *(
            Put(
                MembershipItem(
                    user_key(user_id), place, conversation_id=conversation_id, other_id=other_id, other_name=name
                )
            )
            for user_id, other_id, name in sides
        ),
        Delete(InboxItem, user_key(peer.user_id), inbox_sk(peer.connection_id)),
    ]


def _both(peer: Peer, status: str, conversation_id: int | None) -> list[Operation]:
    """The writes that answer a pending request, on both sides."""
    waiting = (PeerItem.status == PENDING) & (PeerItem.requester_id == peer.other_id)
    actions = [PeerItem.status.set(status)]
    if conversation_id is not None:
        actions.append(PeerItem.conversation_id.set(conversation_id))
    return [
        Update(PeerItem, user_key(peer.user_id), peer_sk(peer.other_id), actions, waiting),
        Update(PeerItem, user_key(peer.other_id), peer_sk(peer.user_id), actions, waiting),
    ]


def _peer(item: PeerItem) -> Peer:
    return Peer(
        int(item.pk.removeprefix("USER#")),
        int(item.sk.removeprefix(PEERS)),
        item.other_name,
        item.connection_id,
        item.requester_id,
        item.status,
        item.conversation_id,
        item.created_at,
    )
