"""The ephemeral table: what expires by itself.

    pk                     sk                   what
    USER#42                SESSION#<digest>     a cookie session
    USER#42                REFRESH#<digest>     a refresh token
    USER#42                PASSWORD_LINK        the newest link to set a password, of either kind
    LOGIN#<digest>         WINDOW               sign-in attempts of one source address for one account
    USER#42                LIMIT#<kind>         what was used of a limit in its present window
    REVOCATIONS            <ms>#<user>          the feed of role changes, new passwords and deletions

DynamoDB removes expired items hours or days late, so every reader compares `expires_at` itself.
"""

import hmac
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from smartexam.auth import opaque
from smartexam.auth.principal import Principal
from smartexam.data import table
from smartexam.data.identity import User, user_key
from smartexam.data.table import ConditionFailed, Delete, FloatAttribute, IntAttribute, Item, Put

SESSION_SECONDS = 3 * 3600
REFRESH_SECONDS = 30 * 24 * 3600
PASSWORD_LINK_SECONDS = 3600
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


class RefreshItem(Item):
    """A refresh token. It stays for a while after its end, so that a client is told why it no longer works."""

    class Meta:
        context = "ephemeral"

    auth_version = IntAttribute()
    valid_until = FloatAttribute()
    expires_at = FloatAttribute()
    revoked_at = FloatAttribute(null=True)


class PasswordLinkItem(Item):
    """The newest link by which a user may set a password; a newer one takes its place."""

    class Meta:
        context = "ephemeral"

    digest = UnicodeAttribute()
    expires_at = FloatAttribute()


class LoginWindowItem(Item):
    """Sign-in attempts of one source address for one account, and how many of them turned out wrong."""

    class Meta:
        context = "ephemeral"

    attempts = IntAttribute()
    failures = IntAttribute()
    expires_at = FloatAttribute()


class LimitItem(Item):
    """What was used of a limit in its present window."""

    class Meta:
        context = "ephemeral"

    used = IntAttribute()
    expires_at = FloatAttribute()


class RevocationItem(Item):
    """From `auth_version` on an account has another role, or (no role) its older credentials are dead."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    auth_version = IntAttribute()
    role = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A stored refresh token, good until `valid_until` (epoch seconds) unless it was revoked."""

    user_id: int
    auth_version: int
    valid_until: float
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """A live link to set a password."""

    user_id: int
    digest: str


@dataclass(frozen=True, slots=True)
class LoginWindow:
    """A used-up window of sign-in attempts: how many were wrong so far, and when it closes."""

    failures: int
    closes_at: float


