"""The API's rules of limits: sign-ins, calls of strangers, mails, messages, comments, questions to the assistant."""

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
# The product's are 300 and 50, which no history would reach.
OF_SOURCE, SOURCE_SECONDS = 4, 15 * 60
OF_ACCOUNT, ACCOUNT_SECONDS = 6, 3600
KNOWN_SECONDS = 30 * 24 * 3600
TRUSTED = "192.0.2.9"
CALLS, CALL_SECONDS = 3, 3600
# Mails to one address by their purpose: how many in how many seconds.
MAILS = {"sign_up": (1, 86400), "reset": (2, 3600), "role_changed": (3, 86400)}
_CLEARED_AT_ONCE = 25
PAUSES = {"message": 2, "comment": 10}
QUESTIONS = 50
_ZONE = ZoneInfo("Asia/Kolkata")


@dataclass(frozen=True, slots=True)
class Window:
    """Uses of a limit, or wrong passwords, and when they are forgotten."""

    used: int = 0
    ends_at: float = -math.inf


@dataclass(frozen=True, slots=True)
class State:
    """The uses of all limits.

    Attributes:
        windows: wrong passwords by place and account; `sources` by place; `accounts` by account.
        known: until when accounts know a place.
        calls: of strangers, by place.
        mails: by user and purpose.
        turns: when the last turn was, by kind and user.
        used: questions by user and day.
        answered: questions with answers, by user.
        said: messages and comments, by kind.
    """

    windows: Table[tuple[str, str], Window] = ()
    sources: Table[str, Window] = ()
    accounts: Table[str, Window] = ()
    known: Table[tuple[str, str], float] = ()
    calls: Table[str, Window] = ()
    mails: Table[tuple[int, str], Window] = ()
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
        occasion: of a mail.
        is_beside: another request is in progress.
        is_late: what is stored was looked at before another request changed it.
        is_past_source: only what is stored of the source was looked at before.
        counted: for how many limits a wrong password was counted before another request; the rest of the sign-in is
            predicted.
    """

    kind: str
    now: float
    user: int = 0
    place: str = ""
    account: str = ""
    is_right: bool = False
    is_let_through: bool = True
    is_failing: bool = False
    occasion: str = ""
    is_beside: bool = False
    is_late: bool = False
    is_past_source: bool = False
    counted: int = 0


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
    key, now = (call.place, call.account), call.now
    own = _open(get(state.windows, key, Window()), now)
    source = _open(get(state.sources, call.place, Window()), now)
    account = _open(get(state.accounts, call.account, Window()), now)
    is_heard = call.place == TRUSTED or get(state.known, key, 0.0) > now
    floods = call.place != TRUSTED and source.used >= OF_SOURCE
    is_guessed = account.used >= OF_ACCOUNT and not is_heard
    steps = [state]
    if call.counted:
        return _rest_of_sign_in(state, call, source if floods else None, account if is_guessed else None)
    is_flood_seen = floods and not (call.is_late or call.is_past_source)
    if is_flood_seen or (is_guessed and not call.is_late):
        return _refused(steps, source if is_flood_seen else account, now)
    if own.used >= FAILURES:
        return _locked(steps, own.ends_at - now)
    if call.is_right:
        windows = tuple(each for each in state.windows if each[0] != key)
        steps.append(replace(state, windows=windows, known=put(state.known, key, now + KNOWN_SECONDS)))
        return success(steps) if call.is_let_through else refusal(steps, 403, "wrong_role")
    counted = replace(state, windows=put(state.windows, key, Window(own.used + 1, now + LOCKED_SECONDS)))
    steps.append(counted)
    if call.place != TRUSTED and not floods:
        used = _used(source, now, SOURCE_SECONDS)
        counted = replace(counted, sources=put(counted.sources, call.place, used))
        steps.append(counted)
    if floods or is_guessed:
        return _refused(steps, source if floods else account, now)
    used = _used(account, now, ACCOUNT_SECONDS)
    steps.append(replace(counted, accounts=put(counted.accounts, call.account, used)))
    left = FAILURES - own.used - 1
    return _wrong(steps, left) if left else _locked(steps, LOCKED_SECONDS)


def _rest_of_sign_in(state: State, call: Call, flood: Window | None, guesses: Window | None) -> Prediction[State]:
    """What is left of a sign-in whose wrong password was counted for its first limits.

    Args:
        state: the state now.
        call: the sign-in.
        flood: the window of its source, if that is full; `guesses` that of its account.
    """
    after, is_source_left = state, call.counted == 1 and call.place != TRUSTED
    if is_source_left and flood is not None:
        return _refused([state], flood, call.now)
    if is_source_left:
        used = _used(_open(get(state.sources, call.place, Window()), call.now), call.now, SOURCE_SECONDS)
        after = replace(state, sources=put(state.sources, call.place, used))
    if guesses is not None:
        return _refused([state, after], guesses, call.now)
    used = _used(_open(get(state.accounts, call.account, Window()), call.now), call.now, ACCOUNT_SECONDS)
    done = replace(after, accounts=put(after.accounts, call.account, used))

    def told(answer: Any) -> State:
        # As many are left as when it was counted, which the state does not tell any more.
        if answer.body.get("code") != "sign_in_locked":
            equal((answer.status, answer.body.get("attempts_remaining") in range(1, FAILURES)), (401, True))
        return done

    return Prediction([state, after, done], told)


def _open(window: Window, now: float) -> Window:
    return window if window.ends_at > now else Window()


def _used(window: Window, now: float, seconds: float) -> Window:
    return Window(window.used + 1, window.ends_at if window.used else now + seconds)


def _refused(steps: list[State], window: Window, now: float, code: str = "too_many_failures") -> Prediction[State]:
    def check(answer: Any) -> State:
        equal(int(answer.headers["retry-after"]), math.ceil(window.ends_at - now))
        return steps[-1]

    return refusal(steps, 429, code, check)


def _call(state: State, call: Call) -> Prediction[State]:
    if call.place == TRUSTED:
        return success([state])
    window = _open(get(state.calls, call.place, Window()), call.now)
    if window.used >= CALLS:
        return _refused([state], window, call.now, "rate_limited")
    used = _used(window, call.now, CALL_SECONDS)
    return success([state, replace(state, calls=put(state.calls, call.place, used))])


def _mail(state: State, call: Call) -> Prediction[State]:
    """A mail of one purpose uses up none of another."""
    key = call.user, call.occasion
    limit, seconds = MAILS[call.occasion]
    window = _open(get(state.mails, key, Window()), call.now)
    is_sent = window.used < limit
    after = replace(state, mails=put(state.mails, key, _used(window, call.now, seconds))) if is_sent else state

    def told(body: Any) -> State:
        equal(body["sent"], int(is_sent))
        return after

    return success([state, after], told)


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
    "call": _call,
    "mail": _mail,
    "message": _turn,
    "comment": _turn,
    "messages": _said,
    "comments": _said,
    "question": _question,
    "opened": _opened,
    "cleared": _cleared,
}
