"""Erases a conversation of any length, in pieces."""

from collections.abc import Callable

from smartexam.platform.observability import note
from smartexam.talk.ending import order_erasure
from smartexam.talk.store.messaging.erasing import erase_conversation


def erase(conversation_id: int, has_time: Callable[[], bool]) -> None:
    """Delete what an ended conversation left, or as much as there is time for; the rest is sent to the queue.

    Args:
        conversation_id: the conversation; one that has not ended is left alone.
        has_time: whether there is time for another piece.

    Raises:
        Unavailable: the database or the queue cannot be reached.
    """
    note(conversation_id=conversation_id)
    while erase_conversation(conversation_id):
        if not has_time():
            order_erasure(conversation_id, delay_seconds=0)
            return
