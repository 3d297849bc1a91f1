"""Access tokens: JWTs signed with HS256, valid for one hour.

Claims: `sub` the user's id, `type` "access", `role`, `usr` the username, `name` the full name, `ver` the account's
auth version, `sid` the session, `iss`, `aud`, `iat`, `exp`, and `enrol` if the account must set up a second factor. The
times are checked here, because PyJWT does not accept a clock.
"""

import json
from functools import lru_cache
from typing import Any, get_args

import jwt

from smartexam.platform.errors import Unauthorized
from smartexam.platform.principal import Principal, Role
from smartexam.platform.signing_keys import key_id, signing_keys

LIFETIME_SECONDS = 3600
# Clocks of machines differ slightly; we cannot have issued a token from further in the future.
_CLOCK_SKEW_SECONDS = 10
_ALGORITHM = "HS256"
_ISSUER, _AUDIENCE = "smartexam", "smartexam-api"
_ROLES = get_args(Role)
# The code of every refusal for lack of a valid credential, whichever credential it was.
NO_SESSION = "no_session"
_DECODER_OPTIONS: Any = {
    "require": ["sub", "exp", "iat"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}


def issue(principal: Principal, now: float) -> str:
    """An access token for a principal, valid from now."""
    key = signing_keys().current
    claims = {
        "sub": str(principal.user_id),
        "type": "access",
        "role": principal.role,
        "usr": principal.username,
        "name": principal.full_name,
        "ver": principal.version,
        "sid": principal.session,
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "iat": int(now),
        "exp": int(now) + LIFETIME_SECONDS,
        **({"enrol": True} if principal.must_enrol else {}),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": key_id(key)})


def verify(token: str, now: float) -> Principal:
    """The principal that an access token names.

    Raises:
        Unauthorized: `token_expired_or_invalid`, for every reason.
    """
    claims = _claims(token)
    try:
        fresh = claims["iat"] <= now + _CLOCK_SKEW_SECONDS and now < claims["exp"]
        principal = Principal(
            user_id=int(claims["sub"]),
            role=claims["role"],
            username=claims["usr"],
            full_name=claims["name"],
            version=int(claims["ver"]),
            session=str(claims.get("sid", "")),
            ends_at=float(claims["exp"]),
            must_enrol=claims.get("enrol") is True,
        )
    except (KeyError, TypeError, ValueError):
        raise rejected() from None
    is_named = isinstance(claims["usr"], str) and isinstance(claims["name"], str)
    is_ours = (claims.get("iss"), claims.get("aud")) == (_ISSUER, _AUDIENCE)
    is_access = claims.get("type") == "access" and principal.role in _ROLES
    if not (fresh and is_named and is_ours and is_access):
        raise rejected()
    return principal


def _claims(token: str) -> dict[str, Any]:
    try:
        named = _named_key(token.partition(".")[0])
        keys = {key_id(key): key for key in signing_keys().accepted}
        if named not in keys:
            # Signed with a key newer than our cache, or with none of ours.
            keys = {key_id(key): key for key in signing_keys(fresh=True).accepted}
        claims = _signed_claims(token, keys[named])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, json.JSONDecodeError):
        raise rejected() from None
    if not isinstance(claims, dict):
        raise rejected()
    return claims


@lru_cache(maxsize=1024)
def _signed_claims(token: str, key: bytes) -> Any:
    """The claims of a token with a valid signature; callers must not modify them.

    The result is cached, because a client sends the same token for an hour while it saves answers. Times are checked on
    every request; errors are not cached.
    """
    return jwt.decode(token, key, algorithms=[_ALGORITHM], options=_DECODER_OPTIONS)


@lru_cache(maxsize=16)
def _named_key(head: str) -> str:
    """The key that a token's header names; cached, because all tokens of one key have the same header."""
    return str(jwt.get_unverified_header(f"{head}.e30.").get("kid"))


def rejected() -> Unauthorized:
    """The error for every token that is not valid."""
    return Unauthorized("token_expired_or_invalid", code="token_expired_or_invalid", reason=NO_SESSION)
