"""Runs a history of attempts with the real handlers, and checks every answer against the reference.

A candidate is the exam and, for each student, the set of possible states, because students do not affect each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from attempt_sweeper import service as sweeper_service
from attempt_sweeper.app import lambda_handler as sweeper
from exams.app import api as exams_api
from results.app import api as results_api
from smartexam.accounts.user import User
from tests.factories.events import Answer, FakeContext
from tests.factories.users import create_user
from tests.model.attempt import reference, state
from tests.model.attempt.administration import AdminCall, Administration
from tests.model.attempt.devices import Devices, route
from tests.model.attempt.operations import (
    DEVICES,
    STUDENTS,
    Administer,
    Arrive,
    Beside,
    Operation,
    Send,
    Setting,
    Sweep,
    Wait,
)
from tests.model.attempt.state import GRACE, Call, Exam, Place
from tests.model.candidates import Candidates, Disagreement, Happened
from tests.model.serial import SerialPool
from tests.model.world import NOTHING, Crash, Pause, World

_JSON = {"accept": "application/json"}
# Students must not get anything of an answer key: these texts are in every key and in no answer that they give.
_SECRETS = re.compile(r'577\.\d15|0\.0101|"correct_answer"|tolerance')
_SHOWS_KEYS = "response"
_STARTED = (Send(0, "start"), Send(3, "start"), Send(0, "paper"), Send(1, "paper"), Send(3, "paper"))
# The process of the schedule; the others are 0 and 1.
_SWEEPER = 2
_TWO_DAYS = 48 * 3600


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible state: the exam, and each student's possible states."""

    exam: Exam
    places: tuple[frozenset[Place], ...]

    def with_places(self, student: int, possible: Iterable[Place]) -> "Candidate":
        """The same, but for where a student may be."""
        kept = (frozenset(possible) if number == student else each for number, each in enumerate(self.places))
        return replace(self, places=tuple(kept))


