"""Shapes of requests and answers."""

from typing import Any

from msgspec import Struct

from question_generation.drafts import DraftQuestion, Notice
from question_generation.request import GenerationRequest
from smartexam.platform.http.bodies import UploadedFile, convert


class GenerateForm(Struct, frozen=True):
    """The fields of `GenerationRequest` as a form has them: text, where empty counts as left out; and the PDF."""

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
        """The fields that are filled, as they are meant.

        Raises:
            InvalidFields: one cannot be read as its type.
        """
        filled = {
            name: value.strip()
            for name in GenerationRequest.__struct_fields__
            if isinstance(value := getattr(self, name), str) and value.strip()
        }
        return convert(filled, GenerationRequest)


class UploadRequest(GenerationRequest, frozen=True, kw_only=True):
    """What is to be done with a file, its name and its size in bytes."""

    filename: str
    size: int


class Generated(Struct, frozen=True):
    """Questions for review; nothing of them is stored yet."""

    count: int
    questions: list[DraftQuestion]
    warnings: list[Notice]
    success: bool = True


class Accepted(Struct, frozen=True):
    """The work goes on as a job; ask `status_url` how far it is."""

    job_id: int
    status_url: str
    status: str = "running"
    success: bool = True


class UploadPlace(Struct, frozen=True):
    """Where to post the file to (S3 takes the fields first, the file last), and where to see what comes of it."""

    job_id: int
    url: str
    fields: dict[str, str]
    max_size: int
    expires_in: int
    status_url: str
    success: bool = True


class JobStatus(Struct, frozen=True, omit_defaults=True):
    """How far a job is; `questions` once it is done, `code` if it failed for a reason that a program can tell."""

    status: str
    percent: int
    message: str
    questions: list[DraftQuestion]
    warnings: list[Notice]
    code: str = ""


class DraftList(Struct, frozen=True):
    """Questions as `generate` gave them, perhaps edited."""

    questions: list[dict[str, Any]]


class Saved(Struct, frozen=True):
    """How many questions were stored."""

    count: int
    success: bool = True
