"""Questions read from PDFs, or made from a text or a topic by a language model, for review before they are saved."""

import time

from admin_ai import saving, service
from admin_ai.models import (
    DraftList,
    Generated,
    GenerationAccepted,
    GenerationFields,
    JobStatus,
    QuestionsSaved,
    UploadPlace,
    UploadRequest,
)
from smartexam.api import Access, Api, Request
from smartexam.platform.http.response import Reply

api = Api("admin_ai")

# Lambda takes 6 MB, including a file as base64.
_LARGEST_BODY = 4_700_000
_LARGEST_JSON = 2_000_000
# The function times out after 29 s. The rest is for turning the work into a job with a slow storage or database.
_SYNCHRONOUS_SECONDS = 19.0


@api.post(
    "/admin/ai-command-centre/generate",
    access=Access.ADMIN,
    takes=GenerationFields,
    forms=True,
    limit=_LARGEST_BODY,
    answers=Generated,
    also={202: GenerationAccepted},
)
def generate_questions(request: Request, body: GenerationFields) -> Generated | Reply:
    """Make questions, or read them from a PDF, for review. Work that takes longer than a request continues as a job
    (202).


    Raises:
        BadRequest: `invalid_fields`; a PDF that cannot be read: `not_a_pdf`, `pdf_no_text` (a scan), `pdf_encrypted`,
            `pdf_broken`, `pdf_too_large`.
        NotFound: `exam_not_found`.
        TooLarge: the file must be sent with `upload-url`.
        Unavailable: `model_not_configured`, `model_unavailable`.
    """
    ends_at = time.monotonic() + _SYNCHRONOUS_SECONDS
    answer = service.generate(
        body.request(),
        body.pdf_file.content if body.pdf_file is not None and body.pdf_file.content else None,
        created_by=request.caller.user_id,
        now=request.now,
        remaining=lambda: ends_at - time.monotonic(),
    )
    return Reply(answer, status=202) if isinstance(answer, GenerationAccepted) else answer


@api.post("/admin/ai-command-centre/upload-url", access=Access.ADMIN, takes=UploadRequest, answers=UploadPlace)
def create_generation_upload(request: Request, body: UploadRequest) -> UploadPlace:
    """Get a form to upload a PDF with; the upload starts a job.

    It is for PDFs that are too large for a request. Post the file with `fields` to `url`, then follow `status_url`.

    Raises:
        BadRequest: `invalid_fields`.
        NotFound: `exam_not_found`.
        TooLarge: `file_too_large`.
        Unavailable: `model_not_configured`, for `mine`.
    """
    return service.upload_place(body, created_by=request.caller.user_id, now=request.now)


@api.get("/admin/ai-command-centre/jobs/<job_id>", access=Access.ADMIN, answers=JobStatus)
def get_generation_job(request: Request, job_id: int) -> JobStatus:
    """Get the progress of a job, and its questions once it is done.

    The `status_url` of a 202 answer leads here. Call it every few seconds until `status` is `done` or `failed`.

    Raises:
        NotFound: no such job; jobs are deleted after a week.
    """
    return service.job_status(job_id, request.now)


@api.post(
    "/admin/ai-command-centre/save", access=Access.ADMIN, takes=DraftList, limit=_LARGEST_JSON, answers=QuestionsSaved
)
def save_generated_questions(request: Request, body: DraftList) -> QuestionsSaved:
    """Add reviewed questions to their exams: all of them, or none with the errors of each.

    Generated questions are in no exam before this call.

    Raises:
        InvalidFields: questions that are not consistent, with the errors of each.
        NotFound: `exam_not_found`.
    """
    return QuestionsSaved(saving.save(body.questions, request.caller.user_id, request.now))


@api.post(
    "/admin/ai-command-centre/export-csv", access=Access.ADMIN, takes=DraftList, answers="text/csv", limit=_LARGEST_JSON
)
def export_generated_questions(request: Request, body: DraftList) -> Reply:
    """Get questions as a CSV file that the import accepts.

    Nothing is stored: the file is made from the questions that are sent.

    Raises:
        InvalidFields: questions that are not consistent, with the errors of each.
    """
    del request
    return Reply(
        saving.as_csv(body.questions),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="generated_questions.csv"'},
    )


lambda_handler = api.handler
