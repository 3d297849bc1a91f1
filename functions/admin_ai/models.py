"""Shapes of requests and answers."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from question_generation.drafts import DraftQuestion, Notice
from question_generation.request import GenerationRequest
from smartexam.platform.http.bodies import UploadedFile, convert

Number = str | int | float | None


class GenerationFields(Struct, frozen=True):
    """The fields of `GenerationRequest`, and the PDF.

    A form sends numbers as text and a missing field as an empty one; JSON may have numbers and null.
    """

    mode: str
    exam_id: str | int
    difficulty: str | None = None
    mcq_count: Number = None
    msq_count: Number = None
    numeric_count: Number = None
    topic: str | None = None
    mcq_plus: Number = None
    mcq_minus: Number = None
    msq_plus: Number = None
    msq_minus: Number = None
    numeric_plus: Number = None
    numeric_tolerance: Number = None
    custom_instructions: str | None = None
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
    """What to do with the file, its name and its size in bytes."""

    filename: str
    size: int


class Generated(Struct, frozen=True):
    """Questions for review; nothing is stored yet."""

    count: int
    questions: list[DraftQuestion]
    warnings: list[Notice]
    success: bool = True


class GenerationAccepted(Struct, frozen=True):
    """The work continues as a job; `status_url` shows its progress."""

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
    """The progress of a job; `questions` once it is done, `code` if it failed for a known reason."""

    status: str
    percent: int
    message: str
    questions: list[DraftQuestion]
    warnings: list[Notice]
    code: str = ""


class DraftList(Struct, frozen=True):
    """Questions from `generate`, possibly edited."""

    questions: Annotated[list[dict[str, Any]], Meta(extra={"means": list[DraftQuestion]})]


class QuestionsSaved(Struct, frozen=True):
    """How many questions were stored."""

    count: int
    success: bool = True
