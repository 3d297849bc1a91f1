"""The queue of the account eraser, which deletes what a deleted account left."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# Longer than credentials issued before the deletion are accepted, so nothing is written again after the first pass.
_FIRST_PASS_SECONDS = 6


class ErasureOrder(msgspec.Struct, frozen=True):
    """The account whose data is to be deleted.

    Attributes:
        user_id: the account.
        requested_at: when its owner deleted it, epoch seconds.
        is_last_pass: whether everything was deleted once, and this pass only looks for writes made meanwhile.
    """

    user_id: int
    requested_at: float
    is_last_pass: bool = False


def order(user_id: int, now: float) -> None:
    """Order the deletion of everything an account has left; it does nothing to an account that still exists.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    hand_over(ErasureOrder(user_id, now), delay_seconds=_FIRST_PASS_SECONDS)


def hand_over(remaining: ErasureOrder, *, delay_seconds: int) -> None:
    """Send an order to the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("ACCOUNT_ERASER_QUEUE_URL"), remaining, delay_seconds=delay_seconds)
