"""Consumes the queue of accounts to erase, and deletes unconfirmed accounts on a schedule."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from account_eraser.service import erase, remove_unconfirmed
from smartexam.accounts.erasing_queue import ErasureOrder
from smartexam.platform import queues
from smartexam.platform.observability import log_invocation, tracing
from smartexam.platform.queues import Context
from smartexam.platform.settings import settings

# Enough to complete the current piece, send the rest to the queue and log.
_RESERVE_MS = 10_000


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Erase the accounts of an SQS event, or delete overdue unconfirmed accounts for the schedule.

    Returns:
        The messages that failed; for the schedule `{"handled": n}`.
    """

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    if "Records" not in event:
        return _remove_unconfirmed(context, has_time)
    return queues.work(event, context, ErasureOrder, lambda order, now: erase(order, now, has_time))


def _remove_unconfirmed(context: Context, has_time: Callable[[], bool]) -> dict[str, Any]:
    started, now = time.perf_counter(), settings().clock().now()
    with tracing() as trace:
        handled = remove_unconfirmed(now, has_time)
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=False,
        trace=trace,
        request_id=context.aws_request_id,
        handled=handled,
    )
    return {"handled": handled}
