"""The operations of a history of accounts and roles, and how histories are generated."""

from dataclasses import dataclass, replace

from tests.model.histories import Dice, sequences
from tests.model.world import Crash

USERS = 5
ROLES = ("user", "admin", "user,admin")


@dataclass(frozen=True, slots=True)
class Beside:
    """Another request is executed in the middle of one, before its database call number `at`."""

    at: int
    other: "Act"


Fate = str | Crash | Beside


@dataclass(frozen=True, slots=True)
class Act:
    """A request.

    Attributes:
        user: who, by number.
        target: an account or a request, by number; read modulo what there is.
        role: a role, by number.
        how: what the kind says.
        more: accounts and roles of further changes, by number.
        is_repeated: whether its sender repeats it after it was cut off.
    """

    kind: str
    user: int
    target: int = 0
    role: int = 0
    how: int = 0
    more: tuple[tuple[int, int], ...] = ()
    fate: Fate = "arrives"
    is_repeated: bool = False
    process: int = 0


@dataclass(frozen=True, slots=True)
class Erase:
    """The queue of deleted accounts is processed, some seconds later, possibly interrupted by a crash."""

    seconds: float
    crash: Crash | None = None


Operation = Act | Erase

_CHANGES = (*(["role"] * 6 + ["submit"] * 6 + ["approve"] * 6 + ["deny"] * 3 + ["delete"] * 3),)
_KINDS = (*_CHANGES, *_CHANGES, *(["bulk"] * 4 + ["stats"] * 3 + ["requests"] * 5 + ["users"] * 3))
_FATES = ("arrives",) * 5 + ("twice", "crash", "crash", "beside", "beside", "beside")


def _operation(dice: Dice) -> Operation:
    if dice.chance(0.08):
        crash = Crash(1 + dice.number(30), dice.chance(0.5)) if dice.chance(0.4) else None
        return Erase(dice.pick([0.0, 6.0, 70.0]), crash)
    act = _act(dice, dice.pick(_KINDS))
    kind = dice.pick(_FATES)
    fate: Fate = kind
    # Requests of many changes or many reads are not one step, so beside others any part may show.
    if kind == "crash" or (kind == "beside" and act.kind not in _CHANGES):
        fate = Crash(dice.call_number(), dice.chance(0.5))
    elif kind == "beside":
        other = _act(dice, dice.pick(_CHANGES))
        if dice.chance(0.6):
            other = replace(other, target=act.target if other.kind == act.kind else act.user, user=act.target % USERS)
        fate = Beside(dice.call_number(), other)
    return replace(act, fate=fate, is_repeated=dice.chance(0.5))


def _act(dice: Dice, kind: str) -> Act:
    more = tuple((dice.number(USERS + 1), dice.number(len(ROLES))) for _ in range(2))
    return Act(
        *(kind, dice.number(USERS), dice.number(USERS + 1), dice.number(len(ROLES)), dice.number(8)),
        more=more if kind == "bulk" else (),
        process=dice.number(2),
    )


histories = sequences(_operation)
