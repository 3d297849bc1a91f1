"""Lists and searches of accounts: items of the identity table, written together with the account.

    pk                 sk                    what
    SEARCH#jo          john.doe#42           people to write to, by the start of the username or of a word of the name
    MATCH#j            john@d.org#42         every account, for administrators: by address and roll number as well
    USERS#ALL          0000000000000042      every account, by id
    USERS#<role>       0000000000000042      accounts of a role, by id

`SEARCH` items exist from the first password until the account is deactivated, and contain what a list of people shows,
so a search reads nothing else. A change of the name changes them in the same transaction. Partitions are the first two
characters, which is also the shortest search text. `MATCH` items contain the role, because administrators filter by it.

A page of accounts is one query of keys in `USERS#...` and one batch read of profiles; `STATISTICS` has the total. Ids
are given out in order, so descending by id is the newest first.
"""

import re
import unicodedata

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.user import User
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, IntAttribute, Item, Operation, Put, Update

SEARCH_CHARACTERS = 2
_PAGE = 50
_MOST_WORDS = 8
LONGEST_TERM = 100
_WORD = re.compile(r"[^\s\-]+")


class SearchItem(Item):
    """Finds a person to write to."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()


class MatchItem(Item):
    """Finds an account for administrators."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()
    role = UnicodeAttribute()


class MemberItem(Item):
    """An account in a list of accounts."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


class Person(msgspec.Struct, frozen=True):
    """A person found by a search."""

    id: int
    username: str
    full_name: str


def comparable(text: str) -> str:
    """Text for comparison in searches: NFKC, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search_users(prefix: str, *, limit: int, but: int | None = None) -> list[Person]:
    """People whose username, or a word of whose full name, starts with a prefix, in alphabetical order of the match.

    Accounts that never set a password are left out. `but` is the id of the searching user, who is left out too.
    """
    wanted = comparable(prefix)[:LONGEST_TERM]
    if len(wanted) < SEARCH_CHARACTERS:
        return []
    found: dict[int, Person] = {}
    after: str | None = None
    while len(found) < limit:
        page = table.query(SearchItem, _search_key(wanted), limit=_PAGE, prefix=wanted, after=after)
        for item in page.items:
            if item.user_id != but:
                found.setdefault(item.user_id, Person(item.user_id, item.username, item.full_name))
        after = page.next_sk
        if after is None:
            break
    return list(found.values())[:limit]


def list_accounts(*, limit: int, after: str | None) -> tuple[list[int], str | None]:
    """The ids of all accounts, the oldest first, and the place to continue after."""
    page = table.query(MemberItem, "USERS#ALL", limit=limit, after=after)
    return [item.user_id for item in page.items], page.next_sk


def listing_puts(user: User) -> list[Operation]:
    """The list items of a new account."""
    matches = [MatchItem(pk, sk, user_id=user.id, role=user.role) for pk, sk in _match_keys(user)]
    members = [MemberItem(pk, _member_sk(user.id), user_id=user.id) for pk in ("USERS#ALL", f"USERS#{user.role}")]
    return [Put(item) for item in (*matches, *members)]


def listing_deletes(user: User) -> list[Operation]:
    """The writes that delete all list items of an account, including those of searches."""
    rows: list[Operation] = [Delete(MatchItem, pk, sk) for pk, sk in _match_keys(user)]
    rows += [Delete(SearchItem, pk, sk) for pk, sk in _search_keys(user)]
    return rows + [Delete(MemberItem, pk, _member_sk(user.id)) for pk in ("USERS#ALL", f"USERS#{user.role}")]


def search_puts(user: User) -> list[Operation]:
    """The search items of an account, from its first password on."""
    return _search_rows(user, _search_keys(user))


def renaming(before: User, after: User) -> list[Operation]:
    """The writes that adapt an account's search items to a change of its names, roll number or state."""
    old, new = set(_match_keys(before)), set(_match_keys(after))
    rows: list[Operation] = [Delete(MatchItem, pk, sk) for pk, sk in sorted(old - new)]
    rows += [Put(MatchItem(pk, sk, user_id=after.id, role=after.role)) for pk, sk in sorted(new - old)]
    was, will_be = (set(_search_keys(user)) if user.is_findable else set() for user in (before, after))
    rows += [Delete(SearchItem, pk, sk) for pk, sk in sorted(was - will_be)]
    shown_alike = (before.username, before.full_name) == (after.username, after.full_name)
    return rows + _search_rows(after, sorted(will_be - was if shown_alike else will_be))


def role_moves(user: User, role: str) -> list[Operation]:
    """The writes that move an account to another role's list."""
    place = _member_sk(user.id)
    moved: list[Operation] = [
        Delete(MemberItem, f"USERS#{user.role}", place),
        Put(MemberItem(f"USERS#{role}", place, user_id=user.id)),
    ]
    return moved + [Update(MatchItem, pk, sk, [MatchItem.role.set(role)]) for pk, sk in _match_keys(user)]


def first_match(user: User, wanted: str, *, descending: bool) -> str | None:
    """The sort key of the item by which a search for the start of a term finds an account first, up or down."""
    found = [sk for _, sk in _match_keys(user) if sk.startswith(wanted)]
    return (max if descending else min)(found, key=str.encode, default=None)


def terms(*, full_name: str, names: list[str]) -> list[str]:
    """The texts that find an account: its names, and its full name from each word on ("john doe", "doe").

    A term that is the start of another term is left out, because whatever finds it finds the other.
    """
    name = comparable(full_name)
    starts = [match.start() for match in _WORD.finditer(name)][:_MOST_WORDS]
    candidates = {term[:LONGEST_TERM] for term in (*map(comparable, names), *(name[start:] for start in starts))}
    return sorted(
        term
        for term in candidates
        if term and not any(other != term and other.startswith(term) for other in candidates)
    )


def _search_rows(user: User, keys: list[tuple[str, str]]) -> list[Operation]:
    return [
        Put(SearchItem(pk, sk, user_id=user.id, username=user.username, full_name=user.full_name)) for pk, sk in keys
    ]


def _search_keys(user: User) -> list[tuple[str, str]]:
    found = terms(full_name=user.full_name, names=[user.username])
    return [(_search_key(term), f"{term}#{user.id}") for term in found if len(term) >= SEARCH_CHARACTERS]


def _match_keys(user: User) -> list[tuple[str, str]]:
    found = terms(full_name=user.full_name, names=[user.username, user.email, user.roll_no or ""])
    return [(f"MATCH#{term[0]}", f"{term}#{user.id}") for term in found]


def _search_key(term: str) -> str:
    return f"SEARCH#{term[:SEARCH_CHARACTERS]}"


def _member_sk(user_id: int) -> str:
    return f"{user_id:016d}"
