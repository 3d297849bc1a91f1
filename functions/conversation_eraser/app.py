"""Consumes the queue of conversations to erase."""

from collections.abc import Mapping
from typing import Any

from conversation_eraser.service import erase
from smartexam.platform import queues
from smartexam.platform.queues import Context
from smartexam.talk.ending import EndedConversation

# Enough to complete the current piece, send the rest to the queue and log.
_RESERVE_MS = 10_000


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Erase the conversations of an SQS event; returns the messages that failed."""

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    return queues.work(event, context, EndedConversation, lambda ended, _: erase(ended.conversation_id, has_time))
