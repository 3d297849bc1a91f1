"""The pause between two messages, or edits, of one user, in any conversations."""

from smartexam.limits.store import windows
from smartexam.platform.dynamodb.engine import RawItem
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import RateLimited

PAUSE_SECONDS = 2


def turn(user_id: int, now: float) -> Put:
    """The write that takes a user's turn, for the transaction that sends or changes a message."""
    return windows.turn("message", user_id, now, seconds=PAUSE_SECONDS)


def too_fast(taken: RawItem | None, now: float) -> RateLimited:
    """The error for a turn before the pause is over; `taken` is the stored item of the refused write."""
    free_at = now if taken is None else windows.LimitItem.from_raw_data(taken).expires_at
    return RateLimited("You can send one message every 2 seconds.", retry_after=free_at - now, code="too_fast")
