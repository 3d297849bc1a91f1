"""Erases an account of any size, in pieces.

When time runs out, the rest is sent to the queue; after a crash the queue delivers the message again.
"""

from collections.abc import Callable
from contextlib import suppress

from smartexam.accounts import erasing_queue
from smartexam.accounts.erasing_queue import ErasureOrder
from smartexam.accounts.store import accounts, identity, unconfirmed
from smartexam.erasing import erase_account
from smartexam.platform.errors import NotFound
from smartexam.platform.observability import note

# After this time, a request that was cut off between its order and the deletion will not delete the account any more.
_DELETION_SECONDS = 60
_LOOK_AGAIN_SECONDS = 10
_PAGE = 25
# Longer than any function runs, so writes that were in progress during the first pass are done by then.
_LAST_PASS_SECONDS = 60


def erase(order: ErasureOrder, now: float, has_time: Callable[[], bool]) -> None:
    """Delete everything that a deleted account left, or as much as there is time for.

    Args:
        order: the account.
        now: epoch seconds.
        has_time: whether there is time for another piece.
    """
    note(user_id=order.user_id)
    if identity.get_user(order.user_id) is not None:
        _wait_for_deletion(order, now)
        return
    if not erase_account(order.user_id, has_time):
        erasing_queue.hand_over(order, delay_seconds=0)
    elif not order.is_last_pass:
        erasing_queue.hand_over(_last_pass(order), delay_seconds=_LAST_PASS_SECONDS)


def remove_unconfirmed(now: float, has_time: Callable[[], bool]) -> int:
    """Delete accounts without a password after their time; the next run continues where this one stops.

    Returns:
        How many list entries were handled.
    """
    handled = 0
    while has_time():
        overdue = unconfirmed.overdue(now, limit=_PAGE)
        for user_id, created_at in overdue:
            # The order is sent first, as for every deletion, so that nothing is left if the process dies in between.
            erasing_queue.order(user_id, now)
            with suppress(NotFound):
                accounts.erase(user_id, now, only_unconfirmed=True)
            unconfirmed.forget(user_id, created_at)
            handled += 1
        if len(overdue) < _PAGE:
            break
    return handled


def _wait_for_deletion(order: ErasureOrder, now: float) -> None:
    """Try again later: the account still exists, because its deletion comes after the order or was refused."""
    if now - order.requested_at < _DELETION_SECONDS:
        erasing_queue.hand_over(order, delay_seconds=_LOOK_AGAIN_SECONDS)


def _last_pass(order: ErasureOrder) -> ErasureOrder:
    return ErasureOrder(order.user_id, order.requested_at, is_last_pass=True)
