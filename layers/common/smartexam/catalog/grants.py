"""What administrators grant single students and batches at an exam: other times, more attempts.

Field by field a student's own override wins, else the most generous of their batches', else the exam's own rule.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import structs

from smartexam.catalog.exam import Exam

# What an exam is at a moment, for those who may sit it.
ExamState = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["upcoming", "ongoing", "completed"]})]


class Override(msgspec.Struct, frozen=True):
    """What one student or one batch is granted; None leaves the exam's own rule.

    Attributes:
        extra_percent: a decimal number as text, of the exam's duration.
        opens_at: epoch seconds, as is `closes_at`.
        max_attempts: 0 is unlimited.
    """

    exam_id: int
    user_id: int | None
    batch_id: int | None
    created_by: int
    created_at: float
    extra_minutes: int | None = None
    extra_percent: str | None = None
    opens_at: int | None = None
    closes_at: int | None = None
    max_attempts: int | None = None
    reason: str = ""

    @property
    def id(self) -> int:
        """Its id among the exam's overrides: there is one for a student or batch at most."""
        return self.user_id * 2 if self.user_id is not None else (self.batch_id or 0) * 2 + 1


class Grants(msgspec.Struct, frozen=True):
    """What a student is granted at an exam, from all overrides together; see `Override`."""

    extra_minutes: int | None = None
    extra_percent: str | None = None
    opens_at: int | None = None
    closes_at: int | None = None
    max_attempts: int | None = None

    @property
    def change_times(self) -> bool:
        """Whether the exam opens or closes at another time for the student."""
        return self.opens_at is not None or self.closes_at is not None


class Opening(msgspec.Struct, frozen=True):
    """When one student may start an exam.

    Attributes:
        status: as the exam's administrator set it.
        opens_at: epoch seconds, as is `closes_at`, which is None for an exam that never closes by time.
        is_open_early: whether the exam is set to `ongoing` and the student has no opening of their own.
    """

    status: str
    opens_at: float
    closes_at: int | None
    is_open_early: bool

    def state(self, now: float) -> str:
        """`upcoming` (cannot be started yet), `ongoing` (can) or `completed` (cannot any more)."""
        if self.status == "completed" or (self.closes_at is not None and self.closes_at <= now):
            return "completed"
        return "ongoing" if self.is_open_early or self.opens_at <= now else "upcoming"


class Window(Opening, frozen=True):
    """The rules of time and number by which one student sits an exam.

    Attributes:
        seconds: how long an attempt lasts at most.
        max_attempts: 0 is unlimited.
    """

    seconds: int
    max_attempts: int

    def deadline(self, started_at: int, seconds: int, added: int = 0) -> int:
        """When an attempt ends that lasts `seconds` and was given `added` seconds while it ran."""
        by_duration = started_at + seconds
        return (by_duration if self.closes_at is None else min(by_duration, self.closes_at)) + added


def granted(own: Override | None, of_batches: Iterable[Override]) -> Grants:
    """All overrides of a student at an exam, as one."""
    batches = list(of_batches)

    def field(name: str, most_generous: Callable[[Sequence[Any]], Any]) -> Any:
        mine = None if own is None else getattr(own, name)
        if mine is not None:
            return mine
        given = [value for each in batches if (value := getattr(each, name)) is not None]
        return most_generous(given) if given else None

    return Grants(
        extra_minutes=field("extra_minutes", max),
        extra_percent=field("extra_percent", lambda given: max(given, key=Decimal)),
        opens_at=field("opens_at", min),
        closes_at=field("closes_at", max),
        max_attempts=field("max_attempts", lambda given: 0 if 0 in given else max(given)),
    )


def opening(status: str, opens_at: float, closes_at: int | None, grants: Grants) -> Opening:
    """When a student with these grants may start an exam that is set so."""
    return Opening(
        status=status,
        opens_at=opens_at if grants.opens_at is None else grants.opens_at,
        closes_at=closes_at if grants.closes_at is None else grants.closes_at,
        is_open_early=status == "ongoing" and grants.opens_at is None,
    )


def window(exam: Exam, grants: Grants, timezone: str) -> Window:
    """An exam's rules with a student's grants."""
    times = opening(exam.status, exam.opens_at(timezone), exam.closes_at, grants)
    return Window(
        **structs.asdict(times),
        seconds=exam.duration * 60 + extra_seconds(exam.duration * 60, grants),
        max_attempts=exam.max_attempts if grants.max_attempts is None else grants.max_attempts,
    )


def extra_seconds(seconds: int, grants: Grants) -> int:
    """How much longer an attempt of so many seconds lasts with a student's extra time."""
    return (grants.extra_minutes or 0) * 60 + round(seconds * Decimal(grants.extra_percent or 0) / 100)
