"""Shapes of requests and answers."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Action = Literal["reset", "increase", "decrease"]
_Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]
_Amount = Annotated[int, Meta(ge=1, le=100)]


class AttemptsQuery(Struct, frozen=True):
    """What to search for; `q` is the start of a username, or a roll number. A cursor overrides a page."""

    q: Annotated[str, Meta(max_length=320)] = ""
    exam_id: _Id | None = None
    status: Literal["unlimited", "available", "exhausted"] | None = None
    page: int | None = None
    cursor: str | None = None


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

    student_id: _Id
    exam_id: _Id
    action: Action
    amount: _Amount = 1


class Place(Struct, frozen=True):
    """A student and an exam."""

    student_id: _Id
    exam_id: _Id


class Modifications(Struct, frozen=True):
    """The same change for at most 200 students and exams, each of them independent."""

    items: Annotated[list[Any], Meta(min_length=1, max_length=200)]
    action: Action
    amount: _Amount = 1


class RefusedModification(Struct, frozen=True):
    """A change that failed; `index` is its place in the list."""

    index: int
    student_id: int | None
    exam_id: int | None
    message: str


class Modified(Struct, frozen=True):
    """How many were changed, and the errors of the others."""

    processed: int
    errors: list[RefusedModification]
    success: bool = True
