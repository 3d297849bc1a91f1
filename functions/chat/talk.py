"""Conversations and messages in the API's shapes."""

from datetime import UTC, datetime, timedelta

from chat.models import ConversationShape, LastMessageShape, MemberShape
from smartexam.platform.errors import InvalidFields
from smartexam.platform.principal import Principal
from smartexam.platform.times import iso
from smartexam.talk import realtime
from smartexam.talk.messenger import MessageShape, message_shape, message_text
from smartexam.talk.store.messaging import connections, conversations, messages
from smartexam.talk.store.messaging.conversations import Overview

DELETED_MESSAGE = "This message was deleted"
_COUNTED_REQUESTS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_conversations(caller: Principal, now: float) -> list[ConversationShape]:
    """All conversations of the caller, the latest first."""
    return [_shape(overview) for overview in conversations.list_conversations(caller.user_id, caller.full_name, now)]


def list_messages(caller: Principal, conversation_id: int, before: str | None) -> list[MessageShape]:
    """A page of messages; it marks everything in the conversation as read.

    Raises:
        Forbidden: the caller is not a member.
        InvalidFields: `before` is not a time.
    """
    page = messages.list_messages(caller.user_id, conversation_id, before=_milliseconds(before))
    return [message_shape(message, caller.user_id) for message in page]


def edit(caller: Principal, message_id: int, text: str, now: float) -> str:
    """Change the caller's own message; returns its new text as stored.

    Raises:
        InvalidFields: the text is empty or too long.
        NotFound: there is no such message.
        Forbidden: it is somebody else's, or one of two members has blocked the other.
        RateLimited: the caller's last message or edit is less than two seconds old.
    """
    clean = message_text(text)
    told = messages.edit(caller.user_id, message_id, clean, now)
    data = {"msg_id": message_id, "conv_id": told.conversation_id, "message": clean}
    realtime.publish_to_users(told.user_ids, "msg_edited", data, now=now)
    return clean


def delete(caller: Principal, message_id: int, now: float) -> None:
    """Delete the caller's own message.

    Raises:
        NotFound: there is no such message.
        Forbidden: it is somebody else's.
    """
    told = messages.delete(caller.user_id, message_id)
    if told is not None:
        data = {"msg_id": message_id, "conv_id": told.conversation_id}
        realtime.publish_to_users(told.user_ids, "msg_deleted", data, now=now)


def unread(caller: Principal) -> tuple[int, int]:
    """How many messages the caller has not read, and how many requests wait (at most a thousand are counted)."""
    waiting = connections.inbox(caller.user_id, limit=_COUNTED_REQUESTS)
    return conversations.total_unread(caller.user_id), len(waiting)


def _milliseconds(before: str | None) -> int | None:
    """A time in epoch milliseconds, rounded up because messages have whole ones."""
    if before is None:
        return None
    try:
        # In a query string an unescaped "+" arrives as a space.
        moment = datetime.fromisoformat(before.strip().replace(" ", "+") if "T" in before else before)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return -((_EPOCH - moment) // timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        raise InvalidFields([("before", "must be a time in ISO-8601")]) from None


def _shape(overview: Overview) -> ConversationShape:
    last = overview.last_message
    return ConversationShape(
        id=overview.id,
        name=overview.name,
        is_group=overview.other_id is None,
        unread=overview.unread,
        online=overview.is_online,
        other_id=overview.other_id,
        members=[MemberShape(member.id, member.name, member.is_admin) for member in overview.members],
        last_message=None
        if last is None
        else LastMessageShape(DELETED_MESSAGE if last.is_deleted else last.text, iso(last.sent_at)),
    )
