"""Starts and ends browsers' cookie sessions, and protects them from foreign pages."""

from smartexam.accounts.authenticate import SESSION_COOKIE, refuse_foreign_origin
from smartexam.accounts.store import sessions
from smartexam.accounts.store.identity import User
from smartexam.platform.http.request import Request

_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Lax"


def start(request: Request, user: User) -> str:
    """Start a session and return the whole value of its `Set-Cookie` header.

    The token is always new and the browser's former session ends, so an attacker cannot plant a token that becomes
    signed in.
    """
    _end_presented(request)
    token = sessions.start_session(user, request.now)
    return f"{SESSION_COOKIE}={token}; Max-Age={sessions.SESSION_SECONDS}; {_ATTRIBUTES}"


def end(request: Request) -> str:
    """End the browser's session, if any, and return the `Set-Cookie` value that clears its cookie.

    Raises:
        Forbidden: a foreign page made the browser send the request.
    """
    if SESSION_COOKIE in request.cookies:
        refuse_foreign_origin(request.headers)
    _end_presented(request)
    return cleared_cookie()


def cleared_cookie() -> str:
    """The `Set-Cookie` value that deletes the session cookie."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def refuse_foreign_page(request: Request) -> None:
    """Refuse a sign-in that a foreign page posts, which would make its visitor work in the attacker's account unawares.

    Raises:
        Forbidden: the page behind the request is not ours.
    """
    refuse_foreign_origin(request.headers)


def _end_presented(request: Request) -> None:
    presented = request.cookies.get(SESSION_COOKIE)
    if presented:
        sessions.end_session(presented)
