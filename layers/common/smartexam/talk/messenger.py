"""Sends messages, typing and reading events: store first, then tell the members' devices."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from smartexam.limits.store import windows
from smartexam.platform.principal import Principal
from smartexam.platform.texts import read_text, visible
from smartexam.platform.times import iso
from smartexam.talk import realtime
from smartexam.talk.realtime import Event
from smartexam.talk.store.messaging import conversations, sending
from smartexam.talk.store.messaging.messages import Message
from smartexam.talk.store.messaging.sending import Draft

LONGEST_MESSAGE = 1000
TYPING_SECONDS = 2

Id = Annotated[int, Meta(ge=1, lt=2**53)]
_ClientId = Annotated[str, Meta(min_length=1, max_length=100)]


class SendBody(msgspec.Struct, frozen=True):
    """A message to send.

    `reply_to_id` is a message of the same conversation. `reply_to_text` and `reply_to_name` are accepted from older
    clients and ignored: quotes come from what is stored.

    Attributes:
        message: the text, 1 to 1000 characters that are not white space alone.
        reply_to_id: id of the message of the same conversation that it answers.
        reply_to_text: ignored; the quote comes from the stored message.
        reply_to_name: ignored; the name comes from the stored message.
    """

    message: Annotated[str, visible(LONGEST_MESSAGE)]
    reply_to_id: Id | None = None
    reply_to_text: str | None = None
    reply_to_name: str | None = None
    client_id: _ClientId | None = None


class MessageShape(msgspec.Struct, frozen=True, kw_only=True):
    """A message as clients see it; the text is as it was written, and clients must escape it.

    In lists only one's own messages have a `client_id`: a device whose answer was lost finds by it what it sent.

    Attributes:
        message: the text as it was written, which clients must escape.
        sender_id: id of the account that wrote it.
        sender_name: name of who wrote it; "Deleted Account" if the account was deleted.
    """

    id: int
    sender_id: int
    sender_name: str
    message: str
    created_at: str
    is_own: bool
    is_edited: bool = False
    reply_to_id: int | None = None
    reply_to_text: str | None = None
    reply_to_name: str | None = None
    client_id: str | UnsetType | None = UNSET


class ChatMessage(MessageShape, frozen=True, kw_only=True):
    """A message in an event to connected clients."""

    conv_id: int


def message_text(text: str) -> str:
    """A message's text as it is stored.

    Raises:
        InvalidFields: it has no visible character, or is longer than `LONGEST_MESSAGE`.
    """
    return read_text(text, "message", longest=LONGEST_MESSAGE)


def message_shape(message: Message, reader_id: int) -> MessageShape:
    """A message as one of its readers sees it."""
    is_own = message.sender_id == reader_id
    return MessageShape(**_common(message, is_own=is_own), client_id=message.client_id if is_own else UNSET)


def send_message(
    sender: Principal, conversation_id: int, body: SendBody, now: float, *, connection_id: str | None = None
) -> ChatMessage:
    """Store a message and tell every member; returns the message as the sender sees it.

    `connection_id` is the connection that sent it; it gets no event, but an answer of its own.

    Raises:
        InvalidFields: the text is empty or too long.
        BadRequest: it replies to a message that is not in this conversation.
        Forbidden: the sender is not a member, or one of two members has blocked the other.
        RateLimited: the sender's last message or edit is less than two seconds old.
    """
    draft = Draft(
        conversation_id=conversation_id,
        sender_id=sender.user_id,
        sender_name=sender.full_name,
        text=message_text(body.message),
        reply_to_id=body.reply_to_id,
        client_id=body.client_id,
    )
    sent = sending.send(draft, now)
    own = _chat_message(sent.message, is_own=True)
    told = () if sent.is_repeated else conversations.told_of_change(sender.user_id, sent.membership).user_ids
    if told:
        others = [user_id for user_id in told if user_id != sender.user_id]
        theirs = _chat_message(sent.message, is_own=False)
        realtime.publish(
            [Event("chat_message", theirs, others), Event("chat_message", own, [sender.user_id], connection_id)],
            now=now,
        )
    return own


def tell_typing(sender: Principal, conversation_id: int, now: float, *, connection_id: str | None = None) -> None:
    """Tell the other members that a member is typing, at most every `TYPING_SECONDS` for each conversation.

    Raises:
        Forbidden: the sender is not a member, or one of two members has blocked the other.
    """
    everybody = conversations.recipients(sender.user_id, conversation_id).user_ids
    place = str(conversation_id)
    if windows.take_turn(windows.turn("typing", sender.user_id, now, seconds=TYPING_SECONDS, place=place)) is not None:
        return
    others = [user_id for user_id in everybody if user_id != sender.user_id]
    data = {"conv_id": conversation_id, "user_id": sender.user_id, "name": sender.full_name}
    realtime.publish([Event("user_typing", data, others, connection_id)], now=now)


def mark_read(reader: Principal, conversation_id: int) -> None:
    """Record that a member has read everything in a conversation.

    Raises:
        Forbidden: the reader is not a member.
    """
    conversations.mark_read(reader.user_id, conversation_id)


def _chat_message(message: Message, *, is_own: bool) -> ChatMessage:
    return ChatMessage(**_common(message, is_own=is_own), conv_id=message.conversation_id, client_id=message.client_id)


def _common(message: Message, *, is_own: bool) -> dict[str, Any]:
    quote = message.quote
    return {
        "id": message.id,
        "sender_id": message.sender_id,
        "sender_name": message.sender_name,
        "message": message.text,
        "created_at": iso(message.sent_at),
        "is_own": is_own,
        "is_edited": message.is_edited,
        "reply_to_id": None if quote is None else quote.message_id,
        "reply_to_text": None if quote is None else quote.text,
        "reply_to_name": None if quote is None else quote.sender_name,
    }
