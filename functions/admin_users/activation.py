"""Deactivates accounts and reactivates them."""

from collections.abc import Callable, Sequence

from admin_users.models import RefusedAccount
from smartexam.accounts.store import accounts
from smartexam.accounts.user import User
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import AppError, Unavailable
from smartexam.talk.realtime.delivery import hang_up
from smartexam.talk.store import sockets


def deactivate(user_ids: Sequence[int], admin_id: int, now: float) -> tuple[int, list[RefusedAccount]]:
    """Deactivate accounts, each independently, and end their sessions and connections.

    Returns:
        How many are deactivated now, and the errors of the others.

    Raises:
        Unavailable: the database cannot be reached; a repetition continues.
    """

    def one(user_id: int) -> None:
        accounts.deactivate(user_id, now, lambda before: _entry("user.deactivate", before, admin_id, now))

    closed, refused = _each(user_ids, one)
    for opened in sockets.of_users(closed).values():
        for socket in opened:
            hang_up(socket.connection_id)
    return len(closed), refused


def reactivate(user_ids: Sequence[int], admin_id: int, now: float) -> tuple[int, list[RefusedAccount]]:
    """Reactivate accounts, each independently; former sessions stay ended. See `deactivate`."""

    def one(user_id: int) -> None:
        accounts.reactivate(user_id, lambda before: _entry("user.reactivate", before, admin_id, now))

    opened, refused = _each(user_ids, one)
    return len(opened), refused


def _each(user_ids: Sequence[int], change: Callable[[int], None]) -> tuple[list[int], list[RefusedAccount]]:
    changed: list[int] = []
    refused: list[RefusedAccount] = []
    for user_id in dict.fromkeys(user_ids):
        try:
            change(user_id)
        except Unavailable:
            raise
        except AppError as error:
            refused.append(RefusedAccount(user_id, error.message, error.code))
        else:
            changed.append(user_id)
    return changed, refused


def _entry(action: str, before: User, admin_id: int, now: float) -> Put:
    states = {"active": before.is_active}, {"active": not before.is_active}
    return entry(Change(admin_id, action, f"user:{before.id}", *states), now)
