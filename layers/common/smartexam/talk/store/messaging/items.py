"""The items of the messaging table, and where each lies."""

from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.constants import MAP

from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
META, ROSTER, PAIR = "META", "ROSTER", "PAIR"
MESSAGES, TIMES, CONVERSATIONS, PEERS, INBOX, LEFT = "MSG#", "TIME#", "CONV#", "PEER#", "INBOX#", "LEFT#"
# Of a message's id, the lowest bits are its number in the conversation and the rest is the conversation's id: together
# they stay below 2^53, which is as far as JavaScript counts.
_NUMBER_BITS = 23
MOST_MESSAGES = 2**_NUMBER_BITS - 1
DELETED_BLOCK = 1000
TIME_EVERY = 64


class NamesAttribute(Attribute[dict[int, str]]):
    """Names by user id, in the order in which they came."""

    attr_type = MAP

    def serialize(self, value: dict[int, str]) -> dict[str, dict[str, Any]]:
        """The map as DynamoDB takes it; it keeps no order, so each name comes with its place."""
        return {
            str(user_id): {"L": [{"N": str(place)}, {"S": name}]} for place, (user_id, name) in enumerate(value.items())
        }

    def deserialize(self, value: dict[str, dict[str, Any]]) -> dict[int, str]:
        """The map as Python has it."""
        placed = sorted((int(entry["L"][0]["N"]), int(user_id), entry["L"][1]["S"]) for user_id, entry in value.items())
        return {user_id: name for _, user_id, name in placed}


class PeerItem(Item):
    """What is between a user and another one; the same is stored with each of them."""

    class Meta:
        context = "messaging"

    connection_id = IntAttribute()
    requester_id = IntAttribute()
    other_name = UnicodeAttribute()
    status = UnicodeAttribute()
    conversation_id = IntAttribute(null=True)
    created_at = FloatAttribute()


class InboxItem(Item):
    """A request that waits for an answer."""

    class Meta:
        context = "messaging"

    connection_id = IntAttribute()
    from_id = IntAttribute()
    from_name = UnicodeAttribute()
    created_at = FloatAttribute()


class PairItem(Item):
    """Whom a connection's id stands for."""

    class Meta:
        context = "messaging"

    low_id = IntAttribute()
    high_id = IntAttribute()


class MembershipItem(Item):
    """A user's place in a conversation; see the package for how reading is counted."""

    class Meta:
        context = "messaging"

    conversation_id = IntAttribute()
    other_id = IntAttribute(null=True)
    other_name = UnicodeAttribute(null=True)
    visible_after = IntAttribute(default=0)
    read_up_to = IntAttribute(default=0)
    read_count = IntAttribute(default=0)
    last_sent = IntAttribute(default=0)
    deleted_seen = IntAttribute(default=0)

    @property
    def friend_id(self) -> int | None:
        """The other one of a DM; None for a group."""
        return self.other_id


class LeftItem(Item):
    """A group that a user has left; `searched_up_to` is how far their messages in it were looked for."""

    class Meta:
        context = "messaging"

    conversation_id = IntAttribute()
    searched_up_to = UnicodeAttribute(null=True)


class ConversationItem(Item):
    """A conversation; times are in milliseconds, which its messages' times are unique by."""

    class Meta:
        context = "messaging"

    name = UnicodeAttribute(null=True)
    message_count = IntAttribute(default=0)
    deleted_count = IntAttribute(default=0)
    last_at = IntAttribute()


class RosterItem(Item):
    """A group's members by name, in the order in which they came, and who of them is its admin."""

    class Meta:
        context = "messaging"

    admin_id = IntAttribute()
    members = NamesAttribute()
    version = IntAttribute(default=1)


class MessageItem(Item):
    """A message."""

    class Meta:
        context = "messaging"

    sender_id = IntAttribute()
    sender_name = UnicodeAttribute()
    text = UnicodeAttribute()
    sent_at = IntAttribute()
    reply_to = IntAttribute(null=True)
    client_id = UnicodeAttribute(null=True)
    is_edited = BooleanAttribute(default=False)
    is_deleted = BooleanAttribute(default=False)

    @property
    def number(self) -> int:
        """Its place in the conversation, from 1."""
        return int(self.sk.removeprefix(MESSAGES))

    @property
    def replies_to(self) -> int | None:
        """The number of the message that it replies to."""
        return self.reply_to


class TimeItem(Item):
    """The number of the message that was sent at a time."""

    class Meta:
        context = "messaging"

    number = IntAttribute()


class DeletedItem(Item):
    """Which of a block of messages were deleted, each as `<number> <sender>`."""

    class Meta:
        context = "messaging"

    entries = UnicodeSetAttribute(null=True)


class SentItem(Item):
    """What came of a `client_id`; in the ephemeral table, since nobody repeats a message after weeks."""

    class Meta:
        context = "ephemeral"

    number = IntAttribute()
    expires_at = FloatAttribute()


def conversation_key(conversation_id: int) -> str:
    """The partition of a conversation."""
    return f"CONV#{conversation_id}"


def membership_sk(conversation_id: int) -> str:
    """Where a conversation is among those of a user."""
    return f"{CONVERSATIONS}{conversation_id}"


def peer_sk(other_id: int) -> str:
    """Where another user is among those that a user has to do with."""
    return f"{PEERS}{other_id}"


def left_sk(conversation_id: int) -> str:
    """Where a group is among those that a user has left."""
    return f"{LEFT}{conversation_id}"


def request_key(connection_id: int) -> str:
    """The partition of a connection's id."""
    return f"REQUEST#{connection_id}"


def inbox_sk(connection_id: int) -> str:
    """Where a request is in an inbox."""
    return f"{INBOX}{connection_id:016d}"


def message_sk(number: int) -> str:
    """Where a message is in its conversation."""
    return f"{MESSAGES}{number:08d}"


def time_sk(milliseconds: int) -> str:
    """Where a time is in a conversation."""
    return f"{TIMES}{milliseconds:013d}"


def deleted_sk(number: int) -> str:
    """Where it is noted that a message was deleted."""
    return f"DELETED#{number // DELETED_BLOCK:04d}"


def sent_key(user_id: int) -> str:
    """The partition of the `client_id`s of a user, in the ephemeral table."""
    return f"SENT#{user_id}"


def message_id(conversation_id: int, number: int) -> int:
    """The id that clients know a message by."""
    return conversation_id << _NUMBER_BITS | number


def place_of(message_id_: int) -> tuple[int, int]:
    """The conversation and the number that a message's id stands for; there may be no such message."""
    return message_id_ >> _NUMBER_BITS, message_id_ & MOST_MESSAGES
