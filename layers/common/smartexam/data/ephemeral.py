"""The ephemeral table: what expires by itself.

    pk                     sk                   what
    USER#42                SESSION#<digest>     a cookie session
    USER#42                REFRESH#<digest>     a refresh token
    USER#42                PASSWORD_LINK        the newest link to set a password, of either kind
    LOGIN#<digest>         WINDOW               sign-in attempts of one source address for one account
    USER#42                LIMIT#<kind>         what was used of a limit in its present window
    LIMIT#<kind>#42        WINDOW               the one turn that a user has in some seconds is taken
    LIMIT#study#42         <YYYY-MM-DD>         questions to the study assistant on a day (smartexam.data.study)
    TICKET#42              <digest>             a ticket to open a WebSocket with (smartexam.data.sockets)
    REVOCATIONS            <ms>#<user>#<n>      the feed of role changes, new passwords and deletions

DynamoDB removes expired items hours or days late, so every reader compares `expires_at` itself.

Here is what every function needs to know who is calling; tokens and links by which one signs in are in
`smartexam.data.credentials`, attempts and limits in `smartexam.data.windows`.
"""

from typing import Literal, TypeAlias, get_args

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.auth import opaque
from smartexam.auth.principal import Principal
from smartexam.data import table
from smartexam.data.identity import User, user_key
from smartexam.data.table import FloatAttribute, IntAttribute, Item

SESSION_SECONDS = 3 * 3600
# What a user may do only so often; each has partitions of its own, so that a function can be given its own alone.
Limit: TypeAlias = Literal["comment", "message", "study"]

# The longest that a credential checked against the feed can live, and a margin for clocks.
REVOCATION_SECONDS = SESSION_SECONDS + 600


class SessionItem(Item):
    """A cookie session."""

    class Meta:
        context = "ephemeral"

    role = UnicodeAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()
    auth_version = IntAttribute()
    expires_at = FloatAttribute()


class RevocationItem(Item):
    """From `auth_version` on an account has another role, or (no role) its older credentials are dead."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    auth_version = IntAttribute()
    role = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


class Revocation(msgspec.Struct, frozen=True):
    """A change that credentials issued below `auth_version` are subject to; without a role they are dead."""

    user_id: int
    auth_version: int
    role: str | None


def limit_key(kind: Limit, user_id: int) -> str:
    """The partition of what a user did of a kind that is limited."""
    return f"LIMIT#{kind}#{user_id}"


def ticket_key(user_id: int) -> str:
    """The partition of a user's tickets."""
    return f"TICKET#{user_id}"


def partitions_of(user_id: int) -> list[str]:
    """Every partition in which everything is a user's: what goes with the account."""
    limits = [limit_key(kind, user_id) for kind in get_args(Limit)]
    return [user_key(user_id), ticket_key(user_id), *limits]


def start_session(user: User, now: float) -> str:
    """Store a new cookie session and return its token."""
    minted = opaque.mint(user.id)
    table.put(
        SessionItem(
            user_key(user.id),
            f"SESSION#{minted.digest}",
            role=user.role,
            username=user.username,
            full_name=user.full_name,
            auth_version=user.auth_version,
            expires_at=now + SESSION_SECONDS,
        )
    )
    return minted.token


def find_session(token: str, now: float) -> Principal | None:
    """The principal of a live session."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(SessionItem, user_key(owner), f"SESSION#{opaque.digest(token)}")
    if item is None or item.expires_at <= now:
        return None
    return Principal(owner, item.role, item.username, item.full_name, item.auth_version, by_cookie=True)


def end_session(token: str) -> None:
    """Remove a session; an unknown one is fine."""
    owner = opaque.owner(token)
    if owner is not None:
        table.delete(SessionItem, user_key(owner), f"SESSION#{opaque.digest(token)}")


def revocation_item(change: Revocation, now: float) -> RevocationItem:
    """The feed entry to write in the transaction that makes a change."""
    return RevocationItem(
        "REVOCATIONS",
        f"{int(now * 1000):013d}#{change.user_id}#{change.auth_version}",
        user_id=change.user_id,
        auth_version=change.auth_version,
        role=change.role,
        expires_at=now + REVOCATION_SECONDS,
    )


def revocations_since(epoch_seconds: float) -> list[Revocation]:
    """The feed from a time on, in order."""
    after = f"{int(epoch_seconds * 1000):013d}"
    found: list[Revocation] = []
    while True:
        page = table.query(RevocationItem, "REVOCATIONS", limit=1000, after=after)
        found += [Revocation(item.user_id, item.auth_version, item.role) for item in page.items]
        if page.next_sk is None:
            return found
        after = page.next_sk
