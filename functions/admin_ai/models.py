"""Shapes of requests and answers."""

from typing import Any

from msgspec import Struct

from question_generation.drafts import DraftQuestion, Notice
from question_generation.request import GenerationRequest
from smartexam.platform.http.bodies import UploadedFile, convert


class GenerateForm(Struct, frozen=True):
    """The fields of `GenerationRequest` as a form sends them (text, empty for a missing one), and the PDF."""

    mode: str
    exam_id: str
    difficulty: str = ""
    mcq_count: str = ""
    msq_count: str = ""
    numeric_count: str = ""
    topic: str = ""
    mcq_plus: str = ""
    mcq_minus: str = ""
    msq_plus: str = ""
    msq_minus: str = ""
    numeric_plus: str = ""
    numeric_tolerance: str = ""
    custom_instructions: str = ""
    pdf_file: UploadedFile | None = None

    def request(self) -> GenerationRequest:
        """The filled fields with their types.

        Raises:
            InvalidFields: a field cannot be read as its type.
        """
        filled = {
            name: value.strip()
            for name in GenerationRequest.__struct_fields__
            if isinstance(value := getattr(self, name), str) and value.strip()
        }
        return convert(filled, GenerationRequest)


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


class Accepted(Struct, frozen=True):
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

    questions: list[dict[str, Any]]


class Saved(Struct, frozen=True):
    """How many questions were stored."""

    count: int
    success: bool = True
