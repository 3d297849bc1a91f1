"""Runs a history of a chat with the real handlers, and checks every answer against the reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from chat.app import api
from chat.app import lambda_handler as chat
from conversation_eraser.app import lambda_handler as eraser
from smartexam.accounts.user import User
from smartexam.platform import queues
from tests.factories.events import Answer, FakeContext, sqs_event
from tests.factories.users import create_user
from tests.model.candidates import Candidates, Disagreement, Happened, Prediction, outcomes
from tests.model.chat import people, talk
from tests.model.chat.operations import FRIENDS, USERS, Act, Beside, Erase, Operation
from tests.model.chat.people import Call
from tests.model.chat.state import State
from tests.model.world import NOTHING, Crash, Pause, World

_PREDICTIONS: dict[str, Callable[[State, Call], Prediction[State]]] = {
    "ask": people.ask,
    "answer": people.answer,
    "inbox": people.inbox,
    "unfriend": people.unfriend,
    "group": people.create_group,
    "add": people.add_member,
    "remove": people.remove_member,
    "leave": people.leave,
    "end": people.end_group,
    "count": people.unread_count,
    "send": talk.send,
    "page": talk.page,
    "edit": talk.edit,
    "delete": talk.delete,
    "read": talk.mark_read,
    "clear": talk.clear,
}
_NOTHING = State()
_OF_GROUPS = frozenset({"add", "remove", "leave", "end"})
_ERASER = 2
_NOBODYS = 2**52 + 1


@dataclass
class _Order:
    """An order to erase, and when it is due."""

    due: float
    body: dict[str, Any]


class Machine:
    """Carries histories out, one after the other."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.users: list[User] = [create_user(first_name=name) for name in ("Asha", "Ben", "Chen", "Divya")]
        self.names = {user.id: user.full_name for user in self.users}
        patch.setattr(queues, "send", self._take)
        world.frozen(api)
        world.built()
        self.friends: tuple[State, list[int], list[int], Any] | None = None

    def run(self, setting: str, history: list[Operation]) -> None:
        """Run a history; raises `Disagreement` (or another `AssertionError`) if the product fails."""
        self._begin()
        if setting == "friends":
            if self.friends is None:
                for act in FRIENDS:
                    self._act(act)
                self.friends = (
                    self.candidates.one,
                    list(self.requests),
                    list(self.chats),
                    self.world.database.snapshot(),
                )
            state, requests, chats, stored = self.friends
            self._begin(state, requests, chats, stored)
        for operation in history:
            if isinstance(operation, Erase):
                self._erase(operation)
            else:
                self.world.clock.advance(operation.pause)
                self._act(operation)
        self._end()

    def _begin(
        self, state: State = _NOTHING, requests: Sequence[int] = (), chats: Sequence[int] = (), stored: Any = None
    ) -> None:
        self.world.begin(stored)
        self.world.clock.advance(0 if stored is None else 60)
        self.candidates: Candidates[State] = Candidates(state)
        self.orders: list[_Order] = []
        self.requests, self.chats = list(requests), list(chats)
        self.messages: dict[int, int] = {}
        self.senders: dict[int, int] = {}
        self.told = 0 if stored is None else 100

    def _act(self, act: Act) -> None:
        call = self._call(act)
        if isinstance(act.fate, Beside):
            self._both(call, act.process, act.fate)
            return
        crash = act.fate if isinstance(act.fate, Crash) else None
        happened = self._happens(call, act.process, crash)
        self.candidates.observe(happened)
        if act.fate == "twice" or (happened.answer is None and act.is_repeated):
            self.candidates.observe(self._happens(self._again(call), act.process, None))

    def _both(self, call: Call, process: int, beside: Beside) -> None:
        others: list[Happened[State]] = []
        other = self._call(beside.other)
        one = self._happens(call, process, Pause(beside.at, lambda: others.append(self._happens(other, 1 - process))))
        if others:
            self.candidates.observe_both(one, others[0])
        else:
            self.candidates.observe(one)
            self.candidates.observe(self._happens(other, process, None))

    def _again(self, call: Call) -> Call:
        """A client's repetition: the same message if it has a client-side id, otherwise another one."""
        text = self._text() if call.kind == "send" and call.client_id is None else call.text
        name = self._text() if call.kind == "group" else text
        return replace(call, text=name, now=self.world.clock.now())

    def _happens(self, call: Call, process: int, plan: Crash | Pause | None = None) -> Happened[State]:
        method, path, body = self._route(call)
        user = self.users[[each.id for each in self.users].index(call.user)]
        answer = self.world.request(
            chat, method, f"/api/chat{path}", token=self.world.token(user), body=body, process=process, plan=plan
        )
        if answer is not None and answer.status == 200:
            self._learn(call, answer)
        apply = partial(self._outcomes, call)
        return Happened(apply, answer, str(call), was_sent=plan != NOTHING)

    def _outcomes(self, call: Call, state: State, answer: Answer | None) -> list[State]:
        if call.kind == "overview":
            return outcomes(state, lambda each: people.overview(each, call, self.names), answer)
        return outcomes(state, lambda each: _PREDICTIONS[call.kind](each, call), answer)

    def _learn(self, call: Call, answer: Answer) -> None:
        body = answer.body
        for request in body.get("requests", ()) if call.kind == "inbox" else ():
            self._add(self.requests, request["conn_id"])
        if "conv_id" in body:
            self._add(self.chats, body["conv_id"])
        for shown in body.get("conversations", ()):
            self._add(self.chats, shown["id"])
        if call.kind == "page":
            self.messages |= {shown["id"]: call.target for shown in body["messages"]}
        if call.kind == "send":
            self.messages[body["message"]["id"]] = call.target
            self.senders[body["message"]["id"]] = call.user

    @staticmethod
    def _add(known: list[int], number: int) -> None:
        if number not in known:
            known.append(number)

    def _call(self, act: Act) -> Call:
        user, other, now = self.users[act.user].id, self.users[act.other].id, self.world.clock.now()
        call = Call(act.kind, user, now)
        if act.kind in {"inbox", "overview", "count"}:
            return call
        if act.kind in {"ask", "unfriend"}:
            return replace(call, target=other)
        if act.kind == "answer":
            request = self._one_of(self.requests[::-1], act.which // 4)
            action = "reject" if act.how % 4 == 0 else "accept"
            return self._by_who_may(act, replace(call, target=request, text=action))
        if act.kind == "group":
            others = tuple(self.users[each].id for each in (act.other, *act.others))
            return replace(call, others=others, text=self._text())
        if act.kind in {"edit", "delete"}:
            # The newest ones are changed most often.
            message = self._one_of(list(self.messages)[::-1], act.which // 2)
            return self._by_who_may(act, replace(call, target=message, text=self._text()))
        call = replace(call, target=self._one_of(self.chats[::-1], act.which), other=other)
        return self._by_who_may(act, self._sending(act, call) if act.kind == "send" else call)

    def _by_who_may(self, act: Act, call: Call) -> Call:
        """A request, usually from a user who may make it, because others would not see the option."""
        if act.others[0] == 3:
            return call
        state = self.candidates.one
        if act.kind == "answer":
            link = state.link_by_id(call.target)
            return call if link is None else replace(call, user=link.other(link.asker))
        if act.kind in {"edit", "delete"}:
            message = state.message_by_id(call.target)
            sender = self.senders.get(call.target, call.user) if message is None else message[2].sender
            return replace(call, user=sender)
        if act.kind in _OF_GROUPS:
            return self._in_a_group(act, call)
        chat = state.chat_by_id(call.target)
        return call if chat is None else replace(call, user=chat.users[act.user % len(chat.users)])

    def _in_a_group(self, act: Act, call: Call) -> Call:
        groups = [each for each in self.candidates.one.chats if each.admin is not None and each.id is not None]
        if not groups:
            return call
        group = groups[act.which % len(groups)]
        call = replace(call, target=group.id or 0, user=group.users[act.user % len(group.users)])
        if act.kind == "leave":
            return call
        outsiders = [user.id for user in self.users if user.id not in group.users]
        others = outsiders if act.kind == "add" and outsiders else group.users
        return replace(call, user=group.admin or 0, other=others[act.other % len(others)])

    def _sending(self, act: Act, call: Call) -> Call:
        client_id = f"client-{act.how % 3}" if act.how < 6 else None
        if act.how not in {0, 7, 8} or not self.messages:
            return replace(call, text=self._text(), client_id=client_id, other=0)
        reply_to = self._one_of(list(self.messages)[::-1], act.others[0])
        return replace(
            call, text=self._text(), client_id=client_id, reply_to=reply_to, other=self.messages.get(reply_to, 0)
        )

    @staticmethod
    def _one_of(known: list[int], which: int) -> int:
        # Missing things have an unused id.
        return known[which % len(known)] if known else _NOBODYS

    def _text(self) -> str:
        self.told += 1
        return f"number {self.told}"

    def _route(self, call: Call) -> tuple[str, str, Any]:
        target = call.target
        sent: dict[str, Any] = {"message": call.text, "client_id": call.client_id, "reply_to_id": call.reply_to}
        return {
            "ask": ("POST", "/request", {"recipient_id": target}),
            "answer": ("PUT", f"/request/{target}", {"action": call.text}),
            "inbox": ("GET", "/requests/inbox", None),
            "unfriend": ("DELETE", f"/friend/{target}", None),
            "group": ("POST", "/group", {"name": call.text, "member_ids": call.others}),
            "add": ("POST", f"/group/{target}/members", {"user_id": call.other}),
            "remove": ("DELETE", f"/group/{target}/members/{call.other}", None),
            "leave": ("DELETE", f"/group/{target}/exit", None),
            "end": ("DELETE", f"/group/{target}", None),
            "overview": ("GET", "/conversations", None),
            "count": ("GET", "/unread_count", None),
            "send": ("POST", f"/messages/{target}", {name: value for name, value in sent.items() if value is not None}),
            "page": ("GET", f"/messages/{target}", None),
            "edit": ("PUT", f"/messages/{target}/edit", {"message": call.text}),
            "delete": ("DELETE", f"/messages/{target}", None),
            "read": ("POST", f"/conversations/{target}/read", None),
            "clear": ("DELETE", f"/conversations/{target}/clear", None),
        }[call.kind]

    def _take(self, _url: str, message: Any, *, delay_seconds: int = 0) -> None:
        due = self.world.clock.now() + delay_seconds
        self.orders.append(_Order(due, {"conversation_id": message.conversation_id}))

    def _erase(self, operation: Erase) -> None:
        """Work on the orders that are due; those of an interrupted process come again."""
        self.world.clock.advance(operation.seconds)
        due = [order for order in self.orders if order.due <= self.world.clock.now()]
        if not due:
            return
        self.orders = [order for order in self.orders if order not in due]
        event = sqs_event(*(order.body for order in due))
        context = FakeContext(remaining_ms=lambda: 900_000)
        outcome = self.world.invoked(lambda: eraser(event, context), process=_ERASER, plan=operation.crash)
        if outcome is None:
            self.orders += due
        else:
            assert outcome == {"batchItemFailures": []}

    def _end(self) -> None:
        """Everybody reads everything; then nothing is left of what has ended."""
        self.world.clock.advance(60)
        for user in self.users:
            for kind in ("inbox", "overview", "count"):
                self.candidates.observe(self._happens(Call(kind, user.id, self.world.clock.now()), 0))
            for chat_id in self.chats:
                self.candidates.observe(self._happens(Call("page", user.id, self.world.clock.now(), chat_id), 1))
            self.candidates.observe(self._happens(Call("count", user.id, self.world.clock.now()), 0))
        self._erase(Erase(60.0))
        assert self.orders == [], "an order that is never done with"
        living = {chat.id for chat in self.candidates.one.chats}
        for pk, sk in self.world.database.table("messaging"):
            for key in (pk, sk):
                if key.startswith("CONV#") and int(key.removeprefix("CONV#")) not in living:
                    raise Disagreement(f"{pk} {sk} is left of a conversation that has ended")
        assert len(self.users) == USERS
