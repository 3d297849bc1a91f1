"""The operations of a chat's history, and how histories are generated."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.model.histories import Dice, sequences
from tests.model.world import Crash

USERS = 4


@dataclass(frozen=True, slots=True)
class Beside:
    """Another request is executed in the middle of one, before its database call number `at`."""

    at: int
    other: "Act"


Fate = str | Crash | Beside


@dataclass(frozen=True, slots=True)
class Act:
    """A user makes a request.

    Attributes:
        user: who, by number; `other` and `others` are users too.
        which: which request, conversation or message, by number; read modulo what there is.
        how: what the kind says.
        fate: `arrives`, `twice` (its sender repeats it), or it is cut off, or another one is under way as well.
        is_repeated: whether its sender repeats it after it was cut off.
        pause: seconds before it.
    """

    kind: str
    user: int
    other: int = 0
    others: tuple[int, ...] = ()
    which: int = 0
    how: int = 0
    fate: Fate = "arrives"
    is_repeated: bool = False
    pause: float = 2.0
    process: int = 0


@dataclass(frozen=True, slots=True)
class Erase:
    """The queue of ended conversations is processed, some seconds later, possibly interrupted by a crash."""

    seconds: float
    crash: Crash | None = None


Operation = Act | Erase

_KINDS = (
    *(["ask"] * 4 + ["answer"] * 4 + ["unfriend"] + ["group"] * 3 + ["add"] * 3 + ["remove"] * 2 + ["leave"] * 2),
    *(["end"] + ["send"] * 14 + ["edit"] * 3 + ["delete"] * 4 + ["read"] * 3 + ["clear"] * 2 + ["page"] * 5),
    *(["overview"] * 4 + ["count"] * 4 + ["inbox"] * 2),
)
# A read consists of several reads, so beside a change it may show a part of it.
_READS = frozenset({"overview", "count", "inbox"})
_RELATED = (
    ("ask", "ask", "answer", "answer", "unfriend"),
    ("add", "remove", "leave", "end", "send"),
    ("send", "send", "edit", "delete", "read", "clear", "page"),
)
_FATES = ("arrives",) * 7 + ("twice", "crash", "crash", "beside", "beside")


def _operation(dice: Dice) -> Operation:
    if dice.chance(0.05):
        return Erase(dice.pick([0.0, 30.0]), Crash(dice.call_number(), dice.chance(0.5)) if dice.chance(0.3) else None)
    kind, fate = dice.pick(_KINDS), dice.pick(_FATES)
    disturbance: Fate = fate
    if fate == "crash" or (fate == "beside" and kind in _READS):
        disturbance = Crash(dice.call_number(), dice.chance(0.5))
    act = _act(dice, kind)
    if fate == "beside" and kind not in _READS:
        related = next((kinds for kinds in _RELATED if kind in kinds), _KINDS)
        other = _act(dice, dice.pick(related if dice.chance(0.7) else _KINDS))
        if dice.chance(0.7):
            # About the same people and conversations, because unrelated requests seldom conflict.
            users = dice.pick([(act.other, act.user), (act.user, act.other)])
            other = replace(other, user=users[0], other=users[1], which=act.which)
        disturbance = Beside(dice.call_number(), other)
    return Act(
        *(act.kind, act.user, act.other, act.others, act.which, act.how),
        fate=disturbance,
        is_repeated=dice.chance(0.5),
        pause=act.pause,
        process=act.process,
    )


def _act(dice: Dice, kind: str) -> Act:
    return Act(
        kind,
        dice.number(USERS),
        dice.number(USERS),
        tuple(dice.number(USERS) for _ in range(2)),
        dice.number(16),
        dice.number(16),
        pause=dice.pick([2.0, 2.0, 2.0, 0.0, 0.5]),
        process=dice.number(2),
    )


histories = st.tuples(st.sampled_from(["friends", "friends", "friends", "strangers"]), sequences(_operation))

# Of four people all but two are connected, and all are in a group.
_PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3))
FRIENDS = (
    *(
        act
        for one, other in _PAIRS
        for act in (Act("ask", one, other), Act("inbox", other), Act("answer", other, others=(0, 0), how=1))
    ),
    Act("group", 0, 1, (2, 3)),
)
