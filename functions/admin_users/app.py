"""Accounts: search, roles, deactivation."""

from admin_users import activation, service
from admin_users.models import (
    Accounts,
    AccountsChanged,
    RoleChange,
    RoleChanges,
    RolesChanged,
    UserPage,
    UsersQuery,
    UserStats,
)
from smartexam.accounts.store import identity
from smartexam.api import Access, Api, Done, Request
from smartexam.platform import pages

api = Api("admin_users")


@api.get("/admin/api/users/search", access=Access.ADMIN, query=UsersQuery, answers=UserPage)
def search_users(request: Request, query: UsersQuery) -> UserPage:
    """Search accounts by the start of the username, email, roll number or a word of the name.

    Without `q`: all, the newest first by default.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    is_descending = query.order == "desc" if query.order else not service.is_search(query.q)
    name = f"users:{query.role}:{is_descending}:{query.q}"
    page = pages.wanted(name, query, service.PAGE_SIZE)
    found = service.search(query.q, query.role, page, descending=is_descending)
    return UserPage(
        users=[service.row(user) for user in found.users],
        total=found.total,
        page=page.number,
        per_page=page.size,
        total_pages=pages.count_pages(found.total, page.size),
        total_is_exact=found.is_exact,
        next_cursor=pages.next_cursor(name, page, found.total, found.next_place),
    )


@api.get("/admin/api/users/stats", access=Access.ADMIN, answers=UserStats)
def get_user_stats(request: Request) -> UserStats:
    """Get the numbers of accounts by role.

    `user_role` and `admin_role` count accounts with exactly that role, `both_roles` those with both.
    """
    del request
    counts = identity.statistics()
    return UserStats(counts.total, counts.user_role, counts.admin_role, counts.both_roles)


@api.post("/admin/users/update-role", access=Access.ADMIN, takes=RoleChange, answers=Done)
def update_role(request: Request, body: RoleChange) -> Done:
    """Give an account another role. The last admin cannot be demoted.

    Raises:
        Conflict: `last_admin`.
        NotFound: there is no such account.
    """
    service.change_role(body, request.caller.user_id, request.now)
    return Done()


@api.post("/admin/users/bulk-update-roles", access=Access.ADMIN, takes=RoleChanges, answers=RolesChanged)
def update_roles(request: Request, body: RoleChanges) -> RolesChanged:
    """Give several accounts roles, and get the errors of those that failed.

    Each change takes effect by itself, so the errors of some do not undo the others. The last admin cannot be demoted.
    """
    updated, errors = service.change_roles(body.updates, request.caller.user_id, request.now)
    return RolesChanged(updated, errors)


@api.post("/admin/users/deactivate", access=Access.ADMIN, takes=Accounts, answers=AccountsChanged)
def deactivate_users(request: Request, body: Accounts) -> AccountsChanged:
    """Deactivate accounts: sessions, tokens and connections end, nobody can sign in, and what they wrote stays.

    `errors` names the accounts that were not deactivated: `last_admin`, or unknown.
    """
    return AccountsChanged(*activation.deactivate(body.user_ids, request.caller.user_id, request.now))


@api.post("/admin/users/reactivate", access=Access.ADMIN, takes=Accounts, answers=AccountsChanged)
def reactivate_users(request: Request, body: Accounts) -> AccountsChanged:
    """Let the owners of deactivated accounts sign in again, with their former passwords.

    Sessions that the deactivation ended stay ended.
    """
    return AccountsChanged(*activation.reactivate(body.user_ids, request.caller.user_id, request.now))


lambda_handler = api.handler
