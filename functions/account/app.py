"""One's own account: sign-up, passwords, names, sessions, second factor, export, deletion, requests for a role."""

from collections.abc import Callable

from account import access, passwords, security, service
from account.models import (
    Acknowledged,
    ChangedPassword,
    Confirmation,
    ForgottenPassword,
    MfaCode,
    MfaRemoval,
    MfaSetup,
    Names,
    NewAccount,
    NewPassword,
    NewRecoveryCodes,
    OpenSessions,
    Requestable,
    Requester,
    RequestSubmitted,
    RoleRequest,
)
from smartexam.accounts import sessions
from smartexam.accounts.authenticate import identify
from smartexam.api import Access, Api, Done, Reply, Request
from smartexam.jobs.queue import Accepted
from smartexam.limits.source_limits import Call, take_call
from smartexam.limits.sources import source_of
from smartexam.platform.errors import Forbidden, Unauthorized
from smartexam.platform.principal import Principal
from smartexam.platform.settings import settings

api = Api("account")

_LIMIT = 16 * 1024


def _stranger(call: Call) -> Callable[[Request], str]:
    """Lets in a stranger whose network may still call a route; returns the network's name."""

    def admit(request: Request) -> str:
        source = source_of(request.source_ip)
        take_call(source, call, request.now)
        return source.key

    return admit


@api.post(
    "/create_account",
    access=Access.PUBLIC,
    takes=NewAccount,
    answers=Acknowledged,
    limit=_LIMIT,
    keeps_answer=_stranger("create_account"),
)
def create_account(request: Request, body: NewAccount) -> Acknowledged:
    """Ask for an account; a link to set the password is mailed. The answer does not reveal whether the email is taken.

    Raises:
        Forbidden: `sign_up_closed`.
        RateLimited: `rate_limited`: too many calls from one address.
    """
    service.create_account(body, settings().optional("ADMIN_EMAIL"), request.now)
    return Acknowledged(message="If this email can be used, a link to set your password has been sent to it.")


@api.post("/api/set-password", access=Access.PUBLIC, takes=NewPassword, answers=Acknowledged, limit=_LIMIT)
def set_password(request: Request, body: NewPassword) -> Acknowledged:
    """Set a password with the token of a mailed link; this ends all sessions of the account.

    A link works once, for an hour. A newer link replaces it, unless it was mailed less than five minutes before. A
    password has 10 to 128 characters, is not a common one, and is not made of the account's names or email.

    Raises:
        BadRequest: `link_invalid`; `invalid_fields` if the password does not meet the policy.
    """
    passwords.set_by_link(body, settings().optional("ADMIN_EMAIL"), request.now)
    return Acknowledged(message="Your password has been set. You can sign in now.")


@api.post(
    "/api/request-password-reset", access=Access.PUBLIC, takes=ForgottenPassword, answers=Acknowledged, limit=_LIMIT
)
def request_password_reset(request: Request, body: ForgottenPassword) -> Acknowledged:
    """Ask for a link to set a new password. The answer does not reveal whether the account exists.

    Raises:
        RateLimited: `rate_limited`: too many calls from one address.
    """
    take_call(source_of(request.source_ip), "password_reset", request.now)
    service.request_password_reset(body.email)
    return Acknowledged(message="If an account exists with this email, a reset link has been sent.")


@api.post("/api/validate-user-for-request", access=Access.PUBLIC, takes=Requester, answers=Requestable, limit=_LIMIT)
def validate_user_for_request(request: Request, body: Requester) -> Requestable:
    """Get the roles that an account may ask for.

    Clients call it before they offer `POST /api/submit-access-request`. Username and email must belong to the same
    account.

    Raises:
        NotFound: `no_such_account`.
        RateLimited: `rate_limited`: too many calls from one address, or about one account.
    """
    take_call(source_of(request.source_ip), "validate_user", request.now)
    return access.requestable(body, _signed_in(request), request.now)


@api.post(
    "/api/submit-access-request",
    access=Access.PUBLIC,
    takes=RoleRequest,
    answers=RequestSubmitted,
    limit=_LIMIT,
    keeps_answer=_stranger("access_request"),
)
def submit_access_request(request: Request, body: RoleRequest) -> RequestSubmitted:
    """Ask for another role; an administrator decides.

    An account can have one pending request at a time.

    Raises:
        BadRequest: `request_pending`, `access_not_available`, `access_changed`, or `invalid_fields`.
        NotFound: `no_such_account`.
        RateLimited: `rate_limited`: too many calls from one address, or about one account.
    """
    return RequestSubmitted(request_id=access.submit(body, _signed_in(request), request.now))


@api.delete("/api/account/access-request", access=Access.AUTH, answers=Done)
def withdraw_access_request(request: Request) -> Done:
    """Withdraw the pending request for your account's role, also if somebody else sent it.

    Afterwards another request can be submitted.

    Raises:
        NotFound: `request_not_pending`.
    """
    access.withdraw(request.caller)
    return Done()


@api.post("/api/delete-account", access=Access.AUTH, takes=Confirmation, answers=Done, limit=_LIMIT)
def delete_account(request: Request, body: Confirmation) -> Reply:
    """Permanently delete one's account with all data that belongs only to it.

    Comments and messages to groups keep their place, with a placeholder instead of the text and without the name. All
    sessions end; the rest is deleted in the background.

    Raises:
        BadRequest: `not_confirmed`.
        Conflict: `last_admin`.
    """
    service.delete_account(request.caller, body.confirm, request.now)
    return Reply(Done(), cookies=(sessions.cleared_cookie(),))


