"""The rules of an account's sessions, password and second factor."""

import hashlib
from collections.abc import Iterable

from account import passwords
from account.models import ChangedPassword, MfaRemoval, MfaSetup, NewRecoveryCodes, SessionKind, SessionRow
from smartexam.accounts import second_factor, totp
from smartexam.accounts.authenticate import current
from smartexam.accounts.proving import prove
from smartexam.accounts.store import accounts, identity, refresh_tokens, second_factors, sessions
from smartexam.accounts.store.accounts import Overtaken
from smartexam.accounts.store.refresh_tokens import SignedInApp
from smartexam.accounts.store.sessions import WebSession
from smartexam.accounts.user import User
from smartexam.limits.source_limits import take_code
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Conflict, Forbidden, NotFound
from smartexam.platform.principal import Principal
from smartexam.platform.times import iso
from smartexam.talk.realtime.ending import close, end_sockets
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Socket

# As long as an access token is valid: whoever has one from a sign-in need not sign in again meanwhile.
_RECENT_SECONDS = 3600
_SOCKET_ID_CHARACTERS = 32


def change_password(caller: Principal, wanted: ChangedPassword, source_ip: str, now: float) -> None:
    """Change the caller's password; this session stays and all others end.

    Raises:
        Forbidden: the current password is wrong.
        InvalidFields: the new one is not accepted.
        RateLimited: too many wrong passwords.
    """
    user = _account(caller)
    prove(user, wanted.current_password, source_ip, now)
    passwords.change(user, wanted, caller.session, now)
    end_sockets(user.id, but=caller.session)


def sessions_of(caller: Principal, now: float) -> list[SessionRow]:
    """The sessions of the caller, the newest first."""
    user = _account(caller)
    rows = [
        *_rows("web", user, caller, sessions.of_user(user.id, now)),
        *_rows("token", user, caller, refresh_tokens.of_user(user.id, now)),
    ]
    for socket in sockets.of_users([user.id]).get(user.id, ()):
        if user.accepts(socket.version, socket.session) and not (socket.has_ended(now) or socket.is_forgotten(now)):
            times = iso(socket.connected_at), iso(socket.heard_at)
            rows.append(SessionRow(_socket_id(socket), "socket", *times, "", current=False))
    return sorted(rows, key=lambda row: row.created_at, reverse=True)


def end_session(caller: Principal, session: str, now: float) -> None:
    """End one session of the caller and close its connections.

    Raises:
        Forbidden: it is another session, and the caller did not sign in recently.
        NotFound: the caller has no such session.
    """
    user = _account(caller)
    if session != caller.session:
        _require_recent_sign_in(caller, now)
    if sessions.end_by_id(user.id, session):
        end_sockets(user.id, session=session)
    elif refresh_tokens.end(user.id, session, now):
        # Its access tokens are refused within seconds.
        accounts.end_session(user, session, now)
        end_sockets(user.id, session=session)
    elif not _close(user, session):
        raise NotFound("Session not found", code="session_not_found")


def end_other_sessions(caller: Principal, now: float) -> None:
    """End all sessions of the caller except the current one.

    Raises:
        Forbidden: the caller did not sign in recently.
    """
    _require_recent_sign_in(caller, now)
    accounts.end_other_sessions(current(caller).user_id, caller.session, now)
    end_sockets(caller.user_id, but=caller.session)


def begin_mfa(caller: Principal, now: float) -> MfaSetup:
    """Make a secret for the caller's second factor, which takes effect when a code confirms it.

    Raises:
        Conflict: there is a second factor already.
        Forbidden: the caller did not sign in recently.
    """
    user = _account(caller)
    _require_recent_sign_in(caller, now)
    if user.mfa_secret is not None:
        raise _already_on()
    secret = totp.new_secret()
    second_factors.begin_setup(user, secret)
    return MfaSetup(secret, totp.otpauth_url(secret, user.username))


def confirm_mfa(caller: Principal, code: str, now: float) -> NewRecoveryCodes:
    """Enable the caller's second factor.

    Raises:
        BadRequest: the code is wrong.
        Conflict: there is a second factor already, or none was begun.
        RateLimited: too many codes were tried.
    """
    user = _account(caller)
    if user.mfa_secret is not None:
        raise _already_on()
    secret = second_factors.pending_secret(user.id)
    if secret is None:
        raise Conflict("Begin with the set-up of a second factor", code="mfa_not_begun")
    take_code(user.id, now)
    step = totp.step_of(secret, "".join(code.split()), now)
    if step is None:
        raise BadRequest("The code is wrong", code="mfa_code_invalid")
    codes = second_factor.recovery_codes()
    try:
        second_factors.enable(user, secret, step, map(second_factor.plain, codes))
    except Overtaken:
        raise Conflict("The set-up was begun anew meanwhile", code="mfa_not_begun") from None
    mail.notify("mfa_enabled", user.email)
    return NewRecoveryCodes(codes)


def disable_mfa(caller: Principal, wanted: MfaRemoval, source_ip: str, now: float) -> None:
    """Remove the caller's second factor.

    Raises:
        Conflict: there is none.
        Forbidden: the password or the code is wrong.
        RateLimited: too many wrong passwords or codes.
    """
    user = _account(caller)
    if user.mfa_secret is None:
        raise Conflict("There is no second factor", code="mfa_not_on")
    prove(user, wanted.password, source_ip, now)
    take_code(user.id, now)
    if not second_factor.uses_code(user, wanted.code, now):
        raise Forbidden("The code is wrong or was used already", code="mfa_code_invalid")
    try:
        second_factors.disable(user)
    except Overtaken:
        raise Conflict("The account was changed meanwhile", code="mfa_not_on") from None
    mail.notify("mfa_disabled", user.email)


def _account(caller: Principal) -> User:
    current(caller)
    user = identity.get_user(caller.user_id)
    if user is None:
        raise NotFound("User not found")
    return user


def _require_recent_sign_in(caller: Principal, now: float) -> None:
    """Require that the caller's session began recently, since who took over an older one cannot sign in.

    Raises:
        Forbidden: `sign_in_again`.
    """
    owned = sessions.of_user(caller.user_id, now) if caller.by_cookie else refresh_tokens.of_user(caller.user_id, now)
    if not any(each.session == caller.session and now - each.created_at <= _RECENT_SECONDS for each in owned):
        raise Forbidden("Sign in again to do this", code="sign_in_again")


def _rows(
    kind: SessionKind, user: User, caller: Principal, found: Iterable[WebSession | SignedInApp]
) -> Iterable[SessionRow]:
    for each in found:
        if user.accepts(each.auth_version, each.session):
            times = iso(each.created_at), iso(each.seen_at)
            yield SessionRow(each.session, kind, *times, each.user_agent, each.session == caller.session)


def _close(user: User, name: str) -> bool:
    found = [socket for socket in sockets.of_users([user.id]).get(user.id, ()) if _socket_id(socket) == name]
    for socket in found:
        close(socket)
    return bool(found)


def _socket_id(socket: Socket) -> str:
    # The connection's own id would let others post to it if they had the permission, so it is hashed.
    return hashlib.sha256(socket.connection_id.encode()).hexdigest()[:_SOCKET_ID_CHARACTERS]


def _already_on() -> Conflict:
    return Conflict("There is a second factor already", code="mfa_on")
