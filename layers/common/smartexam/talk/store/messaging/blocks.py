"""Who has blocked whom: one item per user with both directions, `USER#5`/`BLOCKS`.

A block is one transaction on the items of both users. A transaction that depends on there being no block checks the
item of the user who acts, so nothing is stored after a block was.
"""

from contextlib import suppress

import msgspec
from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.condition import size

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Check, ConditionFailed, Item, TransactionRefused, Update
from smartexam.platform.errors import Conflict, Forbidden
from smartexam.platform.keys import user_key

MOST_BLOCKED = 1000
_SK = "BLOCKS"
_PIECE = 50


class BlocksItem(Item):
    """The ids of the users whom a user has blocked, and of those who have blocked the user."""

    class Meta:
        context = "messaging"

    blocked = UnicodeSetAttribute(null=True)
    blocked_by = UnicodeSetAttribute(null=True)


class Blocks(msgspec.Struct, frozen=True):
    """The blocks of one user, by the other user's id."""

    blocked: frozenset[int] = frozenset()
    blocked_by: frozenset[int] = frozenset()

    def __contains__(self, other_id: int) -> bool:
        """Whether one of the two has blocked the other."""
        return other_id in self.blocked or other_id in self.blocked_by


def key(user_id: int) -> tuple[type[BlocksItem], str, str]:
    """The key of a user's blocks, for a wider batch read."""
    return BlocksItem, user_key(user_id), _SK


def of_item(item: Item | None) -> Blocks:
    """The blocks of an item that was read by its `key`."""
    if not isinstance(item, BlocksItem):
        return Blocks()
    return Blocks(frozenset(map(int, item.blocked or ())), frozenset(map(int, item.blocked_by or ())))


def of_user(user_id: int) -> Blocks:
    """A user's blocks, in both directions."""
    return of_item(table.get(*key(user_id)))


def block(user_id: int, other_id: int) -> None:
    """Block somebody; repeating it changes nothing.

    Raises:
        Conflict: `MOST_BLOCKED` are blocked already.
    """
    other = str(other_id)
    blocked = BlocksItem.blocked
    is_small = size(blocked) < MOST_BLOCKED  # type: ignore[no-untyped-call]
    has_room = blocked.does_not_exist() | blocked.contains(other) | is_small
    try:
        table.transact(
            [
                Update(*key(user_id), [blocked.add({other})], has_room),
                Update(*key(other_id), [BlocksItem.blocked_by.add({str(user_id)})]),
            ]
        )
    except TransactionRefused:
        raise Conflict(f"You can block {MOST_BLOCKED} people", code="too_many_blocked") from None


def unblock(user_id: int, other_id: int) -> None:
    """Lift a block; nothing happens without one."""
    table.transact(
        [
            Update(*key(user_id), [BlocksItem.blocked.delete({str(other_id)})]),
            Update(*key(other_id), [BlocksItem.blocked_by.delete({str(user_id)})]),
        ]
    )


def check(user_id: int, other_id: int) -> Check:
    """The condition, for a transaction, that neither of two users has blocked the other."""
    other = str(other_id)
    return Check(*key(user_id), ~BlocksItem.blocked.contains(other) & ~BlocksItem.blocked_by.contains(other))


def refusal() -> Forbidden:
    """The error for what is not possible between two people because of a block."""
    return Forbidden("This is not possible because one of you has blocked the other", code="blocked")


def erase(user_id: int) -> bool:
    """Delete a piece of a deleted account's blocks, in both directions; returns whether there may be more."""
    own, mine = of_user(user_id), str(user_id)
    sides = ((BlocksItem.blocked, BlocksItem.blocked_by), (BlocksItem.blocked_by, BlocksItem.blocked))
    for (names, mirrored), other_ids in zip(sides, (own.blocked, own.blocked_by), strict=True):
        done = sorted(other_ids)[:_PIECE]
        for other_id in done:
            with suppress(ConditionFailed):  # there is nothing left of the other account
                table.update(*key(other_id), [mirrored.delete({mine})], mirrored.contains(mine))
        if done:
            table.update(*key(user_id), [names.delete(set(map(str, done)))])
            return True
    table.delete(*key(user_id))
    return False
