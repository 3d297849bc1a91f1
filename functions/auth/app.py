"""Sign in and out: tokens for apps and scripts, a session cookie for web pages, a second factor for both."""

from auth import service
from auth.models import (
    Credentials,
    Me,
    PresentedRefreshToken,
    Refreshed,
    RefreshRequest,
    Rotated,
    SecondFactor,
    SignedIn,
    SignedOut,
    WebSignedOut,
)
from smartexam.accounts import second_factor, sessions
from smartexam.accounts.grants import grant
from smartexam.accounts.sessions import ADMIN_HOME, WebSignedIn
from smartexam.accounts.user import User
from smartexam.api import Access, Api, Reply, Request, redirect
from smartexam.platform.errors import Forbidden
from smartexam.platform.observability import note
from smartexam.platform.principal import portals
from smartexam.talk.realtime.ending import end_sockets

api = Api("auth")

_CREDENTIALS_LIMIT = 16 * 1024
_SIGN_IN_PAGE = "/login"


@api.post("/api/auth/login", access=Access.PUBLIC, takes=Credentials, answers=SignedIn, limit=_CREDENTIALS_LIMIT)
def login(request: Request, body: Credentials) -> SignedIn:
    """Sign in with username, email or roll number and password, for apps.

    Send the access token as `Authorization: Bearer <token>`; it is valid for an hour. The refresh token gets new ones
    from `POST /api/auth/refresh` for 30 days: keep it in the device's keychain. With a second factor, the right
    password is answered with 401 `mfa_required` and an `mfa_token` for `POST /api/auth/mfa`.

    Raises:
        BadRequest: `credentials_required`.
        Unauthorized: `invalid_credentials`, with `attempts_remaining`; also for an account that does not exist.
            `mfa_required`, with `mfa_token`, where the password was right and a code is needed.
        RateLimited: `sign_in_locked` for 15 minutes after three failures;
            `too_many_failures` from one address, or to one account from addresses that it does not know.
        Forbidden: `account_deactivated`.
    """
    user = service.sign_in(body, request.source_ip, request.now)
    second_factor.require(user, "token", request.now)
    return SignedIn(data=grant(request, user))


@api.post("/api/auth/refresh", access=Access.PUBLIC, takes=RefreshRequest, answers=Refreshed | Rotated)
def refresh(request: Request, body: RefreshRequest) -> Refreshed | Rotated:
    """Exchange a refresh token for a new access token, and with `rotate` for a new refresh token too.

    Apps rotate: each refresh token is then used once, and a stolen one is noticed. Store the new one before using it. A
    replaced refresh token still gets a working pair for 30 seconds, because an answer may get lost; using it later
    revokes all tokens of the sign-in. A sign-in ends 90 days after it began, however often its token was rotated.

    Raises:
        Unauthorized: `refresh_token_invalid`, `refresh_token_expired`, or `refresh_token_revoked`.
    """
    if body.rotate:
        return Rotated(data=service.rotate(body.refresh_token, request.now))
    return Refreshed(data=service.refresh(body.refresh_token, request.now))


@api.post("/api/auth/logout", access=Access.PUBLIC, takes=PresentedRefreshToken, answers=SignedOut)
def logout(request: Request, body: PresentedRefreshToken) -> SignedOut:
    """Revoke a refresh token; the access token stays valid until it expires.

    An unknown token is answered in the same way. To end the access token too, delete the session with
    `DELETE /api/account/sessions/{session_id}`.
    """
    service.revoke(body.refresh_token, request.now)
    return SignedOut()


@api.get("/api/auth/me", access=Access.AUTH, answers=Me, before_enrolling=True)
def get_me(request: Request) -> Me:
    """Get the caller's account.

    Clients call it when they start, to show who is signed in and which portals to offer.
    """
    return Me(data=service.profile(request.caller))


