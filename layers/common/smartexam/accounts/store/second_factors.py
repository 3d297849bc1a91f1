"""Second factors and sign-ins that wait for a code.

    identity    USER#42   MFA             a second factor, enabled or being set up
    ephemeral   USER#42   MFA#<digest>    a sign-in with the right password that waits for a code

The enabled secret is on the account itself, because every sign-in reads it.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, TypeAlias, cast

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from smartexam.accounts.store import accounts
from smartexam.accounts.user import User
from smartexam.platform import opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Delete, FloatAttribute, IntAttribute, Item, Put
from smartexam.platform.keys import user_key

WAITING_SECONDS = 5 * 60
TRIES = 5
_MFA = "MFA"

# What the sign-in asked for: tokens of an app, or a cookie.
Way: TypeAlias = Literal["token", "web", "admin"]


class MfaItem(Item):
    """A second factor, enabled or being set up."""

    class Meta:
        context = "identity"

    pending_secret = UnicodeAttribute(null=True)
    used_step = IntAttribute(default=-1)
    recovery = UnicodeSetAttribute(null=True)


class WaitingItem(Item):
    """A sign-in that waits for its code."""

    class Meta:
        context = "ephemeral"

    way = UnicodeAttribute()
    auth_version = IntAttribute()
    tries = IntAttribute(default=0)
    expires_at = FloatAttribute()


class Waiting(msgspec.Struct, frozen=True):
    """A sign-in that waits for its code."""

    user_id: int
    way: Way
    auth_version: int


def begin_setup(user: User, secret: str) -> None:
    """Store a secret that is not enabled yet; it replaces any other pending one."""
    table.put(MfaItem(user_key(user.id), _MFA, pending_secret=secret))


def pending_secret(user_id: int) -> str | None:
    """The secret whose setup waits for a code."""
    item = table.get(MfaItem, user_key(user_id), _MFA)
    return None if item is None else item.pending_secret


def enable(user: User, secret: str, step: int, recovery_codes: Iterable[str]) -> None:
    """Enable a second factor; the code that confirmed it cannot be used again.

    Raises:
        Overtaken: the account or its pending secret changed meanwhile.
    """
    hashed = {_hash(code) for code in recovery_codes}
    confirmed = Put(MfaItem(user_key(user.id), _MFA, used_step=step, recovery=hashed), MfaItem.pending_secret == secret)
    accounts.set_mfa_secret(user, secret, [confirmed])


def disable(user: User) -> None:
    """Remove a second factor.

    Raises:
        Overtaken: the account changed meanwhile.
    """
    accounts.set_mfa_secret(user, None, [Delete(MfaItem, user_key(user.id), _MFA)])


def use_step(user_id: int, step: int) -> bool:
    """Use the code of a step; False if this code or a later one was used already."""
    try:
        table.update(MfaItem, user_key(user_id), _MFA, [MfaItem.used_step.set(step)], MfaItem.used_step < step)
    except ConditionFailed as failed:
        # A repeated write fails because of its own first try.
        return failed.was_repeated and failed.item is not None and failed.item["used_step"] == {"N": str(step)}
    return True


def use_recovery_code(user_id: int, code: str) -> bool:
    """Use a recovery code; False if it is unknown or was used already."""
    hashed = _hash(code)
    try:
        table.update(
            MfaItem,
            user_key(user_id),
            _MFA,
            [MfaItem.recovery.delete({hashed})],
            MfaItem.recovery.contains(hashed),
        )
    except ConditionFailed:
        return False
    return True


def wait(user: User, way: Way, now: float) -> str:
    """Store a sign-in that waits for a code, and return its token."""
    minted = opaque.mint(user.id)
    table.put(
        WaitingItem(
            user_key(user.id),
            f"MFA#{minted.digest}",
            way=way,
            auth_version=user.auth_version,
            expires_at=now + WAITING_SECONDS,
        )
    )
    return minted.token


def try_waiting(token: str, now: float) -> Waiting | None:
    """Use one try of a waiting sign-in; None if it is unknown, expired, done or has no tries left."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    pk, sk = user_key(owner), f"MFA#{opaque.digest(token)}"
    can_try = (WaitingItem.expires_at > now) & (WaitingItem.tries < TRIES)
    try:
        item = table.update(WaitingItem, pk, sk, [WaitingItem.tries.add(1)], can_try)
    except ConditionFailed:
        return None
    return Waiting(owner, cast("Way", item.way), item.auth_version)


def finish_waiting(token: str) -> bool:
    """Remove a waiting sign-in whose code was right; False if another request did."""
    owner = opaque.owner(token)
    found = table.delete(WaitingItem, user_key(owner or 0), f"MFA#{opaque.digest(token)}")
    return found is not None


def _hash(code: str) -> str:
    # 80 random bits: a plain hash suffices.
    return hashlib.sha256(code.encode()).hexdigest()
