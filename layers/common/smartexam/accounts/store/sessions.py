"""Cookie sessions, in the ephemeral table.

    USER#42   SESSION#<digest>   a session

DynamoDB deletes expired items hours or days late, so every reader compares `expires_at` itself.
"""

from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store.identity import User
from smartexam.platform import opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item
from smartexam.platform.keys import user_key
from smartexam.platform.principal import Principal

SESSION_SECONDS = 3 * 3600


class SessionItem(Item):
    """A cookie session."""

    class Meta:
        context = "ephemeral"

    role = UnicodeAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()
    auth_version = IntAttribute()
    expires_at = FloatAttribute()


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
    """The principal of a session that has not expired."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(SessionItem, user_key(owner), f"SESSION#{opaque.digest(token)}")
    if item is None or item.expires_at <= now:
        return None
    return Principal(owner, item.role, item.username, item.full_name, item.auth_version, by_cookie=True)


def end_session(token: str) -> None:
    """Delete a session; unknown tokens are ignored."""
    owner = opaque.owner(token)
    if owner is not None:
        table.delete(SessionItem, user_key(owner), f"SESSION#{opaque.digest(token)}")
