"""The answer to a successful sign-in of an app: an access token, a refresh token and the account."""

from typing import Literal

import msgspec

from smartexam.accounts import tokens
from smartexam.accounts.store import refresh_tokens
from smartexam.accounts.store.sessions import user_agent
from smartexam.accounts.user import User
from smartexam.platform.http.request import Request
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


def grant(request: Request, user: User) -> Grant:
    """Issue tokens to an account that has just authenticated; one database write."""
    now = request.now
    issued = refresh_tokens.issue(user, now, user_agent(request.headers.get("user-agent", "")))
    return Grant(
        access_token=tokens.issue(user.principal(issued.session), now),
        refresh_token=issued.token,
        expires_in=tokens.LIFETIME_SECONDS,
        available_portals=portals(user.role),
        user=GrantedUser(user.id, user.username, user.full_name, user.role),
    )
