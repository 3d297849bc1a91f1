"""Shapes of requests and answers."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Id, Order
from smartexam.platform.pages import PageQuery
from smartexam.platform.principal import RoleText


class UsersQuery(PageQuery, frozen=True):
    """What to search for; `role` is exactly that role, and `both` is `user,admin`. A cursor overrides a page.

    Attributes:
        q: the start of a username, an email, a roll number or a word of a name; left out, all accounts.
        role: only accounts with exactly this role; `both` is `user,admin`.
        order: by the age of the account, `desc` (the newest first) by default; with `q` by what matches, `asc` by
            default.
    """

    q: Annotated[str, Meta(max_length=320)] = ""
    role: RoleText | None = None
    order: Order | None = None


class UserRow(Struct, frozen=True):
    """An account; `created_at` is UTC, `roll_no` null if there is none, `active` false if it is deactivated.

    Attributes:
        active: false if the account is deactivated: nobody can sign in with it.
    """

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

    Attributes:
        users: the accounts.
    """

    users: list[UserRow]
    total: int
    page: int
    per_page: int
    total_pages: int
    total_is_exact: bool
    next_cursor: str | None


class UserStats(Struct, frozen=True):
    """The numbers of accounts by role.

    Attributes:
        total_users: all accounts.
        user_role: accounts with exactly the role `user`.
        admin_role: accounts with exactly the role `admin`.
        both_roles: accounts with the role `user,admin`.
    """

    total_users: int
    user_role: int
    admin_role: int
    both_roles: int


class RoleChange(Struct, frozen=True):
    """An account and its new role.

    Attributes:
        new_role: the role that the account gets; `both` is `user,admin`.
    """

    user_id: Id
    new_role: RoleText


class RoleChanges(Struct, frozen=True):
    """At most 200 changes, each independent, so that an invalid one does not stop the others.

    Attributes:
        updates: 1 to 200 changes, each for itself.
    """

    updates: Annotated[list[Any], Meta(min_length=1, max_length=200, extra={"means": list[RoleChange]})]


class RefusedChange(Struct, frozen=True):
    """A change that failed; `index` is its place in the list.

    Attributes:
        user_id: id of the account; null where it could not be read.
        message: why it failed, for people.
    """

    index: int
    user_id: int | None
    message: str


class RolesChanged(Struct, frozen=True):
    """How many accounts have the requested role now, and the errors of the others."""

    updated: int
    errors: list[RefusedChange]
    success: bool = True


class Accounts(Struct, frozen=True):
    """At most 100 accounts.

    Attributes:
        user_ids: ids of the accounts, 1 to 100.
    """

    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RefusedAccount(Struct, frozen=True):
    """An account that was not changed, and why.

    Attributes:
        message: why it was not changed, for people.
        code: why it was not changed, for programs; null where no program needs it.
    """

    user_id: int
    message: str
    code: str | None


class AccountsChanged(Struct, frozen=True):
    """How many accounts are in the requested state now, and the errors of the others."""

    changed: int
    errors: list[RefusedAccount]
    success: bool = True
