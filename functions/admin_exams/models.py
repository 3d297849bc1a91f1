"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from admin_exams.presets import NAMES as PRESETS
from admin_exams.structure_fields import MAX_SECTION_INSTRUCTIONS
from smartexam.catalog import marks
from smartexam.catalog.grants import ExamState
from smartexam.catalog.questions import MAX_IMAGE_PATH, MAX_QUESTION_TEXT
from smartexam.platform.http.queries import Id, Order, PageSize
from smartexam.platform.texts import up_to

_NAME = Meta(extra_json_schema={"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"})
_MARKS = Meta(extra_json_schema={"type": ["number", "string"], **marks.SCHEMA, "examples": [4, "0.25", "1/3"]})


_LANGUAGES = Meta(extra_json_schema={"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 10})


_TEXTS = Meta(extra_json_schema={"type": "object", "additionalProperties": {"type": "string"}})


class TypeMarking(Struct):
    """The marks of a type of question.

    Attributes:
        positive: marks of a right answer: up to two decimals or a fraction as text.
        negative: marks that a wrong answer costs, as a positive amount.
        partial: of MSQ only: `none` gives marks for exactly the right letters, `per_option` gives `partial_marks` for
            each right letter if none is wrong, `proportional` gives the share of right letters less wrong ones.
        partial_marks: marks of each right letter with `per_option`; 1 by default.
    """

    positive: Annotated[float | str, _MARKS] | UnsetType = UNSET
    negative: Annotated[float | str, _MARKS] | UnsetType = UNSET
    partial: Literal["none", "per_option", "proportional"] | UnsetType = UNSET
    partial_marks: Annotated[float | str, _MARKS] | UnsetType = UNSET


class MarkingScheme(Struct):
    """Marks by type of question; what is missing comes from the next level: section, exam, the exam's plain marks.

    Attributes:
        MCQ: marks of questions with one right letter.
        MSQ: marks of questions with one or more right letters.
        NUMERIC: marks of questions with a number as the answer.
    """

    MCQ: TypeMarking | UnsetType = UNSET
    MSQ: TypeMarking | UnsetType = UNSET
    NUMERIC: TypeMarking | UnsetType = UNSET


class RandomDraw(Struct):
    """Random questions of a section; those that two draws can take are never taken twice.

    Attributes:
        count: how many questions, 1 to 1000.
        question_type: only questions of this type; all if left out.
        difficulty: only questions that are this hard; all if left out.
        topic: only questions of this topic; all if left out.
    """

    count: Annotated[int, Meta(ge=1, le=1000)]
    question_type: Literal["MCQ", "MSQ", "NUMERIC"] | UnsetType = UNSET
    difficulty: Literal["Easy", "Medium", "Hard"] | UnsetType = UNSET
    topic: str | UnsetType = UNSET


class SectionFields(Struct):
    """A section of an exam.

    Attributes:
        id: id of the section to keep; the server gives new ones theirs.
        instructions: what students read before the section, at most 2,000 characters.
        minutes: minutes of the section, 1 to 1440 in all; either all sections have them or none.
        choose: how many answers count, 1 to 1000; left out, all count.
        draw: which questions each attempt gets at random, 20 draws at most; left out, it gets all.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    id: int | None = None
    instructions: Annotated[str, up_to(MAX_SECTION_INSTRUCTIONS)] = ""
    minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None
    choose: Annotated[int, Meta(ge=1, le=1000)] | None = None
    draw: list[RandomDraw] | None = None
    marking: MarkingScheme | None = None


class ShuffleFields(Struct):
    """What is put in a random order for each attempt; the order is the same on every device of the student.

    Attributes:
        questions: whether questions change their order within their section; those of a passage stay together.
        options: whether options change their order, except those with `fixed_options`.
    """

    questions: bool = False
    options: bool = False


_MARKING = Meta(extra={"means": MarkingScheme})
_SECTIONS = Meta(extra_json_schema={"maxItems": 20}, extra={"means": list[SectionFields]})
_SHUFFLE = Meta(extra={"means": ShuffleFields})


class ExamsQuery(Struct, frozen=True):
    """Which exams to list (`q` is part of a name), and where to continue.

    Attributes:
        category_id: only exams of this category.
        status: only exams that are set to `upcoming`, `ongoing` or `completed`.
        q: part of the name; case does not count.
        order: `desc` lists the latest date first, `asc` the earliest.
    """

    category_id: Id | None = None
    status: str | None = None
    q: str = ""
    order: Order = "desc"
    cursor: str | None = None
    limit: PageSize = 50


def _having(field: str) -> dict[str, Any]:
    """The schema of a body that has a field."""
    return {"required": [field], "properties": {field: {}}}


class ReleaseBody(Struct, frozen=True):
    """Whether the results are to be visible; without it, each call toggles.

    Attributes:
        released: whether the results shall be visible; left out, each call toggles.
    """

    released: bool | None = None


class ExamFields(Struct, frozen=True, kw_only=True):
    """An exam's fields, from JSON or a form.

    Types are loose here because `admin_exams.fields` reads the values and reports all errors together.

    Attributes:
        status: `upcoming` exams open by themselves at their start time, `ongoing` ones are open at once,
            `completed` ones are closed.
        category_id: id of a category; null or empty for none.
        max_attempts: attempts that a student has, 0 to 1000; 0, null or empty for any number.
        closes_at: when every attempt ends at the latest, after the opening: ISO 8601 with an offset, or
            `YYYY-MM-DDTHH:MM` at the institute; null or empty for no closing.
        access_code: code that students need to start, 4 to 64 characters; empty removes it. It is never
            answered.
        positive_marks: marks of a right answer: up to two decimals or a fraction as text; 4 by default.
        negative_marks: marks that a wrong answer costs: up to two decimals or a fraction as text; 1 by default.
        sections: the sections in their order, 20 at most; sending an `id` keeps that section, and one that is
            left out goes if it has no questions.
        preset: id of a preset from `GET /admin/api/exam-presets`, which supplies the fields that are missing.
    """

    RULES: ClassVar[dict[str, Any]] = {"minProperties": 1}

    name: Annotated[Any, _NAME] = UNSET
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
    preset: Annotated[Any, Meta(extra_json_schema={"enum": list(PRESETS), "examples": ["jee-main-2025"]})] = UNSET
    closes_at: Annotated[Any, Meta(extra_json_schema={"type": ["string", "null"], "format": "date-time"})] = UNSET
    audience: Annotated[Any, Meta(extra_json_schema={"enum": ["everyone", "batches"]})] = UNSET
    batch_ids: Annotated[
        Any, Meta(extra_json_schema={"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 50})
    ] = UNSET
    access_code: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": 64, "writeOnly": True})] = UNSET
    counted_attempt: Annotated[Any, Meta(extra_json_schema={"enum": ["best", "last", "first"]})] = UNSET
    discussion: Annotated[Any, Meta(extra_json_schema={"enum": ["after_attempt", "open", "off"]})] = UNSET
    allow_chat: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields in the request."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class NewExamFields(ExamFields, frozen=True, kw_only=True):
    """The fields of a new exam. `duration` is needed too, unless timed sections or a preset give it."""

    NEEDED: ClassVar = ("name", "date", "start_time")
    RULES: ClassVar[dict[str, Any]] = {
        "if": {"anyOf": [_having("preset"), _having("sections")]},
        "else": _having("duration"),
    }


class ExamSection(Struct, frozen=True):
    """A section; `minutes` where sections are timed, `choose` where only so many answers count.

    Attributes:
        instructions: what students read before the section; empty without any.
    """

    id: int
    name: str
    instructions: str
    minutes: int | None
    choose: int | None
    draw: Annotated[list[dict[str, int | str]], Meta(extra={"means": list[RandomDraw]})]
    marking: Annotated[dict[str, dict[str, float | str]], _MARKING]


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem that would occur on the day of the exam; `question_id` if it is about one question.

    Attributes:
        code: what is wrong: `no_questions`, `pool_too_small`, `no_key`, `image_missing`, `translation_missing`,
            `audience_empty` or `closes_too_early`.
        message: the same in words, for people.
        question_id: id of the question that it is about; absent for the exam as a whole.
    """

    code: str
    message: str
    question_id: int | None = None


class AdminExam(Struct, frozen=True):
    """An exam with all its settings.

    Marks are numbers if two decimals are exact, otherwise text ("1/3"), so that a client can send back what it read.
    `duration` and `result_delay` are minutes, `max_attempts` is 0 for any number, `released` tells whether the results
    of a `manual` exam are visible. `status` is as set, `state` as it is now: `upcoming`, `ongoing` or `completed`.

    Attributes:
        status: what the administrator set; a start time that has come opens an `upcoming` exam all the same.
        state: what is true now: `upcoming` cannot be started yet, `ongoing` can, `completed` cannot any more.
        has_access_code: whether students need a code to start; the code itself is never told.
        opens_at: when the exam can be started, UTC.
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
    result_delay: int
    instructions: str
    positive_marks: float | str
    negative_marks: float | str
    allow_assistant: bool
    released: bool
    state: ExamState
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
    marking: Annotated[dict[str, dict[str, float | str]], _MARKING]
    shuffle: Annotated[dict[str, bool], _SHUFFLE]


class ExamPage(Struct, frozen=True):
    """A page of exams, the latest date first.

    Attributes:
        exams: the exams, the latest date first.
    """

    exams: list[AdminExam]
    next_cursor: str | None
    success: bool = True


class SavedExam(Struct, frozen=True):
    """The exam after the change.

    Attributes:
        exam: the exam after the change.
    """

    exam_id: int
    exam: AdminExam
    success: bool = True


class Released(Struct, frozen=True):
    """Whether the results of the exam are released now."""

    released: bool
    success: bool = True


class CloneFields(Struct, frozen=True, kw_only=True):
    """The name, date and start time of a copy of an exam; all are needed."""

    NEEDED: ClassVar = ("name", "date", "start_time")

    name: Annotated[Any, _NAME] = UNSET
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
    """An exam and the problems that would occur on its day.

    Attributes:
        problems: what would go wrong on the day; empty if nothing.
    """

    problems: list[Problem]


class CheckedExamAnswer(Struct, frozen=True):
    """An exam and the problems that would occur on its day; they are repeated outside of `exam`.

    Attributes:
        exam: the exam with all its settings.
        problems: the same as `exam.problems`.
    """

    exam: CheckedExam
    problems: list[Problem]
    success: bool = True


class PresetSection(Struct):
    """A section of a preset, which can be sent as a section of a new exam.

    Attributes:
        name: name of the section.
        expected: number of questions of each type in the real paper.
        choose: how many answers count; missing if all do.
        marking: marks of the section; missing if the preset's apply.
    """

    name: str
    expected: dict[str, int]
    choose: int | UnsetType = UNSET
    marking: MarkingScheme | UnsetType = UNSET


class Preset(Struct, frozen=True):
    """A well-known paper: its source, duration in minutes, sections and marking.

    The fields `duration`, `sections` and `marking` can be sent as fields of a new exam. `expected` tells how many
    questions of which type a section of the real paper has.

    Attributes:
        id: what to send as `preset`.
        year: year of the paper that the preset follows.
        source: document that the preset was taken from.
    """

    id: str
    name: str
    year: int
    source: str
    duration: int
    sections: Annotated[list[dict[str, Any]], Meta(extra={"means": list[PresetSection]})]
    marking: Annotated[dict[str, dict[str, str]], _MARKING]


class PresetList(Struct, frozen=True):
    """All presets.

    Attributes:
        presets: all presets.
    """

    presets: list[Preset]
    success: bool = True


class PassageFields(Struct, frozen=True, kw_only=True):
    """A passage: a text, an image or both; `texts` are translations by language. `id` replaces that passage.

    Attributes:
        id: id of the passage to replace; left out or null for a new one.
        image: path of an image from `POST /admin/images`; empty for none.
    """

    id: Annotated[Any, Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 1})] = UNSET
    text: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": MAX_QUESTION_TEXT})] = UNSET
    image: Annotated[Any, Meta(extra_json_schema={"type": "string", "maxLength": MAX_IMAGE_PATH})] = UNSET
    texts: Annotated[Any, _TEXTS] = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that the client sent."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not UNSET}


class PassageView(Struct, frozen=True):
    """A passage; `image` is a path, `image_url` its address.

    Attributes:
        image: path of the passage's image; empty without one.
    """

    id: int
    exam_id: int
    text: str
    image: str
    image_url: str | None
    texts: dict[str, str]


class PassageList(Struct, frozen=True):
    """The passages of an exam, the oldest first.

    Attributes:
        passages: the passages, the oldest first.
    """

    passages: list[PassageView]
    success: bool = True


class SavedPassage(Struct, frozen=True):
    """A passage as stored.

    Attributes:
        passage: the passage as stored.
    """

    passage: PassageView
    success: bool = True
