"""The answer to a successful sign-in of an app: an access token, a refresh token and the account."""

from typing import Literal

import msgspec

from smartexam.accounts import tokens
from smartexam.accounts.store import credentials
from smartexam.accounts.store.identity import User
from smartexam.platform.principal import portals


class GrantedUser(msgspec.Struct, frozen=True):
    """The account in the answer to a sign-in."""

    id: int
    username: str
    full_name: str
    role: str


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a new sign-in; `expires_in` is the lifetime of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    available_portals: list[str]
    user: GrantedUser


def grant(user: User, now: float) -> Grant:
    """Issue tokens to an account that has just authenticated; one database write."""
    return Grant(
        access_token=tokens.issue(user.principal(), now),
        refresh_token=credentials.issue_refresh_token(user, now),
        expires_in=tokens.LIFETIME_SECONDS,
        available_portals=portals(user.role),
        user=GrantedUser(user.id, user.username, user.full_name, user.role),
    )