@api.post(
    "/login",
    access=Access.PUBLIC,
    takes=Credentials,
    answers=WebSignedIn,
    also={302: None},
    forms=True,
    limit=_CREDENTIALS_LIMIT,
)
def web_login(request: Request, body: Credentials) -> Reply:
    """Sign in on the web, which sets the session cookie. A form posted by a browser is answered with a redirect.

    Raises:
        BadRequest: `credentials_required`.
        Unauthorized: `invalid_credentials`, with `attempts_remaining`; also for an account that does not exist.
            `mfa_required`, with `mfa_token`, where the password was right and a code is needed.
        RateLimited: `sign_in_locked` for 15 minutes after three failures;
            `too_many_failures` from one address, or to one account from addresses that it does not know.
        Forbidden: `foreign_origin`; `account_deactivated`.
    """
    sessions.refuse_foreign_page(request)
    user = service.sign_in(body, request.source_ip, request.now)
    second_factor.require(user, "web", request.now)
    return _signed_in(request, user)


@api.post(
    "/admin/login",
    access=Access.PUBLIC,
    takes=Credentials,
    answers=WebSignedIn,
    also={302: None},
    forms=True,
    limit=_CREDENTIALS_LIMIT,
)
def admin_login(request: Request, body: Credentials) -> Reply:
    """Sign in to the administration with the session cookie, for accounts with `admin` in the role.

    Its failed attempts count together with those of the other sign-ins. A form posted by a browser is answered with a
    redirect.

    Raises:
        BadRequest: `credentials_required`.
        Unauthorized: `invalid_credentials`, with `attempts_remaining`; also for an account that does not exist.
            `mfa_required`, with `mfa_token`, where the password was right and a code is needed.
        RateLimited: `sign_in_locked` for 15 minutes after three failures;
            `too_many_failures` from one address, or to one account from addresses that it does not know.
        Forbidden: `wrong_role`; `foreign_origin`; `account_deactivated`.
    """
    sessions.refuse_foreign_page(request)
    user = service.sign_in(body, request.source_ip, request.now)
    if "admin" not in portals(user.role):
        raise Forbidden("This account has no access to the administration", code="wrong_role")
    second_factor.require(user, "admin", request.now)
    return _signed_in(request, user, ADMIN_HOME)


@api.post(
    "/api/auth/mfa", access=Access.PUBLIC, takes=SecondFactor, answers=SignedIn | WebSignedIn, limit=_CREDENTIALS_LIMIT
)
def complete_mfa(request: Request, body: SecondFactor) -> SignedIn | Reply:
    """Complete a sign-in that needs a second factor; the answer is that of the sign-in, with the cookie if it sets one.

    Send the `mfa_token` of the refused sign-in, within five minutes, with a code of the authenticator app or a recovery
    code; either works only once. After five wrong codes the sign-in begins again with the password. Wrong codes do not
    count as wrong passwords.

    Raises:
        Unauthorized: `mfa_token_invalid`: unknown, used, older than five minutes, or tried five times;
            `mfa_code_invalid`.
        Forbidden: `foreign_origin`.
    """
    user, way = second_factor.complete(body.mfa_token, body.code, request.now)
    note(user_id=user.id)
    if way == "token":
        return SignedIn(data=grant(request, user))
    sessions.refuse_foreign_page(request)
    return _signed_in(request, user, None if way == "web" else ADMIN_HOME)


@api.post("/logout", access=Access.PUBLIC, answers=WebSignedOut, also={302: None})
def web_logout(request: Request) -> Reply:
    """End the session and clear its cookie. A form posted by a browser is answered with a redirect.

    Raises:
        Forbidden: `foreign_origin`.
    """
    ended = sessions.end(request)
    if ended is not None:
        end_sockets(ended[0], session=ended[1])
    return _arrived(request, WebSignedOut(redirect_url=_SIGN_IN_PAGE), sessions.cleared_cookie())


def _signed_in(request: Request, user: User, home: str | None = None) -> Reply:
    cookie = sessions.start(request, user)
    return _arrived(request, sessions.signed_in(user, home), cookie)


def _arrived(request: Request, answer: WebSignedIn | WebSignedOut, cookie: str) -> Reply:
    """JSON for programs; a redirect to the next page for a form posted by a browser."""
    if request.is_form and not request.wants_json:
        return redirect(answer.redirect_url, cookies=(cookie,))
    return Reply(answer, cookies=(cookie,))


lambda_handler = api.handler
