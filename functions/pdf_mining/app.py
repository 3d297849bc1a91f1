"""Uploaded files, as S3 tells of them."""

import time
from collections.abc import Mapping
from typing import Any

from pdf_mining.service import mine
from smartexam.platform.observability import log_invocation, note, tracing
from smartexam.platform.queues import Context
from smartexam.platform.settings import settings

# Enough to write down how it ended.
_RESERVE_SECONDS = 10.0


class MiningFailed(Exception):
    """A job could not be worked on; Lambda brings its event again, and at last to the dead-letter queue."""


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Do the jobs whose files have come.

    Args:
        event: S3's event, of one file or several; it may come more than once.
        context: Lambda's context.

    Returns:
        `{"done": n, "failed": n, "skipped": n}`: results stored, jobs ended without one, files that need no work.

    Raises:
        MiningFailed: a job stumbled over something unforeseen; the others are finished all the same.
    """
    started = time.perf_counter()
    clock = settings().clock()
    now = clock.now()

    def remaining() -> float:
        return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS

    counts = {"done": 0, "failed": 0, "skipped": 0, "broken": 0}
    with tracing() as trace:
        for number, record in enumerate(event.get("Records", [])):
            bucket, key = (str(record["s3"][part][name]) for part, name in (("bucket", "name"), ("object", "key")))
            outcome = mine(bucket, key, f"{context.aws_request_id}-{number}", clock, remaining)
            counts[outcome] += 1
        note(**counts)
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=counts["broken"] > 0,
        trace=trace,
        request_id=context.aws_request_id,
    )
    if counts["broken"]:
        raise MiningFailed(f"{counts['broken']} jobs could not be worked on")
    return {name: counts[name] for name in ("done", "failed", "skipped")}
