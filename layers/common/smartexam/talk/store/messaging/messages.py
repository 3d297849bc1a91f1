"""Reads, edits and deletes stored messages. Sending is in `sending`."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from smartexam.limits.store import windows
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Item, TransactionRefused, Update
from smartexam.platform.errors import Forbidden, NotFound
from smartexam.platform.keys import user_key
from smartexam.talk.store.messaging import blocks, conversations, pause
from smartexam.talk.store.messaging.conversations import Recipients
from smartexam.talk.store.messaging.items import (
    CONVERSATIONS,
    LEFT,
    MESSAGES,
    META,
    TIME_EVERY,
    TIMES,
    ConversationItem,
    DeletedItem,
    LeftItem,
    MembershipItem,
    MessageItem,
    TimeItem,
    conversation_key,
    deleted_sk,
    membership_sk,
    message_id,
    message_sk,
    place_of,
    time_sk,
)

PAGE = 40
_QUOTE = 100


class Quote(msgspec.Struct, frozen=True):
    """The message that another one replies to, as it is now; the text is cut."""

    message_id: int
    text: str
    sender_name: str


class Message(msgspec.Struct, frozen=True):
    """A message.

    Attributes:
        id: unique across all conversations.
        sent_at: epoch seconds, exact to the millisecond; strictly ascending within a conversation.
    """

    id: int
    conversation_id: int
    sender_id: int
    sender_name: str
    text: str
    sent_at: float
    is_edited: bool
    quote: Quote | None
    client_id: str | None


def list_messages(user_id: int, conversation_id: int, *, before: int | None = None) -> list[Message]:
    """A page of messages, the oldest first; it marks everything in the conversation as read.

    Args:
        user_id: a member.
        conversation_id: the conversation.
        before: only messages sent before this time, epoch milliseconds.

    Raises:
        Forbidden: the user is not a member.
    """
    membership, conversation = conversations.membership_and_conversation(user_id, conversation_id)
    shown = _page(conversation.pk, membership.visible_after, before)
    seen = shown[-1].number if shown else 0
    if not conversations.advance(membership, conversation, seen=seen):
        conversations.mark_read(user_id, conversation_id, seen=seen)
    quoted = _quoted(conversation.pk, membership.visible_after, shown)
    return [message_of(conversation_id, item, quoted.get(item.replies_to or 0)) for item in shown]


def edit(user_id: int, id_: int, text: str, now: float) -> Recipients:
    """Change the text of one's own message; returns the users to tell. It takes a turn like a message.

    Raises:
        NotFound: there is no such message, or the user may not see it.
        Forbidden: it is somebody else's, or one of two members has blocked the other.
        RateLimited: the user's last message or edit is less than two seconds old.
    """
    membership, item = _own(user_id, id_)
    if item.is_deleted:
        raise _no_message()
    changed = Update(
        MessageItem,
        item.pk,
        item.sk,
        [MessageItem.text.set(text), MessageItem.is_edited.set(True)],
        (MessageItem.sender_id == user_id) & (MessageItem.is_deleted == False),  # noqa: E712 - an expression
    )
    other_id = membership.friend_id
    between = [] if other_id is None else [blocks.check(user_id, other_id)]
    turn = pause.turn(user_id, now)
    try:
        table.transact([changed, turn, *between])
    except TransactionRefused as refused:
        is_gone, _, *is_blocked = refused.failed
        if is_gone:
            raise _no_message() from None
        if any(is_blocked):
            raise blocks.refusal() from None
        if not windows.is_own(turn, refused.items[1]):
            raise pause.too_fast(refused.items[1], now) from None
    return conversations.told_of_change(user_id, membership)


def delete(user_id: int, id_: int) -> Recipients | None:
    """Delete one's own message: the text is removed, the number stays.

    Returns:
        The users to tell; None if it was deleted before.

    Raises:
        NotFound: there is no such message, or the user may not see it.
        Forbidden: it is somebody else's.
    """
    membership, item = _own(user_id, id_)
    if item.is_deleted:
        return None
    number = item.number
    try:
        table.transact(
            [
                Update(
                    MessageItem,
                    item.pk,
                    item.sk,
                    [MessageItem.is_deleted.set(True), MessageItem.text.set("")],
                    (MessageItem.sender_id == user_id) & (MessageItem.is_deleted == False),  # noqa: E712 - an expression
                ),
                Update(DeletedItem, item.pk, deleted_sk(number), [DeletedItem.entries.add({f"{number} {user_id}"})]),
                Update(
                    ConversationItem,
                    item.pk,
                    META,
                    [ConversationItem.deleted_count.add(1)],
                    ConversationItem.pk.exists(),
                ),
            ]
        )
    except TransactionRefused:
        return None
    return conversations.told_of_change(user_id, membership)


def sent_by(user_id: int) -> Iterator[Message]:
    """All messages that a user has sent and not deleted, also in groups that the user has left."""
    mine, models = user_key(user_id), ((MembershipItem, CONVERSATIONS), (LeftItem, LEFT))
    places = {int(row.sk.removeprefix(prefix)) for model, prefix in models for row in _rows(model, mine, prefix)}
    for conversation_id in sorted(places):
        for item in table.query_all(MessageItem, conversation_key(conversation_id), prefix=MESSAGES):
            if item.sender_id == user_id and not item.is_deleted:
                yield message_of(conversation_id, item, None)


def sender_of(reader_id: int, id_: int) -> int | None:
    """Who sent a message; None if there is none that the reader may see."""
    conversation_id, number = place_of(id_)
    place = user_key(reader_id), membership_sk(conversation_id)
    written = conversation_key(conversation_id), message_sk(number)
    found = table.batch_get([(MembershipItem, *place), (MessageItem, *written)])
    membership, item = found.get(place), found.get(written)
    if not isinstance(membership, MembershipItem) or not isinstance(item, MessageItem):
        return None
    return item.sender_id if number > membership.visible_after else None


def message_of(conversation_id: int, item: MessageItem, quoted: MessageItem | None) -> Message:
    """The message of a stored item."""
    return Message(
        id=message_id(conversation_id, item.number),
        conversation_id=conversation_id,
        sender_id=item.sender_id,
        sender_name=item.sender_name,
        text=item.text,
        sent_at=item.sent_at / 1000,
        is_edited=item.is_edited,
        quote=None
        if quoted is None
        else Quote(message_id(conversation_id, quoted.number), quoted.text[:_QUOTE], quoted.sender_name),
        client_id=item.client_id,
    )


def _page(pk: str, visible_after: int, before: int | None) -> list[MessageItem]:
    """The newest `PAGE` messages before a time, the oldest first."""
    after, limit = None, PAGE
    if before is not None:
        # The first mark at or after that time: nothing after it is older, and at most a few messages before it are
        # newer.
        marks = table.query(TimeItem, pk, limit=1, prefix=TIMES, after=time_sk(max(0, before - 1))).items
        after = message_sk(marks[0].number) if marks else None
        limit = PAGE + TIME_EVERY
    found: list[MessageItem] = []
    while True:
        page = table.query(MessageItem, pk, limit=limit, prefix=MESSAGES, after=after, newest_first=True)
        found += [
            item
            for item in page.items
            if not item.is_deleted and item.number > visible_after and (before is None or item.sent_at < before)
        ]
        after = page.next_sk
        at_end = after is None or page.items[-1].number <= visible_after
        if at_end or len(found) >= PAGE:
            return found[:PAGE][::-1]


def _rows(model: type[Item], pk: str, prefix: str) -> Iterable[Item]:
    return table.query_all(model, pk, prefix=prefix)


def _quoted(pk: str, visible_after: int, items: Iterable[MessageItem]) -> Mapping[int, MessageItem]:
    """The messages that these reply to, by number, unless deleted or hidden."""
    numbers = {item.replies_to for item in items if item.replies_to is not None and item.replies_to > visible_after}
    found = table.batch_get((MessageItem, pk, message_sk(number)) for number in numbers)
    return {item.number: item for item in found.values() if not item.is_deleted}


def _own(user_id: int, id_: int) -> tuple[MembershipItem, MessageItem]:
    conversation_id, number = place_of(id_)
    wanted: list[tuple[type[Item], str, str]] = [
        (MembershipItem, user_key(user_id), membership_sk(conversation_id)),
        (MessageItem, conversation_key(conversation_id), message_sk(number)),
        # A group that has ended leaves memberships and messages to be erased.
        (ConversationItem, conversation_key(conversation_id), META),
    ]
    found = table.batch_get(wanted)
    membership, item, conversation = (found.get(key[1:]) for key in wanted)
    # A user outside the conversation gets the same error as for a message that does not exist.
    if not isinstance(membership, MembershipItem) or not isinstance(item, MessageItem) or conversation is None:
        raise _no_message()
    if number <= membership.visible_after and item.sender_id != user_id:
        raise _no_message()
    if item.sender_id != user_id:
        raise Forbidden("This message is not yours", code="not_the_sender")
    return membership, item


def _no_message() -> NotFound:
    return NotFound("No such message", code="message_not_found")
