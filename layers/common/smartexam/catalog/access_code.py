"""Access codes of exams: stored as salted hashes, compared in constant time."""

import hashlib
import hmac
import secrets

SHORTEST = 4
LONGEST = 64
# Codes are short and read out to a hall, so a stolen hash must cost something to try; a start must not. 4 ms.
_COST, _BLOCK, _LANES = 2**11, 8, 1


def hashed(code: str) -> str:
    """A code as it is stored: `<salt>$<hash>`, both hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_hash(code, salt)}"


def matches(code: str, stored: str) -> bool:
    """Whether a code is the one that was stored."""
    salt, _, expected = stored.partition("$")
    return hmac.compare_digest(_hash(code, bytes.fromhex(salt)), expected)


def _hash(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32).hex()
