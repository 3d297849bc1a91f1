"""What a Google ID token proves, by google-auth's own verification."""

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
# Everything google-auth lets out for tokens that are no tokens.
_NO_TOKEN = (GoogleAuthError, ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True, slots=True)
class GoogleIdentity:
    """A Google account that has just signed in; `email` is verified by Google, names may be empty."""

    subject: str
    email: str
    given_name: str
    family_name: str
    name: str


def verified(id_token: str | None, now: float) -> GoogleIdentity:
    """The Google account that an ID token is about.

    Signature, audience, times, issuer and that the address is verified are checked.

    Raises:
        BadRequest: there is no token.
        Unauthorized: the token proves nothing, whatever is wrong with it.
        Unavailable: Google sign-in is not set up, or Google's certificates cannot be fetched.
    """
    if not id_token:
        raise BadRequest("id_token required", code="id_token_required")
    # What is no token by its form is none on any server, set up or not.
    key_id = _key_id(id_token)
    audience = [part.strip() for part in (settings().optional("GOOGLE_CLIENT_ID") or "").split(",") if part.strip()]
    if not audience:
        raise Unavailable("Google sign-in is not configured", code="google_not_configured")
    claims = _claims(id_token, key_id, audience, now)
    subject, email = claims.get("sub"), claims.get("email")
    is_good = (
        claims.get("iss") in _ISSUERS
        and claims["iat"] <= now + _CLOCK_SKEW_SECONDS
        and now < claims["exp"] + _CLOCK_SKEW_SECONDS
        and claims.get("email_verified") is True
        and isinstance(subject, str)
        and 0 < len(subject) <= _LONGEST_SUBJECT
        and isinstance(email, str)
        and "@" in email
        # Addresses are compared case folded, which makes letters alike that are not, such as the Kelvin sign and k.
        # Ours are ASCII (they get mail): one that is not would be linked to an account of somebody else.
        and email.isascii()
    )
    if not is_good:
        raise _rejected()
    names = (str(claims.get(name) or "") for name in ("given_name", "family_name", "name"))
    return GoogleIdentity(str(subject), normalised(str(email)), *names)


def _key_id(id_token: str) -> object:
    try:
        return jwt.decode_header(id_token).get("kid")  # type: ignore[no-untyped-call]
    except _NO_TOKEN:
        raise _rejected() from None


def _claims(id_token: str, key_id: object, audience: list[str], now: float) -> Mapping[str, Any]:
    url = settings().optional("GOOGLE_CERTS_URL") or _CERTIFICATES_URL
    # google-auth reads the machine's clock and lets none be passed in. Ours may be set forward by hand on a
    # developer's machine: by as much it is made lenient, and the times are checked again by ours.
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
