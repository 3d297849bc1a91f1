"""Searches accounts, counts them and changes their roles."""

from typing import Any

from admin_users.models import RefusedChange, RoleChange, UserRow
from smartexam.accounts.store import accounts, user_search
from smartexam.accounts.store.user_search import FoundUsers
from smartexam.accounts.user import User
from smartexam.platform import mail
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import AppError, Unavailable
from smartexam.platform.http.bodies import convert_json
from smartexam.platform.pages import Wanted
from smartexam.platform.principal import role_of
from smartexam.platform.times import iso

PAGE_SIZE = 50


def is_search(text: str) -> bool:
    """Whether a text searches for anything."""
    return bool(user_search.searchable(text))


def search(text: str, role: str | None, page: Wanted, *, descending: bool) -> FoundUsers:
    """A page of accounts; `role` is `user`, `admin` or `both`."""
    return user_search.find_users(text, role and role_of(role), page, descending=descending)


def change_role(change: RoleChange, admin_id: int, now: float) -> None:
    """Give an account another role, and log it in the same transaction.

    Raises:
        NotFound: there is no such account.
        Conflict: the last administrator would lose the role.
    """

    role = role_of(change.new_role)
    roles_before: list[str] = []

    def logged(before: User) -> list[Put]:
        roles_before.append(before.role)
        if before.role == role:
            return []
        states = {"role": before.role}, {"role": role}
        return [entry(Change(admin_id, "user.role", f"user:{before.id}", *states), now)]

    user = accounts.change_role(change.user_id, role, now, logged)
    if roles_before[-1] != user.role:
        mail.notify("role_changed", user.email)


def change_roles(updates: list[Any], admin_id: int, now: float) -> tuple[int, list[RefusedChange]]:
    """Give several accounts roles, each independently.

    Returns:
        How many have theirs now, and the errors of the others. If the database cannot be reached, the rest is not
            tried.

    Raises:
        Unavailable: the database cannot be reached; nothing was changed.
    """
    refused: list[RefusedChange] = []
    trouble: Unavailable | None = None
    for index, update in enumerate(updates):
        try:
            if trouble is not None:
                raise trouble
            change_role(convert_json(update, RoleChange), admin_id, now)
        except AppError as error:
            if isinstance(error, Unavailable):
                trouble = error
                if len(refused) == index:
                    raise
            user_id = update.get("user_id") if isinstance(update, dict) else None
            known = user_id if isinstance(user_id, int) and not isinstance(user_id, bool) else None
            refused.append(RefusedChange(index, known, error.message))
    return len(updates) - len(refused), refused


def row(user: User) -> UserRow:
    """An account in a list."""
    return UserRow(
        id=user.id,
        username=user.username,
        email=user.email,
        full_name=user.full_name,
        role=user.role,
        created_at=iso(user.created_at),
        roll_no=user.roll_no,
        active=user.is_active,
    )
