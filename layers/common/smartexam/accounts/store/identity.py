"""The identity table: accounts and what makes them unique.

    pk              sk               what
    USER#42         PROFILE          the account
    ENROLMENT#42    ENROLMENT        the batches that the account is in (smartexam.accounts.store.enrolments)
    NAME#john.doe   NAME             reserves the username for its account
    NAME#2025-007   NAME             reserves the roll number: usernames and roll numbers sign in, so neither may repeat
    EMAIL#j@d.org   EMAIL            reserves the address for its account
    GOOGLE#<sub>    GOOGLE           the Google account that signs in here, and as which account
    STATISTICS      USERS, USERS#03  how many accounts have each role, changed in the transaction that changes a role
    COUNTER#user    COUNTER          id blocks (smartexam.platform.ids)
    BATCH#5, BATCHES                 groups of students (smartexam.accounts.store.batches)
    UNCONFIRMED     <ms>#42          accounts without a password (smartexam.accounts.store.unconfirmed)
    SEARCH#..., MATCH#..., USERS#... lists and searches (smartexam.accounts.store.directory)
    REQUEST#..., REQUESTS#...        requests for another role (smartexam.accounts.store.access_requests)

This module finds and creates accounts. Changes that affect credentials already issued are in
`smartexam.accounts.store.accounts`.
"""

