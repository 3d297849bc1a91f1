"""Shapes of requests and answers."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.catalog.paper import ClientPassage, ClientQuestion
from smartexam.platform.http.queries import Id, PageSize
from smartexam.sitting.answers import Rejected
from smartexam.sitting.sections import SectionState

_ANSWER = Meta(
    extra_json_schema={
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}],
    }
)


_MARK = Meta(extra_json_schema={"type": "integer"})
_IDS = Meta(extra_json_schema={"type": "array", "items": {"type": "integer"}})
_SECONDS = Meta(extra_json_schema={"type": "object", "additionalProperties": {"type": "integer"}})


class ExamQuery(Struct, frozen=True):
    """Which exams to list (`q` is part of a name), and where to continue."""

    category_id: Id | None = None
    status: str | None = None
    q: str = ""
    cursor: str | None = None
    limit: PageSize = 50


class ExamSummary(Struct, frozen=True):
    """An exam in a list; marks in marks, `duration` in minutes, `max_attempts` 0 for any number.

    `status`, `opens_at`, `closes_at` and `max_attempts` are those of the caller, including grants.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    status: str
    category_id: int | None
    total_questions: int
    max_marks: float
    max_attempts: int
    result_mode: str
    opens_at: str
    closes_at: str | None
    timezone: str
    needs_access_code: bool
    counted_attempt: str


class StartBody(Struct, frozen=True):
    """The access code, required if the exam has one. Otherwise the body may be missing."""

    access_code: str | None = None


class ExamDetail(ExamSummary, frozen=True):
    """One exam."""

    instructions: str
    positive_marks: float
    negative_marks: float


class ExamList(Struct, frozen=True):
    """A page of exams, the latest date first."""

    exams: list[ExamSummary]
    next_cursor: str | None
    success: bool = True


class AttemptCounts(Struct, frozen=True):
    """The caller's attempts; `attempts_remaining` is -1 for any number, and a running attempt counts as used."""

    completed_count: int
    max_attempts: int
    attempts_remaining: int
    has_active_attempt: bool


class ExamAnswer(Struct, frozen=True):
    """An exam, and the caller's attempts at it."""

    exam: ExamDetail
    attempts: AttemptCounts
    success: bool = True


class CategoryView(Struct, frozen=True):
    """A category of exams."""

    id: int
    name: str
    image_url: str | None


class CategoryList(Struct, frozen=True):
    """All categories by name."""

    categories: list[CategoryView]
    success: bool = True


class Preloaded(Struct, frozen=True):
    """The paper is compiled."""

    question_count: int
    cached: bool = True
    success: bool = True


class StartedAttempt(Struct, frozen=True):
    """The attempt in progress, new or resumed."""

    redirect_url: str
    resumed: bool
    attempt_id: int
    attempt_number: int | UnsetType = UNSET
    fresh_start: bool | UnsetType = UNSET
    success: bool = True


class PaperAnswer(Struct, frozen=True):
    """The paper of the running attempt and its saved draft.

    Questions and options are in the order of this attempt, the same on every device; `sections` is empty where the exam
    has none. `seconds` is how long each question was on screen, by id.
    """

    attempt_id: int
    attempt_number: int
    exam: dict[str, Any]
    questions: list[ClientQuestion]
    sections: list[SectionState]
    passages: list[ClientPassage]
    answers: dict[str, str | list[str]]
    markedForReview: list[int]  # noqa: N815 - the contract's spelling
    visited: list[int]
    seconds: dict[str, int]
    revision: int
    remaining_seconds: int
    deadline: str
    server_time: str
    success: bool = True


class NextSectionBody(Struct, frozen=True, rename={"left": "from"}):
    """The section to leave; if it is missing, the open one."""

    left: int | None = None


class EnteredSection(Struct, frozen=True):
    """The section that is open now."""

    section_id: int
    remaining_seconds: int
    success: bool = True


class SyncBody(Struct, frozen=True):
    """Answers by question id (a letter, letters, a number as text, null to clear) and ids marked for review.

    `partial` changes only the named questions; `revision` is the last one seen. `visited` are ids, `seconds` whole
    seconds on screen by id; both only grow, and malformed entries are ignored.
    """

    # Loosely typed, so that one invalid answer or mark does not refuse the others.
    answers: dict[str, Annotated[Any, _ANSWER]] | UnsetType = UNSET
    markedForReview: list[Annotated[Any, _MARK]] | UnsetType = UNSET  # noqa: N815 - the contract's spelling
    partial: bool = False
    revision: int | None = None
    visited: Annotated[Any, _IDS] = UNSET
    seconds: Annotated[Any, _SECONDS] = UNSET


class Synced(Struct, frozen=True):
    """The stored state; `saved` is how many answers of this call were accepted."""

    saved: int
    rejected: list[Rejected]
    revision: int
    remaining_seconds: int
    server_time: str
    success: bool = True


class Submitted(Struct, frozen=True):
    """The attempt is ended and graded."""

    result_id: int
    redirect_url: str
    result_mode: str
    visible: bool
    success: bool = True


class ActiveStatus(Struct, frozen=True):
    """An attempt is in progress; `start_time` is UTC."""

    attempt_id: int
    attempt_number: int
    start_time: str
    completed_count: int
    max_attempts: int
    attempts_remaining: int
    has_active_attempt: bool = True
    success: bool = True


class IdleStatus(Struct, frozen=True):
    """No attempt is in progress."""

    completed_count: int
    max_attempts: int
    attempts_remaining: int
    can_start_new: bool
    has_active_attempt: bool = False
    success: bool = True
