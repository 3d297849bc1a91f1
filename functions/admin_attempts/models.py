"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Id, Order, PageSize
from smartexam.platform.pages import PageQuery

Action = Literal["reset", "increase", "decrease"]
_Amount = Annotated[int, Meta(ge=1, le=100)]


class AttemptsQuery(PageQuery, frozen=True):
    """What to search for; `q` is the start of a username, or a roll number. A cursor overrides a page.

    Attributes:
        q: the start of a username, or a roll number; left out, everybody.
        exam_id: only attempts at this exam.
        status: only students with any number of attempts (`unlimited`), with some left (`available`) or with
            none left (`exhausted`).
        order: by the attempts used at an exam, or with `q` by username. The newest exam comes first either way.
    """

    q: Annotated[str, Meta(max_length=320)] = ""
    exam_id: Id | None = None
    status: Literal["unlimited", "available", "exhausted"] | None = None
    order: Order = "asc"


class AttemptsRow(Struct, frozen=True):
    """A student's attempts at an exam.

    `max_attempts` is what the student may use: the exam's own, plus granted or minus removed ones. A running attempt
    counts as used. `max_attempts` and `remaining` are "∞" if the exam has no limit.

    Attributes:
        attempts_used: attempts that count against the limit, a running one included.
        max_attempts: attempts that the student has, with grants; "∞" for any number.
        remaining: attempts that are left; "∞" for any number.
        status: `unlimited` if the exam has no limit, `available` if attempts are left, `exhausted` if none is.
    """

    student_id: int
    username: str
    roll_no: str | None
    exam_id: int
    exam_name: str
    max_attempts: int | str
    attempts_used: int
    remaining: int | str
    status: Annotated[str, Meta(extra_json_schema={"enum": ["unlimited", "available", "exhausted"]})]


