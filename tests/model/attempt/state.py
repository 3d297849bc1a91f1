"""The API's rules of exams and attempts, as values.

A `Place` is a student's state in an exam. A request changes it in steps, each of which is done or not: an interrupted
request leaves the state after any of them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.model.attempt.grading import Answers, Paper, Question
from tests.model.candidates import Disagreement, equal

GRACE = 30
NAME = "Mock test"


@dataclass(frozen=True, slots=True)
class Exam:
    """An exam as admins keep it; `duration` and `delay` in minutes, marks as text."""

    id: int
    status: str
    duration: int
    max_attempts: int
    mode: str
    delay: int
    is_released: bool
    positive: str
    negative: str
    questions: tuple[Question, ...]

    def paper(self) -> Paper:
        """The paper of an attempt that starts now."""
        return Paper(
            self.duration,
            tuple(
                replace(
                    each,
                    positive=self.positive if each.positive is None else each.positive,
                    negative=self.negative if each.negative is None else each.negative,
                )
                for each in self.questions
            ),
        )

    def visible_from(self, completed_at: int) -> float | None:
        """From when on a result is visible; None while an admin holds it back."""
        if self.mode == "delayed":
            return completed_at + self.delay * 60
        return completed_at if self.mode == "instant" or self.is_released else None

    def shows(self, completed_at: int, now: float) -> bool:
        """Whether a result is visible."""
        if self.mode == "delayed":
            return completed_at + self.delay * 60 <= now
        return self.mode == "instant" or self.is_released


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt; its id is None until somebody was told it.

    Attributes:
        closed_at: when it was closed; it may not be graded yet.
        is_out_of_time: whether it was closed because its time was over.
    """

    number: int
    id: int | None
    paper: Paper
    started_at: int
    deadline: int
    revision: int = 0
    answers: Answers = ()
    marked: tuple[int, ...] = ()
    closed_at: int | None = None
    is_out_of_time: bool = False

    @property
    def completed_at(self) -> int:
        """When it counts as completed."""
        return self.deadline if self.closed_at is None else min(self.closed_at, self.deadline)


@dataclass(frozen=True, slots=True)
class Place:
    """A student's state in an exam: `completed` attempts that count, `granted` beyond the exam's, and graded ones."""

    started: int = 0
    completed: int = 0
    granted: int = 0
    running: Attempt | None = None
    results: tuple[Attempt, ...] = ()

    def is_open(self, now: float) -> bool:
        """Whether an attempt accepts answers."""
        return self.running is not None and self.running.closed_at is None and now <= self.running.deadline + GRACE

    def ended_by_time(self, now: float) -> bool:
        """Whether the last attempt's time ran out."""
        if self.running is None:
            return bool(self.results) and self.results[-1].is_out_of_time
        return self.running.is_out_of_time or (self.running.closed_at is None and now > self.running.deadline + GRACE)


@dataclass(frozen=True, slots=True)
class Call:
    """A student's request; `arguments` depend on its kind."""

    kind: str
    body: Any = None
    number: int = 0


def settled(place: Place, now: float) -> list[Place]:
    """The steps that end an overdue attempt: closed, and graded."""
    running = place.running
    if running is None or place.is_open(now):
        return [place]
    if running.closed_at is not None:
        return [place, _graded(place)]
    return closed_and_graded(place, replace(running, closed_at=running.deadline, is_out_of_time=True))


def is_due(place: Place, now: float) -> bool:
    """Whether the schedule ends the attempt."""
    return place.running is not None and place.running.deadline <= now - GRACE and not place.is_open(now)


def modified(place: Place, exam: Exam, action: str, amount: int) -> tuple[Place, str | None]:
    """The place after an admin changed the attempts, or the code of the refusal."""
    if action == "reset":
        return replace(place, completed=0), None
    if not exam.max_attempts:
        return place, "unlimited_attempts"
    granted = place.granted + (amount if action == "increase" else -amount)
    if action == "decrease" and exam.max_attempts + granted < place.completed + (place.running is not None):
        return place, "attempts_used"
    return replace(place, granted=granted), None


def closed_and_graded(place: Place, closed: Attempt) -> list[Place]:
    """The steps by which a closed attempt ends."""
    waiting = replace(place, running=closed)
    return [place, waiting, _graded(waiting)]


def _graded(place: Place) -> Place:
    if place.running is None:
        raise ValueError("nothing to grade")
    return replace(place, running=None, completed=place.completed + 1, results=(*place.results, place.running))


def identified(place: Place, attempt_id: int) -> Place:
    """The place, its running attempt by the id that was told; of an attempt that had one it must be the same."""
    running = place.running
    if running is None:
        raise ValueError("nothing is running")
    if running.id is not None:
        equal(attempt_id, running.id)
        return place
    _fresh(attempt_id, place)
    return replace(place, running=replace(running, id=attempt_id))


def last_identified(place: Place, result_id: int) -> Place:
    """The place, its latest result by the id that was told."""
    return result_identified(place, place.results[-1].number, result_id)


def result_identified(place: Place, number: int, result_id: int) -> Place:
    """The place, the result of an attempt by the id that was told."""
    (result,) = (each for each in place.results if each.number == number)
    if result.id is not None:
        equal(result_id, result.id)
        return place
    _fresh(result_id, place)
    known = tuple(replace(each, id=result_id) if each is result else each for each in place.results)
    return replace(place, results=known)


def _fresh(attempt_id: int, place: Place) -> None:
    if attempt_id in {each.id for each in place.results}:
        raise Disagreement(f"the id {attempt_id} is another attempt's")


def iso(moment: float | None) -> str | None:
    """A time as clients read it."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
