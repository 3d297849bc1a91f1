"""WebSocket connections, in the ephemeral table: whose they are, and which discussions they follow.

    pk             sk            what
    SOCKETS#42     SOCKETS       every connection of a user, one attribute each: when it was last heard from
    SOCKET#<id>    SOCKET        the owner of a connection, and the discussions it follows
    QUESTION#101   SOCKET#<id>   a connection that follows a question's discussion
    TICKET#42      <digest>      a ticket to connect with, and the connection that used it

All connections of a user are one item, so the devices of a hundred users are one batch read, and a sign of life is one
write that does not conflict with other connections. A user is online while one of them was heard from within
`LEASE_SECONDS`. Silent connections still get events, because the gateway reports when a connection is gone.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from smartexam.platform import opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item
from smartexam.platform.principal import Principal

LEASE_SECONDS = 120
TICKET_SECONDS = 60
# API Gateway ends every connection after two hours, so older ones are over even if we were not told.
_LONGEST_LIFE_SECONDS = 2 * 3600 + 900
# A user's item is read with every message to the user, so it must not grow without limit.
MOST_SOCKETS = 20
MOST_QUESTIONS = 20
_USER = "SOCKETS#"
_SOCKETS = "SOCKETS"
_SOCKET = "SOCKET"
_ATTRIBUTE = "socket:"


def ticket_key(user_id: int) -> str:
    """The partition of a user's tickets."""
    return f"TICKET#{user_id}"


def erase_tickets(user_id: int) -> bool:
    """Delete a user's tickets; returns whether there may be more."""
    return erase_partition("ephemeral", ticket_key(user_id))


class Socket(msgspec.Struct, frozen=True):
    """One connection.

    Attributes:
        version: the account's `auth_version` when it was opened; see `smartexam.accounts.revocations`.
        ends_at: when its credential expires, epoch seconds; 0 if unknown.
        session: the session of the credential, "" if unknown.
        connected_at: epoch seconds, as is `heard_at`: when the client last sent anything.
    """

    connection_id: str
    user_id: int
    version: int
    connected_at: float
    heard_at: float
    ends_at: float = 0.0
    session: str = ""

    def is_live(self, now: float) -> bool:
        """Whether it makes its user count as online."""
        return now < self.heard_at + LEASE_SECONDS and not self.has_ended(now)

    def has_ended(self, now: float) -> bool:
        """Whether the credential that opened it has expired."""
        return 0 < self.ends_at <= now

    def is_forgotten(self, now: float) -> bool:
        """Whether it must be over, although we were not told."""
        return now > self.heard_at + _LONGEST_LIFE_SECONDS


class Owner(msgspec.Struct, frozen=True):
    """The user of a connection.

    Attributes:
        questions: the discussions that it follows.
    """

    connection_id: str
    principal: Principal
    connected_at: float
    questions: frozenset[int]


class Change(msgspec.Struct, frozen=True):
    """Whether a user is online after one of their connections ended."""

    user_id: int
    is_online: bool


class SocketsItem(Item):
    """A user's connections."""

    class Meta:
        context = "ephemeral"

    expires_at = FloatAttribute()
    sockets: tuple[Socket, ...] = ()

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> "SocketsItem":
        """The item with its connections, each in an attribute named after it."""
        item = super().from_raw_data(data)
        user_id = int(data["pk"]["S"].removeprefix(_USER))
        item.sockets = tuple(
            _socket(user_id, name.removeprefix(_ATTRIBUTE), value["S"])
            for name, value in data.items()
            if name.startswith(_ATTRIBUTE)
        )
        return item


class OwnerItem(Item):
    """The owner of a connection."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    role = UnicodeAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()
    auth_version = IntAttribute()
    ends_at = FloatAttribute(default=0.0)
    session = UnicodeAttribute(default="")
    connected_at = FloatAttribute()
    questions = UnicodeSetAttribute(null=True)
    expires_at = FloatAttribute()


class FollowerItem(Item):
    """A connection that follows a discussion."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    auth_version = IntAttribute()
    ends_at = FloatAttribute(default=0.0)
    session = UnicodeAttribute(default="")
    connected_at = FloatAttribute()
    expires_at = FloatAttribute()


class TicketItem(Item):
    """A ticket to open one connection with."""

    class Meta:
        context = "ephemeral"

    role = UnicodeAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()
    auth_version = IntAttribute()
    ends_at = FloatAttribute(default=0.0)
    session = UnicodeAttribute(default="")
    expires_at = FloatAttribute()
    spent_by = UnicodeAttribute(null=True)


def issue_ticket(principal: Principal, now: float) -> str:
    """Store a ticket to open one connection with, valid for `TICKET_SECONDS`, and return it."""
    minted = opaque.mint(principal.user_id)
    table.put(
        TicketItem(
            ticket_key(principal.user_id),
            minted.digest,
            role=principal.role,
            username=principal.username,
            full_name=principal.full_name,
            auth_version=principal.version,
            ends_at=principal.ends_at,
            session=principal.session,
            expires_at=now + TICKET_SECONDS,
        )
    )
    return minted.token


