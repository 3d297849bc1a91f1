"""The API's rules of connections and groups: each request's answer and effect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.model.candidates import Disagreement, Prediction, equal, refusal, success
from tests.model.chat.state import Chat, Link, Member, State, identified

NOT_CONNECTED, NOT_A_MEMBER, NOT_ADMIN = "not_connected", "not_a_member", "not_the_admin"


@dataclass(frozen=True, slots=True)
class Call:
    """A user's request at a time; what the other fields mean depends on its kind.

    Attributes:
        target: a user, or the id of a request, a conversation or a message.
    """

    kind: str
    user: int
    now: float
    target: int = 0
    other: int = 0
    others: tuple[int, ...] = ()
    text: str = ""
    client_id: str | None = None
    reply_to: int | None = None


def ask(state: State, call: Call) -> Prediction[State]:
    """POST /api/chat/request."""
    user, other = call.user, call.target
    if user == other:
        return refusal([state], 400, "oneself")
    link = state.link(user, other)
    if link is not None and link.status == "accepted":
        return refusal([state], 409, "already_connected")
    if link is not None and link.status == "pending":
        if link.asker == user:
            return refusal([state], 409, "already_requested")
        return success([state, _accepted(state, link, call.now)])
    low, high = sorted((user, other))
    asked = Link(low, high, None if link is None else link.id, user, "pending", call.now)
    return success([state, state.with_link(asked)])


def answer(state: State, call: Call) -> Prediction[State]:
    """PUT /api/chat/request/:conn_id; `text` is the action."""
    link = state.link_by_id(call.target)
    if link is None:
        return refusal([state], 404, "request_not_found")
    if not link.has(call.user) or link.asker == call.user:
        return refusal([state], 403, "not_the_recipient")
    done = {"accept": "accepted", "reject": "rejected"}[call.text]
    if link.status not in {"pending", done}:
        return refusal([state], 409, "already_answered")
    if call.text == "reject":
        rejected = state.with_link(replace(link, status="rejected"))
        return success([state] if link.status == done else [state, rejected])
    after = state if link.status == done else _accepted(state, link, call.now)
    steps = [state] if link.status == done else [state, after]

    def told(body: Any) -> State:
        opened = after.link(link.low, link.high)
        return identified(after, after.chat(opened.chat if opened else None), body["conv_id"])

    return success(steps, told)


def inbox(state: State, call: Call) -> Prediction[State]:
    """GET /api/chat/requests/inbox."""

    def told(body: Any) -> State:
        pending = {each.other(call.user): each for each in _asked(state, call.user)}
        equal({each["from_id"] for each in body["requests"]}, set(pending))
        times = [pending[each["from_id"]].asked_at for each in body["requests"]]
        equal(times, sorted(times, reverse=True))
        after = state
        for each in body["requests"]:
            link, number = pending[each["from_id"]], each["conn_id"]
            if link.id is not None or after.link_by_id(number) is not None:
                equal(number, link.id)
            after = after.with_link(replace(link, id=number))
        return after

    return success([state], told)


def unfriend(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/friend/:other_id."""
    link = state.link(call.user, call.target)
    if link is None:
        return refusal([state], 404, "connection_not_found")
    return success([state, state.without_link(link)])


def create_group(state: State, call: Call) -> Prediction[State]:
    """POST /api/chat/group; `text` is a name that no other group has."""
    others = [each for each in dict.fromkeys(call.others) if each != call.user]
    if not others:
        return refusal([state], 400, "invalid_fields")
    if not all(state.are_connected(call.user, each) for each in others):
        return refusal([state], 403, NOT_CONNECTED)
    after = state.with_new_chat(call.text, call.user, (call.user, *others), call.now)
    return success([state, after], lambda body: identified(after, after.chats[-1], body["conv_id"]))


def add_member(state: State, call: Call) -> Prediction[State]:
    """POST /api/chat/group/:conv_id/members."""
    group, denied = _administered(state, call)
    if group is None:
        return denied
    if not state.are_connected(call.user, call.other):
        return refusal([state], 403, NOT_CONNECTED)
    if group.member(call.other) is not None:
        return refusal([state], 409, "already_a_member")
    said = len(group.messages)
    newcomer = Member(call.other, hidden=said, read=said)
    return success([state, state.with_chat(replace(group, members=(*group.members, newcomer)))])


