"""The API's rules of limits: sign-ins, messages, comments, questions to the assistant."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.model.candidates import Disagreement, Prediction, equal, refusal, success

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Table = tuple[tuple[K, V], ...]

FAILURES, LOCKED_SECONDS = 3, 15 * 60
# An attempt without an outcome occupies its place for as long as a request can take.
UNDECIDED_SECONDS = 30
_CLEARED_AT_ONCE = 25
PAUSES = {"message": 2, "comment": 10}
QUESTIONS = 50
_ZONE = ZoneInfo("Asia/Kolkata")


@dataclass(frozen=True, slots=True)
class Window:
    """Attempts to sign in to an account from one place.

    Attributes:
        undecided: the start times of attempts without an outcome.
        failures: how many failed.
        last_at: when the last one began.
    """

    undecided: tuple[float, ...]
    failures: int
    last_at: float


@dataclass(frozen=True, slots=True)
class State:
    """The uses of all limits.

    Attributes:
        windows: by place and account.
        turns: when the last turn was, by kind and user.
        used: questions by user and day.
        answered: questions with answers, by user.
        said: messages and comments, by kind.
    """

    windows: Table[tuple[str, str], Window] = ()
    turns: Table[tuple[str, int], float] = ()
    used: Table[tuple[int, str], int] = ()
    answered: Table[int, int] = ()
    said: Table[str, int] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Attributes:
        user: the signed-in user.
        place: the network of a sign-in, which one subscriber cannot leave.
        account: what all names of one account have in common; the name, if there is no account.
        is_right: the password is the account's.
        is_let_through: the account may use the route.
        is_failing: the model fails.
        is_beside: another request is in progress.
    """

    kind: str
    now: float
    user: int = 0
    place: str = ""
    account: str = ""
    is_right: bool = False
    is_let_through: bool = True
    is_failing: bool = False
    is_beside: bool = False


def predict(state: State, call: Call) -> Prediction[State]:
    """The prediction for a request."""
    return _PREDICTIONS[call.kind](state, call)


def get(table: Table[K, V], key: K, default: V) -> V:
    """What a table has for a key."""
    return dict(table).get(key, default)


def put(table: Table[K, V], key: K, value: V) -> Table[K, V]:
    """A table with another value for a key."""
    return tuple(sorted({**dict(table), key: value}.items()))


def today(now: float) -> str:
    """The day in the institute's time zone."""
    return datetime.fromtimestamp(now, _ZONE).date().isoformat()


