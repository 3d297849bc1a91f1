"""What is left of a deleted account, on its way out: the queue of the account eraser."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# Longer than credentials that were issued before are taken for: what is removed then is not written again.
_FIRST_PASS_SECONDS = 6


class ErasureOrder(msgspec.Struct, frozen=True):
    """Whose data is to go.

    Attributes:
        user_id: the account.
        requested_at: when its owner said so, epoch seconds.
        is_last_pass: whether everything was removed once, and this only looks for what was under way then.
    """

    user_id: int
    requested_at: float
    is_last_pass: bool = False


def order(user_id: int, now: float) -> None:
    """Have everything removed that an account leaves behind; nothing happens to an account that still exists.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    hand_over(ErasureOrder(user_id, now), delay_seconds=_FIRST_PASS_SECONDS)


def hand_over(remaining: ErasureOrder, *, delay_seconds: int) -> None:
    """Put an order into the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("ACCOUNT_ERASER_QUEUE_URL"), remaining, delay_seconds=delay_seconds)
