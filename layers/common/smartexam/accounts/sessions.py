"""Starts and ends browsers' cookie sessions, and protects them from foreign pages."""

import math
from typing import Literal

import msgspec

from smartexam.accounts.authenticate import SESSION_COOKIE, presented, refuse_foreign_origin
from smartexam.accounts.store import sessions
from smartexam.accounts.user import User
from smartexam.platform.http.request import Request
from smartexam.platform.principal import portals

STUDENT_HOME, ADMIN_HOME = "/dashboard", "/admin/dashboard"
_SET_UP = "/second-factor"
_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Lax"


class WebSignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a web sign-in by JSON."""

    success: Literal[True] = True
    available_portals: list[str]
    redirect_url: str


def signed_in(user: User, home: str | None = None) -> WebSignedIn:
    """The answer to a web sign-in, which leads to the students' pages where the account may see them, or to setting up
    the second factor that it must have."""
    open_to = portals(user.role)
    usual = STUDENT_HOME if "user" in open_to else ADMIN_HOME
    return WebSignedIn(available_portals=open_to, redirect_url=_SET_UP if user.must_enrol else home or usual)


def start(request: Request, user: User) -> str:
    """Start a session and return the whole value of its `Set-Cookie` header.

    The token is always new and the browser's former session ends, so an attacker cannot plant a token that becomes
    signed in.
    """
    _end_presented(request)
    agent = sessions.user_agent(request.headers.get("user-agent", ""))
    return _cookie(sessions.start_session(user, request.now, agent), sessions.SESSION_SECONDS)


def keep_until(request: Request, until: float) -> tuple[str, ...]:
    """Extend the caller's cookie session, if the request has one, to a time at least.

    Returns:
        The `Set-Cookie` values that extend the browser's cookie as well.
    """
    token, caller = presented(request.cookies), request.caller
    if not token or not caller.by_cookie or caller.ends_at >= until:
        return ()
    sessions.extend_session(token, until, request.now)
    return (_cookie(token, math.ceil(until - request.now)),)


def end(request: Request) -> tuple[int, str] | None:
    """End the browser's session; returns its user and its id, None if there was none.

    Raises:
        Forbidden: a foreign page made the browser send the request.
    """
    if presented(request.cookies):
        refuse_foreign_origin(request.headers)
    return _end_presented(request)


def cleared_cookie() -> str:
    """The `Set-Cookie` value that deletes the session cookie."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def refuse_foreign_page(request: Request) -> None:
    """Refuse a sign-in that a foreign page posts, which would make its visitor work in the attacker's account unawares.

    Raises:
        Forbidden: the page behind the request is not ours.
    """
    refuse_foreign_origin(request.headers)


def _end_presented(request: Request) -> tuple[int, str] | None:
    token = presented(request.cookies)
    return sessions.end_session(token) if token else None


def _cookie(token: str, seconds: int) -> str:
    return f"{SESSION_COOKIE}={token}; Max-Age={seconds}; {_ATTRIBUTES}"
