"""Creates jobs, shows them, and sends them to the worker's queue."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from smartexam.jobs.store import jobs
from smartexam.jobs.store.jobs import Job
from smartexam.platform import ids, queues
from smartexam.platform.errors import NotFound
from smartexam.platform.settings import settings

# How far a job is.
Progress = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["queued", "running", "done", "failed"]})]


class JobOrder(msgspec.Struct, frozen=True):
    """A job to be worked on; ignored if it is over or another worker holds it."""

    job_id: int


class Accepted(msgspec.Struct, frozen=True):
    """The work is done as a job; `status_url` shows its progress.

    Attributes:
        status: how far it is: a job that was asked for before may be `running` already.
    """

    job_id: int
    status: Progress
    status_url: str
    success: bool = True


def next_job_id() -> int:
    """The id for a new job, for callers that store its input under it first."""
    return ids.next_id("job")


def ask(
    kind: str,
    request: Mapping[str, Any],
    *,
    created_by: int,
    now: float,
    inputs: str,
    job_id: int | None = None,
    is_private: bool = False,
    delay_seconds: int = 0,
) -> Accepted:
    """Create a job; while a job of the same kind and inputs is queued or running, that job is returned.

    Args:
        kind: one of those that the worker knows.
        request: the inputs, JSON values.
        created_by: the account that asks for it.
        now: epoch seconds.
        inputs: what makes two requests the same, such as the hash of a file.
        job_id: from `next_job_id`; None for a fresh one.
        is_private: whether only `created_by` may see it, for jobs that students ask for.
        delay_seconds: how long the work waits.

    Raises:
        Unavailable: the database or the queue cannot be reached.
    """
    wanted_id = next_job_id() if job_id is None else job_id
    job = jobs.create(
        wanted_id,
        kind,
        request,
        created_by=created_by,
        now=now,
        is_private=is_private,
        inputs=inputs,
        is_queued=True,
    )
    # After a crash between the two, the next request for the job or look at it sends it.
    if job.id == wanted_id or jobs.revive(job, now):
        hand_over(job.id, delay_seconds=delay_seconds)
    path = "/api/jobs" if is_private else "/admin/api/jobs"
    return Accepted(job.id, job.status, f"{path}/{job.id}")


def hand_over(job_id: int, *, delay_seconds: int = 0) -> None:
    """Send a job to the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("JOB_QUEUE_URL"), JobOrder(job_id), delay_seconds=delay_seconds)


def look_at(job_id: int, now: float, *, owner: int | None = None) -> Job:
    """A job; if nobody works on it, it is sent to the queue again.

    Args:
        job_id: the job.
        now: epoch seconds.
        owner: only a job that this account asked for; None for the jobs of administrators.

    Raises:
        NotFound: there is no such job, or it is not the caller's.
    """
    job = jobs.get(job_id, now)
    if job is None or (job.is_private if owner is None else job.created_by != owner):
        raise NotFound("Job not found", code="job_not_found")
    if jobs.revive(job, now):
        hand_over(job.id)
    return job
