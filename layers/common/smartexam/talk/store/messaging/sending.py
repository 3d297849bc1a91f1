"""Sends a message: one read, one transaction."""

import msgspec

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.engine import RawItem, back_off
from smartexam.platform.dynamodb.table import Item, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import BadRequest, Conflict, Unavailable
from smartexam.platform.keys import user_key
from smartexam.talk.store.messaging import blocks, pause
from smartexam.talk.store.messaging.conversations import no_member
from smartexam.talk.store.messaging.items import (
    META,
    MOST_MESSAGES,
    TIME_EVERY,
    ConversationItem,
    MembershipItem,
    MessageItem,
    SentItem,
    TimeItem,
    conversation_key,
    membership_sk,
    message_sk,
    place_of,
    sent_key,
    time_sk,
)
from smartexam.talk.store.messaging.messages import Message, message_of

# Clients repeat messages that got no answer: after seconds, or when a phone is switched on again after weeks.
_REPEATABLE_SECONDS = 30 * 24 * 3600
# One sender at a time takes a number. If many send at once, each gets one within a second or two; pauses do not grow,
# so that the longest waiting sender is not at a disadvantage.
_ATTEMPTS = 40
_LONGEST_BACK_OFF = 4


class Draft(msgspec.Struct, frozen=True):
    """A message to send.

    Attributes:
        client_id: the client's own id for it, by which a repetition is recognised.
    """

    conversation_id: int
    sender_id: int
    sender_name: str
    text: str
    reply_to_id: int | None = None
    client_id: str | None = None


class Sent(msgspec.Struct, frozen=True):
    """A stored message and its sender's membership; `is_repeated` if an earlier call stored it."""

    message: Message
    membership: MembershipItem
    is_repeated: bool


class _Setting(msgspec.Struct, frozen=True):
    """What is read before a message is stored: the conversation, the membership, the quoted message, an earlier call's
    result."""

    membership: MembershipItem
    conversation: ConversationItem
    quoted: MessageItem | None
    before: SentItem | None


def send(draft: Draft, now: float) -> Sent:
    """Store a message.

    The transaction takes the conversation's next number, failing if another sender took it, takes the sender's turn,
    and records the `client_id`. So a message is stored once with one number, or not at all. `draft.text` is stored as
    it is.

    Raises:
        Forbidden: the sender is not a member, or one of two members has blocked the other.
        BadRequest: it replies to a message that is not in this conversation.
        RateLimited: the sender's last message or edit, in any conversation, is less than two seconds old.
        Unavailable: too many users send at once.
    """
    setting = _read(draft, now)
    if setting.before is not None:
        return _repeated(draft, setting, setting.before.number)
    conversation = setting.conversation
    for attempt in range(_ATTEMPTS):
        if conversation.message_count >= MOST_MESSAGES:
            raise Conflict("This conversation is full", code="conversation_full")
        item = _item(draft, conversation, setting.quoted, now)
        writes = _writes(draft, item, conversation.message_count, now)
        if setting.membership.friend_id is not None:
            writes["block"] = blocks.check(draft.sender_id, setting.membership.friend_id)
        try:
            table.transact(list(writes.values()))
        except TransactionRefused as refused:
            reasons = {
                name: stored
                for name, failed, stored in zip(writes, refused.failed, refused.items, strict=True)
                if failed
            }
            if (noted := reasons.get("client_id")) is not None:
                return _repeated(draft, setting, SentItem.from_raw_data(noted).number)
            conversation = _newer(conversation, reasons, now)
            back_off(min(attempt, _LONGEST_BACK_OFF))
        else:
            return Sent(message_of(draft.conversation_id, item, setting.quoted), setting.membership, is_repeated=False)
    raise Unavailable


