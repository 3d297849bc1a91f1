"""Runs one job by its kind, and continues or ends it."""

from collections.abc import Callable, Mapping

from job_worker import account, deadlines, roster, sheets, students
from smartexam.jobs import queue, running
from smartexam.jobs.running import Kind
from smartexam.jobs.store.jobs import Job
from smartexam.platform.errors import BadRequest
from smartexam.platform.observability import note
from smartexam.platform.settings import settings

# All kinds of jobs that a queue starts. A new kind needs a function that takes a `Work`, and a line here.
KINDS: Mapping[str, Kind] = {
    "account_export": account.export,
    "deadlines": deadlines.carry_over,
    "exam_time": deadlines.tell_all,
    "roster_import": roster.import_rows,
    "students_export": students.export,
    "batch_removal": students.remove_batch,
    "result_pdf": sheets.make_pdf,
}

_TRY_AGAIN_SECONDS = 10
# A job that waits for another one looks again after it.
_CARRY_ON_SECONDS = 1


class JobBroken(Exception):
    """A job failed unexpectedly; it was sent to the queue for another try."""


def work(job_id: int, claim_id: str, remaining: Callable[[], float]) -> None:
    """Work on a job, or on as much of it as there is time for; the rest is sent to the queue.

    Args:
        job_id: the job.
        claim_id: unique to this invocation.
        remaining: returns the seconds of working time left.

    Raises:
        JobBroken: something on our side failed.
        Unavailable: the queue cannot be reached.
    """
    ending = running.run(job_id, _kind, claim_id, settings().clock(), remaining)
    note(ending=ending)
    if ending == "again":
        queue.hand_over(job_id, delay_seconds=_CARRY_ON_SECONDS)
    elif ending == "broken":
        # The message itself is delivered again only after the queue's visibility timeout.
        queue.hand_over(job_id, delay_seconds=_TRY_AGAIN_SECONDS)
        raise JobBroken(f"job {job_id}")


def _kind(job: Job) -> Kind:
    try:
        return KINDS[job.kind]
    except KeyError:
        raise BadRequest("This kind of job is not known", code="unknown_kind") from None
