"""Work that takes longer than a request: its progress and its result."""

import msgspec

from jobs.models import JobAnswer, JobPage, JobRow, JobsQuery, JobView
from smartexam.api import Access, Api, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs import queue
from smartexam.jobs.store import jobs
from smartexam.jobs.store.jobs import Job
from smartexam.platform import cursors, storage
from smartexam.platform.settings import settings
from smartexam.platform.times import iso
from smartexam.sitting.in_progress import sittings_in_progress

api = Api("jobs")

_DOWNLOAD_SECONDS = 600


@api.get("/admin/api/jobs", access=Access.ADMIN, query=JobsQuery, answers=JobPage)
def list_jobs(request: Request, query: JobsQuery) -> JobPage:
    """List the jobs of the last week that administrators asked for, the newest first by default.

    Work that takes longer than a request, such as a large import, goes on as a job. `GET /admin/api/jobs/{job_id}` has
    the result of one.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    name = f"jobs:{query.order}"
    after = cursors.decode(name, query.cursor)
    found, place = jobs.list_jobs(request.now, limit=query.limit, after=after, newest_first=query.order == "desc")
    return JobPage([_row(job) for job in found], cursors.encode(name, place))


@api.get("/admin/api/jobs/<job_id>", access=Access.ADMIN, answers=JobAnswer)
def get_job(request: Request, job_id: int) -> JobAnswer:
    """Get the progress of an administrator's job, and its result once it is done.

    The `status_url` of a 202 answer leads here. Call it every few seconds until `status` is `done` or `failed`.

    Raises:
        NotFound: `job_not_found`; jobs are deleted after a week.
    """
    return JobAnswer(_view(queue.look_at(job_id, request.now)))


@api.get("/api/jobs/<job_id>", access=Access.AUTH, answers=JobAnswer)
def get_own_job(request: Request, job_id: int) -> JobAnswer:
    """Get the progress of the caller's own job, and its result once it is done.

    An export of one's account from before an attempt cannot be downloaded during it.

    Raises:
        NotFound: `job_not_found`, also for other users' jobs.
    """
    user_id = request.caller.user_id
    job = queue.look_at(job_id, request.now, owner=user_id)
    if job.kind == "account_export" and job.file is not None:
        running = sittings_in_progress(user_id, ExamTime.at(request.now))
        if any(sitting.started_at >= int(job.created_at) for sitting in running):
            # It may have results of the exam that is sat now, and what was written down for it.
            return JobAnswer(msgspec.structs.replace(_view(job), download_url=msgspec.UNSET))
    return JobAnswer(_view(job))


def _row(job: Job) -> JobRow:
    return JobRow(job.id, job.kind, job.status, job.percent, job.message, iso(job.created_at))


def _view(job: Job) -> JobView:
    result = jobs.result(job)
    url = None
    if job.file is not None:
        url = storage.presigned_download(
            settings().required("UPLOADS_BUCKET"),
            job.file.key,
            name=job.file.name,
            media_type=job.file.media_type,
            seconds=_DOWNLOAD_SECONDS,
        )
    return JobView(
        id=job.id,
        kind=job.kind,
        status=job.status,
        percent=job.percent,
        message=job.message,
        result=msgspec.json.decode(result) if result else None,
        created_at=iso(job.created_at),
        download_url=url or msgspec.UNSET,
        code=job.code or msgspec.UNSET,
    )


lambda_handler = api.handler
