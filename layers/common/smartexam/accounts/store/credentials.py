"""Refresh tokens and password links, in the ephemeral table (see `smartexam.accounts.store.ephemeral`).

Both are opaque tokens, of which only a hash is stored.
"""

import hmac

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store.identity import User
from smartexam.platform import opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Delete, FloatAttribute, IntAttribute, Item
from smartexam.platform.keys import user_key

REFRESH_SECONDS = 30 * 24 * 3600
PASSWORD_LINK_SECONDS = 3600


class RefreshItem(Item):
    """A refresh token. It is kept for a while after its end, so that the client is told why it no longer works."""

    class Meta:
        context = "ephemeral"

    auth_version = IntAttribute()
    valid_until = FloatAttribute()
    expires_at = FloatAttribute()
    revoked_at = FloatAttribute(null=True)


class PasswordLinkItem(Item):
    """The newest password link of a user, which replaces any older one."""

    class Meta:
        context = "ephemeral"

    digest = UnicodeAttribute()
    expires_at = FloatAttribute()


class RefreshToken(msgspec.Struct, frozen=True):
    """A stored refresh token, valid until `valid_until` (epoch seconds) unless it was revoked."""

    user_id: int
    auth_version: int
    valid_until: float
    is_revoked: bool


class PasswordLink(msgspec.Struct, frozen=True):
    """A password link that is still valid."""

    user_id: int
    digest: str


def issue_refresh_token(user: User, now: float) -> str:
    """Store a new refresh token and return it."""
    minted = opaque.mint(user.id)
    table.put(
        RefreshItem(
            user_key(user.id),
            f"REFRESH#{minted.digest}",
            auth_version=user.auth_version,
            valid_until=now + REFRESH_SECONDS,
            expires_at=now + 2 * REFRESH_SECONDS,
        )
    )
    return minted.token


def find_refresh_token(token: str) -> RefreshToken | None:
    """A refresh token as stored, valid or not."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(RefreshItem, user_key(owner), f"REFRESH#{opaque.digest(token)}")
    if item is None:
        return None
    return RefreshToken(owner, item.auth_version, item.valid_until, item.revoked_at is not None)


def revoke_refresh_token(token: str, now: float) -> None:
    """Mark a refresh token as revoked; unknown tokens are ignored."""
    owner = opaque.owner(token)
    if owner is None:
        return
    try:
        table.update(
            RefreshItem,
            user_key(owner),
            f"REFRESH#{opaque.digest(token)}",
            [RefreshItem.revoked_at.set(now)],
            RefreshItem.pk.exists(),
        )
    except ConditionFailed:
        return


def issue_password_link(user_id: int, now: float) -> str:
    """Store a password link in place of any earlier one, and return its token."""
    minted = opaque.mint(user_id)
    table.put(
        PasswordLinkItem(
            user_key(user_id), "PASSWORD_LINK", digest=minted.digest, expires_at=now + PASSWORD_LINK_SECONDS
        )
    )
    return minted.token


def find_password_link(token: str, now: float) -> PasswordLink | None:
    """The link of a token, if it is the user's newest, unused and not older than an hour."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(PasswordLinkItem, user_key(owner), "PASSWORD_LINK")
    digest = opaque.digest(token)
    if item is None or item.expires_at <= now or not hmac.compare_digest(item.digest, digest):
        return None
    return PasswordLink(owner, digest)


def spend_password_link(link: PasswordLink, now: float) -> Delete:
    """The write that spends a password link, for the transaction that sets the password; it fails if the link is not
    valid."""
    alive = (PasswordLinkItem.digest == link.digest) & (PasswordLinkItem.expires_at > now)
    return Delete(PasswordLinkItem, user_key(link.user_id), "PASSWORD_LINK", alive)
