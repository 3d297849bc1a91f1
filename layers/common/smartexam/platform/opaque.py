"""Opaque tokens: random, stored only as a hash, and naming their owner's partition.

A token is its owner's id followed by 256 random bits, in URL-safe base64. The id is not secret, because every access
token has it, and proves nothing. With it all tokens of a user can be stored in the user's partition, where they can be
listed and deleted, and a look-up is still one read.
"""

import base64
import binascii
import hashlib
import secrets
from typing import NamedTuple

_OWNER_BYTES = 8
_RANDOM_BYTES = 32


class Minted(NamedTuple):
    """A new token: its text for the client, and the hash that is stored."""

    token: str
    digest: str


def mint(owner: int) -> Minted:
    """Create a token that belongs to a user."""
    raw = owner.to_bytes(_OWNER_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Minted(token, digest(token))


def digest(token: str) -> str:
    """The hash that is stored for a token. The token is random, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner(token: str) -> int | None:
    """The user that a token claims to belong to; None if it does not have the form of our tokens."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(raw[:_OWNER_BYTES], "big") if len(raw) == _OWNER_BYTES + _RANDOM_BYTES else None
