"""Password hashes: argon2id, 19 MiB, two passes, one lane (the OWASP minimum for interactive sign-in)."""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

_LONGEST_PASSWORD = 128
# The hash of a random password that was not kept, with the same parameters.
_DECOY = "$argon2id$v=19$m=19456,t=2,p=1$P8gtrDLxSH2ei7uHjF7lnw$RsWUAFrxmJdBY+tlrjFuUDgq2TxuE1xvphc7omz7S4w"


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def normalised(password: str) -> str:
    """A password in the form that is hashed: keyboards type the same letters in different Unicode forms."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The hash to store for a password."""
    return _hasher().hash(normalised(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether a password is right.

    Without a hash (no such account, or no password yet) it returns False after the same time, because the duration of
    an answer must not reveal whether an account exists.
    """
    candidate = password if len(password) <= _LONGEST_PASSWORD else ""
    # Older hashes are of the password as it was typed, not normalised.
    is_right = any(_matches(password_hash or _DECOY, form) for form in sorted({normalised(candidate), candidate}))
    return is_right and password_hash is not None and candidate != ""


def _matches(password_hash: str, candidate: str) -> bool:
    try:
        return _hasher().verify(password_hash, candidate)
    except (VerificationError, InvalidHashError):
        return False
