"""The API's rules of accounts, their roles, and requests for another role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.model.candidates import Disagreement, Prediction, equal, refusal, success

_AVAILABLE = {"user": ("admin", "user,admin"), "admin": ("user", "user,admin"), "user,admin": ()}
_STATUSES = ("pending", "completed", "denied")
_COUNTER = {"user": "user_role", "admin": "admin_role", "user,admin": "both_roles"}
_FILTER = {"user": "user", "admin": "admin", "user,admin": "both"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request for another role; its id is None until somebody was told it."""

    id: int | None
    user: int
    current: str
    wanted: str
    reason: str
    status: str = "pending"
    approved: str | None = None
    processed_by: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Accounts with their roles, None for those deleted; and requests, in the order in which they were made."""

    roles: tuple[tuple[int, str | None], ...]
    requests: tuple[Request, ...] = ()

    def role(self, user: int) -> str | None:
        """An account's role; None if there is no such account."""
        return dict(self.roles).get(user)

    def admins(self) -> int:
        """How many accounts have `admin` in their role."""
        return sum(_is_admin(role) for _, role in self.roles)

    def count(self, role: str) -> int:
        """How many accounts have exactly this role."""
        return sum(each == role for _, each in self.roles)

    def with_role(self, user: int, role: str | None) -> "State":
        """The accounts when one has another role, or is gone."""
        roles = tuple((each, role if each == user else has) for each, has in self.roles)
        return replace(self, roles=roles)

    def request(self, number: int) -> Request | None:
        """A request by its id."""
        return next((each for each in self.requests if each.id == number), None)

    def with_request(self, before: Request, after: Request) -> "State":
        """The requests when one has changed."""
        return replace(self, requests=tuple(after if each is before else each for each in self.requests))


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `target` is an account or a request, `changes` are (account, role).

    `is_let_in` if its sender was authorised before.
    """

    kind: str
    user: int
    target: int = 0
    role: str | None = None
    text: str = ""
    changes: tuple[tuple[int, str], ...] = ()
    is_let_in: bool = False


Names = Mapping[int, str]


def predict(state: State, call: Call, names: Names) -> Prediction[State]:
    """The prediction for a request."""
    if call.kind == "submit":
        return _submit(state, call)
    role = state.role(call.user)
    if role is None and not call.is_let_in:
        return refusal([state], 401, "token_expired_or_invalid")
    if call.kind == "delete":
        return _delete(state, call)
    if not _is_admin(role) and not call.is_let_in:
        return refusal([state], 403, "wrong_role")
    if call.kind in {"requests", "users"}:
        return {"requests": _requests, "users": _users}[call.kind](state, call, names)
    return _PREDICTIONS[call.kind](state, call)


def erased(state: State, user: int) -> list[State]:
    """The steps that delete the requests of a deleted account."""
    steps = [state]
    owned = [each for each in state.requests if each.user == user]
    for request in sorted(owned, key=lambda each: f"REQUEST#{each.id}"):
        left = tuple(each for each in steps[-1].requests if each is not request)
        steps.append(replace(steps[-1], requests=left))
    return steps


def _role(state: State, call: Call) -> Prediction[State]:
    after, refused = _changed(state, call.target, call.role or "")
    return success([state, after]) if refused is None else refusal([state], *refused)


def _bulk(state: State, call: Call) -> Prediction[State]:
    steps = [state]
    refused = []
    for index, (user, role) in enumerate(call.changes):
        after, why = _changed(steps[-1], user, role)
        steps.append(after)
        if why is not None:
            refused.append((index, user))

    def told(body: Any) -> State:
        equal(body["updated"], len(call.changes) - len(refused))
        equal([(each["index"], each["user_id"]) for each in body["errors"]], refused)
        return steps[-1]

    return success(steps, told)


def _changed(state: State, user: int, role: str) -> tuple[State, tuple[int, str | None] | None]:
    before = state.role(user)
    if before is None:
        return state, (404, None)
    if _is_admin(before) and not _is_admin(role) and state.admins() == 1:
        return state, (409, "last_admin")
    return state.with_role(user, role), None


def _delete(state: State, call: Call) -> Prediction[State]:
    if state.role(call.user) is None:
        return refusal([state], 401, "token_expired_or_invalid")
    if _is_admin(state.role(call.user)) and state.admins() == 1:
        return refusal([state], 409, "last_admin")
    return success([state, state.with_role(call.user, None)])


def _submit(state: State, call: Call) -> Prediction[State]:
    """`text` is the role that the sender believes to have."""
    role = state.role(call.user)
    if role is None:
        return refusal([state], 404, "no_such_account")
    if call.text != role:
        return refusal([state], 400, "access_changed")
    if call.role not in _AVAILABLE[role]:
        return refusal([state], 400, "access_not_available")
    if any(each.user == call.user and each.status == "pending" for each in state.requests):
        return refusal([state], 400, "request_pending")
    made = Request(None, call.user, role, call.role or "", "because")
    after = replace(state, requests=(*state.requests, made))

    def told(body: Any) -> State:
        return _identified(after, made, body["request_id"])

    return success([state, after], told)


def _approve(state: State, call: Call) -> Prediction[State]:
    request = state.request(call.target)
    if request is None or request.status != "pending":
        return refusal([state], 404, "request_not_pending")
    granted = call.role or request.wanted
    changed, refused = _changed(state, request.user, granted)
    if refused is not None:
        return refusal([state], *refused)
    done = replace(request, status="completed", approved=granted, processed_by=call.user)
    return success([state, changed.with_request(request, done)])


def _deny(state: State, call: Call) -> Prediction[State]:
    request = state.request(call.target)
    if not call.text.strip():
        return refusal([state], 400, "invalid_fields")
    if request is None or request.status != "pending":
        return refusal([state], 404, "request_not_pending")
    done = replace(request, status="denied", reason=call.text, processed_by=call.user)
    return success([state, state.with_request(request, done)])


def _stats(state: State, _call: Call) -> Prediction[State]:
    def told(body: Any) -> State:
        counts = {name: state.count(role) for role, name in _COUNTER.items()}
        equal(body, {**counts, "total_users": sum(counts.values())})
        return state

    return success([state], told)


def _request_stats(state: State, _call: Call) -> Prediction[State]:
    def told(body: Any) -> State:
        counts = {status: sum(each.status == status for each in state.requests) for status in _STATUSES}
        equal(body, {**counts, "total": len(state.requests)})
        return state

    return success([state], told)


def _requests(state: State, call: Call, names: Names) -> Prediction[State]:
    """`text` is a status, or empty for all."""

    def told(body: Any) -> State:
        listed = [each for each in state.requests if call.text in {"", each.status}]
        equal(body["total"], len(listed))
        dates = [each["request_date"] for each in body["requests"]]
        equal(dates, sorted(dates, reverse=True))
        after = state
        for shown in body["requests"]:
            # Of those without an id an account has at most one: what it was told of the others, it was told.
            known = [each for each in listed if each.id == shown["request_id"]]
            fresh = [each for each in listed if each.id is None and _row(each, state, names) == _shown(shown)]
            if not known and not fresh:
                raise Disagreement(f"{shown} is none of {listed}")
            request = (known or fresh)[0]
            listed.remove(request)
            equal(_shown(shown), _row(request, state, names))
            after = _identified(after, request, shown["request_id"])
        return after

    return success([state], told)


def _users(state: State, call: Call, names: Names) -> Prediction[State]:
    def told(body: Any) -> State:
        expected = [(user, names[user], role) for user, role in state.roles if role is not None and role == call.role]
        equal(body["total"], len(expected))
        equal(sorted((each["id"], each["username"], each["role"]) for each in body["users"]), sorted(expected))
        return state

    return success([state], told)


_PREDICTIONS: dict[str, Callable[[State, Call], Prediction[State]]] = {
    "role": _role,
    "bulk": _bulk,
    "approve": _approve,
    "deny": _deny,
    "stats": _stats,
    "request_stats": _request_stats,
}


def role_filter(role: str) -> str:
    """The name of a role in the search of accounts."""
    return _FILTER[role]


def _is_admin(role: str | None) -> bool:
    return role is not None and "admin" in role


def _row(request: Request, state: State, names: Names) -> tuple[Any, ...]:
    owner = names[request.user] if state.role(request.user) is not None else None
    processor = None
    if request.processed_by is not None:
        processor = names[request.processed_by] if state.role(request.processed_by) else "Deleted Account"
    return owner, request.current, request.wanted, request.status, request.reason, request.approved, processor


def _shown(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("username", "current_access", "requested_access", "status", "reason", "approved_access", "processed_by")
    return tuple(row[name] for name in names)


def _identified(state: State, request: Request, number: int) -> State:
    if request.id is None and state.request(number) is None:
        return state.with_request(request, replace(request, id=number))
    equal(number, request.id)
    return state
