"""The soak test: all users act at once, then everything is checked."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.soak import commenters, talkers
from bench.soak.administrator import Administrator
from bench.soak.asker import Asker
from bench.soak.client import Client, GaveUpError
from bench.soak.commenters import Commenter
from bench.soak.killer import Kill, Killer
from bench.soak.ledger import Failure, Ledger
from bench.soak.setting import Setting, prepare
from bench.soak.stack import RunningStack
from bench.soak.students import Student
from bench.soak.talkers import Talker
from bench.soak.vitals import Sample, Vitals
from local.emulator import REGION
from local.gateway.routes import RouteTable, read_routes
from local.layout import Layout
from local.template import Resolver, load

# After this time, a sitting of one minute and its grace are over.
_LEAP_SECONDS = 200
_SETTLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what, for how long.

    Attributes:
        seconds: of load, the warm-up among them.
        warm_up: seconds until processes are killed and sizes count.
        kill_every: seconds between two kills on average.
        walkers: of the students, those who leave their last sitting open.
        ask_every: seconds between two questions of somebody to the assistant, least and most.
        concurrency: how many processes of each function there are at most.
    """

    seconds: float
    warm_up: float
    log: Path
    seed: int = 1
    kill_every: float = 3.0
    students: int = 8
    walkers: int = 2
    talkers: int = 6
    commenters: int = 2
    askers: int = 2
    ask_every: tuple[float, float] = (10.0, 25.0)
    concurrency: int = 2


@dataclass
class Outcome:
    """What was seen."""

    plan: Plan
    ledger: Ledger
    kills: list[Kill] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    warm_at: float = 0.0
    seconds: float = 0.0
    device_cuts: int = 0
    device_deaths: int = 0
    device_silences: int = 0
    events_received: int = 0
    stop_faults: list[str] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Failure]:
        """Failures that no kill explains."""
        return self.ledger.unexplained(self.kills)


@dataclass
class _Cast:
    students: list[Student]
    talkers: list[Talker]
    commenters: list[Commenter]
    askers: list[Asker]
    administrator: Administrator

    @property
    def acts(self) -> list[Callable[[], None]]:
        return [
            *(student.run for student in self.students),
            *(talker.run for talker in self.talkers),
            *(commenter.run for commenter in self.commenters),
            *(asker.run for asker in self.askers),
            self.administrator.run,
        ]


def soak(plan: Plan, report: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run a plan.

    Raises:
        StackError: the stack did not start.
        GaveUpError: what the soak needs could not be made.
    """
    outcome = Outcome(plan, Ledger())
    with RunningStack(plan.log, plan.concurrency) as stack:
        anybody = Client(stack.base_url, outcome.ledger, _routes())
        report("Making accounts and exams")
        setting = prepare(anybody, plan.students, plan.talkers)
        ending = threading.Event()
        cast = _cast(plan, setting, outcome.ledger, ending)
        report(f"Load for {plan.seconds:.0f} s")
        _act(plan, stack, cast, ending, outcome)
        report("Checking")
        try:
            _check(anybody, setting, cast, outcome.ledger)
        except (GaveUpError, KeyError, TypeError, ValueError) as error:
            outcome.ledger.violated(f"the checks could not go on: {error!r}")
        report("Stopping")
        outcome.stop_faults = stack.stop()
    return outcome


def _act(plan: Plan, stack: RunningStack, cast: _Cast, ending: threading.Event, outcome: Outcome) -> None:
    began = time.monotonic()
    threads = [threading.Thread(target=act, daemon=True) for act in cast.acts]
    vitals = Vitals(stack, pause=min(5.0, plan.seconds / 20))
    killer = Killer(stack, random.Random(plan.seed), plan.kill_every)
    for thread in threads:
        thread.start()
        # Not all at once: dozens of processes that start together on two cores do not answer in time.
        ending.wait(plan.warm_up / 2 / len(threads))
    ending.wait(plan.warm_up / 2)
    outcome.warm_at = time.monotonic()
    vitals.start()
    killer.start()
    ending.wait(plan.seconds - plan.warm_up)
    killer.stop()
    vitals.stop()
    ending.set()
    for thread in threads:
        thread.join()
    outcome.seconds = time.monotonic() - began
    outcome.kills, outcome.samples = killer.kills, vitals.samples
    for talker in cast.talkers:
        outcome.device_cuts += talker.device.cuts
        outcome.device_deaths += talker.device.deaths
        outcome.device_silences += talker.device.silences
        outcome.events_received += talker.device.received


def _cast(plan: Plan, setting: Setting, ledger: Ledger, ending: threading.Event) -> _Cast:
    def chance(number: int) -> random.Random:
        return random.Random(plan.seed * 1000 + number)

    students = []
    for number, person in enumerate(setting.students):
        walks_away = number < plan.walkers
        exam = setting.short_exam if walks_away else setting.exam
        students.append(Student(person, exam, ledger, chance(number), ending, walks_away))
    talking = []
    for number, person in enumerate(setting.talkers):
        mine = [setting.group, *(id_ for pair, id_ in setting.dms.items() if number in pair)]
        reads = number < len(setting.talkers) - 1
        talking.append(Talker(person, mine, ledger, chance(100 + number), ending, reads))
    return _Cast(
        students,
        talking,
        [
            Commenter(person, setting.discussed, ledger, chance(200 + number), ending)
            for number, person in enumerate(setting.talkers[: plan.commenters])
        ],
        [
            Asker(person, ledger, chance(300 + number), ending, plan.ask_every)
            for number, person in enumerate(setting.talkers[-plan.askers :])
        ],
        Administrator(setting, ledger, chance(400), ending),
    )


def _check(anybody: Client, setting: Setting, cast: _Cast, ledger: Ledger) -> None:
    talkers.check(cast.talkers, setting, ledger)
    commenters.check(cast.commenters, setting.discussed, ledger)
    for asker in cast.askers:
        asker.check()
    anybody.post("/_local/clock", {"offset_seconds": _LEAP_SECONDS})
    anybody.post("/_local/sweep")
    for student in cast.students:
        student.check_left()
        student.check()
    expected = sum(len(student.results) for student in cast.students)
    _wait_until(lambda: cast.administrator.counted() == expected)
    cast.administrator.check(expected)


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait for an effect of a stream; the caller checks whether it arrived."""
    deadline, never = time.monotonic() + _SETTLE_SECONDS, threading.Event()
    while not condition() and time.monotonic() < deadline:
        never.wait(0.5)


def _routes() -> RouteTable:
    template = load(Layout().template)
    return RouteTable(read_routes(template, Resolver(template, {}, REGION)))