class AttemptsPage(Struct, frozen=True):
    """A page of students' attempts at exams.

    `total` is a lower bound if `total_is_exact` is false: the search by name matches more than it reads.

    Attributes:
        rows: one entry for each student and exam.
    """

    rows: list[AttemptsRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    total_is_exact: bool
    next_cursor: str | None


class Modification(Struct, frozen=True):
    """A change of a student's attempts at an exam; `reset` ignores `amount`.

    Attributes:
        action: `increase` grants `amount` further attempts, `decrease` takes them back or lowers what the exam
            allows, `reset` makes the used ones no longer count.
        amount: how many attempts, 1 to 100; ignored by `reset`.
    """

    student_id: Id
    exam_id: Id
    action: Action
    amount: _Amount = 1


class Place(Struct, frozen=True):
    """A student and an exam."""

    student_id: Id
    exam_id: Id


class Modifications(Struct, frozen=True):
    """The same change for at most 200 students and exams, each of them independent.

    Attributes:
        action: `increase` grants `amount` further attempts, `decrease` takes them back or lowers what the exam
            allows, `reset` makes the used ones no longer count.
        amount: how many attempts, 1 to 100; ignored by `reset`.
        items: 1 to 200 pairs of student and exam.
    """

    items: Annotated[list[Any], Meta(min_length=1, max_length=200, extra={"means": list[Place]})]
    action: Action
    amount: _Amount = 1


class RefusedModification(Struct, frozen=True):
    """A change that failed; `index` is its place in the list.

    Attributes:
        student_id: id of the student; null where it could not be read.
        exam_id: id of the exam; null where it could not be read.
        message: why it failed, for people.
    """

    index: int
    student_id: int | None
    exam_id: int | None
    message: str


class OverrideBody(Struct, frozen=True):
    """The grants of one student (`user_id`) or batch (`batch_id`) at an exam; missing or null fields grant nothing.

    `extra_minutes` and `extra_percent` lengthen the duration (20 minutes an hour are 33.3 percent), not the closing.
    Times are ISO-8601 with an offset, or local time at the institute. `max_attempts` 0 is unlimited.

    Attributes:
        user_id: id of the student; either this or `batch_id`.
        batch_id: id of the batch; either this or `user_id`.
        extra_minutes: minutes that the duration is longer by, 0 to 1440; `closes_at` stays.
        extra_percent: percent that the duration is longer by, 0 to 1000: 20 minutes an hour are 33.3.
        opens_at: another opening: ISO 8601 with an offset, or `YYYY-MM-DDTHH:MM` at the institute.
        closes_at: another closing: ISO 8601 with an offset, or `YYYY-MM-DDTHH:MM` at the institute.
        max_attempts: another number of attempts, 0 to 1000; 0 for any number.
    """

    RULES: ClassVar[dict[str, Any]] = {
        "if": {"required": ["user_id"], "properties": {"user_id": {"type": "integer"}}},
        "then": {"properties": {"batch_id": {"type": "null"}}},
        "else": {"required": ["batch_id"], "properties": {"batch_id": {"type": "integer"}}},
    }

    user_id: Id | None = None
    batch_id: Id | None = None
    extra_minutes: Annotated[int, Meta(ge=0, le=1440)] | None = None
    extra_percent: Annotated[float, Meta(ge=0, le=1000)] | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    max_attempts: Annotated[int, Meta(ge=0, le=1000)] | None = None
    reason: Annotated[str, Meta(max_length=500)] | None = None


class OverridesQuery(Struct, frozen=True):
    """In which order, where to continue, and how many to list.

    Attributes:
        order: `asc` lists overrides in the order in which they were first set, `desc` in the reverse.
    """

    order: Order = "asc"
    cursor: str | None = None
    limit: PageSize = 50


class OverrideView(Struct, frozen=True):
    """The grants of a student or a batch; `name` is the student's or the batch's, times are UTC.

    Attributes:
        name: full name of the student, or name of the batch; null if it was deleted.
        user_id: id of the student; null if the override is a batch's.
        batch_id: id of the batch; null if the override is a student's.
        extra_minutes: minutes that the duration is longer by; null if it grants none.
        extra_percent: percent that the duration is longer by; null if it grants none.
        opens_at: when the exam opens for them, UTC; null if it grants no other opening.
        closes_at: when the exam closes for them, UTC; null if it grants no other closing.
        max_attempts: attempts that they have, 0 for any number; null if it grants no other number.
    """

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
    """A page of an exam's overrides.

    Attributes:
        overrides: the overrides.
    """

    overrides: list[OverrideView]
    next_cursor: str | None
    success: bool = True


class SavedOverride(Struct, frozen=True):
    """The override as set.

    Attributes:
        override: the override as set.
    """

    override: OverrideView
    success: bool = True


class AddTime(Struct, frozen=True):
    """More time for running attempts: of `user_ids`, or of `all`.

    Attributes:
        minutes: minutes to add, 1 to 600; beyond the exam's closing too.
        user_ids: ids of the students, 1 to 1000; either these or `all`.
        all: true for every running attempt at the exam; false by default.
    """

    RULES: ClassVar[dict[str, Any]] = {
        "if": {"required": ["all"], "properties": {"all": {"const": True}}},
        "then": {"properties": {"user_ids": {"type": "null"}}},
        "else": {"required": ["user_ids"], "properties": {"user_ids": {"type": "array"}}},
    }

    minutes: Annotated[int, Meta(ge=1, le=600)]
    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=1000)] | None = None
    all: bool = False
    reason: Annotated[str, Meta(max_length=500)] | None = None


class NotChanged(Struct, frozen=True):
    """A student without a running attempt.

    Attributes:
        message: why nothing changed for the student.
    """

    user_id: int
    message: str


class TimeAdded(Struct, frozen=True):
    """How many running attempts got more time, and which students have none."""

    changed: int
    errors: list[NotChanged]
    success: bool = True


class Modified(Struct, frozen=True):
    """How many were changed, and the errors of the others.

    Attributes:
        processed: how many were changed.
    """

    processed: int
    errors: list[RefusedModification]
    success: bool = True
