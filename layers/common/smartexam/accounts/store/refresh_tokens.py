"""Refresh tokens, in the ephemeral table.

    USER#42   REFRESH#<session>   a sign-in of an app, and the refresh tokens that are valid for it

All tokens of a sign-in share a selector, and the session's id is its hash. So a replaced token leads to the same item
as its successor: its reuse is recognised, and one write ends the sign-in. Tokens from before rotation have one item
each, under the hash of the whole token.
"""

from collections.abc import Iterator

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from smartexam.accounts.user import User
from smartexam.platform import opaque
from smartexam.platform.dynamodb import queries, table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item
from smartexam.platform.keys import user_key

REFRESH_SECONDS = 30 * 24 * 3600
# However often its tokens are replaced, a sign-in ends this long after it began.
LONGEST_SECONDS = 90 * 24 * 3600
# How long a replaced token still works, for clients that lost the answer.
GRACE_SECONDS = 30
_SEEN_SECONDS = 600
_PREFIX = "REFRESH#"


class RefreshItem(Item):
    """A sign-in of an app. It is kept for some time after its end, to tell the client why it no longer works."""

    class Meta:
        context = "ephemeral"

    auth_version = IntAttribute()
    valid_until = FloatAttribute()
    expires_at = FloatAttribute()
    revoked_at = FloatAttribute(null=True)
    # Digests of valid tokens, and of replaced ones with the time of their replacement.
    live = UnicodeSetAttribute(null=True)
    replaced = UnicodeSetAttribute(null=True)
    rotations = IntAttribute(default=0)
    created_at = FloatAttribute(default=0.0)
    seen_at = FloatAttribute(default=0.0)
    user_agent = UnicodeAttribute(null=True)


class RefreshToken(msgspec.Struct, frozen=True):
    """A refresh token as it is stored, valid until `valid_until` (epoch seconds) unless it was revoked.

    Attributes:
        session: the sign-in of the token; "" for one from before rotation.
        is_reused: it was replaced longer ago than the grace period.
    """

    user_id: int
    session: str
    auth_version: int
    valid_until: float
    is_revoked: bool
    is_reused: bool
    seen_at: float


class Issued(msgspec.Struct, frozen=True):
    """A new refresh token and the session that it belongs to."""

    token: str
    session: str


class SignedInApp(msgspec.Struct, frozen=True):
    """A sign-in of an app, as its owner sees it; times in epoch seconds."""

    session: str
    auth_version: int
    created_at: float
    seen_at: float
    user_agent: str


class Replaced(Exception):
    """The token was replaced longer ago than the grace period, or its sign-in was ended."""


def issue(user: User, now: float, user_agent: str = "") -> Issued:
    """Store a new sign-in and return its first refresh token."""
    minted = opaque.mint(user.id)
    session = opaque.selector(minted.token)
    table.put(
        RefreshItem(
            user_key(user.id),
            _PREFIX + session,
            auth_version=user.auth_version,
            valid_until=now + REFRESH_SECONDS,
            expires_at=now + 2 * REFRESH_SECONDS,
            live={minted.digest},
            created_at=now,
            seen_at=now,
            user_agent=user_agent or None,
        )
    )
    return Issued(minted.token, session)


def find(token: str, now: float) -> RefreshToken | None:
    """A refresh token as stored, valid or not."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    session = opaque.selector(token)
    item = table.get(RefreshItem, user_key(owner), _PREFIX + session)
    if item is None:
        session, item = "", table.get(RefreshItem, user_key(owner), _PREFIX + opaque.digest(token))
    if item is None:
        return None
    is_reused = bool(session) and not _works(item, opaque.digest(token), now)
    is_revoked = _is_revoked(item)
    return RefreshToken(owner, session, item.auth_version, item.valid_until, is_revoked, is_reused, item.seen_at)


def rotate(token: str, user: User, now: float, user_agent: str = "") -> Issued:
    """Replace a refresh token with a new one of the same sign-in.

    Raises:
        Replaced: it was replaced longer ago than the grace period, or its sign-in was ended.
    """
    known = find(token, now)
    if known is None:
        raise Replaced
    if not known.session:
        issued = issue(user, now, user_agent)
        revoke(token, now)
        return issued
    minted, digest = opaque.mint_after(token), opaque.digest(token)
    pk, sk = user_key(user.id), _PREFIX + known.session

    def write(item: RefreshItem | None) -> None:
        if item is None or _is_revoked(item) or not _works(item, digest, now):
            raise Replaced
        live, replaced = item.live or set(), item.replaced or set()
        recent = {each for each in replaced if now <= _replaced_at(each) + GRACE_SECONDS}
        if digest in live:
            recent.add(f"{digest} {now:.3f}")
        began = item.created_at or item.valid_until - REFRESH_SECONDS
        valid_until = min(now + REFRESH_SECONDS, began + LONGEST_SECONDS)
        actions = [
            RefreshItem.live.set({*live, minted.digest} - {digest}),
            RefreshItem.replaced.set(recent),
            RefreshItem.rotations.set(item.rotations + 1),
            RefreshItem.valid_until.set(valid_until),
            RefreshItem.expires_at.set(valid_until + REFRESH_SECONDS),
            RefreshItem.seen_at.set(now),
        ]
        unchanged = RefreshItem.rotations == item.rotations
        table.update(RefreshItem, pk, sk, actions, unchanged & RefreshItem.revoked_at.does_not_exist())

    table.updated(lambda: table.get(RefreshItem, pk, sk), write)
    return Issued(minted.token, known.session)


def note_seen(known: RefreshToken, now: float) -> None:
    """Store that a sign-in was used, unless that was stored a short time ago."""
    if known.session and now > known.seen_at + _SEEN_SECONDS:
        _update(known.user_id, known.session, RefreshItem.seen_at.set(now))


def revoke(token: str, now: float) -> tuple[int, str] | None:
    """Revoke the sign-in of a refresh token; unknown tokens are ignored.

    Returns:
        The user and the session that ended; None if there was none, or one from before rotation.
    """
    owner = opaque.owner(token)
    if owner is None:
        return None
    session, ending = opaque.selector(token), RefreshItem.revoked_at.set(now)
    if _update(owner, session, ending):
        return owner, session
    _update(owner, opaque.digest(token), ending)
    return None


def end(user_id: int, session: str, now: float) -> bool:
    """Revoke a sign-in; returns whether there was one."""
    return _update(user_id, session, RefreshItem.revoked_at.set(now))


def of_user(user_id: int, now: float) -> Iterator[SignedInApp]:
    """The sign-ins of a user that are neither expired nor revoked."""
    for item in queries.query_all(RefreshItem, user_key(user_id), prefix=_PREFIX):
        if not _is_revoked(item) and item.valid_until > now:
            began = item.created_at or item.valid_until - REFRESH_SECONDS
            session = item.sk.removeprefix(_PREFIX)
            yield SignedInApp(session, item.auth_version, began, item.seen_at or began, item.user_agent or "")


def _update(user_id: int, name: str, action: Action) -> bool:
    try:
        table.update(RefreshItem, user_key(user_id), _PREFIX + name, [action], RefreshItem.pk.exists())
    except ConditionFailed:
        return False
    return True


def _is_revoked(item: RefreshItem) -> bool:
    return item.revoked_at is not None


def _works(item: RefreshItem, digest: str, now: float) -> bool:
    if digest in (item.live or ()):
        return True
    return any(
        each.partition(" ")[0] == digest and now <= _replaced_at(each) + GRACE_SECONDS for each in item.replaced or ()
    )


def _replaced_at(entry: str) -> float:
    return float(entry.partition(" ")[2])
