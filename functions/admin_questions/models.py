"""Shapes of requests and answers."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.catalog.marks import SCHEMA as MARKS_SCHEMA
from smartexam.catalog.numeric import TOLERANCE_SCHEMA
from smartexam.catalog.questions import MAX_TAG, MAX_TAGS
from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.http.queries import Flag, Id, Order, PageSize

_TEXT = Meta(extra_json_schema={"type": "string"})
_AMOUNT = {"type": ["number", "string", "null"]}
_MARKS = Meta(extra_json_schema={**_AMOUNT, **MARKS_SCHEMA, "examples": [4, "0.25", "1/3"]})
_TOLERANCE = Meta(extra_json_schema={**_AMOUNT, **TOLERANCE_SCHEMA})
_ID = Meta(extra_json_schema={"type": "integer", "minimum": 1})
_OPTIONAL_ID = Meta(extra_json_schema={"type": ["integer", "null"], "minimum": 1})
_IDS = Meta(
    extra_json_schema={"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1, "maxItems": 10_000}
)
_TAGS = Meta(
    extra_json_schema={"type": "array", "items": {"type": "string", "maxLength": MAX_TAG}, "maxItems": MAX_TAGS}
)
_TEXTS_BY_NAME = Meta(extra_json_schema={"type": "object", "additionalProperties": {"type": "string"}})
_TRANSLATIONS = Meta(
    extra_json_schema={
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        "examples": [{"hi": {"question_text": "2 + 2 = ?", "option_a": "चार"}}],
    }
)
_TYPE = Meta(extra_json_schema={"enum": ["MCQ", "MSQ", "NUMERIC"]})


class QuestionsQuery(Struct, frozen=True):
    """The exam whose questions to list (default: all exams), and where to continue.

    Attributes:
        exam_id: only questions of this exam, in its order; left out, those of all exams.
        sort: by `position`, the exam's order, or by `text`, `type`, `topic` or `difficulty`; equal ones by position.
            All but the exam's order need `exam_id`.
    """

    exam_id: Id | None = None
    sort: Literal["position", "text", "type", "topic", "difficulty"] = "position"
    order: Order = "asc"
    cursor: str | None = None
    limit: PageSize = 50


class ImportQuery(Struct, frozen=True):
    """How to import.

    Attributes:
        atomic: true imports all rows or none; by default good rows are imported and the others named.
        dry_run: true stores nothing and shows what would be imported.
        skip_existing: true leaves out rows that their exam, or the file above them, has already: questions of which
            students see the same text, pictures, options and passage. So a corrected file imports again without
            doubling anything. Such a row with another key, other marks or other further columns is an error that names
            the question to change.
    """

    atomic: Flag | None = None
    dry_run: Flag | None = None
    skip_existing: Flag | None = None


class QuestionsUpload(Struct, frozen=True):
    """A CSV or XLSX file; with `exam_id` all rows are added to that exam, whatever their column says.

    Attributes:
        csv_file: the questions as CSV or XLSX, with a header row.
        exam_id: id of the exam that all rows go to, whatever their column says; without it the column `exam_id`
            counts.
        atomic: as in the query.
        dry_run: as in the query.
        skip_existing: as in the query.
    """

    csv_file: UploadedFile
    exam_id: Annotated[str, Meta(extra_json_schema={"pattern": "^ *([1-9][0-9]{0,15})? *$"})] = ""
    atomic: Flag | Literal[""] = ""
    dry_run: Flag | Literal[""] = ""
    skip_existing: Flag | Literal[""] = ""


class CsvExportQuery(Struct, frozen=True):
    """`safe` keeps spreadsheets from running cells as formulas; such a file does not import unchanged.

    Attributes:
        safe: true keeps spreadsheets from running cells as formulas; such a file does not import unchanged.
    """

    safe: Flag | None = None


class ExportQuery(Struct, frozen=True):
    """The format of the file."""

    format: Literal["csv", "xlsx"] = "csv"


class QuestionFields(Struct, frozen=True, kw_only=True):
    """A question's fields, from JSON or a form.

    Types are loose here because `smartexam.catalog.questions` reads the values and reports all errors together.
    `correct_answer` is a letter (MCQ), letters as "A,C" or a list (MSQ), or a number or a range as "5.1:5.3" (NUMERIC);
    "|" separates alternatives. Marks default to the section's or the exam's, the tolerance to 0, `section_id` to the
    exam's first section. A form has `option_images` and `texts` as JSON and `tags` separated by ";".

    Attributes:
        exam_id: id of the exam that has the question; with another one the question moves there.
        section_id: id of the section; the exam's first by default.
        passage_id: id of a passage of the exam; null for none.
        tags: words to find it by, at most 10; in a form separated by `;`.
        positive_marks: marks of a right answer: up to two decimals or a fraction as text; null or empty for
            those of the section or the exam.
        negative_marks: marks that a wrong answer costs: up to two decimals or a fraction as text; null or empty
            for those of the section or the exam.
    """

    RULES: ClassVar[dict[str, Any]] = {"minProperties": 1}

    exam_id: Annotated[Any, _ID] = UNSET
    question_text: Annotated[Any, _TEXT] = UNSET
    option_a: Annotated[Any, _TEXT] = UNSET
    option_b: Annotated[Any, _TEXT] = UNSET
    option_c: Annotated[Any, _TEXT] = UNSET
    option_d: Annotated[Any, _TEXT] = UNSET
    option_e: Annotated[Any, _TEXT] = UNSET
    option_f: Annotated[Any, _TEXT] = UNSET
    option_g: Annotated[Any, _TEXT] = UNSET
    option_h: Annotated[Any, _TEXT] = UNSET
    option_images: Annotated[Any, _TEXTS_BY_NAME] = UNSET
    correct_answer: Annotated[Any, Meta(extra={"means": str | list[str] | float})] = UNSET
    question_type: Annotated[Any, _TYPE] = UNSET
    image_path: Annotated[Any, _TEXT] = UNSET
    positive_marks: Annotated[Any, _MARKS] = UNSET
    negative_marks: Annotated[Any, _MARKS] = UNSET
    tolerance: Annotated[Any, _TOLERANCE] = UNSET
    section_id: Annotated[Any, _OPTIONAL_ID] = UNSET
    passage_id: Annotated[Any, _OPTIONAL_ID] = UNSET
    solution: Annotated[Any, _TEXT] = UNSET
    solution_image: Annotated[Any, _TEXT] = UNSET
    topic: Annotated[Any, _TEXT] = UNSET
    difficulty: Annotated[Any, Meta(extra_json_schema={"enum": ["Easy", "Medium", "Hard", ""]})] = UNSET
    tags: Annotated[Any, _TAGS] = UNSET
    fixed_options: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = UNSET
    texts: Annotated[Any, _TRANSLATIONS] = UNSET

    def given(self) -> Mapping[str, Any]:
        """The fields in the request."""
        return _given(self)


class NewQuestionFields(QuestionFields, frozen=True, kw_only=True):
    """The fields of a new question."""

    NEEDED: ClassVar = ("exam_id", "question_text", "correct_answer", "question_type")


class QuestionBatch(Struct, frozen=True, kw_only=True):
    """Questions to add to an exam, each with the fields of a question.

    Attributes:
        questions: 1 to 5,000 questions; those that are wrong are left out and named in the answer.
    """

    NEEDED: ClassVar = ("exam_id", "questions")

    exam_id: Annotated[Any, _ID] = UNSET
    questions: Annotated[
        Any, Meta(extra={"means": list[QuestionFields]}, extra_json_schema={"minItems": 1, "maxItems": 5000})
    ] = UNSET


class BulkUpdate(Struct, frozen=True, kw_only=True):
    """Marks and tolerance for all questions of a type; null or "" resets marks to the exam's and a tolerance to 0.

    Attributes:
        positive_marks: marks of a right answer; null or empty for those of the section or the exam; left out,
            they stay.
        negative_marks: marks that a wrong answer costs; null or empty for those of the section or the exam;
            left out, they stay.
        tolerance: how far a NUMERIC answer may be from the key; null or empty for 0; left out, it stays.
    """

    NEEDED: ClassVar = ("exam_id", "question_type")
    # The two, and at least one field to set
    RULES: ClassVar[dict[str, Any]] = {"minProperties": 3}

    exam_id: Annotated[Any, _ID] = UNSET
    question_type: Annotated[Any, _TYPE] = UNSET
    positive_marks: Annotated[Any, _MARKS] = UNSET
    negative_marks: Annotated[Any, _MARKS] = UNSET
    tolerance: Annotated[Any, _TOLERANCE] = UNSET

    def changes(self) -> Mapping[str, Any]:
        """The changed fields."""
        given = _given(self)
        return {name: given[name] for name in ("positive_marks", "negative_marks", "tolerance") if name in given}


class QuestionIds(Struct, frozen=True, kw_only=True):
    """Questions to delete; unknown ids are ignored.

    Attributes:
        ids: ids of the questions, at most 10,000; unknown ones are passed over.
    """

    NEEDED: ClassVar = ("ids",)

    ids: Annotated[Any, _IDS] = UNSET


class AdminQuestion(Struct, frozen=True):
    """A question with its answer.

    Marks are null if the exam's apply. Marks and the tolerance are numbers if a JSON number is exact, otherwise text
    ("1/3"), so that a client can send back what it read. `correct_answer` is always text: letters as "A,C", a number as
    its author wrote it. `option_images` are paths by letter, `option_image_urls` their addresses.

    Attributes:
        correct_answer: the key: a letter, letters as `A,C`, a number or a range as its author wrote it; `|`
            separates alternatives.
    """

    id: int
    exam_id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    correct_answer: str
    question_type: str
    image_path: str
    image_url: str | None
    positive_marks: float | str | None
    negative_marks: float | str | None
    tolerance: float | str
    option_e: str
    option_f: str
    option_g: str
    option_h: str
    option_images: dict[str, str]
    option_image_urls: dict[str, str]
    section_id: int | None
    passage_id: int | None
    solution: str
    solution_image: str
    solution_image_url: str | None
    topic: str
    difficulty: str
    tags: list[str]
    fixed_options: bool
    texts: dict[str, dict[str, str]]


class QuestionPage(Struct, frozen=True):
    """A page of questions in the order of their exam.

    Attributes:
        questions: the questions in the order of their exam.
    """

    questions: list[AdminQuestion]
    next_cursor: str | None
    success: bool = True


class QuestionAnswer(Struct, frozen=True):
    """A question.

    Attributes:
        question: the question with its key.
    """

    question: AdminQuestion
    success: bool = True


class SavedQuestion(Struct, frozen=True):
    """The question after the change.

    Attributes:
        question: the question after the change.
    """

    question_id: int
    question: AdminQuestion
    success: bool = True


class RefusedQuestion(Struct, frozen=True):
    """The errors of a question that was not added; `index` counts from 0.

    Attributes:
        message: what is wrong with it, for people.
        errors: each wrong field with a message.
    """

    index: int
    message: str
    errors: list[dict[str, str]]


class BatchAdded(Struct, frozen=True):
    """How many questions were added, their ids in order, and the errors of the others.

    Attributes:
        added: questions that were added.
        question_ids: ids of the added questions, in the order in which they were sent.
        errors: what is wrong with those that were left out.
    """

    added: int
    question_ids: list[int]
    errors: list[RefusedQuestion]
    success: bool = True


class QuestionsDeleted(Struct, frozen=True):
    """How many questions existed and were deleted.

    Attributes:
        deleted: questions that existed and are deleted.
    """

    deleted: int
    success: bool = True


class QuestionsUpdated(Struct, frozen=True):
    """How many questions have the new values.

    Attributes:
        updated: questions that have the new values now.
    """

    updated: int
    success: bool = True


class QuestionsImported(Struct, frozen=True):
    """How many rows were imported, how many were not, and why ("Row 5: ..."; the header is row 1).

    With `skip_existing`, `existing` is how many of the skipped rows are there already, which is no error. `notes` are
    remarks on how the file was read, such as its encoding, missing if there are none. With `dry_run` nothing was
    stored: `inserted` is how many would be, and `questions` shows the first 1,000 of them with the names of their
    sections and the texts of their passages.

    Attributes:
        inserted: rows that were imported, or with `dry_run` would be.
        errors: each row that was not imported, with its number; the header is row 1.
        questions: with `dry_run`, the first 1,000 questions as they would be stored.
        existing: with `skip_existing`, how many of the skipped rows are there already, which is no error.
        notes: remarks on how the file was read, such as its encoding; absent if there are none.
    """

    inserted: int
    skipped: int
    errors: list[str]
    existing: int | UnsetType = UNSET
    notes: list[str] | UnsetType = UNSET
    questions: list[dict[str, Any]] | UnsetType = UNSET
    success: bool = True


def _given(body: Struct) -> dict[str, Any]:
    values = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: value for name, value in values if value is not UNSET}
