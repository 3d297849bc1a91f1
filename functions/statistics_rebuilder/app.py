"""Consumes the queue of rebuilds."""

from collections.abc import Mapping
from typing import Any

from smartexam.platform import queues
from smartexam.platform.observability import note
from smartexam.platform.queues import Context
from smartexam.results.store import rebuilding
from smartexam.results.store.rebuilding import RebuildOrder

# Enough to complete the current piece, send the rest to the queue and log.
_RESERVE_MS = 15_000


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Continue the rebuilds of an SQS event; returns the messages that failed."""

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    def handle(order: RebuildOrder, now: float) -> None:
        del now
        note(generation=order.generation)
        rest = rebuilding.work(order, has_time)
        if rest is not None:
            # Invocations that started before the new generation took over may still write to the old one.
            begins_clearing = rest.clears and not order.clears
            rebuilding.hand_over(rest, delay_seconds=rebuilding.FIRST_DELAY_SECONDS if begins_clearing else 0)

    return queues.work(event, context, RebuildOrder, handle)
