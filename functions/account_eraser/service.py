"""Erasing an account at any size, in pieces.

Each step removes one bounded piece of what one table holds and tells whether there is more. All of it may stop
anywhere and run again: what is gone is not found twice. Time running out, the rest goes back into the queue; after
a crash the queue delivers the message again.
"""

from collections.abc import Callable
from functools import partial

from smartexam import erasure
from smartexam.data import access_requests, ephemeral, identity, study
from smartexam.data.discussions import erasing as discussions
from smartexam.data.erasure import erase_partition
from smartexam.data.identity import user_key
from smartexam.data.messaging import erasure as messaging
from smartexam.erasure import ErasureOrder
from smartexam.observability import note
from smartexam.statistics import store

Step = Callable[[int], bool]

_PIECE = 200
_REQUESTS_PIECE = 20
# A request that was cut off between its order and the deletion itself is not heard of again after this.
_DELETION_SECONDS = 60
_LOOK_AGAIN_SECONDS = 10
# Longer than any function runs: what was under way in the first pass has been written by then.
_LAST_PASS_SECONDS = 60


def _own_partition(context: str, user_id: int) -> bool:
    return erase_partition(context, user_key(user_id), limit=_PIECE)


def _credentials_and_limits(user_id: int) -> bool:
    return any(erase_partition("ephemeral", pk, limit=_PIECE) for pk in ephemeral.partitions_of(user_id))


def _statistics(user_id: int) -> bool:
    """The stream does so too, but only in statistics that are kept up."""
    store.erase_of(user_id)
    return False


# One line per table, what others refer to before what it is found by.
STEPS: tuple[Step, ...] = (
    partial(access_requests.erase_of, limit=_REQUESTS_PIECE),
    messaging.erase_user,
    partial(_own_partition, "identity"),
    _credentials_and_limits,
    partial(_own_partition, "attempts"),
    _statistics,
    partial(discussions.erase_user, limit=_PIECE),
    partial(study.forget_turns, limit=_PIECE),
)


def erase(order: ErasureOrder, now: float, has_time: Callable[[], bool]) -> None:
    """Remove everything that a deleted account left, or as much as there is time for.

    Args:
        order: whose.
        now: epoch seconds.
        has_time: whether another piece may be begun.
    """
    note(user_id=order.user_id)
    if identity.get_user(order.user_id) is not None:
        _wait_for_deletion(order, now)
        return
    for step in STEPS:
        while step(order.user_id):
            if not has_time():
                erasure.hand_over(order, delay_seconds=0)
                return
    if not order.is_last_pass:
        erasure.hand_over(_last_pass(order), delay_seconds=_LAST_PASS_SECONDS)


def _wait_for_deletion(order: ErasureOrder, now: float) -> None:
    """The order came before the deletion, or the deletion was refused: look again for a while, then let it be."""
    if now - order.requested_at < _DELETION_SECONDS:
        erasure.hand_over(order, delay_seconds=_LOOK_AGAIN_SECONDS)


def _last_pass(order: ErasureOrder) -> ErasureOrder:
    return ErasureOrder(order.user_id, order.requested_at, is_last_pass=True)
