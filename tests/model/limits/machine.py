"""Runs a history of limits with the real handlers, and checks every answer against the reference."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from account.app import api as account_api
from account.app import lambda_handler as account
from auth import service as auth_service
from auth.app import api as auth_api
from auth.app import lambda_handler as auth
from chat.app import api as chat_api
from chat.app import lambda_handler as chat
from discussions.app import api as discussions_api
from discussions.app import lambda_handler as discussions
from language_model import client
from language_model.client import Completion
from mailer import sender
from mailer import service as mailer_service
from mailer.app import lambda_handler as mailer
from smartexam.limits import sign_in
from smartexam.platform import queues
from smartexam.platform.errors import Unavailable
from smartexam.platform.settings import settings
from study.app import api as study_api
from study.app import lambda_handler as study
from tests.factories.events import Answer, FakeContext, sqs_event
from tests.factories.exams import create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, create_user
from tests.model.candidates import Candidates, Happened, outcomes
from tests.model.limits import reference
from tests.model.limits.operations import Act, Beside, Expire, Operation
from tests.model.limits.reference import Call, State
from tests.model.world import NOTHING, Crash, Pause, World

# Two addresses of one subscriber count as one.
_ADDRESSES = ("203.0.113.7", "203.0.113.8", "2001:db8:1:2::5", "2001:db8:1:2:ffff::9", reference.TRUSTED)
_PLACES = ("203.0.113.7", "203.0.113.8", "2001:db8:1:2", "2001:db8:1:2", reference.TRUSTED)
_ROUTES = ("/api/auth/login", "/login", "/admin/login")
_CONSISTENT = "[FINAL ANSWER]\n42"
# An interrupted sign-in makes four states of one. Six in a row would be more than can be followed, so the next one is
# carried out as a whole, and its answer tells what happened.
_MOST_BEFORE_CRASH = 400


class Machine:
    """Carries histories out, one after the other."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.users = [create_user(first_name="Asha", role="user,admin"), create_user(first_name="Ben")]
        self.question = question_ids(create_exam().id)[0]
        # Hashing is slow by design.
        patch.setattr(auth_service, "verify_password", lambda stored, given: stored is not None and given == PASSWORD)
        patch.setattr(client, "is_configured", lambda: True)
        patch.setattr(client, "complete", self._complete)
        _lower(patch)
        self.post = PostOffice()
        patch.setattr(queues, "send", self.post.take)
        patch.setattr(sender, "send", self.post.take_mail)
        world.frozen(account_api, auth_api, chat_api, discussions_api, study_api)
        self.chat = self._connected()
        self.fails = False
        world.built()
        self.started: dict[int, Any] = {}

    def run(self, asked: int, history: list[Operation]) -> None:
        """Run a history; raises `Disagreement` (or another `AssertionError`) if the product fails."""
        self._begin(asked)
        for operation in history:
            if isinstance(operation, Expire):
                self.world.expire()
            else:
                self._act(operation)
        self._end()

    def _begin(self, asked: int) -> None:
        self.world.begin()
        self.limits: dict[tuple[Any, ...], Candidates[State]] = {}
        call = Call("question", self.world.clock.now(), self.users[0].id)
        if asked not in self.started:
            for _ in range(asked):
                self._observe(call)
            self.started[asked] = self._limit(call).one, self.world.database.snapshot()
        state, stored = self.started[asked]
        self.world.begin(stored)
        self.limits = {_limit_of(call): Candidates(state)}

    def _limit(self, call: Call) -> Candidates[State]:
        """The possible states of a request's limit; limits are independent of each other."""
        return self.limits.setdefault(_limit_of(call), Candidates(State()))

    def _act(self, act: Act) -> None:
        now = self.world.clock.now()
        if act.is_at_midnight:
            now = max(now, reference.midnight(now) - 60)
        self.world.clock.set(now + act.seconds)
        call = self._call(act)
        if isinstance(act.fate, Beside):
            self._both(act, call, act.fate)
        else:
            limit = self._limit(call)
            is_followed = len(limit.possible) <= _MOST_BEFORE_CRASH
            plan = act.fate if isinstance(act.fate, Crash) and is_followed else None
            limit.observe(self._happens(act, call, plan))

    def _both(self, act: Act, call: Call, beside: Beside) -> None:
        others: list[Happened[State]] = []
        inner = replace(beside.other, process=1 - act.process)
        other = self._call(inner)
        failing = act.is_failing

        def meanwhile() -> None:
            others.append(self._happens(inner, replace(other, is_beside=True)))
            self.fails = failing

        one = self._happens(act, call, Pause(beside.at, meanwhile))
        if others and self._limit(call) is self._limit(other):
            between = _interleaved(call, one, others[0]) if call.kind == "sign_in" else []
            self._limit(call).observe_both(one, others[0], *between)
            return
        self._limit(call).observe(one)
        self._limit(other).observe(others[0] if others else self._happens(inner, other))

    def _observe(self, call: Call) -> None:
        self._limit(call).observe(self._happens(Act(call.kind), call))

    def _happens(self, act: Act, call: Call, plan: Crash | Pause | None = None) -> Happened[State]:
        self.fails = call.is_failing
        if call.kind == "mail":
            answer = self._mailed(act, call, plan)
            return Happened(partial(_outcomes, call), answer, str(call), was_sent=plan != NOTHING)
        handler, method, path, sent = self._route(act, call)
        answer = self.world.request(handler, method, path, process=act.process, plan=plan, **sent)
        return Happened(partial(_outcomes, call), answer, str(call), was_sent=plan != NOTHING)

    def _call(self, act: Act) -> Call:
        now = self.world.clock.now()
        if act.kind == "call":
            return Call("call", now, place=_PLACES[act.place])
        if act.kind != "sign_in":
            return Call(act.kind, now, self.users[act.user].id, is_failing=act.is_failing, occasion=act.occasion)
        known = act.name < 4
        user = self.users[act.user]
        return Call(
            "sign_in",
            now,
            place=_PLACES[act.place],
            account=str(user.id) if known else f"nobody{act.user}",
            is_right=act.is_right and known,
            is_let_through=act.route != 2 or "admin" in user.role,
        )

    def _route(self, act: Act, call: Call) -> tuple[Any, str, str, dict[str, Any]]:
        if call.kind == "sign_in":
            return auth, "POST", _ROUTES[act.route], self._credentials(act, call)
        if call.kind == "call":
            address = {"email": self.users[act.user].email}
            sent = {"body": address, "source_ip": _ADDRESSES[act.place]}
            return account, "POST", "/api/request-password-reset", sent
        user = next(user for user in self.users if user.id == call.user)
        signed_in = {"token": self.world.token(user)}
        handler, method, path, body = {
            "message": (chat, "POST", f"/api/chat/messages/{self.chat}", {"message": "hello"}),
            "messages": (chat, "GET", f"/api/chat/messages/{self.chat}", None),
            "comment": (discussions, "POST", f"/api/discussion/{self.question}", {"message": "why?"}),
            "comments": (discussions, "GET", f"/api/discussion/{self.question}", None),
            "question": (study, "POST", "/api/study-chat", {"message": "What is g?"}),
            "opened": (study, "GET", "/api/assistant-init", None),
            "cleared": (study, "POST", "/api/clear-chat-history", None),
        }[call.kind]
        return handler, method, path, {**signed_in, "body": body}

    def _mailed(self, act: Act, call: Call, plan: Crash | Pause | None) -> Answer | None:
        """Deliver an order for a mail; the answer has how many were sent."""
        before = len(self.post.mails)
        email = next(user.email for user in self.users if user.id == call.user)
        event = sqs_event({"occasion": call.occasion, "email": email})
        found = self.world.invoked(lambda: mailer(event, FakeContext()), process=act.process, plan=plan)
        if found is None:
            return None
        assert found == {"batchItemFailures": []}
        sent = self.post.mails[before:]
        del self.post.mails[before:]  # so that a mail in whose middle it was sent does not count it
        return Answer(200, {"sent": len(sent)}, {}, [], {})

    def _credentials(self, act: Act, call: Call) -> dict[str, Any]:
        user = self.users[act.user]
        names = (user.username, user.email, user.username.upper(), f" {user.email.title()} ", call.account)
        body = {"username": names[act.name], "password": PASSWORD if act.is_right else "wrong"}
        if act.name % 2:
            body["email"] = body.pop("username")
        return {"body": body, "source_ip": _ADDRESSES[act.place], "headers": {"accept": "application/json"}}

    def _connected(self) -> int:
        """The conversation of the two."""
        one, other = self.users
        self.world.request(
            *(chat, "POST", "/api/chat/request"), token=self.world.token(one), body={"recipient_id": other.id}
        )
        token = self.world.token(other)
        inbox = self.world.request(chat, "GET", "/api/chat/requests/inbox", token=token)
        assert inbox is not None
        path = f"/api/chat/request/{inbox.body['requests'][0]['conn_id']}"
        accepted = self.world.request(chat, "PUT", path, token=token, body={"action": "accept"})
        assert accepted is not None
        number: int = accepted.body["conv_id"]
        return number

    def _complete(self, *_: Any, **__: Any) -> Completion:
        if self.fails:
            raise Unavailable("The assistant cannot be reached", code="model_unavailable", retry_after=5)
        return Completion(_CONSISTENT, "a model", is_cut=False, tokens=1)

    def _end(self) -> None:
        """Everything is read, and nothing is locked for good."""
        now = self.world.clock.now()
        for user in self.users:
            self._observe(Call("opened", now, user.id))
        self._observe(Call("messages", now, self.users[0].id))
        self._observe(Call("comments", now, self.users[0].id))
        self.world.clock.advance(reference.ACCOUNT_SECONDS)
        for act in (Act("sign_in", user=0, is_right=True), Act("sign_in", user=1, name=1, is_right=True)):
            call = self._call(act)
            self._limit(call).observe(self._happens(act, call))


