"""Deletes what was counted of a user's limits."""

from smartexam.limits.keys import partitions_of
from smartexam.platform.dynamodb.erasing import erase_partition


def erase_user(user_id: int) -> bool:
    """Delete a piece of the limits that have partitions of their own; returns whether there may be more."""
    return any(erase_partition("ephemeral", pk) for pk in partitions_of(user_id))
