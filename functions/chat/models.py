"""Shapes of requests and answers."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.platform.texts import visible
from smartexam.talk.messenger import LONGEST_MESSAGE, Id, MessageShape

LONGEST_NAME = 100
LONGEST_REASON = 500
_IDS = "^ *[1-9][0-9]{0,14}( *, *[1-9][0-9]{0,14}){0,99} *$"


class SearchQuery(Struct, frozen=True):
    """The start of the username, or of a word of the name.

    Attributes:
        q: the start of a username or of a word of a full name, 2 characters or more; fewer find nobody.
    """

    q: str = ""


class FoundUser(Struct, frozen=True):
    """A found user; `connection_status` is null if there was never a request.

    Attributes:
        connection_status: what became of the last request between the two: `pending`, `accepted`, `rejected`;
            null if there never was one.
    """

    id: int
    username: str
    full_name: str
    online: bool
    connection_status: Literal["pending", "accepted", "rejected"] | None


class FoundUsers(Struct, frozen=True):
    """The users found.

    Attributes:
        users: 10 people at most.
    """

    users: list[FoundUser]
    success: Literal[True] = True


class RequestBody(Struct, frozen=True):
    """The user to ask for a connection.

    Attributes:
        recipient_id: id of the account to connect with, not one's own.
    """

    recipient_id: Id


class InboxEntry(Struct, frozen=True):
    """A request that waits for an answer.

    Attributes:
        from_id: id of the account that asks.
        from_name: full name of who asks.
        from_username: username of who asks; null if the account was deleted.
    """

    conn_id: int
    from_id: int
    from_name: str
    from_username: str | None
    created_at: str


class Inbox(Struct, frozen=True):
    """Unanswered requests, the newest first.

    Attributes:
        requests: the requests, the newest first.
    """

    requests: list[InboxEntry]
    success: Literal[True] = True


class AnswerBody(Struct, frozen=True):
    """The answer to a request.

    Attributes:
        action: `accept` opens a conversation; after `reject` the sender may ask again once a day.
    """

    action: Literal["accept", "reject"]


class Answered(Struct, frozen=True):
    """The answered request, with the new conversation if it was accepted.

    Attributes:
        conv_id: id of the new conversation; only if the request was accepted.
    """

    conv_id: int | UnsetType = UNSET
    success: Literal[True] = True


class MemberShape(Struct, frozen=True):
    """A member of a conversation.

    Attributes:
        id: id of the member's account.
        is_admin: whether the member administers the group.
    """

    id: int
    name: str
    is_admin: bool


class LastMessageShape(Struct, frozen=True):
    """The newest message; a fixed text if it was deleted.

    Attributes:
        message: its text; a fixed text if it was deleted.
    """

    message: str
    created_at: str


class ConversationShape(Struct, frozen=True):
    """A conversation; `other_id` and `online` only apply to two people.

    Attributes:
        name: name of the group, or of the other person.
        is_group: whether it is a group rather than two people.
        other_id: id of the other person; null in a group.
        online: whether the other person is online; false in a group.
        members: the members, the caller included.
        last_message: the newest message; null before the first.
    """

    id: int
    name: str
    is_group: bool
    unread: int
    online: bool
    other_id: int | None
    members: list[MemberShape]
    last_message: LastMessageShape | None


class ConversationList(Struct, frozen=True):
    """All of the caller's conversations, the latest first.

    Attributes:
        conversations: the conversations, the latest first.
    """

    conversations: list[ConversationShape]
    success: Literal[True] = True


class MessagesQuery(Struct, frozen=True):
    """Only messages before this time (ISO-8601), such as the `created_at` of the oldest one known.

    Attributes:
        before: only messages before this time, such as the `created_at` of the oldest one known.
    """

    before: str | None = None


class MessagePage(Struct, frozen=True):
    """Up to 40 messages, the oldest first.

    Attributes:
        messages: up to 40 messages, the oldest first.
    """

    messages: list[MessageShape]
    success: Literal[True] = True


class SentMessage(Struct, frozen=True):
    """The message as it was stored.

    Attributes:
        message: the message as it was stored.
    """

    message: MessageShape
    success: Literal[True] = True


class EditBody(Struct, frozen=True):
    """The new text.

    Attributes:
        message: the new text, 1 to 1000 characters.
    """

    message: Annotated[str, visible(LONGEST_MESSAGE)]


class EditedMessage(Struct, frozen=True):
    """The new text as it was stored.

    Attributes:
        message: the text as it was stored.
    """

    message: str
    success: Literal[True] = True


class BlockedUser(Struct, frozen=True):
    """A user whom the caller has blocked."""

    user_id: int
    username: str
    full_name: str


class BlockedUsers(Struct, frozen=True):
    """The users whom the caller has blocked, by username.

    Attributes:
        blocked: the blocked users, by username.
    """

    blocked: list[BlockedUser]
    success: Literal[True] = True


class ReportBody(Struct, frozen=True):
    """A complaint about a user, with the message that it is about if there is one.

    Attributes:
        reason: what is wrong, for the administrators, 1 to 500 characters.
        message_id: id of the message that the complaint is about; null for the person as such.
    """

    user_id: Id
    reason: Annotated[str, visible(LONGEST_REASON)]
    message_id: Id | None = None


class UnreadCount(Struct, frozen=True):
    """Messages not read, and requests not answered.

    Attributes:
        unread: messages that were not read, in all conversations together.
        requests: requests that wait for an answer of the caller.
    """

    unread: int
    requests: int
    success: Literal[True] = True


class OnlineQuery(Struct, frozen=True):
    """User ids, separated by commas.

    Attributes:
        ids: up to 100 ids of users, separated by commas.
    """

    NEEDED: ClassVar = ("ids",)

    ids: Annotated[str, Meta(extra_json_schema={"pattern": _IDS})] | None = None


class OnlineStatus(Struct, frozen=True):
    """Whether each user is online, by id.

    Attributes:
        status: whether each user is online, by id.
    """

    status: dict[str, bool]
    success: Literal[True] = True


class GroupBody(Struct, frozen=True):
    """A group to create; the creator need not be among the members.

    Attributes:
        member_ids: ids of the members, each connected with the creator; 256 people with the creator at most.
    """

    name: Annotated[str, visible(LONGEST_NAME)]
    member_ids: Annotated[list[Id], Meta(min_length=1, max_length=1000)]


class CreatedGroup(Struct, frozen=True):
    """The new group's conversation."""

    conv_id: int
    success: Literal[True] = True


class MemberBody(Struct, frozen=True):
    """The user to add."""

    user_id: Id


class Ticket(Struct, frozen=True):
    """A ticket to open one WebSocket with; `url` already contains it. `expires_in` is in seconds.

    Attributes:
        ticket: opens one WebSocket within `expires_in` seconds.
        url: address of the WebSocket, with the ticket in it.
    """

    ticket: str
    expires_in: int
    url: str
    success: Literal[True] = True
