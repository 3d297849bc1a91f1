"""Shapes of requests and answers."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Id, PageSize
from smartexam.platform.pages import PageQuery

Action = Literal["reset", "increase", "decrease"]
_Amount = Annotated[int, Meta(ge=1, le=100)]


class AttemptsQuery(PageQuery, frozen=True):
    """What to search for; `q` is the start of a username, or a roll number. A cursor overrides a page."""

    q: Annotated[str, Meta(max_length=320)] = ""
    exam_id: Id | None = None
    status: Literal["unlimited", "available", "exhausted"] | None = None


class AttemptsRow(Struct, frozen=True):
    """A student's attempts at an exam.

    `max_attempts` is what the student may use: the exam's own, plus granted or minus removed ones. A running attempt
    counts as used. `max_attempts` and `remaining` are "∞" if the exam has no limit.
    """

    student_id: int
    username: str
    roll_no: str | None
    exam_id: int
    exam_name: str
    max_attempts: int | str
    attempts_used: int
    remaining: int | str
    status: str


class AttemptsPage(Struct, frozen=True):
    """A page of students' attempts at exams.

    `total` is a lower bound if `total_is_exact` is false: the search by name matches more than it reads.
    """

    rows: list[AttemptsRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    total_is_exact: bool
    next_cursor: str | None


class Modification(Struct, frozen=True):
    """A change of a student's attempts at an exam; `reset` ignores `amount`."""

    student_id: Id
    exam_id: Id
    action: Action
    amount: _Amount = 1


class Place(Struct, frozen=True):
    """A student and an exam."""

    student_id: Id
    exam_id: Id


class Modifications(Struct, frozen=True):
    """The same change for at most 200 students and exams, each of them independent."""

    items: Annotated[list[Any], Meta(min_length=1, max_length=200, extra={"means": list[Place]})]
    action: Action
    amount: _Amount = 1


class RefusedModification(Struct, frozen=True):
    """A change that failed; `index` is its place in the list."""

    index: int
    student_id: int | None
    exam_id: int | None
    message: str


class OverrideBody(Struct, frozen=True):
    """The grants of one student (`user_id`) or batch (`batch_id`) at an exam; missing or null fields grant nothing.

    `extra_minutes` and `extra_percent` lengthen the duration (20 minutes an hour are 33.3 percent), not the closing.
    Times are ISO-8601 with an offset, or local time at the institute. `max_attempts` 0 is unlimited.
    """

    user_id: Id | None = None
    batch_id: Id | None = None
    extra_minutes: Annotated[int, Meta(ge=0, le=1440)] | None = None
    extra_percent: Annotated[float, Meta(ge=0, le=1000)] | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    max_attempts: Annotated[int, Meta(ge=0, le=1000)] | None = None
    reason: Annotated[str, Meta(max_length=500)] | None = None


class OverridesQuery(Struct, frozen=True):
    """Where to continue, and how many to list."""

    cursor: str | None = None
    limit: PageSize = 50


class OverrideView(Struct, frozen=True):
    """The grants of a student or a batch; `name` is the student's or the batch's, times are UTC."""

    id: int
    user_id: int | None
    batch_id: int | None
    name: str | None
    extra_minutes: int | None
    extra_percent: float | None
    opens_at: str | None
    closes_at: str | None
    max_attempts: int | None
    reason: str
    created_at: str


class OverridePage(Struct, frozen=True):
    """A page of an exam's overrides."""

    overrides: list[OverrideView]
    next_cursor: str | None
    success: bool = True


class SavedOverride(Struct, frozen=True):
    """The override as set."""

    override: OverrideView
    success: bool = True


class AddTime(Struct, frozen=True):
    """More time for running attempts: of `user_ids`, or of `all`."""

    minutes: Annotated[int, Meta(ge=1, le=600)]
    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=1000)] | None = None
    all: bool = False
    reason: Annotated[str, Meta(max_length=500)] | None = None


class NotChanged(Struct, frozen=True):
    """A student without a running attempt."""

    user_id: int
    message: str


class TimeAdded(Struct, frozen=True):
    """How many running attempts got more time, and which students have none."""

    changed: int
    errors: list[NotChanged]
    success: bool = True


class Modified(Struct, frozen=True):
    """How many were changed, and the errors of the others."""

    processed: int
    errors: list[RefusedModification]
    success: bool = True
