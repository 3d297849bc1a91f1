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
# The first half of the random bytes; a token and its replacements share it.
_SELECTOR_BYTES = 16


class Minted(NamedTuple):
    """A new token: its text for the client, and the hash that is stored."""

    token: str
    digest: str


def mint(owner: int) -> Minted:
    """Create a token that belongs to a user."""
    raw = owner.to_bytes(_OWNER_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Minted(token, digest(token))


def mint_after(token: str) -> Minted:
    """Create the replacement of a token, with the same owner and selector and a new secret."""
    known = _raw(token)
    if known is None:
        raise ValueError("not a token")
    raw = known[: _OWNER_BYTES + _SELECTOR_BYTES] + secrets.token_bytes(_RANDOM_BYTES - _SELECTOR_BYTES)
    replacing = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Minted(replacing, digest(replacing))


def selector(token: str) -> str:
    """The hash of the part that a token shares with its replacements; "" for text that is not a token."""
    raw = _raw(token)
    if raw is None:
        return ""
    return hashlib.sha256(b"selector:" + raw[: _OWNER_BYTES + _SELECTOR_BYTES]).hexdigest()[:32]


def digest(token: str) -> str:
    """The hash that is stored for a token. The token is random, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner(token: str) -> int | None:
    """The user that a token claims to belong to; None if it does not have the form of our tokens."""
    raw = _raw(token)
    return None if raw is None else int.from_bytes(raw[:_OWNER_BYTES], "big")


def _raw(token: str) -> bytes | None:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _OWNER_BYTES + _RANDOM_BYTES else None