import secrets
from collections import Counter
from collections.abc import Iterable

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from smartexam.accounts.user import User
from smartexam.platform.dynamodb import sharded, table
from smartexam.platform.dynamodb.table import (
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.keys import user_key
from smartexam.platform.principal import portals

PROFILE = "PROFILE"
_NUMBERED_NAMES = 20
# Usernames and addresses are shorter than this; a DynamoDB key may have 2 KB.
_LONGEST_IDENTIFIER = 320


class UserItem(Item):
    """An account."""

    class Meta:
        context = "identity"

    username = UnicodeAttribute()
    email = UnicodeAttribute()
    first_name = UnicodeAttribute()
    last_name = UnicodeAttribute()
    role = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    google_sub = UnicodeAttribute(null=True)
    roll_no = UnicodeAttribute(null=True)
    auth_version = IntAttribute()
    credentials_version = IntAttribute()
    revision = IntAttribute(default=0)
    created_at = FloatAttribute()
    rostered_at = FloatAttribute(null=True)
    deactivated_at = FloatAttribute(null=True)
    kept_session = UnicodeAttribute(null=True)
    mfa_secret = UnicodeAttribute(null=True)


class MarkerItem(Item):
    """Something unique, and the account that owns it."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


class UserStatisticsItem(Item):
    """Numbers of accounts by role, sharded; `admins` counts those who can sign in to the administration.

    `admins` is not sharded, because conditions depend on it; few transactions change it.
    """

    class Meta:
        context = "identity"

    user_role = IntAttribute(default=0)
    admin_role = IntAttribute(default=0)
    both_roles = IntAttribute(default=0)
    admins = IntAttribute(default=0)


_ROLE_COUNTER = {"user": "user_role", "admin": "admin_role", "user,admin": "both_roles"}


class UserStatistics(msgspec.Struct, frozen=True):
    """How many accounts there are, by role; `admins` counts those who can sign in to the administration."""

    user_role: int
    admin_role: int
    both_roles: int
    admins: int

    @property
    def total(self) -> int:
        """All accounts."""
        return self.user_role + self.admin_role + self.both_roles


class Taken(Exception):
    """The username, address, roll number or Google account belongs to another account; `fields` says which."""

    def __init__(self, fields: set[str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


def normalised(identifier: str) -> str:
    """A username or address for comparison: stripped and case folded."""
    return identifier.strip().casefold()


def get_user(user_id: int) -> User | None:
    """An account by id."""
    item = table.get(UserItem, user_key(user_id), PROFILE)
    return None if item is None else user_of(item)


def get_users(user_ids: Iterable[int]) -> dict[int, User]:
    """Accounts by id, without deleted ones; one round trip per 100."""
    found = table.batch_get((UserItem, user_key(user_id), PROFILE) for user_id in user_ids)
    users = (user_of(item) for item in found.values())
    return {user.id: user for user in users}


def find_user_id(identifier: str) -> int | None:
    """The account with this username or roll number or, if it contains an @, this address."""
    kind = "EMAIL" if "@" in identifier else "NAME"
    return _holder(kind, normalised(identifier)[:_LONGEST_IDENTIFIER])


def find_google_user_id(google_sub: str) -> int | None:
    """The account that a Google account signs in as."""
    return _holder("GOOGLE", google_sub)


def create_user(
    *,
    user_id: int,
    username: str,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    password_hash: str | None,
    now: float,
    google_sub: str | None = None,
    roll_no: str | None = None,
) -> User:
    """Create an account with its uniqueness markers, lists and counts, in one transaction.

    One that is unconfirmed is deleted if no password is set in time; see `smartexam.accounts.store.unconfirmed`.

    Raises:
        Taken: the username, the address, the roll number or the Google account belongs to another account.
    """
    # Every function reads users but few create them, so the others should not import this at their cold start.
    from smartexam.accounts.store import unconfirmed  # noqa: PLC0415

    user = User(
        id=user_id,
        username=username,
        email=normalised(email),
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=password_hash,
        google_sub=google_sub,
        auth_version=1,
        credentials_version=1,
        created_at=now,
        roll_no=roll_no,
    )
    unique = {
        "username": ("NAME", normalised(username)),
        "email": ("EMAIL", user.email),
        "google": ("GOOGLE", google_sub),
        "roll_no": ("NAME", normalised(roll_no) if roll_no else None),
    }
    fields = [field for field, (_, value) in unique.items() if value]
    operations: list[Operation] = [marker(*unique[field], user_id) for field in fields]
    operations += [*creation(user), *counted(None, user)]
    if user.is_unconfirmed:
        operations.append(unconfirmed.listing(user))
    try:
        table.transact(operations)
    except TransactionRefused as refused:
        raise Taken({field for field, failed in zip(fields, refused.failed, strict=False) if failed}) from None
    return user


def creation(user: User) -> list[Operation]:
    """The writes of a new account, without its markers and counts."""
    # Every function reads users but few create them, so the others should not import this at their cold start.
    from smartexam.accounts.store import directory  # noqa: PLC0415

    written = [Put(_item_of(user), UserItem.pk.does_not_exist()), *directory.listing_puts(user)]
    return written + directory.search_puts(user) if user.is_findable else written


def free_username(base: str) -> str:
    """A username that is free at this moment: the base, or the base with a number appended.

    One round trip: the first free one of the low numbers, or else a random number.
    """
    candidates = [base, *(f"{base}{number}" for number in range(2, _NUMBERED_NAMES + 1))]
    taken = table.batch_get((MarkerItem, f"NAME#{name}", "NAME") for name in candidates)
    for name in candidates:
        if (f"NAME#{name}", "NAME") not in taken:
            return name
    return odd_username(base)


def odd_username(base: str) -> str:
    """A username that is almost certainly free: the base and six random digits."""
    return f"{base}{secrets.randbelow(900_000) + 100_000}"


def statistics() -> UserStatistics:
    """How many accounts there are."""
    found = sharded.totals(UserStatisticsItem, "STATISTICS", "USERS")
    return UserStatistics(found["user_role"], found["admin_role"], found["both_roles"], found["admins"])


def marker(kind: str, value: str | None, user_id: int) -> Put:
    """The write that reserves a value for an account; its condition fails if the value is taken."""
    return Put(MarkerItem(f"{kind}#{value}", kind, user_id=user_id), MarkerItem.pk.does_not_exist())


def counted(before: User | None, after: User | None, admins: Condition | None = None) -> list[Operation]:
    """The count changes for an account that changes, is created (no `before`) or is deleted (no `after`).

    `admins` must hold for the number of administrators before.
    """
    roles, change, user_id = Counter[str](), 0, 0
    for user, step in ((before, -1), (after, 1)):
        if user is not None:
            roles[_ROLE_COUNTER[user.role]] += step
            change += step * administers(user)
            user_id = user.id
    operations: list[Operation] = []
    if amounts := {name: step for name, step in roles.items() if step}:
        operations.append(sharded.addition(UserStatisticsItem, "STATISTICS", "USERS", user_id, amounts))
    if change or admins is not None:
        actions = [UserStatisticsItem.admins.add(change)]
        operations.append(Update(UserStatisticsItem, "STATISTICS", "USERS", actions, admins))
    return operations


def administers(user: User) -> bool:
    """Whether an account can sign in to the administration."""
    return user.is_active and "admin" in portals(user.role)


def user_of(item: UserItem) -> User:
    """The account of a stored item."""
    return User(
        id=int(item.pk.removeprefix("USER#")),
        username=item.username,
        email=item.email,
        first_name=item.first_name,
        last_name=item.last_name,
        role=item.role,
        password_hash=item.password_hash,
        google_sub=item.google_sub,
        auth_version=item.auth_version,
        credentials_version=item.credentials_version,
        created_at=item.created_at,
        roll_no=item.roll_no,
        rostered_at=item.rostered_at,
        deactivated_at=item.deactivated_at,
        kept_session=item.kept_session,
        mfa_secret=item.mfa_secret,
        revision=item.revision,
    )


def _item_of(user: User) -> UserItem:
    return UserItem(
        user_key(user.id),
        PROFILE,
        username=user.username,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        role=user.role,
        password_hash=user.password_hash,
        google_sub=user.google_sub,
        auth_version=user.auth_version,
        credentials_version=user.credentials_version,
        created_at=user.created_at,
        roll_no=user.roll_no,
        rostered_at=user.rostered_at,
        deactivated_at=user.deactivated_at,
        revision=user.revision,
    )


def _holder(kind: str, value: str) -> int | None:
    found = table.get(MarkerItem, f"{kind}#{value}", kind)
    return None if found is None else found.user_id
