"""Generates questions within a request, or as a job."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from admin_ai.models import Generated, GenerationAccepted, JobStatus, UploadPlace, UploadRequest
from language_model import client
from question_generation import generation
from question_generation.drafts import Outcome
from question_generation.files import LARGEST_PDF, PDF_TYPE, is_pdf, source_key
from question_generation.request import EXTRACT, PURE, GenerationRequest, checked
from smartexam.catalog.store import exams
from smartexam.jobs.queue import next_job_id
from smartexam.jobs.store import jobs
from smartexam.platform import storage
from smartexam.platform.errors import BadRequest, InvalidFields, NotFound, TooLarge, Unavailable
from smartexam.platform.settings import settings

GENERATION = "question_generation"
_UPLOAD_SECONDS = 600


def generate(
    request: GenerationRequest,
    source: bytes | None,
    *,
    created_by: int,
    now: float,
    remaining: Callable[[], float],
) -> Generated | GenerationAccepted:
    """Questions, or the job that will make them.

    Args:
        request: the generation request.
        source: the PDF, None without one.
        created_by: the administrator.
        now: the request's time.
        remaining: returns the seconds until the work must have become a job.

    Raises:
        InvalidFields: a field or the file is missing or cannot be used.
        NotFound: no such exam.
        Unavailable: the model is needed but not available.
    """
    checked(request)
    _exam_exists(request.exam_id)
    if request.mode == PURE:
        source = None
    elif source is None:
        raise InvalidFields([("pdf_file", "This field is required")])
    elif not is_pdf(source):
        raise BadRequest("The file is not a PDF.", code="not_a_pdf")
    try:
        outcome = generation.run(request, source, remaining, _no_report)
    except generation.OutOfTime:
        return _as_job(request, source, created_by=created_by, now=now)
    return Generated(len(outcome.questions), outcome.questions, outcome.warnings)


def upload_place(body: UploadRequest, *, created_by: int, now: float) -> UploadPlace:
    """A job that waits for its file, and the form to upload the file with.

    Raises:
        InvalidFields: a field cannot be used.
        NotFound: no such exam.
        TooLarge: the file is larger than a PDF may be.
        Unavailable: the model is needed but not configured.
    """
    request = msgspec.convert(msgspec.to_builtins(body), GenerationRequest)
    checked(request)
    if request.mode == PURE:
        raise InvalidFields([("mode", "must be extract or mine: pure takes no file")])
    if body.size < 1:
        raise InvalidFields([("size", "must be the file's size in bytes")])
    if body.size > LARGEST_PDF:
        raise TooLarge(f"A PDF may have at most {LARGEST_PDF} bytes", code="file_too_large", max_size=LARGEST_PDF)
    if not body.filename.lower().endswith(".pdf"):
        raise InvalidFields([("filename", "must be the name of a PDF")])
    _exam_exists(request.exam_id)
    if request.mode != EXTRACT and not client.is_configured():
        raise Unavailable("No language model is configured", code="model_not_configured", retry_after=3600)
    job_id = next_job_id()
    _create_job(job_id, _stored(request), created_by, now)
    form = storage.presigned_upload(
        _bucket(), source_key(job_id, is_pdf=True), PDF_TYPE, most=LARGEST_PDF, seconds=_UPLOAD_SECONDS
    )
    return UploadPlace(
        job_id=job_id,
        url=form.url,
        fields=dict(form.fields),
        max_size=LARGEST_PDF,
        expires_in=_UPLOAD_SECONDS,
        status_url=_status_url(job_id),
    )


def job_status(job_id: int, now: float) -> JobStatus:
    """The progress of a job.

    Raises:
        NotFound: no such job.
    """
    job = jobs.get(job_id, now)
    if job is None or job.kind != GENERATION:
        raise NotFound("Job not found")
    stored = jobs.result(job)
    outcome = msgspec.json.decode(stored, type=Outcome) if stored else Outcome([], [])
    return JobStatus(job.status, job.percent, job.message, outcome.questions, outcome.warnings, job.code)


def _as_job(request: GenerationRequest, source: bytes | None, *, created_by: int, now: float) -> GenerationAccepted:
    """Store the job first and then the file, whose arrival starts the job."""
    job_id = next_job_id()
    stored = _stored(request)
    _create_job(job_id, stored, created_by, now)
    content = msgspec.json.encode(stored) if source is None else source
    media_type = "application/json" if source is None else PDF_TYPE
    storage.put(_bucket(), source_key(job_id, is_pdf=source is not None), content, media_type)
    return GenerationAccepted(job_id, _status_url(job_id))


def _create_job(job_id: int, request: Mapping[str, Any], created_by: int, now: float) -> None:
    jobs.create(job_id, GENERATION, request, created_by=created_by, now=now, message="Waiting for the file")


def _stored(request: GenerationRequest) -> Mapping[str, Any]:
    values: Mapping[str, Any] = msgspec.to_builtins(request)
    return values


def _status_url(job_id: int) -> str:
    return f"/admin/ai-command-centre/jobs/{job_id}"


def _bucket() -> str:
    return settings().required("UPLOADS_BUCKET")


def _exam_exists(exam_id: int) -> None:
    if exam_id < 1 or exams.get_exam(exam_id) is None:
        raise NotFound("Exam not found", code="exam_not_found")


def _no_report(percent: int, message: str) -> None:
    """Ignore progress, because the caller waits for the whole answer."""
