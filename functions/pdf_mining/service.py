"""Finds the job of an uploaded file, and works on it."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from question_generation import generation
from question_generation.files import LARGEST_PDF
from question_generation.request import PURE, GenerationRequest
from smartexam.jobs import running
from smartexam.jobs.running import Ending, Outcome, Work
from smartexam.platform import storage
from smartexam.platform.clock import Clock
from smartexam.platform.errors import BadRequest

_KEY: Final = re.compile(r"uploads/([1-9][0-9]{0,15})/source(?:\.pdf|\.json)")


def mine(bucket: str, key: str, claim_id: str, clock: Clock, remaining: Callable[[], float]) -> Ending:
    """Work on the job of a file.

    Args:
        bucket: the file's bucket.
        key: the file's key, encoded as in S3's events.
        claim_id: unique to this invocation.
        clock: for claims and their ends.
        remaining: returns the seconds of working time left.
    """
    name = unquote_plus(key)
    found = _KEY.fullmatch(name)
    if found is None:
        return "skipped"

    def generate(work: Work) -> Outcome:
        return _generate(work, bucket, name)

    return running.run(int(found[1]), lambda _: generate, claim_id, clock, remaining, message="Reading the file")


def _generate(work: Work, bucket: str, key: str) -> Outcome:
    request = msgspec.convert(work.job.request, GenerationRequest)
    source = None if request.mode == PURE else storage.get(bucket, key, most=LARGEST_PDF)
    try:
        outcome = generation.run(request, source, work.remaining, work.report, recognises_scans=True)
    except generation.OutOfTime:
        raise BadRequest("The work takes longer than a job may. Ask for fewer.", code="out_of_time") from None
    return Outcome(msgspec.json.encode(outcome), f"{len(outcome.questions)} questions")
