"""Asking for a job, and the queue from which the worker takes it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from smartexam.jobs.store import jobs
from smartexam.jobs.store.jobs import Job
from smartexam.platform import ids, queues
from smartexam.platform.errors import NotFound
from smartexam.platform.settings import settings


class JobOrder(msgspec.Struct, frozen=True):
    """A job to be worked on; nothing happens if it is over or in somebody else's hands."""

    job_id: int


class Accepted(msgspec.Struct, frozen=True):
    """The work goes on as a job; `status_url` tells how far it is."""

    job_id: int
    status: str
    status_url: str
    success: bool = True


def next_job_id() -> int:
    """The id for a new job, for those who store its input under it first."""
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
) -> Accepted:
    """Have a job done; while one of the same kind and inputs runs, that one is the answer.

    Args:
        kind: one of those that the worker knows.
        request: the inputs, JSON values.
        created_by: who asks.
        now: epoch seconds.
        inputs: what makes two requests the same, such as the hash of a file.
        job_id: from `next_job_id`; None for a fresh one.
        is_private: whether only `created_by` may see it, for jobs that students ask for.

    Raises:
        Unavailable: the database or the queue cannot be reached.
    """
    job = jobs.create(
        next_job_id() if job_id is None else job_id,
        kind,
        request,
        created_by=created_by,
        now=now,
        is_private=is_private,
        inputs=inputs,
        is_queued=True,
    )
    # After a crash between the two, whoever asks again or looks at the job hands it over.
    if job.created_at == now or jobs.revive(job, now):
        hand_over(job.id)
    path = "/api/jobs" if is_private else "/admin/api/jobs"
    return Accepted(job.id, job.status, f"{path}/{job.id}")


def hand_over(job_id: int, *, delay_seconds: int = 0) -> None:
    """Put a job into the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("JOB_QUEUE_URL"), JobOrder(job_id), delay_seconds=delay_seconds)


def look_at(job_id: int, now: float, *, owner: int | None = None) -> Job:
    """A job as it stands; one that nobody works on is handed to the queue again.

    Args:
        job_id: which.
        now: epoch seconds.
        owner: only a job that this account asked for; None for the jobs of administrators.

    Raises:
        NotFound: there is no such job (any more), or it is not for the caller.
    """
    job = jobs.get(job_id, now)
    if job is None or (job.is_private if owner is None else job.created_by != owner):
        raise NotFound("Job not found", code="job_not_found")
    if jobs.revive(job, now):
        hand_over(job.id)
    return job
