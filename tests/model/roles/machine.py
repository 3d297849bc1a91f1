"""Runs a history of accounts with the real handlers, and checks every answer against the reference.

After every request the counters are recounted independently of the reference: they must always be right, and there must
always be an administrator.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from account.app import api as account_api
from account.app import lambda_handler as account
from account_eraser.app import lambda_handler as eraser
from admin_requests.app import api as requests_api
from admin_requests.app import lambda_handler as requests
from admin_users.app import api as users_api
from admin_users.app import lambda_handler as users
from smartexam.accounts.user import User
from smartexam.platform import queues
from tests.factories.events import Answer, FakeContext, sqs_event
from tests.factories.users import create_user
from tests.model.candidates import Candidates, Happened, outcomes
from tests.model.roles import reference
from tests.model.roles.operations import ROLES, USERS, Act, Beside, Erase, Operation
from tests.model.roles.reference import Call, State
from tests.model.world import NOTHING, Crash, Pause, World

_ERASER = 2
_NOBODY = 999_999
_FIRST_ROLES = ("admin", "user,admin", "user", "user", "admin")


@dataclass
class _Order:
    """An order to erase, and when it is due."""

    due: float
    body: dict[str, Any]


class Machine:
    """Carries histories out, one after the other."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.users: list[User] = [create_user(role=role) for role in _FIRST_ROLES]
        self.ids = [user.id for user in self.users]
        self.names = {user.id: user.username for user in self.users}
        patch.setattr(queues, "send", self._take)
        world.frozen(account_api, requests_api, users_api)
        world.built()
        assert len(self.users) == USERS

    def run(self, history: list[Operation]) -> None:
        """Run a history; raises `Disagreement` (or another `AssertionError`) if the product fails."""
        self.world.begin()
        self.candidates = Candidates(State(tuple((user.id, user.role) for user in self.users)))
        self.orders: list[_Order] = []
        self.requests: list[int] = []
        for operation in history:
            self.world.clock.advance(1)
            if isinstance(operation, Erase):
                self._erase(operation)
            else:
                self._act(operation)
            self._count_over()
        self._end()

    def _act(self, act: Act) -> None:
        call = self._call(act)
        if isinstance(act.fate, Beside):
            self._both(call, act.process, act.fate)
            return
        crash = act.fate if isinstance(act.fate, Crash) else None
        happened = self._happens(call, act.process, crash)
        self.candidates.observe(happened)
        if act.fate == "twice" or (happened.answer is None and act.is_repeated):
            self.candidates.observe(self._happens(call, act.process))

    def _both(self, call: Call, process: int, beside: Beside) -> None:
        others: list[Happened[State]] = []
        other = self._call(beside.other)
        one = self._happens(call, process, Pause(beside.at, lambda: others.append(self._happens(other, 1 - process))))
        if others:
            late = replace(one, apply=partial(self._outcomes, replace(call, is_let_in=True)))
            self.candidates.observe_both(one, others[0], [others[0], late])
        else:
            self.candidates.observe(one)
            self.candidates.observe(self._happens(other, process))

    def _happens(self, call: Call, process: int, plan: Crash | Pause | None = None) -> Happened[State]:
        handler, method, path, sent = self._route(call)
        user = self.users[self.ids.index(call.user)]
        token = None if call.kind == "submit" else self.world.token(user)
        answer = self.world.request(handler, method, path, token=token, process=process, plan=plan, **sent)
        if answer is not None and answer.status == 200:
            self._learn(answer)
        return Happened(partial(self._outcomes, call), answer, str(call), was_sent=plan != NOTHING)

    def _outcomes(self, call: Call, state: State, answer: Answer | None) -> list[State]:
        return outcomes(state, lambda each: reference.predict(each, call, self.names), answer)

    def _learn(self, answer: Answer) -> None:
        shown = [each["request_id"] for each in answer.body.get("requests", ())]
        if "request_id" in answer.body:
            shown.append(answer.body["request_id"])
        self.requests += [each for each in shown if each not in self.requests]

    def _call(self, act: Act) -> Call:
        user = self.ids[act.user]
        target = [*self.ids, _NOBODY][act.target]
        state = self.candidates.one
        if act.kind in {"role", "bulk", "approve", "deny", "stats", "requests", "users"} and act.how != 7:
            # Mostly by an administrator, because others are refused before anything happens.
            admins = [each for each in self.ids if "admin" in (state.role(each) or "")]
            user = admins[act.user % len(admins)]
        call = Call(act.kind, user, target, ROLES[act.role])
        if act.kind == "bulk":
            changes = ((act.target, act.role), *act.more)
            return replace(call, changes=tuple(([*self.ids, _NOBODY][who], ROLES[role]) for who, role in changes))
        if act.kind in {"approve", "deny"}:
            request = self.requests[-1 - act.target % len(self.requests)] if self.requests else _NOBODY
            role = None if act.how < 4 else call.role
            return replace(call, target=request, role=role, text="" if act.how == 6 else "not now")
        if act.kind == "submit":
            return self._submission(act, call)
        if act.kind == "stats":
            return replace(call, kind="stats" if act.how % 2 else "request_stats")
        return replace(call, text=("", "pending", "completed", "denied")[act.how % 4])

    def _submission(self, act: Act, call: Call) -> Call:
        if self.candidates.one.role(call.user) is None and act.how != 6:
            living = [user for user, role in self.candidates.one.roles if role is not None]
            call = replace(call, user=living[act.user % len(living)])
        believed = self.candidates.one.role(call.user)
        return replace(call, text=ROLES[act.target % 3] if act.how == 7 or believed is None else believed)

    def _route(self, call: Call) -> tuple[Any, str, str, dict[str, Any]]:
        user = self.users[self.ids.index(call.user)]
        asked = {
            "username": user.username,
            "email": user.email,
            "current_access": call.text,
            "requested_access": call.role,
            "user_reason": "because",
        }
        changes = [{"user_id": who, "new_role": role} for who, role in call.changes]
        return {
            "role": (users, "POST", "/admin/users/update-role", _body(user_id=call.target, new_role=call.role)),
            "bulk": (users, "POST", "/admin/users/bulk-update-roles", _body(updates=changes)),
            "delete": (account, "POST", "/api/delete-account", _body(confirm="DELETE")),
            "submit": (account, "POST", "/api/submit-access-request", {"body": asked}),
            "approve": (
                requests,
                "POST",
                f"/admin/requests/approve/{call.target}",
                _body() if call.role is None else _body(approved_access=call.role),
            ),
            "deny": (requests, "POST", f"/admin/requests/deny/{call.target}", _body(reason=call.text)),
            "stats": (users, "GET", "/admin/api/users/stats", {}),
            "request_stats": (requests, "GET", "/admin/api/requests/stats", {}),
            "requests": (requests, "GET", "/admin/api/requests/list", {"query": {"status": call.text}}),
            "users": (
                *(users, "GET", "/admin/api/users/search"),
                {"query": {"role": reference.role_filter(call.role or "user")}},
            ),
        }[call.kind]

    def _take(self, _url: str, message: Any, *, delay_seconds: int = 0) -> None:
        if not hasattr(message, "user_id"):
            return  # a mail
        body = {name: getattr(message, name) for name in message.__struct_fields__}
        self.orders.append(_Order(self.world.clock.now() + delay_seconds, body))

    def _erase(self, operation: Erase) -> None:
        """Work on the orders that are due; those of an interrupted process come again."""
        self.world.clock.advance(operation.seconds)
        due = [order for order in self.orders if order.due <= self.world.clock.now()]
        if due:
            self._look()
        for order in due:
            self.orders.remove(order)
            event, context = sqs_event(order.body), FakeContext(remaining_ms=lambda: 900_000)
            outcome = self.world.invoked(partial(eraser, event, context), process=_ERASER, plan=operation.crash)
            if outcome is None:
                self.orders.append(order)
            else:
                assert outcome == {"batchItemFailures": []}
            answer = None if outcome is None else Answer(200, outcome, {}, (), {})
            self.candidates.observe(Happened(partial(_erased, order.body["user_id"]), answer, f"erasing {order}"))

    def _look(self) -> None:
        """An administrator reads all requests and accounts."""
        # The actual state, because no account may be an administrator in all possible ones.
        stored = self.world.database.table("identity")
        admin = next(each for each in self.ids if "admin" in _role_in(stored.get((f"USER#{each}", "PROFILE"))))
        for call in (Call("requests", admin), Call("stats", admin), Call("request_stats", admin)):
            self.candidates.observe(self._happens(call, 0))
        for role in ROLES:
            self.candidates.observe(self._happens(Call("users", admin, role=role), 0))

    def _count_over(self) -> None:
        table = self.world.database.table("identity")
        roles = Counter(item["role"]["S"] for (_, sk), item in table.items() if sk == "PROFILE")
        counted = _summed(table, "USERS")
        told = [counted[name] for name in ("user_role", "admin_role", "both_roles", "admins")]
        assert told == [*(roles[role] for role in ROLES), roles["admin"] + roles["user,admin"]]
        assert told[-1] > 0, "nobody is left to administer"
        for role in ROLES:
            assert sum(pk == f"USERS#{role}" for pk, _ in table) == roles[role], f"the list of {role}"
        statuses = Counter(item["status"]["S"] for (_, sk), item in table.items() if sk == "REQUEST")
        counted = _summed(table, "REQUESTS")
        for status in ("pending", "completed", "denied"):
            assert counted[status] == statuses[status], f"the number of {status} requests"

    def _end(self) -> None:
        """Everything is read; nothing is left of deleted accounts."""
        for _ in range(20):
            if self.orders:
                self._erase(Erase(70.0))
        assert self.orders == [], "an order that is never done with"
        self._count_over()
        self._look()
        gone = [user for user, role in self.candidates.one.roles if role is None]
        for context in ("identity", "ephemeral", "attempts", "messaging"):
            for pk, sk in self.world.database.table(context):
                assert pk not in {f"USER#{user}" for user in gone}, f"{pk} {sk} is left of a deleted account"


def _summed(table: Mapping[tuple[str, str], Mapping[str, Any]], name: str) -> Counter[str]:
    """A counter's amounts over all of its shards."""
    total = Counter[str]()
    for (pk, sk), item in table.items():
        if pk == "STATISTICS" and sk.startswith(name):
            total.update({each: int(value["N"]) for each, value in item.items() if "N" in value})
    return total


def _role_in(profile: Mapping[str, Any] | None) -> str:
    return "" if profile is None else str(profile["role"]["S"])


def _body(**fields: Any) -> dict[str, Any]:
    return {"body": fields}


def _erased(user: int, state: State, answer: Answer | None) -> list[State]:
    if state.role(user) is not None:
        return [state]
    steps = reference.erased(state, user)
    return steps if answer is None else steps[-1:]
