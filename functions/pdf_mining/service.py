"""One uploaded file: claim its job, do the work, store the result once."""

import re
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import unquote_plus

import msgspec

from question_generation import generation
from question_generation.files import LARGEST_PDF
from question_generation.request import PURE, GenerationRequest
from smartexam.catalog.store import jobs
from smartexam.catalog.store.jobs import Job
from smartexam.platform import storage
from smartexam.platform.clock import Clock
from smartexam.platform.errors import AppError, Unavailable
from smartexam.platform.observability import logger, note

Outcome = Literal["done", "failed", "skipped", "broken"]

_KEY: Final = re.compile(r"uploads/([1-9][0-9]{0,15})/source(?:\.pdf|\.json)")
_MOST_TRIES: Final = 3  # Lambda brings an event three times
_RENEW_SECONDS: Final = 4.0


def mine(bucket: str, key: str, claim_id: str, clock: Clock, remaining: Callable[[], float]) -> Outcome:
    """Work on the job that a file belongs to.

    Args:
        bucket: where it lies.
        key: the file's key, encoded as S3's events encode it.
        claim_id: unlike that of any other invocation.
        clock: for claims and their ends.
        remaining: seconds of working time left, whenever asked.
    """
    found = _KEY.fullmatch(unquote_plus(key))
    if found is None:
        return "skipped"
    try:
        job = jobs.claim(int(found[1]), claim_id, clock.now())
        return "skipped" if job is None else _work(job, bucket, key, claim_id, clock, remaining)
    except Unavailable as error:
        # The claim runs out before Lambda brings the event again.
        logger().warning("job could not be worked on", exc_info=error, extra={"job_id": int(found[1])})
        return "broken"


def _work(job: Job, bucket: str, key: str, claim_id: str, clock: Clock, remaining: Callable[[], float]) -> Outcome:
    """Work on a job that is ours.

    Raises:
        Unavailable: the database cannot be reached.
    """
    note(job_id=job.id, tries=job.tries)
    try:
        request = msgspec.convert(job.request, GenerationRequest)
        source = None if request.mode == PURE else storage.get(bucket, unquote_plus(key), most=LARGEST_PDF)
        reporter = _Reporter(job.id, claim_id, clock)
        outcome = generation.run(request, source, remaining, reporter)
    except _ClaimLost:
        return "skipped"
    except generation.OutOfTime:
        return _ended(job.id, claim_id, "The work takes longer than a job may. Ask for fewer questions.", "out_of_time")
    except AppError as error:
        if _is_ours(error) and job.tries < _MOST_TRIES:
            jobs.release(job.id, claim_id)
            return "broken"
        return _ended(job.id, claim_id, error.message, error.code or "failed")
    except Exception:  # noqa: BLE001 - the job must end, whatever happened; the last try says so to its owner
        logger().exception("job failed", extra={"job_id": job.id})
        if job.tries >= _MOST_TRIES:
            _ended(job.id, claim_id, "The work failed for a reason on our side.", "internal_error")
        else:
            jobs.release(job.id, claim_id)
        return "broken"
    message = f"{len(outcome.questions)} questions"
    stored = jobs.finish(job.id, claim_id, msgspec.json.encode(outcome), message=message, now=clock.now())
    return "done" if stored else "skipped"


def _is_ours(error: AppError) -> bool:
    """Whether it is the database or the storage that could not be reached, and not the model or the file."""
    return isinstance(error, Unavailable) and error.code == "unavailable"


def _ended(job_id: int, claim_id: str, message: str, code: str) -> Outcome:
    return "failed" if jobs.fail(job_id, claim_id, message=message, code=code) else "skipped"


class _ClaimLost(Exception):
    """Somebody else works on the job now."""


class _Reporter:
    """Writes progress down, at most every few seconds, and renews the claim with it."""

    def __init__(self, job_id: int, claim_id: str, clock: Clock) -> None:
        self._job_id, self._claim_id, self._clock = job_id, claim_id, clock
        self._told_at = 0.0

    def __call__(self, percent: int, message: str) -> None:
        now = self._clock.now()
        # A negative percent only renews: a call to the model may take half a minute.
        if percent >= 0 and now - self._told_at < _RENEW_SECONDS:
            return
        self._told_at = now
        told = percent if percent >= 0 else None
        if not jobs.progress(self._job_id, self._claim_id, now, percent=told, message=message):
            raise _ClaimLost
