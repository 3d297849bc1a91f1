"""Shapes of the events that the server sends to clients; see `EVENTS`.

They describe the events for clients. Every event that a test sees is checked against its shape.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from smartexam.talk.messenger import ChatMessage


class SentOverSocket(Struct):
    """To the connection that sent a message: it is stored.

    Attributes:
        client_id: the `client_id` of the frame; null if it had none.
        message: the message as it was stored, `is_own` true.
    """

    client_id: str | None
    message: ChatMessage


class MessageChange(Struct):
    """To all members: a message has another text.

    Attributes:
        msg_id: id of the message.
        message: the new text.
    """

    msg_id: int
    conv_id: int
    message: str


class MessageRemoval(Struct):
    """To all members: a message was deleted.

    Attributes:
        msg_id: id of the message.
    """

    msg_id: int
    conv_id: int


class Typing(Struct):
    """To the other members: somebody is typing; at most every two seconds for each conversation.

    Attributes:
        user_id: id of the account that is typing.
        name: full name of who is typing.
    """

    conv_id: int
    user_id: int
    name: str


class ConnectionAsked(Struct):
    """To the recipient: somebody asks for a connection.

    Attributes:
        from_id: id of the account that asks.
        from_name: full name of who asks.
    """

    conn_id: int
    from_id: int
    from_name: str


class ConnectionAccepted(Struct):
    """To who asked: the request was accepted, and a conversation is there.

    Attributes:
        by_name: full name of who accepted.
    """

    conn_id: int
    conv_id: int
    by_name: str


class GroupJoined(Struct):
    """To a new member: the member was added to a group.

    Attributes:
        group_name: name of the group.
    """

    conv_id: int
    group_name: str


class GroupMember(Struct):
    """To the members of a group: somebody came or went.

    Attributes:
        user_id: id of the account that came or went.
        user_name: full name of that person.
    """

    conv_id: int
    user_id: int
    user_name: str


class ConversationGone(Struct):
    """The conversation is no longer there for the receiver."""

    conv_id: int


class Presence(Struct):
    """To connected people only: a user came online or went offline.

    Attributes:
        user_id: id of that user's account.
    """

    user_id: int


class DiscussionComment(Struct, kw_only=True):
    """To who joined the discussion: a new comment.

    Attributes:
        username: who wrote it.
        message: the text as it was written, which clients must escape.
        is_deleted: always false.
        parent_id: id of the comment above it; null for a root.
        reply_to_id: id of the comment that it answers; null for a root.
        replies: always empty.
        count: comments on the question that are not deleted, this one included.
    """

    id: int
    username: str
    message: str
    is_own: bool
    is_pinned: bool
    is_best_answer: bool
    is_edited: bool
    is_deleted: bool
    created_at: str
    parent_id: int | None
    reply_to_id: int | None
    replies: list[Any]
    question_id: int
    count: int


class CommentChange(Struct):
    """To who joined the discussion: a comment has another text.

    Attributes:
        message: the new text.
    """

    comment_id: int
    question_id: int
    message: str


class CommentRemoval(Struct):
    """To who joined the discussion: a comment was deleted."""

    comment_id: int
    question_id: int


class CommentPin(Struct):
    """To who joined the discussion: a comment was pinned or unpinned."""

    comment_id: int
    question_id: int
    is_pinned: bool


class CommentChoice(Struct):
    """To who joined the discussion: a comment is, or is no longer, the question's best answer."""

    comment_id: int
    question_id: int
    is_best_answer: bool


class AttemptTime(Struct):
    """To a student whose attempt runs: its end was moved, by added time, an override or another closing of the exam.

    Attributes:
        remaining_seconds: seconds until the attempt's new end. With timed sections, `GET /exam/:id` has theirs.
        server_time: when the event was sent, by the server's clock.
    """

    exam_id: int
    attempt_id: int
    remaining_seconds: int
    server_time: str


class HeartbeatAck(Struct):
    """The answer to a heartbeat."""

    server_time: str


class FrameRefused(Struct):
    """To the connection that sent it: a frame was refused; the fields of an HTTP error come beside these.

    Attributes:
        message: why, for people.
        code: why, for programs: the codes of the HTTP routes, and `unknown_action`, `signed_out`.
        action: the frame's `action`, if it could be read.
        client_id: the frame's `client_id`, if it has one.
        retry_after: seconds after which it is worth another try; with `too_fast` and the like.
    """

    message: str
    code: str
    action: str | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    retry_after: int | UnsetType = UNSET


EVENTS: dict[str, type[Struct]] = {
    "chat_message": ChatMessage,
    "message_sent": SentOverSocket,
    "msg_edited": MessageChange,
    "msg_deleted": MessageRemoval,
    "user_typing": Typing,
    "chat_request": ConnectionAsked,
    "request_accepted": ConnectionAccepted,
    "added_to_group": GroupJoined,
    "member_joined": GroupMember,
    "member_left": GroupMember,
    "removed_from_group": ConversationGone,
    "conversation_removed": ConversationGone,
    "user_online": Presence,
    "user_offline": Presence,
    "new_message": DiscussionComment,
    "edit_message": CommentChange,
    "delete_message": CommentRemoval,
    "pin_message": CommentPin,
    "best_message": CommentChoice,
    "exam_time": AttemptTime,
    "heartbeat_ack": HeartbeatAck,
    "error": FrameRefused,
}
