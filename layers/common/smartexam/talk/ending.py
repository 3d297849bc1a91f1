"""The queue of the conversation eraser, which deletes what ended conversations leave."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# The order is sent before the conversation ends, so that a crash between the two cannot leave messages behind.
_UNTIL_ENDED_SECONDS = 20


class EndedConversation(msgspec.Struct, frozen=True):
    """The conversation whose messages are to be deleted; a conversation that has not ended stays."""

    conversation_id: int


def order_erasure(conversation_id: int, *, delay_seconds: int = _UNTIL_ENDED_SECONDS) -> None:
    """Order the deletion of what a conversation leaves; the caller ends it next.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    url = settings().required("CONVERSATION_ERASER_QUEUE_URL")
    queues.send(url, EndedConversation(conversation_id), delay_seconds=delay_seconds)
