"""The keys that sign access tokens and cursors.

The secret is JSON: `{"current": "...", "previous": "..."}`. To rotate, move the current key to `previous` and set a new
current one: tokens signed with the old key stay valid until they expire.
"""

import hashlib
import json
from functools import lru_cache

import msgspec

from smartexam.platform.secret_store import secret
from smartexam.platform.settings import SHORTEST_KEY, SettingsError, settings


class SigningKeys(msgspec.Struct, frozen=True):
    """The key that signs, and all keys that verify."""

    current: bytes
    previous: bytes | None = None

    @property
    def accepted(self) -> tuple[bytes, ...]:
        """All keys that verify, the current one first."""
        return (self.current,) if self.previous is None else (self.current, self.previous)


def key_id(key: bytes) -> str:
    """A short name for a key that reveals nothing about it."""
    return hashlib.sha256(b"key-id:" + key).hexdigest()[:8]


def signing_keys(*, fresh: bool = False) -> SigningKeys:
    """The current signing keys.

    Args:
        fresh: read them again, because a token names a key that is not cached.

    Raises:
        SettingsError: there is none, or one is too short, so the function must not serve.
        Unavailable: Secrets Manager cannot be reached.
    """
    known = settings()
    if known.jwt_secret_arn:
        return _parse(secret(known.jwt_secret_arn, fresh=fresh))
    if known.jwt_secret:
        return SigningKeys(known.jwt_secret.encode())
    raise SettingsError("neither JWT_SECRET_ARN nor JWT_SECRET is set")


@lru_cache(maxsize=4)
def _parse(text: str) -> SigningKeys:
    content = json.loads(text)
    current, previous = content["current"].encode(), content.get("previous", "").encode() or None
    if any(key is not None and len(key) < SHORTEST_KEY for key in (current, previous)):
        raise SettingsError(f"a signing key is shorter than {SHORTEST_KEY} characters")
    return SigningKeys(current, previous)