def spend_ticket(ticket: str, connection_id: str, now: float) -> Principal | None:
    """The principal of a ticket; from now on the ticket is valid for this connection only.

    Returns:
        None if it is unknown, used or too old.
    """
    owner = opaque.owner(ticket)
    if owner is None:
        return None
    # Not deleted: after a lost answer, a ticket just used could not be told from an unknown one.
    fresh = TicketItem.spent_by.does_not_exist() | (TicketItem.spent_by == connection_id)
    try:
        item = table.update(
            TicketItem,
            ticket_key(owner),
            opaque.digest(ticket),
            [TicketItem.spent_by.set(connection_id)],
            (TicketItem.expires_at > now) & fresh,
        )
    except ConditionFailed:
        return None
    return _principal(owner, item)


def connect(connection_id: str, principal: Principal, now: float) -> bool:
    """Record a new connection; returns whether its user was online before.

    Beyond `MOST_SOCKETS` connections, a user's oldest ones are dropped.
    """
    table.put(
        OwnerItem(
            _socket_key(connection_id),
            _SOCKET,
            user_id=principal.user_id,
            role=principal.role,
            username=principal.username,
            full_name=principal.full_name,
            auth_version=principal.version,
            ends_at=principal.ends_at,
            session=principal.session,
            connected_at=now,
            expires_at=now + _LONGEST_LIFE_SECONDS,
        )
    )
    others = _note_heard(_socket_of(connection_id, principal, now, now), now)
    kept = sorted(others, key=lambda socket: socket.connected_at, reverse=True)[: MOST_SOCKETS - 1]
    dropped = [socket for socket in others if socket not in kept or socket.is_forgotten(now)]
    if dropped:
        _forget(principal.user_id, [socket.connection_id for socket in dropped])
        table.batch_delete("ephemeral", [(_socket_key(socket.connection_id), _SOCKET) for socket in dropped])
    return any(socket.is_live(now) for socket in others)


def owner_of(connection_id: str) -> Owner | None:
    """The user of a connection; None if it is not signed in."""
    item = table.get(OwnerItem, _socket_key(connection_id), _SOCKET)
    return None if item is None else _owner(connection_id, item)


def hear(owner: Owner, now: float) -> bool:
    """Record that a connection was heard from, so that its user is online for another `LEASE_SECONDS`.

    Returns:
        Whether they were online before.
    """
    before = _note_heard(_socket_of(owner.connection_id, owner.principal, owner.connected_at, now), now)
    return any(socket.is_live(now) for socket in before)


def disconnect(connection_id: str, now: float) -> Change | None:
    """Forget a connection; returns its user's presence afterwards, None if it was forgotten before.

    The user's list is changed last, because it finds the connection again: after an interruption, `drop` completes
    this.
    """
    item = table.get(OwnerItem, _socket_key(connection_id), _SOCKET)
    if item is None:
        return None
    _unfollow_all(connection_id, item)
    was_there = table.delete(OwnerItem, _socket_key(connection_id), _SOCKET) is not None
    left = _forget(item.user_id, [connection_id])
    if not was_there:
        return None
    return Change(item.user_id, is_online=any(socket.is_live(now) for socket in left))


def drop(socket: Socket) -> None:
    """Send nothing more to a connection that is gone.

    Its owner stays stored until its `$disconnect` arrives, which must announce that its user is offline.
    """
    key = _socket_key(socket.connection_id)
    try:
        item = table.exchange(OwnerItem, key, _SOCKET, [OwnerItem.questions.remove()], OwnerItem.pk.exists())
    except ConditionFailed:
        item = None
    if item is not None:
        _unfollow_all(socket.connection_id, item)
    _forget(socket.user_id, [socket.connection_id])


def of_users(user_ids: Iterable[int]) -> dict[int, tuple[Socket, ...]]:
    """The connections of users, without users who have none; one round trip per 100 users."""
    found = table.batch_get((SocketsItem, _user_key(user_id), _SOCKETS) for user_id in user_ids)
    return {int(pk.removeprefix(_USER)): item.sockets for (pk, _), item in found.items() if item.sockets}


def online(user_ids: Iterable[int], now: float) -> set[int]:
    """Which of these users are online; one round trip per 100 users."""
    found = of_users(user_ids)
    return {user_id for user_id, sockets in found.items() if any(socket.is_live(now) for socket in sockets)}


def presence_key(user_id: int) -> tuple[type[SocketsItem], str, str]:
    """The key of a user's connections, for a wider batch read."""
    return SocketsItem, _user_key(user_id), _SOCKETS


