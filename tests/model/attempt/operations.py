"""What may happen in a history of attempts, and how histories are drawn.

Operations name things by small numbers that are read modulo what there is, so that any part of a history is a history:
that is what makes shrunken ones short.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.model.histories import Dice, sequences
from tests.model.world import Crash

# The first student has three devices, the second one.
DEVICES = (0, 0, 0, 1)
STUDENTS = 2
# The number of a question that is none.
UNKNOWN = 7


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes: by so many seconds, or up to a moment that matters (`deadline`, `grace`, `release`), and these."""

    seconds: float
    until: str = "now"


@dataclass(frozen=True, slots=True)
class Sync:
    """A body for saving answers: (question, answer) by number, questions marked by number, which revision is named.

    A question of the number `UNKNOWN` is none.
    """

    answers: tuple[tuple[int, int], ...] | None
    marked: tuple[int, ...] | None
    partial: bool
    revision: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Another operation happens in the middle of one, before its call number `at`, some seconds later."""

    at: int
    seconds: float
    other: Any


# lost: it never arrives. unanswered: it is carried out, and its sender does not learn that. twice: the network repeats
# it. late: it arrives when the history says so.
Fate = str | Crash | Beside


@dataclass(frozen=True, slots=True)
class Send:
    """A device sends a request."""

    device: int
    kind: str
    sync: Sync | None = None
    number: int = 0
    fate: Fate = "arrives"
    process: int = 0


@dataclass(frozen=True, slots=True)
class Arrive:
    """A request that was late arrives; the others wait on, whatever their order."""

    which: int


@dataclass(frozen=True, slots=True)
class Administer:
    """An administrator does something; `which` and `how` choose among what there is."""

    action: str
    which: int = 0
    how: int = 0
    fate: Fate = "arrives"
    process: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """The schedule runs."""

    fate: Fate = "arrives"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a history begins with: the exam, and whether the students have started it."""

    max_attempts: int
    mode: str
    is_started: bool


Operation = Wait | Send | Arrive | Administer | Sweep

_KINDS = (
    *(["sync"] * 9 + ["start"] * 6 + ["submit"] * 3 + ["paper"] * 2 + ["status"] * 2),
    *("detail", "result", "response", "response", "pending", "history"),
)
_ACTIONS = (
    *("modify", "modify", "edit_question", "edit_question", "edit_exam", "edit_exam"),
    *("add_question", "release", "delete_question", "delete_all"),
)
# The answers of numbers 8 and up are none; see the machine.
_ANSWERS = (*(list(range(8)) * 4), 8, 9, 10, 11)
_QUESTIONS = (*(list(range(5)) * 4), UNKNOWN)


def _operation(dice: Dice) -> Operation:
    kind = dice.pick(["send"] * 12 + ["wait"] * 3 + ["administer"] * 3 + ["arrive", "sweep", "start"])
    if kind == "send":
        return _send(dice, _fate(dice))
    if kind == "wait":
        return _wait(dice)
    if kind == "arrive":
        return Arrive(dice.number(4))
    if kind == "start":
        return _start_during_an_edit(dice)
    return _served(dice, kind, _server_fate(dice))


def _start_during_an_edit(dice: Dice) -> Send:
    """What reads most before it writes, and what changes what it read."""
    action = dice.pick(["edit_exam", "edit_question", "delete_question", "add_question", "delete_all", "modify"])
    edit = Administer(action, dice.number(5), dice.number(8))
    return Send(dice.pick([0, 3]), "start", fate=Beside(dice.call_number(), 0.0, edit), process=dice.number(2))


def _served(dice: Dice, kind: str, fate: Fate) -> Administer | Sweep:
    if kind == "sweep":
        return Sweep(fate)
    return Administer(dice.pick(_ACTIONS), dice.number(5), dice.number(8), fate, dice.number(2))


def _wait(dice: Dice) -> Wait:
    until = dice.pick(["now"] * 6 + ["deadline", "grace", "release"])
    if until != "now":
        return Wait(dice.pick([0.0, 0.5, 1.0, -1.0]), until)
    return Wait(dice.pick([1.0, 0.5, 30.0, 120.0, 120.0, 3600.0]))


def _send(dice: Dice, fate: Fate) -> Send:
    kind = dice.pick(_KINDS)
    device, process = dice.number(len(DEVICES)), dice.number(2)
    if kind == "sync":
        return Send(device, kind, _sync(dice), fate=fate, process=process)
    return Send(device, kind, number=dice.number(4), fate=fate, process=process)


def _sync(dice: Dice) -> Sync:
    answers = marked = None
    if not dice.chance(0.15):
        answers = tuple((dice.pick(_QUESTIONS), dice.pick(_ANSWERS)) for _ in range(dice.number(4)))
    if dice.chance(0.3):
        marked = tuple(dice.pick(_QUESTIONS) for _ in range(dice.number(3)))
    return Sync(answers, marked, dice.chance(0.5), dice.pick(["none", "seen", "seen", "behind"]))


def _fate(dice: Dice) -> Fate:
    kind = dice.pick(["arrives"] * 6 + ["lost", "unanswered", "twice", "late"] + ["crash"] * 2 + ["beside"] * 2)
    return _disturbed(dice, kind)


def _server_fate(dice: Dice) -> Fate:
    return _disturbed(dice, dice.pick(["arrives"] * 4 + ["crash", "beside"]))


def _disturbed(dice: Dice, kind: str) -> Fate:
    if kind == "crash":
        return Crash(dice.call_number(), dice.chance(0.5))
    if kind == "beside":
        at, seconds = dice.call_number(), dice.pick([0.0, 0.0, 0.0, 5.0, 31.0, 3600.0])
        other = dice.pick(["send"] * 5 + ["administer"] * 3 + ["sweep"])
        return Beside(at, seconds, _send(dice, "arrives") if other == "send" else _served(dice, other, "arrives"))
    return kind


histories = st.tuples(
    st.builds(Setting, st.sampled_from([0, 1, 2]), st.sampled_from(["instant", "delayed", "manual"]), st.booleans()),
    sequences(_operation),
)
