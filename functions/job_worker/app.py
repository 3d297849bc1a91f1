"""Consumes the queue of jobs."""

from collections.abc import Mapping
from typing import Any

from job_worker import service
from smartexam.jobs.queue import JobOrder
from smartexam.platform import queues
from smartexam.platform.queues import Context

# Enough to complete the current piece, send the rest to the queue and log.
_RESERVE_SECONDS = 15.0


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Work on the jobs of an SQS event; returns the messages that failed."""

    def remaining() -> float:
        return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS

    def work(order: JobOrder, _: float) -> None:
        service.work(order.job_id, context.aws_request_id, remaining)

    return queues.work(event, context, JobOrder, work)