def remove_member(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/group/:conv_id/members/:user_id."""
    if call.other == call.user:
        return leave(state, call)
    group, denied = _administered(state, call)
    if group is None:
        return denied
    if group.member(call.other) is None:
        return refusal([state], 404, "member_not_found")
    return success([state, state.with_chat(_without(group, call.other))])


def leave(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/group/:conv_id/exit."""
    group = _group(state, call.target)
    if group is None or group.member(call.user) is None:
        return refusal([state], 403, NOT_A_MEMBER)
    rest = _without(group, call.user)
    if group.admin == call.user and rest.members:
        rest = replace(rest, admin=rest.users[0])
    return success([state, state.with_chat(rest)])


def end_group(state: State, call: Call) -> Prediction[State]:
    """DELETE /api/chat/group/:conv_id."""
    group, denied = _administered(state, call)
    if group is None:
        return denied
    return success([state, state.with_chat(replace(group, members=()))])


def overview(state: State, call: Call, names: Mapping[int, str]) -> Prediction[State]:
    """GET /api/chat/conversations."""
    user = call.user

    def told(body: Any) -> State:
        mine = [chat for chat in state.chats if chat.member(user) is not None]
        after = state
        for shown in body["conversations"]:
            called = [each for each in mine if _is_called(each, shown, user)]
            if not called:
                raise Disagreement(f"{shown} is none of {mine}")
            (chat,) = called
            mine.remove(chat)
            equal(shown["unread"], chat.unread(user))
            equal(shown["last_message"] and shown["last_message"]["message"], _last(chat, user))
            equal(_members_in(shown), _members_of(chat, user, names))
            after = identified(after, chat, shown["id"])
        equal([], [chat.name for chat in mine])
        places = [(each.last_at, each.id) for each in map(after.chat_by_id, _ids(body)) if each is not None]
        equal(places, sorted(places, key=lambda place: (place[0], place[1] or 0), reverse=True))
        return after

    return success([state], told)


def unread_count(state: State, call: Call) -> Prediction[State]:
    """GET /api/chat/unread_count."""
    unread = sum(chat.unread(call.user) for chat in state.chats if chat.member(call.user) is not None)
    requests = len(_asked(state, call.user))

    def told(body: Any) -> State:
        equal((body["unread"], body["requests"]), (unread, requests))
        return state

    return success([state], told)


def _accepted(state: State, link: Link, now: float) -> State:
    opened = state.with_new_chat("", None, sorted((link.low, link.high)), now)
    return opened.with_link(replace(link, status="accepted", chat=state.next_key))


def _asked(state: State, user: int) -> list[Link]:
    return [each for each in state.links if each.status == "pending" and each.has(user) and each.asker != user]


def _group(state: State, chat_id: int) -> Chat | None:
    chat = state.chat_by_id(chat_id)
    return chat if chat is not None and chat.admin is not None else None


def _administered(state: State, call: Call) -> tuple[Chat | None, Prediction[State]]:
    group = _group(state, call.target)
    if group is None or group.member(call.user) is None:
        return None, refusal([state], 403, NOT_A_MEMBER)
    return (group if group.admin == call.user else None), refusal([state], 403, NOT_ADMIN)


def _without(group: Chat, user: int) -> Chat:
    return replace(group, members=tuple(member for member in group.members if member.user != user))


def _is_called(chat: Chat, shown: dict[str, Any], user: int) -> bool:
    if shown["is_group"]:
        return chat.admin is not None and chat.name == shown["name"]
    return chat.admin is None and shown["other_id"] in chat.users and shown["other_id"] != user


def _last(chat: Chat, user: int) -> str | None:
    member = chat.member(user)
    if not chat.messages or (member is not None and member.hidden >= len(chat.messages)):
        return None
    last = chat.messages[-1]
    return "This message was deleted" if last.is_deleted else last.text


def _members_of(chat: Chat, user: int, names: Mapping[int, str]) -> list[tuple[int, str, bool]]:
    if chat.admin is None:
        users = [user, *(each for each in chat.users if each != user)]
        return [(each, names[each], False) for each in users]
    return [(each, names[each], each == chat.admin) for each in chat.users]


def _members_in(shown: dict[str, Any]) -> list[tuple[int, str, bool]]:
    return [(each["id"], each["name"], each["is_admin"]) for each in shown["members"]]


def _ids(body: Any) -> list[int]:
    return [each["id"] for each in body["conversations"]]
