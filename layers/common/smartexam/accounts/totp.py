"""Time-based one-time passwords (RFC 6238): SHA-1, 6 digits, steps of 30 seconds, as authenticator apps expect."""

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# Clocks of phones may be one step off.
DRIFT_STEPS = 1
ISSUER = "SmartExam"
_SECRET_BYTES = 20


def new_secret() -> str:
    """A random secret, in base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def otpauth_url(secret: str, username: str) -> str:
    """The address that an authenticator app reads from a QR code."""
    label = quote(f"{ISSUER}:{username}")
    values = {"secret": secret, "issuer": ISSUER, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(values)}"


def code_at(secret: str, step: int) -> str:
    """The code of a step."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, now: float) -> int | None:
    """The step of a code if it is the current one or a neighbour; None if the code is wrong."""
    present = int(now // STEP_SECONDS)
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        try:
            is_right = step >= 0 and hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        except (binascii.Error, ValueError):
            return None
        if is_right:
            found = step
    return found
