"""The items and keys of the messaging table."""

from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.constants import MAP

from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
META, ROSTER, PAIR = "META", "ROSTER", "PAIR"
MESSAGES, TIMES, CONVERSATIONS, PEERS, INBOX, LEFT = "MSG#", "TIME#", "CONV#", "PEER#", "INBOX#", "LEFT#"
# The lowest bits of a message's id are its number in the conversation, the others the conversation's id. Together they
# stay below 2^53, the largest exact integer in JavaScript.
_NUMBER_BITS = 23
MOST_MESSAGES = 2**_NUMBER_BITS - 1
DELETED_BLOCK = 1000
TIME_EVERY = 64


class NamesAttribute(Attribute[dict[int, str]]):
    """Names by user id, in insertion order."""

    attr_type = MAP

    def serialize(self, value: dict[int, str]) -> dict[str, dict[str, Any]]:
        """The map as DynamoDB takes it; it keeps no order, so each name is stored with its position."""
        return {
            str(user_id): {"L": [{"N": str(place)}, {"S": name}]} for place, (user_id, name) in enumerate(value.items())
        }

    def deserialize(self, value: dict[str, dict[str, Any]]) -> dict[int, str]:
        """The map as Python has it."""
        placed = sorted((int(entry["L"][0]["N"]), int(user_id), entry["L"][1]["S"]) for user_id, entry in value.items())
        return {user_id: name for _, user_id, name in placed}


class PeerItem(Item):
    """A user's connection with another user; the other user has the same item."""

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
    # None in requests from before it was stored.
    from_username = UnicodeAttribute(null=True)
    created_at = FloatAttribute()


class PairItem(Item):
    """The two users of the connection with this id."""

    class Meta:
        context = "messaging"

    low_id = IntAttribute()
    high_id = IntAttribute()


class MembershipItem(Item):
    """A user's membership in a conversation; see the package for how reading is counted."""

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
        """The other user of a DM; None for a group."""
        return self.other_id


class LeftItem(Item):
    """A group that a user has left; `searched_up_to` is how far the user's messages in it were searched for."""

    class Meta:
        context = "messaging"

    conversation_id = IntAttribute()
    searched_up_to = UnicodeAttribute(null=True)


class ConversationItem(Item):
    """A conversation; times are in milliseconds and unique among its messages."""

    class Meta:
        context = "messaging"

    name = UnicodeAttribute(null=True)
    message_count = IntAttribute(default=0)
    deleted_count = IntAttribute(default=0)
    last_at = IntAttribute()


class RosterItem(Item):
    """A group's members by name, in the order in which they joined, and its admin."""

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
        """Its number in the conversation, from 1."""
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
    """Which messages of a block were deleted, each as `<number> <sender>`."""

    class Meta:
        context = "messaging"

    entries = UnicodeSetAttribute(null=True)


class SentItem(Item):
    """The message of a `client_id`; in the ephemeral table, because nobody repeats a message after weeks."""

    class Meta:
        context = "ephemeral"

    number = IntAttribute()
    expires_at = FloatAttribute()


def conversation_key(conversation_id: int) -> str:
    """The partition of a conversation."""
    return f"CONV#{conversation_id}"


def membership_sk(conversation_id: int) -> str:
    """The sort key of a conversation among a user's."""
    return f"{CONVERSATIONS}{conversation_id}"


def peer_sk(other_id: int) -> str:
    """The sort key of a connection among a user's."""
    return f"{PEERS}{other_id}"


def left_sk(conversation_id: int) -> str:
    """The sort key of a group among those that a user has left."""
    return f"{LEFT}{conversation_id}"


def request_key(connection_id: int) -> str:
    """The partition of a connection's id."""
    return f"REQUEST#{connection_id}"


def inbox_sk(connection_id: int) -> str:
    """The sort key of a request in an inbox."""
    return f"{INBOX}{connection_id:016d}"


def message_sk(number: int) -> str:
    """The sort key of a message in its conversation."""
    return f"{MESSAGES}{number:08d}"


def time_sk(milliseconds: int) -> str:
    """The sort key of a time in a conversation."""
    return f"{TIMES}{milliseconds:013d}"


def deleted_sk(number: int) -> str:
    """The sort key of the item that records a deleted message."""
    return f"DELETED#{number // DELETED_BLOCK:04d}"


def sent_key(user_id: int) -> str:
    """The partition of the `client_id`s of a user, in the ephemeral table."""
    return f"SENT#{user_id}"


def message_id(conversation_id: int, number: int) -> int:
    """The id by which clients know a message."""
    return conversation_id << _NUMBER_BITS | number


def place_of(message_id_: int) -> tuple[int, int]:
    """The conversation and the number of a message id; there may be no such message."""
    return message_id_ >> _NUMBER_BITS, message_id_ & MOST_MESSAGES
