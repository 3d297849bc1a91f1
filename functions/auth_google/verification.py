"""Verifies Google ID tokens with google-auth."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError, TransportError
from google.oauth2 import id_token as google_id_token

from auth_google.certificates import Certificates
from smartexam.accounts.store.identity import normalised
from smartexam.platform.errors import BadRequest, Unauthorized, Unavailable
from smartexam.platform.settings import settings

_CERTIFICATES_URL = "https://www.googleapis.com/oauth2/v1/certs"
_ISSUERS = ("accounts.google.com", "https://accounts.google.com")
_CLOCK_SKEW_SECONDS = 10
_LONGEST_SUBJECT = 255
# All errors of google-auth for malformed tokens.
_NO_TOKEN = (GoogleAuthError, ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True, slots=True)
class GoogleIdentity:
    """The Google account that has signed in; `email` is verified by Google, names may be empty."""

    subject: str
    email: str
    given_name: str
    family_name: str
    name: str


def verified(id_token: str | None, nonce: str | None, now: float) -> GoogleIdentity:
    """The Google account of an ID token, after checking signature, audience, times, issuer and that the address is
    verified.

    Raises:
        BadRequest: there is no token.
        Unauthorized: the token is not valid, for any reason.
        Unavailable: Google sign-in is not configured, or Google's certificates cannot be fetched.
    """
    if not id_token:
        raise BadRequest("id_token required", code="id_token_required")
    # A malformed token is refused even if Google sign-in is not configured.
    key_id = _key_id(id_token)
    audience = clients()
    if not audience:
        raise Unavailable("Google sign-in is not configured", code="google_not_configured")
    claims = _claims(id_token, key_id, audience, now)
    subject, email = claims.get("sub"), claims.get("email")
    is_good = (
        claims.get("iss") in _ISSUERS
        and claims["iat"] <= now + _CLOCK_SKEW_SECONDS
        and now < claims["exp"] + _CLOCK_SKEW_SECONDS
        and claims.get("email_verified") is True
        # With a nonce, tokens that were issued for another sign-in are rejected.
        and (nonce is None or claims.get("nonce") == nonce)
        and isinstance(subject, str)
        and 0 < len(subject) <= _LONGEST_SUBJECT
        and isinstance(email, str)
        and "@" in email
        # Addresses are compared case folded, which equates different letters, such as the Kelvin sign and k. Ours are
        # ASCII, so another one would be linked to somebody else's account.
        and email.isascii()
    )
    if not is_good:
        raise _rejected()
    names = (str(claims.get(name) or "") for name in ("given_name", "family_name", "name"))
    return GoogleIdentity(str(subject), normalised(str(email)), *names)


def clients() -> list[str]:
    """The OAuth client ids whose tokens are taken, the web app's first; none if Google sign-in is not set up."""
    named = (settings().optional("GOOGLE_CLIENT_ID") or "").split(",")
    return [each.strip() for each in named if each.strip()]


def _key_id(id_token: str) -> object:
    try:
        return jwt.decode_header(id_token).get("kid")  # type: ignore[no-untyped-call]
    except _NO_TOKEN:
        raise _rejected() from None


def _claims(id_token: str, key_id: object, audience: list[str], now: float) -> Mapping[str, Any]:
    url = settings().optional("GOOGLE_CERTS_URL") or _CERTIFICATES_URL
    # google-auth reads the machine's clock. On a developer's machine ours may be offset, so google-auth gets that much
    # leniency and the times are checked again with our clock.
    leniency = int(abs(now - time.time())) + _CLOCK_SKEW_SECONDS
    try:
        certificates()(url)
    except TransportError as error:
        raise Unavailable("Google sign-in is not available at the moment", code="google_unavailable") from error
    try:
        if isinstance(key_id, str):
            certificates().renew_if_without(url, key_id)
        return google_id_token.verify_token(
            id_token, certificates(), audience=audience, certs_url=url, clock_skew_in_seconds=leniency
        )
    except TransportError as error:
        raise Unavailable("Google sign-in is not available at the moment", code="google_unavailable") from error
    except _NO_TOKEN:
        raise _rejected() from None


@lru_cache(maxsize=1)
def certificates() -> Certificates:
    """This process's copy of Google's certificates."""
    return Certificates()


def _rejected() -> Unauthorized:
    return Unauthorized("Invalid Google token", code="google_token_invalid")
