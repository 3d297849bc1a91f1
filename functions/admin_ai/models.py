"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from question_generation.drafts import DraftQuestion, Notice
from question_generation.request import MOST_INSTRUCTIONS, MOST_TOPIC, GenerationRequest, NumberOfQuestions
from smartexam.catalog.marks import SCHEMA
from smartexam.catalog.numeric import TOLERANCE_SCHEMA
from smartexam.jobs.queue import Progress
from smartexam.platform.http.bodies import UploadedFile, convert
from smartexam.platform.texts import up_to

Marks = Annotated[str | int | float | None, Meta(extra_json_schema=SCHEMA)]
Count = Annotated[str, Meta(extra_json_schema={"pattern": "^ *[0-9]{0,3} *$"})] | NumberOfQuestions | None
_COUNTS = ("mcq_count", "msq_count", "numeric_count")
_SOME = {"type": ["integer", "string"], "minimum": 1, "pattern": "[1-9]"}
# What is made must be counted; what is extracted need not.
_COUNTED: dict[str, Any] = {
    "if": {"properties": {"mode": {"enum": ["mine", "pure"]}}},
    "then": {"anyOf": [{"required": [name], "properties": {name: _SOME}} for name in _COUNTS]},
}


class GenerationFields(Struct, frozen=True):
    """The fields of `GenerationRequest`, and the PDF.

    A form sends numbers as text and a missing field as an empty one; JSON may have numbers and null.

    Attributes:
        topic: what the questions shall be about, at most 500 characters; needed with `pure`.
        difficulty: how hard the questions shall be: `Easy`, `Medium` (default) or `Hard`.
        exam_id: id of the exam that they are for.
        pdf_file: the question paper or the chapter as a PDF; needed with `extract` and `mine`.
    """

    RULES: ClassVar[dict[str, Any]] = _COUNTED

    mode: str
    exam_id: (
        Annotated[str, Meta(extra_json_schema={"pattern": "^ *[1-9][0-9]{0,15} *$"})]
        | Annotated[int, Meta(extra_json_schema={"minimum": 1})]
    )
    difficulty: Annotated[str, Meta(extra_json_schema={"enum": ["Easy", "Medium", "Hard"]})] | None = None
    mcq_count: Count = None
    msq_count: Count = None
    numeric_count: Count = None
    topic: Annotated[str, up_to(MOST_TOPIC)] | None = None
    mcq_plus: Marks = None
    mcq_minus: Marks = None
    msq_plus: Marks = None
    msq_minus: Marks = None
    numeric_plus: Marks = None
    numeric_tolerance: Annotated[str | int | float | None, Meta(extra_json_schema=TOLERANCE_SCHEMA)] = None
    custom_instructions: Annotated[str, up_to(MOST_INSTRUCTIONS)] | None = None
    pdf_file: UploadedFile | None = None

    def request(self) -> GenerationRequest:
        """The filled fields as their types.

        Raises:
            InvalidFields: one cannot be read as its type.
        """
        given = {name: getattr(self, name) for name in GenerationRequest.__struct_fields__}
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return convert({name: value for name, value in stripped.items() if value not in {None, ""}}, GenerationRequest)


class UploadRequest(GenerationRequest, frozen=True, kw_only=True):
    """What to do with the file, its name and its size in bytes.

    Attributes:
        filename: name of the file, which ends with `.pdf`, for the log.
        size: bytes of the file.
    """

    RULES: ClassVar[dict[str, Any]] = _COUNTED

    filename: Annotated[str, Meta(extra_json_schema={"pattern": r"\.[pP][dD][fF]$", "examples": ["paper.pdf"]})]
    size: Annotated[int, Meta(extra_json_schema={"minimum": 1})]


class Generated(Struct, frozen=True):
    """Questions for review; nothing is stored yet.

    Attributes:
        count: number of questions.
    """

    count: int
    questions: list[DraftQuestion]
    warnings: list[Notice]
    success: bool = True


class GenerationAccepted(Struct, frozen=True):
    """The work continues as a job; `status_url` shows its progress.

    Attributes:
        status: always `running`.
    """

    job_id: int
    status_url: str
    status: str = "running"
    success: bool = True


class UploadPlace(Struct, frozen=True):
    """The form to upload the file with (S3 takes the fields first, the file last), and where to see the job."""

    job_id: int
    url: str
    fields: dict[str, str]
    max_size: int
    expires_in: int
    status_url: str
    success: bool = True


class JobStatus(Struct, frozen=True, omit_defaults=True):
    """The progress of a job; `questions` once it is done, `code` if it failed for a known reason.

    Attributes:
        status: `queued` waits, `running` is worked on, `done` has questions, `failed` has a message.
        message: what is being done, or why it failed, for people.
        code: why it failed, for programs; empty if it did not.
    """

    status: Progress
    percent: int
    message: str
    questions: list[DraftQuestion]
    warnings: list[Notice]
    code: str = ""


class DraftList(Struct, frozen=True):
    """Questions from `generate`, possibly edited."""

    questions: Annotated[
        list[dict[str, Any]], Meta(extra={"means": list[DraftQuestion]}, extra_json_schema={"minItems": 1})
    ]


class QuestionsSaved(Struct, frozen=True):
    """How many questions were stored.

    Attributes:
        count: questions that were stored.
    """

    count: int
    success: bool = True