@api.put("/api/account/profile", access=Access.AUTH, takes=Names, answers=Done, limit=_LIMIT)
def change_profile(request: Request, body: Names) -> Done:
    """Change your own names; the username stays.

    The first name must not be empty; the last name may be.
    """
    service.change_names(request.caller, body.first_name, body.last_name, request.now)
    return Done()


@api.post("/api/account/change-password", access=Access.AUTH, takes=ChangedPassword, answers=Done, limit=_LIMIT)
def change_password(request: Request, body: ChangedPassword) -> Done:
    """Change your own password. This session stays, all others end, and a mail reports the change.

    Raises:
        BadRequest: `invalid_fields` where the new password does not meet the policy.
        Forbidden: `wrong_password`, which counts like a failed sign-in.
        RateLimited: `sign_in_locked` for 15 minutes after three wrong passwords; `too_many_failures`.
    """
    security.change_password(request.caller, body, request.source_ip, request.now)
    return Done()


@api.get("/api/account/sessions", access=Access.AUTH, answers=OpenSessions)
def list_sessions(request: Request) -> OpenSessions:
    """List your own sessions: browsers, apps and connections, the newest first.

    `current` marks the session of this request. An `id` ends its session with
    `DELETE /api/account/sessions/{session_id}`.
    """
    return OpenSessions(security.sessions_of(request.caller, request.now))


@api.delete("/api/account/sessions/<session_id>", access=Access.AUTH, answers=Done)
def end_session(request: Request, session_id: str) -> Done:
    """End one of your own sessions; its tokens are refused within seconds.

    This is for a lost device, or for a sign-in that the owner does not recognise. Ids come from
    `GET /api/account/sessions`.

    Raises:
        Forbidden: `sign_in_again` for any but the current session, if you signed in more than an hour ago.
        NotFound: `session_not_found`.
    """
    security.end_session(request.caller, session_id, request.now)
    return Done()


@api.post("/api/account/sessions/end-others", access=Access.AUTH, answers=Done)
def end_other_sessions(request: Request) -> Done:
    """End all of your own sessions except the current one; their tokens are refused within seconds.

    The password and the second factor stay as they are.

    Raises:
        Forbidden: `sign_in_again` if you signed in more than an hour ago.
    """
    security.end_other_sessions(request.caller, request.now)
    return Done()


@api.post("/api/account/mfa/setup", access=Access.AUTH, answers=MfaSetup, keeps_answer=False, before_enrolling=True)
def begin_mfa(request: Request) -> MfaSetup:
    """Begin to set up a second factor (TOTP), which takes effect when a code confirms it.

    Show `otpauth_url` as a QR code, or `secret` as text, for an authenticator app (SHA-1, 6 digits, 30 seconds), and
    send a code of the app to `POST /api/account/mfa/confirm`. Until then, signing in stays as it is.

    Raises:
        Conflict: `mfa_on`.
        Forbidden: `sign_in_again` if you signed in more than an hour ago.
    """
    return security.begin_mfa(request.caller, request.now)


@api.post(
    "/api/account/mfa/confirm",
    access=Access.AUTH,
    takes=MfaCode,
    answers=NewRecoveryCodes,
    limit=_LIMIT,
    keeps_answer=False,
    before_enrolling=True,
)
def confirm_mfa(request: Request, body: MfaCode) -> NewRecoveryCodes:
    """Enable the second factor with a first code; the answer has ten recovery codes, which are shown only once.

    From then on each sign-in needs a code. A recovery code replaces one, once, if the authenticator app is lost. Lost
    recovery codes cannot be shown again: remove the second factor and set it up anew.

    Raises:
        BadRequest: `mfa_code_invalid`.
        Conflict: `mfa_on`, `mfa_not_begun`.
        RateLimited: `rate_limited`: too many codes were tried.
    """
    return security.confirm_mfa(request.caller, body.code, request.now)


@api.post("/api/account/mfa/disable", access=Access.AUTH, takes=MfaRemoval, answers=Done, limit=_LIMIT)
def disable_mfa(request: Request, body: MfaRemoval) -> Done:
    """Remove the second factor, with the password and a code or a recovery code.

    Afterwards the password alone is enough to sign in. A wrong password counts like a failed sign-in.

    Raises:
        Conflict: `mfa_not_on`.
        Forbidden: `wrong_password`, which counts like a failed sign-in; `mfa_code_invalid`.
        RateLimited: `sign_in_locked`, `too_many_failures`; `rate_limited`: too many codes were tried.
    """
    security.disable_mfa(request.caller, body, request.source_ip, request.now)
    return Done()


@api.get("/api/account/export", access=Access.AUTH, also={202: Accepted})
def export_account(request: Request) -> Reply:
    """Ask for all that is stored of yourself, as a ZIP file of JSON, which a job writes.

    While an export is being written, its job is returned again. It contains results as far as they are visible, and
    while you sit an exam nothing that is closed then.

    Raises:
        Forbidden: `foreign_origin`: another site asks with the caller's cookie.
        RateLimited: `rate_limited`, ten requests in a day.
    """
    if request.caller.by_cookie:
        # A GET that begins work, so it needs the check that other changes have.
        sessions.refuse_foreign_page(request)
    return Reply(service.export(request.caller, request.now), status=202)


@api.post("/_ping", access=Access.AUTH)
def ping(request: Request) -> None:
    """Check that the session is valid (204).

    Web pages call it to notice that the session has ended: then it is 401 with `reason` `no_session`.
    """
    del request


def _signed_in(request: Request) -> Principal | None:
    """The signed-in caller on a public route; None without valid credentials."""
    try:
        return identify(request.method, request.headers, request.cookies, request.now)
    except (Unauthorized, Forbidden):
        return None


lambda_handler = api.handler
