"""Shapes of requests and answers."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Id
from smartexam.platform.pages import PageQuery
from smartexam.platform.principal import RoleText


class UsersQuery(PageQuery, frozen=True):
    """What to search for; `role` is exactly that role, and `both` is `user,admin`. A cursor overrides a page."""

    q: Annotated[str, Meta(max_length=320)] = ""
    role: Literal["user", "admin", "both"] | None = None


class UserRow(Struct, frozen=True):
    """An account; `created_at` is UTC, `roll_no` null if there is none, `active` false if it is deactivated."""

    id: int
    username: str
    email: str
    full_name: str
    role: str
    created_at: str
    roll_no: str | None
    active: bool


class UserPage(Struct, frozen=True):
    """A page of accounts.

    `total` is a lower bound if `total_is_exact` is false: more accounts match than the search reads.
    """

    users: list[UserRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    total_is_exact: bool
    next_cursor: str | None


class UserStats(Struct, frozen=True):
    """The numbers of accounts by role."""

    total_users: int
    user_role: int
    admin_role: int
    both_roles: int


class RoleChange(Struct, frozen=True):
    """An account and its new role."""

    user_id: Id
    new_role: RoleText


class RoleChanges(Struct, frozen=True):
    """At most 200 changes, each independent, so that an invalid one does not stop the others."""

    updates: Annotated[list[Any], Meta(min_length=1, max_length=200, extra={"means": list[RoleChange]})]


class RefusedChange(Struct, frozen=True):
    """A change that failed; `index` is its place in the list."""

    index: int
    user_id: int | None
    message: str


class RolesChanged(Struct, frozen=True):
    """How many accounts have the requested role now, and the errors of the others."""

    updated: int
    errors: list[RefusedChange]
    success: bool = True


class Accounts(Struct, frozen=True):
    """At most 100 accounts."""

    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RefusedAccount(Struct, frozen=True):
    """An account that was not changed, and why."""

    user_id: int
    message: str
    code: str | None


class AccountsChanged(Struct, frozen=True):
    """How many accounts are in the requested state now, and the errors of the others."""

    changed: int
    errors: list[RefusedAccount]
    success: bool = True
