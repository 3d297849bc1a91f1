"""Cookie sessions, in the ephemeral table.

    USER#42   SESSION#<digest>   a session

DynamoDB deletes expired items hours or days late, so every reader compares `expires_at` itself.
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.accounts.store import identity
from smartexam.accounts.user import User
from smartexam.platform import opaque
from smartexam.platform.dynamodb import queries, table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item
from smartexam.platform.keys import user_key
from smartexam.platform.principal import Principal

SESSION_SECONDS = 3 * 3600
# Enough to tell sessions apart.
_LONGEST_USER_AGENT = 200
_ID_CHARACTERS = 32
_PREFIX = "SESSION#"


class SessionItem(Item):
    """A cookie session."""

    class Meta:
        context = "ephemeral"

    role = UnicodeAttribute()
    username = UnicodeAttribute()
    full_name = UnicodeAttribute()
    auth_version = IntAttribute()
    expires_at = FloatAttribute()
    created_at = FloatAttribute(default=0.0)
    seen_at = FloatAttribute(default=0.0)
    user_agent = UnicodeAttribute(null=True)
    must_enrol = BooleanAttribute(null=True)


class WebSession(msgspec.Struct, frozen=True):
    """A cookie session, as its owner sees it; times in epoch seconds."""

    session: str
    auth_version: int
    created_at: float
    seen_at: float
    user_agent: str


def start_session(user: User, now: float, user_agent: str = "") -> str:
    """Store a new cookie session and return its token."""
    minted = opaque.mint(user.id)
    table.put(
        SessionItem(
            user_key(user.id),
            _PREFIX + minted.digest,
            role=user.role,
            username=user.username,
            full_name=user.full_name,
            auth_version=user.auth_version,
            expires_at=now + SESSION_SECONDS,
            created_at=now,
            seen_at=now,
            user_agent=user_agent or None,
            must_enrol=user.must_enrol or None,
        )
    )
    return minted.token


def find_session(token: str, now: float) -> Principal | None:
    """The principal of a valid session."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(SessionItem, user_key(owner), _PREFIX + opaque.digest(token))
    if item is None or item.expires_at <= now or not _survives(owner, item):
        return None
    return Principal(
        owner,
        item.role,
        item.username,
        item.full_name,
        item.auth_version,
        by_cookie=True,
        session=_id_of(item.sk),
        ends_at=item.expires_at,
        must_enrol=item.must_enrol is True,
    )


def extend_session(token: str, until: float, now: float) -> None:
    """Extend a session to a time at least; a session that ended meanwhile is not restored."""
    owner = opaque.owner(token)
    if owner is not None:
        alive = (SessionItem.expires_at > now) & (SessionItem.expires_at < until)
        actions = [SessionItem.expires_at.set(until), SessionItem.seen_at.set(now)]
        with suppress(ConditionFailed):
            table.update(SessionItem, user_key(owner), _PREFIX + opaque.digest(token), actions, alive)


def end_session(token: str) -> tuple[int, str] | None:
    """Delete a session, if it exists; returns its user and its id."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    digest = opaque.digest(token)
    was_there = table.delete(SessionItem, user_key(owner), _PREFIX + digest) is not None
    return (owner, digest[:_ID_CHARACTERS]) if was_there else None


def end_by_id(user_id: int, session: str) -> bool:
    """Delete a session of a user by its id; returns whether there was one."""
    found = [
        item
        for item in queries.query_all(SessionItem, user_key(user_id), prefix=_PREFIX + session)
        if _id_of(item.sk) == session
    ]
    for item in found:
        table.delete(SessionItem, item.pk, item.sk)
    return bool(found)


def of_user(user_id: int, now: float) -> Iterator[WebSession]:
    """The sessions of a user that are not expired."""
    for item in queries.query_all(SessionItem, user_key(user_id), prefix=_PREFIX):
        if item.expires_at > now:
            began = item.created_at or item.expires_at - SESSION_SECONDS
            seen = item.seen_at or began
            yield WebSession(_id_of(item.sk), item.auth_version, began, seen, item.user_agent or "")


def user_agent(headers_value: str) -> str:
    """The part of a client's `User-Agent` that is stored."""
    return "".join(letter for letter in headers_value if letter.isprintable())[:_LONGEST_USER_AGENT]


def _survives(owner: int, item: SessionItem) -> bool:
    """Whether a session is still valid by its account's version. The feed of revocations forgets changes after the
    usual life of a session, so extended sessions are compared with the account."""
    if not item.created_at or item.expires_at <= item.created_at + SESSION_SECONDS:
        return True
    user = identity.get_user(owner)
    return user is not None and user.accepts(item.auth_version, _id_of(item.sk))


def _id_of(sk: str) -> str:
    return sk.removeprefix(_PREFIX)[:_ID_CHARACTERS]
