"""Who may sit an exam, and when: the rules of windows, audiences, overrides and added time, as values."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

GRACE = 30


@dataclass(frozen=True, slots=True)
class Grant:
    """An override; times in epoch seconds."""

    extra_minutes: int | None = None
    extra_percent: int | None = None
    opens_at: int | None = None
    closes_at: int | None = None
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A running attempt; `lasts` and `added` in seconds."""

    started_at: int
    lasts: int
    added: int = 0


@dataclass
class Student:
    """A student's batches and attempts."""

    batches: frozenset[int]
    running: Attempt | None = None
    completed: int = 0


@dataclass
class Exam:
    """An exam; `audience` None is everyone, `minutes` its duration."""

    status: str
    opens_at: int
    closes_at: int | None
    audience: frozenset[int] | None
    minutes: int
    max_attempts: int
    is_after_close: bool
    students: list[Student]
    own: dict[int, Grant] = field(default_factory=dict)
    of_batches: dict[int, Grant] = field(default_factory=dict)
    latest_added: int = 0

    def admits(self, student: Student) -> bool:
        return self.audience is None or bool(self.audience & student.batches)

    def granted(self, who: int, name: str) -> Any:
        """A field of what a student is granted: the own one, else the most generous of the batches', else None."""
        own = getattr(self.own.get(who, Grant()), name)
        if own is not None:
            return own
        theirs = [getattr(self.of_batches[each], name) for each in self.students[who].batches & self.of_batches.keys()]
        given = [each for each in theirs if each is not None]
        if not given:
            return None
        if name == "opens_at":
            return min(given)
        return 0 if name == "max_attempts" and 0 in given else max(given)

    def opens(self, who: int) -> int:
        granted: int | None = self.granted(who, "opens_at")
        return self.opens_at if granted is None else granted

    def closes(self, who: int) -> int | None:
        granted: int | None = self.granted(who, "closes_at")
        return self.closes_at if granted is None else granted

    def attempts(self, who: int) -> int:
        granted: int | None = self.granted(who, "max_attempts")
        return self.max_attempts if granted is None else granted

    def state(self, who: int, now: float) -> str:
        closes = self.closes(who)
        if self.status == "completed" or (closes is not None and closes <= now):
            return "completed"
        is_early = self.status == "ongoing" and self.granted(who, "opens_at") is None
        return "ongoing" if is_early or self.opens(who) <= now else "upcoming"

    def deadline(self, who: int) -> int:
        attempt = self.students[who].running
        assert attempt is not None
        extra = 60 * (self.granted(who, "extra_minutes") or 0)
        extra += round(attempt.lasts * Decimal(self.granted(who, "extra_percent") or 0) / 100)
        ends = attempt.started_at + attempt.lasts + extra
        closes = self.closes(who)
        return (ends if closes is None else min(ends, closes)) + attempt.added

    def is_in_progress(self, who: int, now: float) -> bool:
        return self.students[who].running is not None and now <= self.deadline(who) + GRACE

    def settle(self, who: int, now: float) -> None:
        """End an attempt whose time is over, as any request of its student does."""
        if self.students[who].running is not None and not self.is_in_progress(who, now):
            self.end(who)

    def end(self, who: int) -> None:
        self.students[who].running = None
        self.students[who].completed += 1

    def start(self, who: int, now: float) -> str:
        """`resumed`, `started`, or the code of the refusal."""
        student = self.students[who]
        if self.is_in_progress(who, now):
            return "resumed"
        self.settle(who, now)
        if not self.admits(student):
            return "not_enrolled"
        if (state := self.state(who, now)) != "ongoing":
            return {"completed": "exam_ended", "upcoming": "exam_not_started"}[state]
        most = self.attempts(who)
        if most and student.completed >= most:
            return "max_attempts_reached"
        student.running = Attempt(int(now), self.minutes * 60)
        return "started"

    def add_time(self, whom: Iterable[int], seconds: int, now: float) -> int:
        """How many got it."""
        given = [who for who in whom if self.is_in_progress(who, now)]
        for who in given:
            running = self.students[who].running
            assert running is not None
            self.students[who].running = replace(running, added=running.added + seconds)
            self.latest_added = max(self.latest_added, self.deadline(who))
        return len(given)

    def shows_results(self, now: float) -> bool:
        """Whether results are visible that wait for the closing."""
        if not self.is_after_close:
            return True
        grants = [*self.own.values(), *self.of_batches.values()]
        closings = [each.closes_at or 0 for each in grants]
        return self.closes_at is not None and max([self.closes_at, self.latest_added, *closings]) <= now
