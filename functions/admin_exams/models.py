"""Shapes of requests and answers."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from smartexam.platform.http.queries import Id, PageSize

_MARKS = Meta(extra_json_schema={"type": ["number", "string"], "examples": [4, "0.25", "1/3"]})


_LANGUAGES = Meta(extra_json_schema={"type": "array", "items": {"type": "string"}, "examples": [["en", "hi"]]})
_MARKING = Meta(
    extra_json_schema={
        "type": "object",
        "examples": [
            {
                "MCQ": {"positive": 3, "negative": 1},
                "MSQ": {"positive": 4, "negative": 2, "partial": "per_option", "partial_marks": 1},
                "NUMERIC": {"positive": 4, "negative": 0},
            }
        ],
    }
)
_SECTIONS = Meta(
    extra_json_schema={
        "type": "array",
        "maxItems": 20,
        "items": {"type": "object"},
        "examples": [
            [
                {"name": "Physics", "minutes": 60, "draw": [{"count": 10, "difficulty": "Hard"}]},
                {"name": "Chemistry", "minutes": 60, "choose": 5},
            ]
        ],
    }
)
_SHUFFLE = Meta(extra_json_schema={"type": "object", "examples": [{"questions": True, "options": True}]})


_TEXTS = Meta(extra_json_schema={"type": "object", "additionalProperties": {"type": "string"}})


class ExamsQuery(Struct, frozen=True):
    """Which exams to list (`q` is part of a name), and where to continue."""

    category_id: Id | None = None
    status: str | None = None
    q: str = ""
    cursor: str | None = None
    limit: PageSize = 50


class ReleaseBody(Struct, frozen=True):
    """Whether the results are to be visible; without it, each call toggles."""

    released: bool | None = None


class ExamFields(Struct, frozen=True, kw_only=True):
    """An exam's fields, from JSON or a form.

    Types are loose here because `admin_exams.fields` reads the values and reports all errors together.
    """

    name: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 200})] = UNSET
    date: Annotated[Any, Meta(extra_json_schema={"type": "string", "format": "date"})] = UNSET
    start_time: Annotated[Any, Meta(extra_json_schema={"type": "string", "examples": ["09:30"]})] = UNSET
    duration: Annotated[Any, Meta(extra_json_schema={"type": "integer", "minimum": 1, "maximum": 1440})] = UNSET
    status: Annotated[Any, Meta(extra_json_schema={"enum": ["upcoming", "ongoing", "completed"]})] = UNSET
    instructions: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 10_000})] = UNSET
    positive_marks: Annotated[Any, _MARKS] = UNSET
    negative_marks: Annotated[Any, _MARKS] = UNSET
    max_attempts: Annotated[Any, Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 0})] = UNSET
    result_mode: Annotated[Any, Meta(extra_json_schema={"enum": ["instant", "delayed", "manual", "after_close"]})] = (
        UNSET
    )
    result_delay: Annotated[Any, Meta(extra_json_schema={"type": "integer", "minimum": 0})] = UNSET
    category_id: Annotated[Any, Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 1})] = UNSET
    allow_assistant: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = UNSET
    languages: Annotated[Any, _LANGUAGES] = UNSET
    sections: Annotated[Any, _SECTIONS] = UNSET
    marking: Annotated[Any, _MARKING] = UNSET
    shuffle: Annotated[Any, _SHUFFLE] = UNSET
    preset: Annotated[Any, Meta(extra_json_schema={"type": "string", "examples": ["jee-main-2025"]})] = UNSET
    closes_at: Annotated[Any, Meta(extra_json_schema={"type": ["string", "null"], "format": "date-time"})] = UNSET
    audience: Annotated[Any, Meta(extra_json_schema={"enum": ["everyone", "batches"]})] = UNSET
    batch_ids: Annotated[
        Any, Meta(extra_json_schema={"type": "array", "items": {"type": "integer"}, "maxItems": 50})
    ] = UNSET
    access_code: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 64, "writeOnly": True})] = UNSET
    counted_attempt: Annotated[Any, Meta(extra_json_schema={"enum": ["best", "last", "first"]})] = UNSET
    discussion: Annotated[Any, Meta(extra_json_schema={"enum": ["after_attempt", "open", "off"]})] = UNSET
    allow_chat: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields in the request."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class ExamSection(Struct, frozen=True):
    """A section; `minutes` where sections are timed, `choose` where only so many answers count."""

    id: int
    name: str
    instructions: str
    minutes: int | None
    choose: int | None
    draw: list[dict[str, int | str]]
    marking: dict[str, dict[str, float | str]]


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem that would occur on the day of the exam; `question_id` if it is about one question."""

    code: str
    message: str
    question_id: int | None = None


