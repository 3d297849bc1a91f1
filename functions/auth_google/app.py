"""The route of the Google sign-in."""

import msgspec

from auth_google import service, verification
from auth_google.models import GoogleCredential, GoogleGrant, GoogleSignedIn
from smartexam.accounts import second_factor
from smartexam.accounts.grants import grant
from smartexam.api import Access, Api, Request
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
    identity = verification.verified(body.id_token, body.nonce, request.now)
    user, is_new = service.sign_in(identity, request.now)
    note(user_id=user.id)
    second_factor.require(user, "token", request.now)
    granted = msgspec.structs.asdict(grant(request, user))
    return GoogleSignedIn(data=GoogleGrant(**granted, is_new_user=is_new))


lambda_handler = api.handler
