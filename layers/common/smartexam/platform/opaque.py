"""Opaque tokens: random, stored only as a hash, and naming their owner's partition.

A token is its owner's id followed by 256 random bits, in URL-safe base64. The id is no secret (it is in every access
token) and proves nothing; it lets all tokens of a user lie in that user's partition, where they can be listed and
deleted, while a look-up stays one read.
"""

import base64
import binascii
import hashlib
import secrets
from typing import NamedTuple

_OWNER_BYTES = 8
_RANDOM_BYTES = 32


class Minted(NamedTuple):
    """A new token: what the client gets, and what is stored."""

    token: str
    digest: str


def mint(owner: int) -> Minted:
    """A fresh token that belongs to a user."""
    raw = owner.to_bytes(_OWNER_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Minted(token, digest(token))


def digest(token: str) -> str:
    """What is stored in place of a token. The token is random, so a plain hash cannot be guessed backwards."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner(token: str) -> int | None:
    """The user that a token claims to belong to; None if it is none of ours by its form."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(raw[:_OWNER_BYTES], "big") if len(raw) == _OWNER_BYTES + _RANDOM_BYTES else None
