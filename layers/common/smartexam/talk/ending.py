"""Conversations that have ended, on their way out: the queue of the conversation eraser."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# The order is given before the conversation ends, so that no crash in between leaves messages behind for good.
_UNTIL_ENDED_SECONDS = 20


class EndedConversation(msgspec.Struct, frozen=True):
    """Whose messages are to go; nothing happens to a conversation that goes on."""

    conversation_id: int


def order_erasure(conversation_id: int, *, delay_seconds: int = _UNTIL_ENDED_SECONDS) -> None:
    """Have everything removed that a conversation leaves behind when it ends, which it does now.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    url = settings().required("CONVERSATION_ERASER_QUEUE_URL")
    queues.send(url, EndedConversation(conversation_id), delay_seconds=delay_seconds)