class Machine:
    """Carries histories out, one after the other."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.administration = Administration(world)
        self.students: list[User] = [create_user(first_name=name) for name in ("Asha", "Ben")]
        self.administration.students = [student.id for student in self.students]
        world.frozen(exams_api, results_api)
        patch.setattr(sweeper_service, "ThreadPoolExecutor", SerialPool)
        world.built()
        self._exams: dict[Setting, tuple[Exam, Any]] = {}

    def run(self, setting: Setting, history: list[Operation]) -> None:
        """Run a history; raises `Disagreement` (or another `AssertionError`) if the product fails."""
        exam = self._begin(setting)
        self.candidates = Candidates(Candidate(exam, (frozenset({Place()}),) * STUDENTS))
        questions = [question.id for question in exam.questions if question.id is not None]
        self.devices = Devices(self.administration.kinds, questions)
        self.waiting: list[tuple[int, Call]] = []
        self.results: dict[tuple[str, str], Any] = {}
        for operation in [*(_STARTED if setting.is_started else ()), *history]:
            self._carry_out(operation)
            self._results_stay()
        self._end()

    def _begin(self, setting: Setting) -> Exam:
        """The world with the exam, which is made once for each setting."""
        self.world.begin()
        if setting not in self._exams:
            self._exams[setting] = self.administration.create(setting), self.world.database.snapshot()
        exam, stored = self._exams[setting]
        self.world.begin(stored)
        self.world.clock.advance(1)
        return exam

    @property
    def exam(self) -> Exam:
        """The exam, whose state is known after every operation."""
        return self.candidates.one.exam

    def _places(self, device: int) -> frozenset[Place]:
        return self.candidates.one.places[DEVICES[device]]

    def _carry_out(self, operation: Operation) -> None:
        if isinstance(operation, Wait):
            self.world.clock.advance(max(0.0, self._seconds(operation)))
        elif isinstance(operation, Arrive):
            if self.waiting:
                device, call = self.waiting.pop(operation.which % len(self.waiting))
                self._observe(self._student_happens(device, call, 0))
        elif isinstance(operation.fate, Beside):
            self._both(operation, operation.fate)
        elif isinstance(operation, Send):
            self._send(operation)
        else:
            self._observe(self._happens(operation, operation.fate if isinstance(operation.fate, Crash) else None))

    def _seconds(self, wait: Wait) -> float:
        """How long to wait, depending on the first student's attempt."""
        place = max(self._places(0), key=lambda each: (each.started, each.running is not None))
        attempt = place.running or (place.results[-1] if place.results else None)
        if attempt is None or wait.until == "now":
            return wait.seconds
        moments = {
            "deadline": attempt.deadline,
            "grace": attempt.deadline + GRACE,
            "release": attempt.completed_at + self.exam.delay * 60,
        }
        return moments[wait.until] + wait.seconds - self.world.clock.now()

    def _send(self, send: Send) -> None:
        call = self.devices.call(send, self._places(send.device))
        if call is None or send.fate == "lost":
            return
        if send.fate == "late":
            self.waiting.append((send.device, call))
            return
        crash = send.fate if isinstance(send.fate, Crash) else None
        happened = self._student_happens(send.device, call, send.process, crash)
        self._observe(happened)
        if happened.answer is not None and send.fate != "unanswered":
            self.devices.all[send.device].learn(happened.answer)
        if send.fate == "twice":
            self._observe(self._student_happens(send.device, call, send.process))

    def _both(self, first: Send | Administer | Sweep, beside: Beside) -> None:
        """Two requests at once: the second as a whole in the middle of the first, if that gets so far."""
        others: list[Happened[Candidate]] = []
        other = beside.other
        if isinstance(other, Send | Administer):
            # A process has one request at a time.
            other = replace(other, process=0 if isinstance(first, Sweep) else 1 - first.process)

        def meanwhile() -> None:
            self.world.clock.advance(beside.seconds)
            others.append(self._happens(other, None))

        one = self._happens(first, Pause(beside.at, meanwhile))
        if others:
            self.candidates.observe_both(one, others[0])
            self._know_the_exam(is_certain=False)
        else:
            self._observe(one)
            meanwhile()
            self._observe(others[0])

    def _happens(self, operation: Send | Administer | Sweep, plan: Crash | Pause | None) -> Happened[Candidate]:
        if isinstance(operation, Send):
            call = self.devices.call(operation, self._places(operation.device)) or Call("status")
            return self._student_happens(operation.device, call, operation.process, plan)
        if isinstance(operation, Administer):
            return self._admin_happens(operation, plan)
        return self._sweep_happens(plan)

    def _student_happens(
        self, device: int, call: Call, process: int, plan: Crash | Pause | None = None
    ) -> Happened[Candidate]:
        student, now = DEVICES[device], self.world.clock.now()
        handler, method, path = route(self.exam.id, call, self._places(device))
        token = self.world.token(self.students[student])
        answer = self.world.request(
            handler, method, path, token=token, body=call.body, headers=_JSON, process=process, plan=plan
        )
        if answer is not None and (call.kind != _SHOWS_KEYS or answer.status != 200):
            found = _SECRETS.search(str(answer.raw["body"]))
            assert found is None, f"{call.kind} tells {found} of the key"
        apply = partial(_student_outcomes, student, call, now)
        return Happened(apply, answer, f"student {student}: {call}", was_sent=plan != NOTHING)

    def _admin_happens(self, operation: Administer, plan: Crash | Pause | None) -> Happened[Candidate]:
        call = self.administration.call(operation, self.exam, self.devices.questions)
        answer = self.administration.send(call, operation.process, plan)
        if answer is not None and answer.status == 200 and call.action == "add_question":
            self.devices.questions.append(answer.body["question_id"])
        apply = partial(_modified if call.action == "modify" else _administered, call)
        return Happened(apply, answer, f"admin: {operation}", was_sent=plan != NOTHING)

    def _sweep_happens(self, plan: Crash | Pause | None) -> Happened[Candidate]:
        now, context = self.world.clock.now(), FakeContext(remaining_ms=lambda: 900_000)
        outcome = self.world.invoked(lambda: sweeper({}, context), process=_SWEEPER, plan=plan)
        if outcome is not None:
            assert (outcome["failed"], outcome["out_of_time"]) == (0, False), outcome
        answer = None if outcome is None else Answer(200, outcome, {}, (), {})
        return Happened(partial(_swept, now), answer, "sweep", was_sent=plan != NOTHING)

    def _observe(self, happened: Happened[Candidate]) -> None:
        self.candidates.observe(happened)
        self._know_the_exam(is_certain=happened.answer is not None)

    def _know_the_exam(self, *, is_certain: bool) -> None:
        """Read the exam after a possible change, and merge the candidates that then agree."""
        possible = self.candidates.possible
        exams = {candidate.exam for candidate in possible}
        if not is_certain and len(exams) > 1:
            shown = self.administration.look(exams)
            possible = [replace(each, exam=shown[each.exam]) for each in possible if each.exam in shown]
        if len({candidate.exam for candidate in possible}) > 1:
            raise Disagreement("the exam has two states")
        one = possible[0]
        for student in range(STUDENTS):
            one = one.with_places(student, (place for each in possible for place in each.places[student]))
        self.candidates.possible = [one]
        known = self.devices.questions
        known += [each.id for each in one.exam.questions if each.id is not None and each.id not in known]
        assert all(len(each) <= 64 for each in one.places), "too little is ever observed"

    def _results_stay(self) -> None:
        """A stored result never changes."""
        for key, item in self.world.database.table("attempts").items():
            if key[1].startswith(("RESULT#", "HISTORY#")):
                known = self.results.setdefault(key, item)
                assert known is item or known == item, f"{key} has changed"

    def _end(self) -> None:
        """All attempts end without their students, each with one result, and all results can be read."""
        for device in (0, len(DEVICES) - 1):
            self._observe(self._student_happens(device, Call("paper"), 0))
        self.world.clock.advance(_TWO_DAYS)
        self._observe(self._sweep_happens(None))
        for possible in self.candidates.one.places:
            assert all(place.running is None for place in possible), "an attempt is open after the sweep"
        self._results_stay()
        stored = [key for key in self.results if key[1].startswith("RESULT#")]
        assert len(self.results) == 2 * len(stored), "a result without its place in the history, or the other way round"
        left = [key for key, item in self.world.database.table("attempts").items() if "due_shard" in item]
        assert left == [], "an attempt that nobody will finish"
        self._observe(self._admin_happens(Administer("edit_exam", how=self.administration.INSTANT), None))
        for device in (0, len(DEVICES) - 1):
            for kind in ("status", "history"):
                self._observe(self._student_happens(device, Call(kind), 1))
            # They may still differ in what the API does not show, such as the revision of a result.
            (numbers,) = {tuple(each.number for each in place.results) for place in self._places(device)}
            for number in numbers:
                self._observe(self._student_happens(device, Call("response", number=number), 0))


