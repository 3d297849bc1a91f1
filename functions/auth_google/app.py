"""The route of the Google sign-in."""

import msgspec

from auth_google import service, verification
from auth_google.models import (
    GoogleClient,
    GoogleClientFound,
    GoogleCredential,
    GoogleGrant,
    GoogleSignedIn,
    GoogleWebCredential,
)
from smartexam.accounts import second_factor, sessions
from smartexam.accounts.grants import grant
from smartexam.accounts.sessions import WebSignedIn
from smartexam.accounts.user import User
from smartexam.api import Access, Api, Reply, Request
from smartexam.platform.observability import note

api = Api("auth_google")

_LIMIT = 16 * 1024


@api.post("/api/auth/google", access=Access.PUBLIC, takes=GoogleCredential, answers=GoogleSignedIn, limit=_LIMIT)
def sign_in_with_google(request: Request, body: GoogleCredential) -> GoogleSignedIn:
    """Sign in with a Google ID token; the account is created, or linked by its verified email.

    The app gets the ID token from Google's SDK. `is_new_user` tells whether an account was created.

    Raises:
        BadRequest: `id_token_required`.
        Unauthorized: `google_token_invalid`; `mfa_required`, with `mfa_token`, where a code is needed.
        Forbidden: `sign_up_closed` for an address without an account; `account_deactivated`.
        Unavailable: `google_not_configured`, or `google_unavailable`.
    """
    user, is_new = _account(body.id_token, body.nonce, request.now)
    second_factor.require(user, "token", request.now)
    granted = msgspec.structs.asdict(grant(request, user))
    return GoogleSignedIn(data=GoogleGrant(**granted, is_new_user=is_new))


@api.get("/api/auth/google/client", access=Access.PUBLIC, answers=GoogleClientFound)
def get_google_client(request: Request) -> GoogleClientFound:
    """Get the client id with which a web page sends browsers to Google's sign-in.

    It is null where signing in with Google is not set up.
    """
    del request
    return GoogleClientFound(data=GoogleClient(next(iter(verification.clients()), None)))


@api.post("/login/google", access=Access.PUBLIC, takes=GoogleWebCredential, answers=WebSignedIn, limit=_LIMIT)
def web_login_with_google(request: Request, body: GoogleWebCredential) -> Reply:
    """Sign in on the web with a Google ID token, which sets the session cookie.

    The page sends the browser to Google with a nonce of its own, and gets the ID token in the fragment of the address
    to which Google redirects. Accounts are created and linked as by `POST /api/auth/google`.

    Raises:
        BadRequest: `id_token_required`.
        Unauthorized: `google_token_invalid`, also for another nonce; `mfa_required`, with `mfa_token`, where a code is
            needed.
        Forbidden: `foreign_origin`; `sign_up_closed` for an address without an account; `account_deactivated`.
        Unavailable: `google_not_configured`, or `google_unavailable`.
    """
    sessions.refuse_foreign_page(request)
    user, _ = _account(body.id_token, body.nonce, request.now)
    second_factor.require(user, "web", request.now)
    return Reply(sessions.signed_in(user), cookies=(sessions.start(request, user),))


def _account(id_token: str | None, nonce: str | None, now: float) -> tuple[User, bool]:
    user, is_new = service.sign_in(verification.verified(id_token, nonce, now), now)
    note(user_id=user.id)
    return user, is_new


lambda_handler = api.handler
