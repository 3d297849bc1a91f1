"""Accounts without a password, in the identity table.

    UNCONFIRMED   <ms>#42   an account by the time of its sign-up

A person who signs up with an address need not be its owner. Until a password is set with the mailed link, the latest
sign-up names the account, and after `LIFETIME_SECONDS` the account is deleted, which frees the address. Accounts
created by a roster are not listed.
"""

from collections.abc import Sequence

from smartexam.accounts.user import User
from smartexam.platform.dynamodb import queries, table
from smartexam.platform.dynamodb.table import Delete, IntAttribute, Item, Put

LIFETIME_SECONDS = 7 * 24 * 3600
_KEY = "UNCONFIRMED"


class UnconfirmedItem(Item):
    """An account without a password."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


def listing(user: User) -> Put:
    """The write that lists a new account."""
    return Put(UnconfirmedItem(_KEY, _place(user), user_id=user.id))


def removal(user: User) -> Delete:
    """The write that removes an account from the list, for the transaction that confirms or deletes it."""
    return Delete(UnconfirmedItem, _KEY, _place(user))


def forget(user_id: int, created_at: float) -> None:
    """Remove an account from the list."""
    table.delete(UnconfirmedItem, _KEY, f"{int(created_at * 1000):013d}#{user_id}")


def overdue(now: float, *, limit: int) -> Sequence[tuple[int, float]]:
    """Accounts that were not confirmed in time, the oldest first: their ids, and when they were created."""
    until = f"{int((now - LIFETIME_SECONDS) * 1000):013d}#~"
    page = queries.query(UnconfirmedItem, _KEY, limit=limit, until=until)
    return [(item.user_id, int(item.sk.partition("#")[0]) / 1000) for item in page.items]


def _place(user: User) -> str:
    return f"{int(user.created_at * 1000):013d}#{user.id}"
