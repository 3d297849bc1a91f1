"""Administrators' lists and searches of accounts, over the items of `smartexam.accounts.store.directory`.

Without a search text a page is one query of keys and one batch of profiles, and the total is a counter. With one, at
most `MOST_MATCHES` items are read, so that a single letter does not read every account; beyond that the total is a
lower bound, and marked as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from smartexam.accounts.store import directory, identity
from smartexam.accounts.store.directory import MatchItem, MemberItem
from smartexam.accounts.store.identity import User
from smartexam.platform.dynamodb import table
from smartexam.platform.pages import Wanted

MOST_MATCHES = 1000
_PIECE = 200


@dataclass(frozen=True, slots=True)
class FoundUsers:
    """A page of accounts.

    Attributes:
        total: of all pages; a lower bound if not `is_exact`.
        next_place: where the next page starts, None at the end.
    """

    users: list[User]
    total: int
    is_exact: bool
    next_place: str | None


def find_users(text: str, role: str | None, page: Wanted) -> FoundUsers:
    """A page of accounts: of a search in alphabetical order of the match, otherwise the newest first.

    Args:
        text: the start of a username, of an address or of a word of the full name; empty for all accounts.
        role: only accounts of exactly this role.
        page: which page.
    """
    wanted = directory.comparable(text)[: directory.LONGEST_TERM]
    if not wanted:
        return _all_users(role, page)
    return _following(wanted, role, page) if page.after is not None else _numbered(wanted, role, page)


def _all_users(role: str | None, page: Wanted) -> FoundUsers:
    counts = identity.statistics()
    by_role = {
        None: counts.total,
        "user": counts.user_role,
        "admin": counts.admin_role,
        "user,admin": counts.both_roles,
    }
    total, pk = by_role[role], f"USERS#{role or 'ALL'}"
    after = page.after
    if after is None and page.skipped:
        after = table.skip("identity", pk, page.skipped, newest_first=True) if page.skipped < total else None
        if after is None:
            return FoundUsers([], total, is_exact=True, next_place=None)
    rows = table.query(MemberItem, pk, limit=page.size, after=after, newest_first=True)
    users = _users(row.user_id for row in rows.items)
    return FoundUsers(users, total, is_exact=True, next_place=rows.next_sk)


def _numbered(wanted: str, role: str | None, page: Wanted) -> FoundUsers:
    rows = table.query(MatchItem, _partition(wanted), limit=MOST_MATCHES, prefix=wanted, consistent=False)
    first: dict[int, str] = {}
    for row in rows.items:
        if role is None or row.role == role:
            first.setdefault(row.user_id, row.sk)
    found = list(first.items())
    shown = found[page.skipped : page.skipped + page.size]
    is_last = page.skipped + page.size >= len(found)
    next_place = (rows.next_sk if is_last else shown[-1][1]) if shown else None
    users = _users(user_id for user_id, _ in shown)
    return FoundUsers(users, len(found), is_exact=rows.next_sk is None, next_place=next_place)


def _following(wanted: str, role: str | None, page: Wanted) -> FoundUsers:
    """The accounts after a place. An account with several matching terms is listed at the first of them only."""
    users: list[User] = []
    after = page.after
    for _ in range(MOST_MATCHES // _PIECE):
        rows = table.query(MatchItem, _partition(wanted), limit=_PIECE, prefix=wanted, after=after, consistent=False)
        eligible = [row for row in rows.items if role is None or row.role == role]
        known = identity.get_users({row.user_id for row in eligible})
        for row in eligible:
            user = known.get(row.user_id)
            if user is not None and directory.first_match(user, wanted) == row.sk:
                users.append(user)
                if len(users) == page.size:
                    more = None if row is rows.items[-1] and rows.next_sk is None else row.sk
                    return FoundUsers(users, page.total or 0, is_exact=False, next_place=more)
        after = rows.next_sk
        if after is None:
            break
    return FoundUsers(users, page.total or 0, is_exact=False, next_place=after)


def _users(user_ids: Iterable[int]) -> list[User]:
    wanted = list(user_ids)
    known = identity.get_users(wanted) if wanted else {}
    return [known[user_id] for user_id in wanted if user_id in known]


def _partition(wanted: str) -> str:
    return f"MATCH#{wanted[0]}"
