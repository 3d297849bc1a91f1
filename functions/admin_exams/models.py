"""Shapes of requests and answers."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

_MARKS = Meta(extra_json_schema={"type": ["number", "string"], "examples": [4, "0.25", "1/3"]})


class ExamsQuery(Struct, frozen=True):
    """Which exams to list, and where to continue."""

    category_id: int | None = None
    status: str | None = None
    cursor: str | None = None


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
    result_mode: Annotated[Any, Meta(extra_json_schema={"enum": ["instant", "delayed", "manual"]})] = UNSET
    result_delay: Annotated[Any, Meta(extra_json_schema={"type": "integer", "minimum": 0})] = UNSET
    category_id: Annotated[Any, Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 1})] = UNSET
    allow_assistant: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields in the request."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class AdminExam(Struct, frozen=True):
    """An exam with all its settings.

    Marks are numbers if two decimals are exact, otherwise text ("1/3"), so that a client can send back what it read.
    `duration` and `result_delay` are minutes, `max_attempts` is 0 for any number, `released` tells whether the results
    of a `manual` exam are visible.
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
    created_at: str


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
