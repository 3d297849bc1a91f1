"""The API's rules of messages: who may send, see, change and read them, and the effects."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.model.candidates import Prediction, equal, refusal, success
from tests.model.chat.people import NOT_A_MEMBER, Call
from tests.model.chat.state import Chat, Message, State, message_identified

PAUSE = 2
_QUOTED = 100


def send(state: State, call: Call) -> Prediction[State]:
    """POST /api/chat/messages/:conv_id; `text` is one that no other message has, `other` where `reply_to` was said."""
    chat = state.chat_by_id(call.target)
    quoted = None if call.reply_to is None else state.message_by_id(call.reply_to)
    if call.reply_to is not None and call.other != call.target:
        return refusal([state], 400, "unknown_reply")
    member = None if chat is None else chat.member(call.user)
    if chat is None or member is None:
        return refusal([state], 403, NOT_A_MEMBER)
    known = None if call.client_id is None else _sent_as(chat, call.user, call.client_id)
    if known is not None:
        return _shown_again(state, chat, known)
    if call.reply_to is not None and (quoted is None or quoted[2].is_deleted or quoted[1] <= member.hidden):
        return refusal([state], 400, "unknown_reply")
    if call.now < state.turn(call.user) + PAUSE:
        return refusal([state], 429, "too_fast")
    number = len(chat.messages) + 1
    message = Message(
        call.user,
        call.text,
        None,
        max(int(call.now * 1000), chat.last_at + 1),
        None if quoted is None else quoted[1],
        call.client_id,
    )
    after = state.with_turn(call.user, call.now).with_chat(
        replace(chat, messages=(*chat.messages, message), last_at=message.sent_at)
    )
    return _shown_again(after, after.chat(chat.key), number, before=state)


def page(state: State, call: Call) -> Prediction[State]:
    """GET /api/chat/messages/:conv_id."""
    chat = state.chat_by_id(call.target)
    if chat is None or chat.member(call.user) is None:
        return refusal([state], 403, NOT_A_MEMBER)
    after = _read(state, chat, call.user)

    def told(body: Any) -> State:
        shown = chat.shown(call.user)
        equal([_as_shown(each) for each in body["messages"]], [_as_it_is(chat, n, m, call.user) for n, m in shown])
        known = after
        for (number, _), each in zip(shown, body["messages"], strict=True):
            known = message_identified(known, known.chat(chat.key), number, each["id"])
        for (_, message), each in zip(shown, body["messages"], strict=True):
            quoted = None if message.reply_to is None else _visible(chat, message.reply_to, call.user)
            told_id = None if quoted is None else known.chat(chat.key).messages[quoted - 1].id
            equal(each["reply_to_id"], told_id if told_id is not None else each["reply_to_id"])
        return known

    return success([state, after], told)


def edit(state: State, call: Call) -> Prediction[State]:
    """PUT /api/chat/messages/:msg_id/edit."""
    found, denied = _own(state, call)
    if found is None:
        return denied
    chat, number, message = found
    if message.is_deleted:
        return refusal([state], 404, "message_not_found")
    if call.now < state.turn(call.user) + PAUSE:
        return refusal([state], 429, "too_fast")
    edited = replace(message, text=call.text, is_edited=True)
    return success([state, state.with_turn(call.user, call.now).with_chat(chat.with_message(number, edited))])


def delete(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/messages/:msg_id."""
    found, denied = _own(state, call)
    if found is None:
        return denied
    chat, number, message = found
    if message.is_deleted:
        return success([state])
    return success([state, state.with_chat(chat.with_message(number, replace(message, text="", is_deleted=True)))])


def mark_read(state: State, call: Call) -> Prediction[State]:
    """POST /api/chat/conversations/:conv_id/read."""
    chat = state.chat_by_id(call.target)
    if chat is None or chat.member(call.user) is None:
        return refusal([state], 403, NOT_A_MEMBER)
    return success([state, _read(state, chat, call.user)])


def clear(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/conversations/:conv_id/clear."""
    chat = state.chat_by_id(call.target)
    member = None if chat is None else chat.member(call.user)
    if chat is None or member is None:
        return refusal([state], 403, NOT_A_MEMBER)
    said = len(chat.messages)
    return success([state, state.with_chat(chat.with_member(replace(member, hidden=said, read=said)))])


def _sent_as(chat: Chat, user: int, client_id: str) -> int | None:
    for number, message in enumerate(chat.messages, 1):
        if message.sender == user and message.client_id == client_id:
            return number
    return None


def _shown_again(state: State, chat: Chat, number: int, *, before: State | None = None) -> Prediction[State]:
    message = chat.messages[number - 1]

    def told(body: Any) -> State:
        shown = body["message"]
        equal((shown["message"], shown["is_own"]), (message.text, True))
        equal(shown["created_at"], _iso(message.sent_at))
        return message_identified(state, chat, number, shown["id"])

    return success([state] if before is None else [before, state], told)


def _read(state: State, chat: Chat, user: int) -> State:
    member = chat.member(user)
    if member is None:
        raise ValueError("no member")
    return state.with_chat(chat.with_member(replace(member, read=len(chat.messages))))


def _own(state: State, call: Call) -> tuple[tuple[Chat, int, Message] | None, Prediction[State]]:
    found = state.message_by_id(call.target)
    member = None if found is None else found[0].member(call.user)
    if found is None or member is None:
        return None, refusal([state], 404, "message_not_found")
    if found[2].sender == call.user:
        return found, refusal([state], 404, "message_not_found")
    if found[1] <= member.hidden:
        return None, refusal([state], 404, "message_not_found")
    return None, refusal([state], 403, "not_the_sender")


def _visible(chat: Chat, number: int, user: int) -> int | None:
    return number if any(n == number for n, _ in chat.shown(user)) else None


def _as_it_is(chat: Chat, number: int, message: Message, reader: int) -> tuple[Any, ...]:
    del number
    quoted = None if message.reply_to is None else _visible(chat, message.reply_to, reader)
    text = None if quoted is None else chat.messages[quoted - 1].text[:_QUOTED]
    return message.text, _iso(message.sent_at), message.sender == reader, message.is_edited, text


def _as_shown(message: dict[str, Any]) -> tuple[Any, ...]:
    names = ("message", "created_at", "is_own", "is_edited", "reply_to_text")
    return tuple(message[name] for name in names)


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
