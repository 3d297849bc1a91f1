"""The scheduled sweep."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from attempt_sweeper.service import sweep
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.observability import log_invocation, tracing
from smartexam.platform.settings import settings

# Enough to end one page of attempts and to log.
_RESERVE_MS = 15_000


class Context(Protocol):
    """The part of Lambda's context that is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is cut off."""
        ...


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """End every attempt that is due.

    Returns:
        `{"ended": n, "failed": n, "out_of_time": bool}`.
    """
    del event
    started = time.perf_counter()
    now = settings().clock().now()
    with tracing() as trace:
        swept = sweep(ExamTime.at(now), lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
    outcome = {"ended": swept.ended, "failed": swept.failed, "out_of_time": swept.out_of_time}
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=swept.failed > 0,
        trace=trace,
        request_id=context.aws_request_id,
        **outcome,
    )
    return outcome