class AdminExam(Struct, frozen=True):
    """An exam with all its settings.

    Marks are numbers if two decimals are exact, otherwise text ("1/3"), so that a client can send back what it read.
    `duration` and `result_delay` are minutes, `max_attempts` is 0 for any number, `released` tells whether the results
    of a `manual` exam are visible. `status` is as set, `state` as it is now: `upcoming`, `ongoing` or `completed`.
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
    result_delay: int
    instructions: str
    positive_marks: float | str
    negative_marks: float | str
    allow_assistant: bool
    released: bool
    state: str
    opens_at: str
    closes_at: str | None
    timezone: str
    audience: str
    batch_ids: list[int]
    has_access_code: bool
    counted_attempt: str
    discussion: str
    allow_chat: bool
    created_at: str
    languages: list[str]
    sections: list[ExamSection]
    marking: dict[str, dict[str, float | str]]
    shuffle: dict[str, bool]


class ExamPage(Struct, frozen=True):
    """A page of exams, the latest date first."""

    exams: list[AdminExam]
    next_cursor: str | None
    success: bool = True


class SavedExam(Struct, frozen=True):
    """The exam after the change."""

    exam_id: int
    exam: AdminExam
    success: bool = True


class Released(Struct, frozen=True):
    """Whether the results of the exam are released now."""

    released: bool
    success: bool = True


class CloneFields(Struct, frozen=True, kw_only=True):
    """The name, date and start time of a copy of an exam; all are needed."""

    name: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 200})] = UNSET
    date: Annotated[Any, Meta(extra_json_schema={"type": "string", "format": "date"})] = UNSET
    start_time: Annotated[Any, Meta(extra_json_schema={"type": "string", "examples": ["09:30"]})] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that the client sent."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class ClonedExam(Struct, frozen=True):
    """The copy of an exam."""

    exam_id: int
    success: bool = True


class CheckedExam(AdminExam, frozen=True):
    """An exam and the problems that would occur on its day."""

    problems: list[Problem]


class CheckedExamAnswer(Struct, frozen=True):
    """An exam and the problems that would occur on its day; they are repeated outside of `exam`."""

    exam: CheckedExam
    problems: list[Problem]
    success: bool = True


class Preset(Struct, frozen=True):
    """A well-known paper: its source, duration in minutes, sections and marking.

    The fields `duration`, `sections` and `marking` can be sent as fields of a new exam. `expected` tells how many
    questions of which type a section of the real paper has.
    """

    id: str
    name: str
    year: int
    source: str
    duration: int
    sections: list[dict[str, Any]]
    marking: dict[str, dict[str, str]]


class PresetList(Struct, frozen=True):
    """All presets."""

    presets: list[Preset]
    success: bool = True


class PassageFields(Struct, frozen=True, kw_only=True):
    """A passage: a text, an image or both; `texts` are translations by language. `id` replaces that passage."""

    id: Annotated[Any, Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 1})] = UNSET
    text: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 10_000})] = UNSET
    image: Annotated[Any, Meta(extra_json_schema={"type": "string"})] = UNSET
    texts: Annotated[Any, _TEXTS] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that the client sent."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class PassageView(Struct, frozen=True):
    """A passage; `image` is a path, `image_url` its address."""

    id: int
    exam_id: int
    text: str
    image: str
    image_url: str | None
    texts: dict[str, str]


class PassageList(Struct, frozen=True):
    """The passages of an exam, the oldest first."""

    passages: list[PassageView]
    success: bool = True


class SavedPassage(Struct, frozen=True):
    """A passage as stored."""

    passage: PassageView
    success: bool = True
