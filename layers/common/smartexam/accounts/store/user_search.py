"""Administrators' lists and searches of accounts, over the items of `smartexam.accounts.store.directory`.

Without a search text a page is one query of keys and one batch of profiles, and the total is a counter. With one, at
most `MOST_MATCHES` items are read, so that a single letter does not read every account; beyond that the total is a
lower bound, and marked as such.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from smartexam.accounts.store import directory, enrolments, identity
from smartexam.accounts.store.directory import MatchItem, MemberItem
from smartexam.accounts.user import User
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Page
from smartexam.platform.pages import Wanted

MOST_MATCHES = 1000
_PIECE = 200


@dataclass(frozen=True, slots=True)
class FoundUsers:
    """A page of accounts.

    Attributes:
        total: of all pages; a lower bound if not `is_exact`.
        next_place: where the next page starts, None at the end.
        users: 10 people at most.
    """

    users: list[User]
    total: int
    is_exact: bool
    next_place: str | None


def find_users(text: str, role: str | None, page: Wanted, *, descending: bool) -> FoundUsers:
    """A page of accounts: of a search by the match, otherwise by the age of the accounts.

    Args:
        text: the start of a username, an address, a roll number or a word of the full name; empty for all accounts.
        role: only accounts of exactly this role.
        page: which page.
        descending: whether the newest accounts come first, or the last matches of the alphabet.
    """
    wanted = searchable(text)
    if not wanted:
        return _all_users(role, page, newest_first=descending)
    find = _numbered if page.after is None else _following
    return find(wanted, role, page, descending=descending)


def find_members(
    batch_id: int, text: str, *, limit: int, after: str | None, descending: bool = False
) -> tuple[list[User], str | None]:
    """Students of a batch, and the place to continue after: by id or, for a search, in order of the match.

    A page of a search may have fewer than `limit` students if few matches are in the batch; the place continues.
    """
    wanted = searchable(text)
    if not wanted:
        user_ids, place = enrolments.member_ids(batch_id, limit=limit, after=after, newest_first=descending)
        return _users(user_ids), place
    found: list[User] = []
    among = partial(enrolments.members_among, batch_id)
    for row, user in _matching(wanted, after, among, descending=descending):
        after = row
        if user is not None:
            found.append(user)
            if len(found) == limit:
                break
    return found, after


def searchable(text: str) -> str:
    """A search text for comparison with terms."""
    return directory.comparable(text)[: directory.LONGEST_TERM]


def _all_users(role: str | None, page: Wanted, *, newest_first: bool) -> FoundUsers:
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
        after = table.skip("identity", pk, page.skipped, newest_first=newest_first) if page.skipped < total else None
        if after is None:
            return FoundUsers([], total, is_exact=True, next_place=None)
    rows = table.query(MemberItem, pk, limit=page.size, after=after, newest_first=newest_first)
    users = _users(row.user_id for row in rows.items)
    return FoundUsers(users, total, is_exact=True, next_place=rows.next_sk)


def _numbered(wanted: str, role: str | None, page: Wanted, *, descending: bool) -> FoundUsers:
    rows = _rows(wanted, MOST_MATCHES, None, descending=descending)
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


def _following(wanted: str, role: str | None, page: Wanted, *, descending: bool) -> FoundUsers:
    """The accounts after a place. An account with several matching terms is listed at the first of them only."""
    users: list[User] = []
    place = page.after
    for row, user in _matching(wanted, page.after, None, role, descending=descending):
        place = row
        if user is not None:
            users.append(user)
            if len(users) == page.size:
                break
    return FoundUsers(users, page.total or 0, is_exact=False, next_place=place)


def _rows(wanted: str, limit: int, after: str | None, *, descending: bool) -> Page[MatchItem]:
    pk = _partition(wanted)
    return table.query(
        MatchItem, pk, limit=limit, prefix=wanted, after=after, newest_first=descending, consistent=False
    )


def _matching(
    wanted: str,
    after: str | None,
    among: Callable[[set[int]], set[int]] | None,
    role: str | None = None,
    *,
    descending: bool,
) -> Iterator[tuple[str | None, User | None]]:
    """Accounts after a place whose terms start with the text, each once, with the place after it, up to `MOST_MATCHES`
    rows.

    The last one, without an account, has the place after all rows read, None at the end.
    """
    for _ in range(MOST_MATCHES // _PIECE):
        rows = _rows(wanted, _PIECE, after, descending=descending)
        eligible = [row for row in rows.items if role is None or row.role == role]
        user_ids = {row.user_id for row in eligible}
        known = identity.get_users(user_ids if among is None else among(user_ids))
        for row in eligible:
            user = known.get(row.user_id)
            if user is not None and directory.first_match(user, wanted, descending=descending) == row.sk:
                yield None if row is rows.items[-1] and rows.next_sk is None else row.sk, user
        after = rows.next_sk
        if after is None:
            break
    yield after, None


def _users(user_ids: Iterable[int]) -> list[User]:
    wanted = list(user_ids)
    known = identity.get_users(wanted) if wanted else {}
    return [known[user_id] for user_id in wanted if user_id in known]


def _partition(wanted: str) -> str:
    return f"MATCH#{wanted[0]}"