def _student_outcomes(
    student: int, call: Call, now: float, candidate: Candidate, answer: Answer | None
) -> list[Candidate]:
    possible: set[Place] = set()
    reasons = []
    for place in candidate.places[student]:
        prediction = reference.predict(place, candidate.exam, now, call)
        if answer is None:
            possible.update(prediction.steps)
            continue
        try:
            possible.add(prediction.accept(answer))
        except Disagreement as reason:
            reasons.append(str(reason))
    if not possible:
        raise Disagreement("; ".join(reasons))
    return [candidate.with_places(student, possible)]


def _administered(call: AdminCall, candidate: Candidate, answer: Answer | None) -> list[Candidate]:
    after = call.change(candidate.exam, answer)
    changed = [] if after is None else [replace(candidate, exam=after)]
    if answer is None:
        return [candidate, *changed]
    if answer.status == 200:
        return changed
    return [candidate] if after is None else []


def _modified(call: AdminCall, candidate: Candidate, answer: Answer | None) -> list[Candidate]:
    possible: set[Place] = set()
    for place in candidate.places[call.student]:
        after, code = state.modified(place, candidate.exam, call.body["action"], call.body["amount"])
        if answer is None:
            possible |= {place, after}
        elif (answer.status, answer.body.get("code")) == ((200, None) if code is None else (400, code)):
            possible.add(after)
    return [candidate.with_places(call.student, possible)] if possible else []


def _swept(now: float, candidate: Candidate, answer: Answer | None) -> list[Candidate]:
    for student, possible in enumerate(candidate.places):
        swept: set[Place] = set()
        for place in possible:
            steps = state.settled(place, now) if state.is_due(place, now) else [place]
            swept.update(steps if answer is None else steps[-1:])
        candidate = candidate.with_places(student, swept)
    return [candidate]