def follow(owner: Owner, question_id: int, now: float) -> bool:
    """Let a connection follow a question's discussion; False if it follows `MOST_QUESTIONS` others already."""
    if len(owner.questions | {question_id}) > MOST_QUESTIONS:
        return False
    # First the record by which it is found when the connection ends.
    if _note_questions(owner, OwnerItem.questions.add({str(question_id)})):
        table.put(
            FollowerItem(
                question_key(question_id),
                f"SOCKET#{owner.connection_id}",
                user_id=owner.principal.user_id,
                auth_version=owner.principal.version,
                ends_at=owner.principal.ends_at,
                session=owner.principal.session,
                connected_at=owner.connected_at,
                expires_at=now + _LONGEST_LIFE_SECONDS,
            )
        )
    return True


def unfollow(owner: Owner, question_id: int) -> None:
    """Let a connection stop following a discussion."""
    table.delete(FollowerItem, question_key(question_id), f"SOCKET#{owner.connection_id}")
    _note_questions(owner, OwnerItem.questions.delete({str(question_id)}))


def followers(question_id: int, now: float) -> list[Socket]:
    """The connections that follow a question's discussion."""
    return [
        Socket(
            item.sk.removeprefix("SOCKET#"),
            item.user_id,
            item.auth_version,
            item.connected_at,
            item.connected_at,
            item.ends_at,
            item.session,
        )
        for item in table.query_all(FollowerItem, question_key(question_id), prefix="SOCKET#")
        if item.expires_at > now
    ]


def erase_user(user_id: int) -> None:
    """Forget all connections of a user; deletes the items by which they are found last."""
    item = table.get(SocketsItem, _user_key(user_id), _SOCKETS)
    for socket in () if item is None else item.sockets:
        disconnect(socket.connection_id, socket.heard_at)
    table.delete(SocketsItem, _user_key(user_id), _SOCKETS)


def question_key(question_id: int) -> str:
    """The partition of the connections that follow a question's discussion."""
    return f"QUESTION#{question_id}"


def _note_heard(socket: Socket, now: float) -> tuple[Socket, ...]:
    """Store when a connection was heard from; returns its user's connections as they were before."""
    entry = f"{socket.heard_at:.3f} {socket.connected_at:.3f} {socket.version} {socket.ends_at:.3f} {socket.session}"
    item = table.exchange(
        SocketsItem,
        _user_key(socket.user_id),
        _SOCKETS,
        [_path(socket.connection_id).set(entry), SocketsItem.expires_at.set(now + _LONGEST_LIFE_SECONDS)],
    )
    return () if item is None else item.sockets


def _forget(user_id: int, connection_ids: Iterable[str]) -> tuple[Socket, ...]:
    actions = [_path(connection_id).remove() for connection_id in connection_ids]
    try:
        return table.update(SocketsItem, _user_key(user_id), _SOCKETS, actions, SocketsItem.pk.exists()).sockets
    except ConditionFailed:
        return ()


def _unfollow_all(connection_id: str, item: OwnerItem) -> None:
    sk = f"SOCKET#{connection_id}"
    table.batch_delete("ephemeral", [(question_key(int(question_id)), sk) for question_id in item.questions or ()])


def _note_questions(owner: Owner, change: Action) -> bool:
    """Change the followed discussions; returns whether the connection still exists."""
    try:
        table.update(OwnerItem, _socket_key(owner.connection_id), _SOCKET, [change], OwnerItem.pk.exists())
    except ConditionFailed:
        return False
    return True


def _path(connection_id: str) -> Path:
    # A path of one segment, because a connection's id may contain any character, including dots.
    return Path([f"{_ATTRIBUTE}{connection_id}"])


def _socket(user_id: int, connection_id: str, entry: str) -> Socket:
    # Older connections have only three values, without an end.
    heard_at, connected_at, version, ends_at, session = [*entry.split(" "), "0", ""][:5]
    return Socket(connection_id, user_id, int(version), float(connected_at), float(heard_at), float(ends_at), session)


def _socket_of(connection_id: str, who: Principal, connected_at: float, heard_at: float) -> Socket:
    return Socket(connection_id, who.user_id, who.version, connected_at, heard_at, who.ends_at, who.session)


def _principal(user_id: int, item: OwnerItem | TicketItem) -> Principal:
    return Principal(
        user_id,
        item.role,
        item.username,
        item.full_name,
        item.auth_version,
        session=item.session,
        ends_at=item.ends_at,
    )


def _user_key(user_id: int) -> str:
    return f"{_USER}{user_id}"


def _socket_key(connection_id: str) -> str:
    return f"SOCKET#{connection_id}"


def _owner(connection_id: str, item: OwnerItem) -> Owner:
    return Owner(
        connection_id,
        _principal(item.user_id, item),
        item.connected_at,
        frozenset(int(question_id) for question_id in item.questions or ()),
    )