def _read(draft: Draft, now: float) -> _Setting:
    pk = conversation_key(draft.conversation_id)
    wanted: dict[str, tuple[type[Item], str, str]] = {
        "membership": (MembershipItem, user_key(draft.sender_id), membership_sk(draft.conversation_id)),
        "conversation": (ConversationItem, pk, META),
    }
    if draft.client_id is not None:
        wanted["before"] = (SentItem, *_sent_key(draft, draft.client_id))
    if draft.reply_to_id is not None:
        place, number = place_of(draft.reply_to_id)
        if place != draft.conversation_id:
            raise _no_reply()
        wanted["quoted"] = (MessageItem, pk, message_sk(number))
    read = table.batch_get(wanted.values())
    found = {name: read.get(key[1:]) for name, key in wanted.items()}
    membership, conversation = found["membership"], found["conversation"]
    before, quoted = found.get("before"), found.get("quoted")
    if not isinstance(membership, MembershipItem) or not isinstance(conversation, ConversationItem):
        raise no_member()
    if not isinstance(before, SentItem) or before.expires_at <= now:
        before = None
    if not isinstance(quoted, MessageItem) or quoted.is_deleted or quoted.number <= membership.visible_after:
        quoted = None
    if draft.reply_to_id is not None and quoted is None and before is None:
        raise _no_reply()
    return _Setting(membership, conversation, quoted, before)


def _item(draft: Draft, conversation: ConversationItem, quoted: MessageItem | None, now: float) -> MessageItem:
    return MessageItem(
        conversation.pk,
        message_sk(conversation.message_count + 1),
        sender_id=draft.sender_id,
        sender_name=draft.sender_name,
        text=draft.text,
        # Clocks of two machines differ, but order and times of messages must agree.
        sent_at=max(int(now * 1000), conversation.last_at + 1),
        reply_to=None if quoted is None else quoted.number,
        client_id=draft.client_id,
    )


def _writes(draft: Draft, item: MessageItem, count: int, now: float) -> dict[str, Operation]:
    number = count + 1
    writes: dict[str, Operation] = {
        "conversation": Update(
            ConversationItem,
            item.pk,
            META,
            [ConversationItem.message_count.set(number), ConversationItem.last_at.set(item.sent_at)],
            ConversationItem.message_count == count,
        ),
        "message": Put(item),
        "membership": Update(
            MembershipItem,
            user_key(draft.sender_id),
            membership_sk(draft.conversation_id),
            [MembershipItem.read_count.add(1), MembershipItem.last_sent.set(number)],
            MembershipItem.pk.exists(),
        ),
        "turn": pause.turn(draft.sender_id, now),
    }
    if draft.client_id is not None:
        pk, sk = _sent_key(draft, draft.client_id)
        writes["client_id"] = Put(
            SentItem(pk, sk, number=number, expires_at=now + _REPEATABLE_SECONDS),
            SentItem.pk.does_not_exist() | (SentItem.expires_at <= now),
        )
    if number % TIME_EVERY == 0:
        writes["time"] = Put(TimeItem(item.pk, time_sk(item.sent_at), number=number))
    return writes


def _newer(conversation: ConversationItem, reasons: dict[str, RawItem | None], now: float) -> ConversationItem:
    """The current conversation, if the outdated one was the only reason for the refusal."""
    if "membership" in reasons or ("conversation" in reasons and reasons["conversation"] is None):
        raise no_member()
    if "block" in reasons:
        raise blocks.refusal()
    if (turn := reasons.get("turn")) is not None:
        raise pause.too_fast(turn, now)
    current = reasons.get("conversation")
    return conversation if current is None else ConversationItem.from_raw_data(current)


def _repeated(draft: Draft, setting: _Setting, number: int) -> Sent:
    """The message that an earlier call with this `client_id` stored."""
    item = table.get(MessageItem, conversation_key(draft.conversation_id), message_sk(number))
    if item is None:
        raise no_member()
    quoted = None
    if item.replies_to is not None:
        quoted = table.get(MessageItem, item.pk, message_sk(item.replies_to))
    quoted = None if quoted is None or quoted.is_deleted else quoted
    return Sent(message_of(draft.conversation_id, item, quoted), setting.membership, is_repeated=True)


def _sent_key(draft: Draft, client_id: str) -> tuple[str, str]:
    return sent_key(draft.sender_id), f"{draft.conversation_id}#{client_id}"


def _no_reply() -> BadRequest:
    return BadRequest("The message to reply to is not in this conversation", code="unknown_reply")