def midnight(now: float) -> float:
    """When that day ends."""
    start = datetime.fromtimestamp(now, _ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (start + timedelta(days=1)).timestamp()


def _sign_in(state: State, call: Call) -> Prediction[State]:
    key = call.place, call.account
    window = get(state.windows, key, Window((), 0, -math.inf))
    steps = [state]
    if call.now >= window.last_at + LOCKED_SECONDS:
        window = Window((), 0, call.now)
    if window.failures >= FAILURES:
        return _locked(steps, window.last_at + LOCKED_SECONDS - call.now)
    if len(window.undecided) + window.failures >= FAILURES:
        kept = tuple(began for began in window.undecided if began >= call.now - UNDECIDED_SECONDS)
        if kept == window.undecided:
            return refusal(steps, 429, "sign_in_busy")
        window = replace(window, undecided=kept)
        steps.append(_with_window(state, key, window))
    reserved = Window(tuple(sorted((*window.undecided, call.now))), window.failures, call.now)
    steps.append(_with_window(state, key, reserved))
    if call.is_right:
        cleared = replace(state, windows=tuple(each for each in state.windows if each[0] != key))
        steps.append(cleared)
        done = success(steps) if call.is_let_through else refusal(steps, 403, "wrong_role")
    else:
        failures = window.failures + 1
        steps.append(_with_window(state, key, Window(window.undecided, failures, call.now)))
        done = _locked(steps, LOCKED_SECONDS) if failures >= FAILURES else _wrong(steps, FAILURES - failures)
    return _or_busy(state, call, done) if call.is_beside else done


def _or_busy(state: State, call: Call, otherwise: Prediction[State]) -> Prediction[State]:
    """While another attempt is checked, there may be no room."""
    del call

    def accept(answer: Any) -> State:
        if (answer.status, answer.body.get("code")) == (429, "sign_in_busy"):
            return state
        return otherwise.accept(answer)

    return Prediction(otherwise.steps, accept)


def _locked(steps: list[State], seconds: float) -> Prediction[State]:
    minutes = max(1, math.ceil(seconds / 60))

    def check(answer: Any) -> State:
        equal(answer.body["minutes_remaining"], minutes)
        return steps[-1]

    return refusal(steps, 429, "sign_in_locked", check)


def _wrong(steps: list[State], remaining: int) -> Prediction[State]:
    def check(answer: Any) -> State:
        equal(answer.body["attempts_remaining"], remaining)
        equal(answer.body["message"], f"Invalid credentials. {remaining} attempts remaining.")
        return steps[-1]

    return refusal(steps, 401, "invalid_credentials", check)


def _with_window(state: State, key: tuple[str, str], window: Window) -> State:
    # Windows cannot be ordered; their keys can, and are all different.
    others = {each: has for each, has in state.windows if each != key}
    return replace(state, windows=tuple(sorted({**others, key: window}.items(), key=lambda each: each[0])))


def _turn(state: State, call: Call) -> Prediction[State]:
    """A message takes its turn when it is stored, a comment before."""
    key = call.kind, call.user
    wait = get(state.turns, key, -math.inf) + PAUSES[call.kind] - call.now
    if wait > 0:

        def check(answer: Any) -> State:
            retry_after = int(answer.headers["retry-after"])
            if not wait - 1 < retry_after <= PAUSES[call.kind]:
                raise Disagreement(f"to be tried again in {retry_after} s where {wait} s are left")
            return state

        return refusal([state], 429, "too_fast", check)
    used = replace(state, turns=put(state.turns, key, call.now))
    after = replace(used, said=put(state.said, call.kind, get(state.said, call.kind, 0) + 1))
    return success([state, after] if call.kind == "message" else [state, used, after])


def _said(state: State, call: Call) -> Prediction[State]:
    kind = {"messages": "message", "comments": "comment"}[call.kind]

    def told(body: Any) -> State:
        found = len(body["messages"]) if kind == "message" else body["count"]
        equal(found, get(state.said, kind, 0))
        return state

    return success([state], told)


def _question(state: State, call: Call) -> Prediction[State]:
    key = call.user, today(call.now)
    before = get(state.used, key, 0)
    if before >= QUESTIONS:
        return _used_up(state, call)
    reserved = replace(state, used=put(state.used, key, before + 1))
    if call.is_failing:
        done = refusal([state, reserved, state], 503, "model_unavailable")
    else:
        answered = get(state.answered, call.user, 0) + 1
        after = replace(reserved, answered=put(state.answered, call.user, answered))

        def told(body: Any) -> State:
            left = QUESTIONS - before - 1
            # A question in progress occupies a place, even if it is given back later.
            held = call.is_beside and body["questions_remaining"] == left - 1
            equal(body["questions_remaining"], left - 1 if held else left)
            return after

        done = success([state, reserved, after], told)
    if not call.is_beside or before < QUESTIONS - 1:
        return done

    def accept(answer: Any) -> State:
        # The last place may be occupied by a question that is given back later.
        return _used_up(state, call).accept(answer) if answer.status == 429 else done.accept(answer)

    return Prediction(done.steps, accept)


def _used_up(state: State, call: Call) -> Prediction[State]:
    def check(answer: Any) -> State:
        equal(answer.body["limit_reached"], True)
        left = midnight(call.now) - call.now
        if abs(int(answer.headers["retry-after"]) - left) > 1:
            raise Disagreement(f"to be tried again in {answer.headers['retry-after']} s where {left} s are left")
        return state

    return refusal([state], 429, "daily_limit_reached", check)


def _opened(state: State, call: Call) -> Prediction[State]:
    def told(body: Any) -> State:
        equal(body["questionsUsed"], get(state.used, (call.user, today(call.now)), 0))
        equal(len(body["history"]), 2 * min(25, get(state.answered, call.user, 0)))
        return state

    return success([state], told)


def _cleared(state: State, call: Call) -> Prediction[State]:
    # In pieces, because an interrupted client repeats it.
    left = range(get(state.answered, call.user, 0) - _CLEARED_AT_ONCE, 0, -_CLEARED_AT_ONCE)
    return success([state, *(replace(state, answered=put(state.answered, call.user, n)) for n in (*left, 0))])


_PREDICTIONS: dict[str, Callable[[State, Call], Prediction[State]]] = {
    "sign_in": _sign_in,
    "message": _turn,
    "comment": _turn,
    "messages": _said,
    "comments": _said,
    "question": _question,
    "opened": _opened,
    "cleared": _cleared,
}
