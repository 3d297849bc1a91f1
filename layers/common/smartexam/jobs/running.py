"""Works on a job: claims it, reports progress, stores the result once, and always ends the job.

Each kind of job is a function that gets a `Work` and returns an `Outcome`. It may be stopped anywhere and started
again, so it either makes no lasting change before it returns, or works in pieces, each one transaction with
`Work.checkpoint`. An `AppError` that it raises ends the job, with its message for the user and its code for programs;
if the database or the storage cannot be reached, the job is tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from smartexam.jobs.store import jobs
from smartexam.jobs.store.jobs import Job, ResultFile
from smartexam.platform.clock import Clock
from smartexam.platform.errors import AppError, Unavailable
from smartexam.platform.observability import logger, note

# `again`: this invocation's time is over, and the rest of the work must be sent to the queue.
Ending = Literal["done", "failed", "skipped", "broken", "again"]

_MOST_TRIES: Final = 3
_RENEW_SECONDS: Final = 4.0


class ClaimLost(Exception):
    """Another worker has the job now."""


class OutOfTime(Exception):
    """The work has stored a checkpoint and continues in another invocation."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a job.

    Attributes:
        result: JSON, shown to those who may see the job.
        message: one line beside it.
        file: a file to download.
        alongside: further writes for the transaction that completes the job, such as an audit log entry.
    """

    result: bytes
    message: str
    file: ResultFile | None = None
    alongside: Sequence[Any] = ()


@dataclass
class Work:
    """A job while its worker holds it.

    Attributes:
        remaining: returns the seconds of working time left.
    """

    job: Job
    claim_id: str
    clock: Clock
    remaining: Callable[[], float]
    _told_at: float = field(default=0.0, init=False)

    def report(self, percent: int, message: str) -> None:
        """Report progress, at most every few seconds; a negative percent only renews the claim.

        Raises:
            ClaimLost: another worker has the job now.
        """
        now = self.clock.now()
        # Between two renewals without progress a model's answer may take half a minute.
        if percent >= 0 and 0 <= now - self._told_at < _RENEW_SECONDS:
            return
        self._told_at = now
        told = percent if percent >= 0 else None
        if not jobs.progress(self.job.id, self.claim_id, now, percent=told, message=message):
            raise ClaimLost

    def checkpoint(self, state: str, *, percent: int, message: str) -> Any:
        """The write that stores the progress, for the transaction that does a piece of the work."""
        return jobs.checkpoint(
            self.job.id, self.claim_id, self.clock.now(), state=state, percent=percent, message=message
        )


Kind = Callable[[Work], Outcome]


def run(
    job_id: int,
    kind_of: Callable[[Job], Kind],
    claim_id: str,
    clock: Clock,
    remaining: Callable[[], float],
    *,
    message: str = "Working",
) -> Ending:
    """Work on a job, if nobody else does.

    Args:
        job_id: the job.
        kind_of: the function for its kind.
        claim_id: unique to this invocation.
        clock: for claims and their ends.
        remaining: returns the seconds of working time left.
        message: shown until the work reports something.

    Returns:
        `done`, or `failed` for a job that ended without a result; `skipped` if it is over or another worker's; `broken`
        after a failure on our side that another try may avoid; `again` if the time was over.
    """
    try:
        job = jobs.claim(job_id, claim_id, clock.now(), message=message)
        return "skipped" if job is None else _work(Work(job, claim_id, clock, remaining), kind_of)
    except Unavailable as error:
        # The claim expires before the event or the message is delivered again.
        logger().warning("job could not be worked on", exc_info=error, extra={"job_id": job_id})
        return "broken"


def _work(work: Work, kind_of: Callable[[Job], Kind]) -> Ending:
    """Do the work of a claimed job.

    Raises:
        Unavailable: the database cannot be reached.
    """
    job = work.job
    note(job_id=job.id, kind=job.kind, tries=job.tries)
    try:
        outcome = kind_of(job)(work)
    except ClaimLost:
        return "skipped"
    except OutOfTime:
        return "again" if jobs.release(job.id, work.claim_id) else "skipped"
    except AppError as error:
        if _is_ours(error) and _given_back(work):
            logger().warning("job given back", exc_info=error, extra={"job_id": job.id})
            return "broken"
        return _failed(work, error.message, error.code or "failed")
    except Exception:  # noqa: BLE001 - the job must end, whatever happened; the last try says so to its owner
        logger().exception("job failed", extra={"job_id": job.id})
        if not _given_back(work):
            _failed(work, "The work failed for a reason on our side.", "internal_error")
        return "broken"
    stored = jobs.finish(
        job.id,
        work.claim_id,
        outcome.result,
        message=outcome.message,
        now=work.clock.now(),
        file=outcome.file,
        alongside=outcome.alongside,
    )
    return "done" if stored else "skipped"


def _is_ours(error: AppError) -> bool:
    """Whether the database or the storage could not be reached, in contrast to a failure of the model or the file."""
    return isinstance(error, Unavailable) and error.code == "unavailable"


def _failed(work: Work, message: str, code: str) -> Ending:
    return "failed" if jobs.fail(work.job.id, work.claim_id, message=message, code=code) else "skipped"


def _given_back(work: Work) -> bool:
    """Release the job for another try, unless it had enough since its last checkpoint; returns whether it did."""
    stored = jobs.get(work.job.id, work.clock.now())
    if stored is not None and stored.tries >= _MOST_TRIES:
        return False
    jobs.release(work.job.id, work.claim_id)
    return True