def _interleaved(call: Call, one: Happened[State], other: Happened[State]) -> list[list[Happened[State]]]:
    """The orders in which another request is carried out in the middle of a sign-in, which looks at its limits first
    and counts a wrong password for one limit after the other."""

    def first_steps(number: int, state: State, _: Answer | None) -> list[State]:
        return reference.predict(state, call).steps[number : number + 1]

    def rest(**progress: Any) -> Happened[State]:
        return replace(one, apply=partial(_outcomes, replace(call, **progress)))

    counted = [
        [replace(one, apply=partial(first_steps, number)), other, rest(counted=number)]
        for number in (() if call.is_right else (1, 2))
    ]
    return [[other, rest(is_late=True)], [other, rest(is_past_source=True)], *counted]


def _limit_of(call: Call) -> tuple[Any, ...]:
    if call.kind == "sign_in":
        return (call.kind,)
    if call.kind in {"call", "mail"}:
        return call.kind, call.place, call.user, call.occasion
    if call.kind in {"question", "opened", "cleared"}:
        return "question", call.user
    return (call.kind.removesuffix("s"),)


def _lower(patch: pytest.MonkeyPatch) -> None:
    """Lower the limits that no history would reach."""
    patch.setattr(sign_in, "ACCOUNT_FAILURES", reference.OF_ACCOUNT)
    patch.setattr(mailer_service, "_LINK", mailer_service.Budget("mail", *reference.MAILS["reset"]))
    patch.setattr(mailer_service, "_NOTICE", mailer_service.Budget("mail_notice", *reference.MAILS["role_changed"]))
    for name, value in {
        "SIGN_IN_FAILURES_PER_SOURCE": reference.OF_SOURCE,
        "CALLS_PER_SOURCE": reference.CALLS,
        "TRUSTED_NETWORKS": reference.TRUSTED,
    }.items():
        patch.setenv(name, str(value))
    settings.cache_clear()


def _outcomes(call: Call, state: State, answer: Answer | None) -> list[State]:
    return outcomes(state, lambda each: reference.predict(each, call), answer)
