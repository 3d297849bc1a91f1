"""The operations of a history of limits, and how histories are generated."""

from dataclasses import dataclass, replace
from functools import partial

from hypothesis import strategies as st

from tests.model.histories import Dice, sequences
from tests.model.world import Crash

USERS, PLACES = 2, 5


@dataclass(frozen=True, slots=True)
class Beside:
    """Another request is executed in the middle of one, before its database call number `at`."""

    at: int
    other: "Act"


Fate = str | Crash | Beside


@dataclass(frozen=True, slots=True)
class Act:
    """A request, some time after the last.

    Attributes:
        seconds: how long after; or `until` midnight, and these.
        user: who, by number.
        name: of a sign-in, which name is given; `place` from where, `route` by which route, `is_right` with which
            password.
        is_failing: the model fails.
        occasion: of a mail.
    """

    kind: str
    seconds: float = 0.0
    is_at_midnight: bool = False
    user: int = 0
    name: int = 0
    place: int = 0
    route: int = 0
    is_right: bool = False
    is_failing: bool = False
    occasion: str = ""
    fate: Fate = "arrives"
    process: int = 0


@dataclass(frozen=True, slots=True)
class Expire:
    """The database deletes expired items."""


Operation = Act | Expire

_KINDS = {
    "mixed": (
        *(["sign_in"] * 8 + ["message"] * 4 + ["comment"] * 4 + ["question"] * 6 + ["call"] * 3 + ["mail"] * 3),
        "messages",
        "comments",
        "opened",
    ),
    # Many at one door, and one subscriber by several addresses.
    "sign_in": ("sign_in",),
    "subscriber": ("sign_in",),
    # Guesses at one account from many places, and at many accounts from one.
    "guessed": ("sign_in",),
    "sprayed": ("sign_in",),
    "strangers": ("call", "mail"),
    "talk": (*(["message"] * 6 + ["comment"] * 6), "messages", "comments"),
    "study": (*(["question"] * 10), "opened", "cleared"),
}
_SECONDS = (0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 2.0, 9.0, 10.0, 31.0, 60.0, 899.0, 900.0, 3600.0)
_READS = frozenset({"messages", "comments", "opened", "cleared"})


def _operation(theme: str, dice: Dice) -> Operation:
    if dice.chance(0.06):
        return Expire()
    act = _act(theme, dice, dice.pick(_KINDS[theme]))
    fate = dice.pick(("arrives",) * 5 + ("crash", "crash", "beside"))
    if fate == "beside" and act.kind not in _READS:
        other = _act(theme, dice, act.kind)
        if dice.chance(0.7):
            other = replace(other, user=act.user, name=act.name, place=act.place)
        return replace(act, fate=Beside(dice.call_number(), replace(other, seconds=0.0, is_at_midnight=False)))
    return act if fate == "arrives" else replace(act, fate=Crash(dice.call_number(), dice.chance(0.5)))


def _act(theme: str, dice: Dice, kind: str) -> Act:
    act = Act(
        kind,
        dice.pick(_SECONDS),
        dice.chance(0.04),
        dice.number(USERS),
        dice.pick([0, 0, 0, 1, 2, 3, 4]),
        dice.pick([0, 0, 0, 1, 2, 3, 4]),
        dice.number(3),
        dice.chance(0.25),
        dice.chance(0.2),
        dice.pick(["reset", "sign_up", "role_changed"]),
        process=dice.number(2),
    )
    if theme == "sprayed":
        return replace(act, place=0, seconds=min(act.seconds, 60.0))
    if theme == "guessed":
        return replace(act, user=0, place=dice.number(PLACES), seconds=min(act.seconds, 60.0))
    place = {"sign_in": act.place // 3, "subscriber": 2 + act.place % 2}.get(theme)
    return act if place is None else replace(act, user=0, place=place)


# How many questions the first user has already asked, and the subject of the history.
histories = st.tuples(
    st.sampled_from([0, 48]),
    st.sampled_from(sorted(_KINDS)).flatmap(lambda theme: sequences(partial(_operation, theme))),
)
