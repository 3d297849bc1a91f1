"""The identity table: accounts and what makes them unique.

pk              sk         what
USER#42         PROFILE    the account
NAME#john.doe   NAME       the username is taken, by whom
EMAIL#j@d.org   EMAIL      the address is taken, by whom
STATISTICS      USERS      how many accounts have each role, changed in the transaction that changes a role
COUNTER#user    COUNTER    id blocks (smartexam.ids)
"""

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from smartexam.auth.principal import Principal
from smartexam.data import table
from smartexam.data.table import FloatAttribute, IntAttribute, Item, Put, TransactionRefused, Update

PROFILE = "PROFILE"


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
    auth_version = IntAttribute()
    credentials_version = IntAttribute()
    created_at = FloatAttribute()


class MarkerItem(Item):
    """Something unique, and the account that has it."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


class UserStatisticsItem(Item):
    """Numbers of accounts by role."""

    class Meta:
        context = "identity"

    user_role = IntAttribute(default=0)
    admin_role = IntAttribute(default=0)
    both_roles = IntAttribute(default=0)


_ROLE_COUNTER = {
    "user": UserStatisticsItem.user_role,
    "admin": UserStatisticsItem.admin_role,
    "user,admin": UserStatisticsItem.both_roles,
}


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes:
        auth_version: raised by whatever changes what earlier credentials allow: a role, a password, the end.
        credentials_version: credentials issued below it are dead; a new role alone does not raise it.
        password_hash: None until a password was set: nobody can sign in with one.
        created_at: epoch seconds.
    """

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    role: str
    password_hash: str | None
    auth_version: int
    credentials_version: int
    created_at: float

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def principal(self, *, by_cookie: bool = False) -> Principal:
        """The account as a signed-in caller."""
        return Principal(self.id, self.role, self.username, self.full_name, self.auth_version, by_cookie=by_cookie)


class Taken(Exception):
    """The username or the address belongs to another account; `fields` says which."""

    def __init__(self, fields: set[str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


def user_key(user_id: int) -> str:
    """The partition of a user, in every table that has one."""
    return f"USER#{user_id}"


def normalised(identifier: str) -> str:
    """A username or address as it is compared: without outer space, case folded."""
    return identifier.strip().casefold()


def get_user(user_id: int) -> User | None:
    """An account by id."""
    item = table.get(UserItem, user_key(user_id), PROFILE)
    return None if item is None else _user(item)


def find_user_id(identifier: str) -> int | None:
    """The account that has a username or, if there is an @ in it, an address."""
    kind = "EMAIL" if "@" in identifier else "NAME"
    # DynamoDB's keys end at 2 KB; no username or address comes near.
    marker = table.get(MarkerItem, f"{kind}#{normalised(identifier)[:320]}", kind)
    return None if marker is None else marker.user_id


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
) -> User:
    """Create an account with its uniqueness markers and counts, all or nothing.

    Raises:
        Taken: the username or the address belongs to another account.
    """
    item = UserItem(
        user_key(user_id),
        PROFILE,
        username=username,
        email=normalised(email),
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=password_hash,
        auth_version=1,
        credentials_version=1,
        created_at=now,
    )
    free = MarkerItem.pk.does_not_exist()
    name_marker = MarkerItem(f"NAME#{normalised(username)}", "NAME", user_id=user_id)
    email_marker = MarkerItem(f"EMAIL#{normalised(email)}", "EMAIL", user_id=user_id)
    try:
        table.transact(
            [
                Put(name_marker, free),
                Put(email_marker, free),
                Put(item, UserItem.pk.does_not_exist()),
                Update(UserStatisticsItem, "STATISTICS", "USERS", _role_counts(None, role)),
            ]
        )
    except TransactionRefused as refused:
        names = ("username", "email", "id", "statistics")
        raise Taken({name for name, failed in zip(names, refused.failed, strict=True) if failed}) from None
    return _user(item)


def _role_counts(before: str | None, after: str | None) -> list[Action]:
    """The changes to the counts when an account goes from one role (or none) to another (or none)."""
    actions: list[Action] = [_ROLE_COUNTER[after].add(1)] if after else []
    return actions + ([_ROLE_COUNTER[before].add(-1)] if before else [])


def _user(item: UserItem) -> User:
    return User(
        id=int(item.pk.removeprefix("USER#")),
        username=item.username,
        email=item.email,
        first_name=item.first_name,
        last_name=item.last_name,
        role=item.role,
        password_hash=item.password_hash,
        auth_version=item.auth_version,
        credentials_version=item.credentials_version,
        created_at=item.created_at,
    )
