"""Runs everything that happens in the background: messages are delivered after their delay, until none is left."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from account_eraser.app import lambda_handler as account_eraser
from conversation_eraser.app import lambda_handler as conversation_eraser
from exam_eraser.app import lambda_handler as exam_eraser
from job_worker.app import lambda_handler as job_worker
from mailer.app import lambda_handler as mailer
from tests.factories.clock import FrozenClock
from tests.factories.cloud import Cloud
from tests.factories.events import FakeContext, sqs_event

_WORKERS: Mapping[str, Callable[[Any, Any], Mapping[str, Any]]] = {
    "mail": mailer,
    "account_eraser": account_eraser,
    "conversation_eraser": conversation_eraser,
    "exam_eraser": exam_eraser,
    "invitation": mailer,
    "job": job_worker,
}
_MOST_ROUNDS = 50


def settle(cloud: Cloud, clock: FrozenClock) -> None:
    """Handle all messages, and those that follow from them."""
    for _ in range(_MOST_ROUNDS):
        if not cloud.messages:
            return
        waiting = sorted(cloud.take(), key=lambda message: message.delay_seconds)
        first, *rest = waiting
        clock.advance(first.delay_seconds)
        cloud.messages = [message.later(first.delay_seconds) for message in rest]
        answer = work(first.queue, first.body)
        assert answer == {"batchItemFailures": []}, f"{first.queue} {json.dumps(first.body)}: {answer}"
    raise AssertionError(f"still waiting: {cloud.messages}")


def work(queue: str, *bodies: Mapping[str, Any]) -> Mapping[str, Any]:
    """Handle the messages of a queue; returns what failed."""
    return _WORKERS[queue](sqs_event(*bodies, queue=queue), FakeContext(remaining_ms=lambda: 60_000))