@dataclass(frozen=True, slots=True)
class Revocation:
    """A change that credentials issued below `auth_version` are subject to; without a role they are dead."""

    user_id: int
    auth_version: int
    role: str | None


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
    """A refresh token as stored, live or not."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(RefreshItem, user_key(owner), f"REFRESH#{opaque.digest(token)}")
    if item is None:
        return None
    return RefreshToken(owner, item.auth_version, item.valid_until, item.revoked_at is not None)


def revoke_refresh_token(token: str, now: float) -> None:
    """Mark a refresh token as revoked; an unknown one is fine."""
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
    """Store a link to set a password in place of any earlier one, and return its token."""
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
    """The write that uses a link up, for the transaction that sets the password; it fails for a link not live."""
    alive = (PasswordLinkItem.digest == link.digest) & (PasswordLinkItem.expires_at > now)
    return Delete(PasswordLinkItem, user_key(link.user_id), "PASSWORD_LINK", alive)


def reserve_login_attempt(who: str, now: float, *, limit: int, window_seconds: float) -> LoginWindow | None:
    """Count one sign-in attempt before the password is looked at.

    Counting first means that of any number of parallel guesses at most `limit` are evaluated.

    Args:
        who: source address and account.
        now: epoch seconds.
        limit: attempts per window.
        window_seconds: how long after the last attempt the window closes.

    Returns:
        None if there was room; otherwise the window, left as it is: the attempt must be refused unseen.
    """
    pk = f"LOGIN#{who}"
    while not _open_login_window(pk, now + window_seconds, now, failures=0):
        try:
            table.update(
                LoginWindowItem,
                pk,
                "WINDOW",
                [LoginWindowItem.attempts.add(1), LoginWindowItem.expires_at.set(now + window_seconds)],
                (LoginWindowItem.expires_at > now) & (LoginWindowItem.attempts < limit),
            )
        except ConditionFailed as failed:
            stored = LoginWindowItem.from_raw_data(failed.item) if failed.item else None
        else:
            return None
        if stored is not None and stored.expires_at > now:
            return LoginWindow(stored.failures, stored.expires_at)
    return None


def count_login_failure(who: str, now: float, *, window_seconds: float) -> int:
    """Record that a reserved attempt had the wrong password; returns the failures of this window."""
    pk = f"LOGIN#{who}"
    while True:
        try:
            item = table.update(
                LoginWindowItem,
                pk,
                "WINDOW",
                [LoginWindowItem.failures.add(1), LoginWindowItem.expires_at.set(now + window_seconds)],
                LoginWindowItem.expires_at > now,
            )
        except ConditionFailed:
            # Another attempt succeeded meanwhile and closed the window: this failure opens the next.
            if _open_login_window(pk, now + window_seconds, now, failures=1):
                return 1
        else:
            return item.failures


def _open_login_window(pk: str, expires_at: float, now: float, *, failures: int) -> bool:
    """Start a window with one attempt in it, unless another attempt was first."""
    fresh = LoginWindowItem(pk, "WINDOW", attempts=1, failures=failures, expires_at=expires_at)
    try:
        table.put(fresh, LoginWindowItem.pk.does_not_exist() | (LoginWindowItem.expires_at <= now))
    except ConditionFailed:
        return False
    return True


def clear_login_attempts(who: str) -> None:
    """Forget the failures, after a sign-in that succeeded."""
    table.delete(LoginWindowItem, f"LOGIN#{who}", "WINDOW")


def use_limit(user_id: int, kind: str, now: float, *, limit: int, window_seconds: float) -> float | None:
    """Use one of `limit` per window.

    Returns:
        None if there was room; otherwise when the window ends, and nothing was used.
    """
    pk, sk = user_key(user_id), f"LIMIT#{kind}"
    while True:
        fresh = LimitItem(pk, sk, used=1, expires_at=now + window_seconds)
        try:
            table.put(fresh, LimitItem.pk.does_not_exist() | (LimitItem.expires_at <= now))
        except ConditionFailed as failed:
            stored = LimitItem.from_raw_data(failed.item) if failed.item else None
        else:
            return None
        if stored is not None and stored.expires_at > now and stored.used >= limit:
            return stored.expires_at
        try:
            table.update(
                LimitItem,
                pk,
                sk,
                [LimitItem.used.add(1)],
                (LimitItem.expires_at > now) & (LimitItem.used < limit),
            )
        except ConditionFailed:
            continue  # used up or run out in between
        return None


def turn(name: str, now: float, *, seconds: float) -> Put:
    """The write that uses a turn of which there is one in `seconds`, for the transaction that makes use of it.

    Its condition fails within the pause; the item that comes with the failure is a `LimitItem`. A pause that is longer
    than any can be was begun by a clock that has been set back since.
    """
    free = (
        LimitItem.pk.does_not_exist() | (LimitItem.expires_at <= now) | (LimitItem.expires_at > now + max(60, seconds))
    )
    return Put(LimitItem(f"LIMIT#{name}", "WINDOW", used=1, expires_at=now + seconds), free)


def revocation_item(change: Revocation, now: float) -> RevocationItem:
    """The feed entry to write in the transaction that makes a change."""
    return RevocationItem(
        "REVOCATIONS",
        f"{int(now * 1000):013d}#{change.user_id}",
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
