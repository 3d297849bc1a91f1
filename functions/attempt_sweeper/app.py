"""The scheduled sweep."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from attempt_sweeper.service import sweep
from smartexam.platform.observability import log_invocation, tracing
from smartexam.platform.settings import settings

# Enough for a page of attempts to be finished and the line to be logged.
_RESERVE_MS = 15_000


class Context(Protocol):
    """What is used of Lambda's context."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is cut off."""
        ...


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Finalise every attempt that is due.

    Args:
        event: the schedule's event; nothing of it matters.
        context: Lambda's context.

    Returns:
        `{"finished": n, "failed": n, "out_of_time": bool}`.
    """
    del event
    known, started = settings(), time.perf_counter()
    now = known.clock().now()
    with tracing() as trace:
        swept = sweep(now, known.sync_grace_seconds, lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
    outcome = {"finished": swept.finished, "failed": swept.failed, "out_of_time": swept.out_of_time}
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=swept.failed > 0,
        trace=trace,
        request_id=context.aws_request_id,
        **outcome,
    )
    return outcome
