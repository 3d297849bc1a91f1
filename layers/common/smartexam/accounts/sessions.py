"""Cookie sessions of browsers: begun, ended, and kept from pages that are not ours."""

from smartexam.accounts.authenticate import SESSION_COOKIE, refuse_foreign_origin
from smartexam.accounts.store import sessions
from smartexam.accounts.store.identity import User
from smartexam.platform.http.request import Request

_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Lax"


def start(request: Request, user: User) -> str:
    """Begin a session and return its whole `Set-Cookie` value.

    The token is always new, and a session that the browser had before ends: nobody can plant a token and have
    somebody else sign in to it.
    """
    _end_presented(request)
    token = sessions.start_session(user, request.now)
    return f"{SESSION_COOKIE}={token}; Max-Age={sessions.SESSION_SECONDS}; {_ATTRIBUTES}"


def end(request: Request) -> str:
    """End the browser's session, if any, and return the `Set-Cookie` value that clears its cookie.

    Raises:
        Forbidden: a foreign page sent the browser here.
    """
    if SESSION_COOKIE in request.cookies:
        refuse_foreign_origin(request.headers)
    _end_presented(request)
    return cleared_cookie()


def cleared_cookie() -> str:
    """The `Set-Cookie` value that makes a browser forget its session."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def refuse_foreign_page(request: Request) -> None:
    """Refuse a sign-in that a foreign page posts: its visitor would work in somebody else's account unawares.

    Raises:
        Forbidden: the page behind the request is not ours.
    """
    refuse_foreign_origin(request.headers)


def _end_presented(request: Request) -> None:
    presented = request.cookies.get(SESSION_COOKIE)
    if presented:
        sessions.end_session(presented)
