"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.catalog.grants import ExamState
from smartexam.catalog.shown_paper import ClientPassage, ClientQuestion
from smartexam.platform.http.queries import Id, PageSize
from smartexam.sitting.answers import Rejected
from smartexam.sitting.sections import SectionState

_ANSWER = Meta(
    extra_json_schema={
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}],
    }
)


_MARK = Meta(extra_json_schema={"type": "integer"})
_IDS = Meta(extra={"means": list[int]})
_SECONDS = Meta(extra={"means": dict[str, int]})


class ExamQuery(Struct, frozen=True):
    """Which exams to list (`q` is part of a name), and where to continue.

    Attributes:
        category_id: only exams of this category.
        status: only exams that are `upcoming`, `ongoing` or `completed` for the caller now.
        q: part of the name; case does not count.
    """

    category_id: Id | None = None
    status: Literal["upcoming", "ongoing", "completed"] | None = None
    q: str = ""
    cursor: str | None = None
    limit: PageSize = 50


class ExamSummary(Struct, frozen=True):
    """An exam in a list; marks in marks, `duration` in minutes, `max_attempts` 0 for any number.

    `status`, `opens_at`, `closes_at` and `max_attempts` are those of the caller, including grants.

    Attributes:
        status: what is true for the caller now: `upcoming` cannot be started yet, `ongoing` can, `completed`
            cannot any more.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    status: ExamState
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
    """The access code, required if the exam has one. Otherwise the body may be missing.

    Attributes:
        access_code: the code of the exam, if `needs_access_code` is true; a resumed attempt needs none.
    """

    access_code: str | None = None


class ExamDetail(ExamSummary, frozen=True):
    """One exam.

    Attributes:
        positive_marks: marks of a right answer, where a question has no marks of its own; rounded to two
            decimals.
        negative_marks: marks that a wrong answer costs, where a question has no marks of its own; rounded to
            two decimals.
    """

    instructions: str
    positive_marks: float
    negative_marks: float


class ExamList(Struct, frozen=True):
    """A page of exams, the latest date first.

    Attributes:
        exams: the exams, the latest date first.
    """

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
    """An exam, and the caller's attempts at it.

    Attributes:
        exam: the exam.
        attempts: the caller's attempts at it.
    """

    exam: ExamDetail
    attempts: AttemptCounts
    success: bool = True


class CategoryView(Struct, frozen=True):
    """A category of exams."""

    id: int
    name: str
    image_url: str | None


class CategoryList(Struct, frozen=True):
    """All categories by name.

    Attributes:
        categories: all categories, by name.
    """

    categories: list[CategoryView]
    success: bool = True


class Preloaded(Struct, frozen=True):
    """The paper is compiled.

    Attributes:
        question_count: questions of one attempt.
        cached: always true: the paper is ready.
    """

    question_count: int
    cached: bool = True
    success: bool = True


class StartedAttempt(Struct, frozen=True):
    """The attempt in progress, new or resumed.

    Attributes:
        resumed: whether the attempt ran already.
        fresh_start: true for a new attempt; absent for a resumed one.
        attempt_number: number of the new attempt, from 1; absent for a resumed one.
    """

    redirect_url: str
    resumed: bool
    attempt_id: int
    attempt_number: int | UnsetType = UNSET
    fresh_start: bool | UnsetType = UNSET
    success: bool = True


class PaperExam(Struct, frozen=True):
    """An exam as it was when the paper of this attempt was made.

    Attributes:
        positive_marks: marks of a right answer, where a question has no marks of its own; rounded to two decimals.
        negative_marks: marks that a wrong answer costs, where a question has none of its own; rounded to two decimals.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    category_id: int | None
    total_questions: int
    max_marks: float
    max_attempts: int
    result_mode: str
    instructions: str
    positive_marks: float
    negative_marks: float
    languages: list[str]


class PaperAnswer(Struct, frozen=True):
    """The paper of the running attempt and its saved draft.

    Questions and options are in the order of this attempt, the same on every device; `sections` is empty where the exam
    has none. `seconds` is how long each question was on screen, by id.

    Attributes:
        exam: the exam as it was when its paper was made.
    """

    attempt_id: int
    attempt_number: int
    exam: Annotated[dict[str, Any], Meta(extra={"means": PaperExam})]
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
    """The section to leave; if it is missing, the open one.

    Attributes:
        left: id of the section to leave; anything but the open section is refused. Left out, it is the open
            one.
    """

    left: int | None = None


class EnteredSection(Struct, frozen=True):
    """The section that is open now.

    Attributes:
        section_id: id of the section that is open now.
    """

    section_id: int
    remaining_seconds: int
    success: bool = True


class SyncBody(Struct, frozen=True):
    """Answers by question id (a letter, letters, a number as text, null to clear) and ids marked for review.

    `partial` changes only the named questions; `revision` is the last one seen. `visited` are ids, `seconds` whole
    seconds on screen by id; both only grow, and malformed entries are ignored.

    Attributes:
        answers: answers by question id: a letter (MCQ), a list of letters (MSQ), a number as text (NUMERIC),
            null to clear; 500 at most. One that cannot be taken is named in `rejected`, and the others are
            saved.
        markedForReview: ids of all questions that are marked to come back to; left out, the marks stay.
        partial: true changes only the questions that are named; by default the body is the whole state, and
            answers that it does not name are cleared.
        revision: the last revision seen; an older one than the server's is 409 `stale_revision`. Left out, the
            sync overwrites.
    """

    # Half of an emoji in one answer does not refuse the others.
    mends_text: ClassVar[bool] = True
    # Loosely typed, so that one invalid answer or mark does not refuse the others.
    answers: dict[str, Annotated[Any, _ANSWER]] | UnsetType = UNSET
    markedForReview: list[Annotated[Any, _MARK]] | UnsetType = UNSET  # noqa: N815 - the contract's spelling
    partial: bool = False
    revision: int | None = None
    visited: Annotated[Any, _IDS] = UNSET
    seconds: Annotated[Any, _SECONDS] = UNSET


class Synced(Struct, frozen=True):
    """The stored state; `saved` is how many answers of this call were accepted.

    Attributes:
        saved: answers of this sync that were taken.
        rejected: answers and marks that were not taken; empty if all were.
    """

    saved: int
    rejected: list[Rejected]
    revision: int
    remaining_seconds: int
    server_time: str
    success: bool = True


class Submitted(Struct, frozen=True):
    """The attempt is ended and graded.

    Attributes:
        redirect_url: path of the result, or of the page that says when it comes.
    """

    result_id: int
    redirect_url: str
    result_mode: str
    visible: bool
    success: bool = True


class ActiveStatus(Struct, frozen=True):
    """An attempt is in progress; `start_time` is UTC.

    Attributes:
        start_time: when the attempt started, UTC, as `YYYY-MM-DD HH:MM:SS`.
    """

    attempt_id: int
    attempt_number: int
    start_time: str
    completed_count: int
    max_attempts: int
    attempts_remaining: int
    has_active_attempt: bool = True
    success: bool = True


class IdleStatus(Struct, frozen=True):
    """No attempt is in progress.

    Attributes:
        can_start_new: whether the student may start an attempt now, as far as the number of attempts decides.
    """

    completed_count: int
    max_attempts: int
    attempts_remaining: int
    can_start_new: bool
    has_active_attempt: bool = False
    success: bool = True
