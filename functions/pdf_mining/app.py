"""Handles S3's events about uploaded files."""

import time
from collections.abc import Mapping
from typing import Any

from pdf_mining.service import mine
from smartexam.platform.observability import log_invocation, note, tracing
from smartexam.platform.queues import Context
from smartexam.platform.settings import settings

# Enough to store the job's end.
_RESERVE_SECONDS = 10.0


class MiningFailed(Exception):
    """A job failed unexpectedly; Lambda delivers its event again, and finally sends it to the dead-letter queue."""


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Work on the jobs of uploaded files.

    Args:
        event: S3's event, of one or several files; it may arrive more than once.
        context: Lambda's context.

    Returns:
        `{"done": n, "failed": n, "skipped": n}`: results stored, jobs ended without one, files that need no work.

    Raises:
        MiningFailed: a job failed unexpectedly, after the other files were handled.
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
