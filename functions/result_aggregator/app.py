"""Consumes the stream of the attempts table."""

import time
from collections.abc import Mapping
from typing import Any

from result_aggregator.service import count
from smartexam.platform.observability import log_invocation, tracing
from smartexam.platform.queues import Context
from smartexam.platform.settings import settings


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Update the statistics from a batch of stream records; returns those that failed, which Lambda sends again."""
    started, now = time.perf_counter(), settings().clock().now()
    with tracing() as trace:
        failed = count(event["Records"])
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=bool(failed),
        trace=trace,
        request_id=context.aws_request_id,
        records=len(event["Records"]),
        failed=len(failed),
    )
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
