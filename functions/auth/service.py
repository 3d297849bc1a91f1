"""The rules of signing in and out."""

from auth.models import Credentials, FreshPair, FreshToken, Profile
from smartexam.accounts import tokens
from smartexam.accounts.authenticate import deactivated
from smartexam.accounts.passwords import verify_password
from smartexam.accounts.store import accounts, identity, refresh_tokens
from smartexam.accounts.store.refresh_tokens import RefreshToken, Replaced
from smartexam.accounts.user import User
from smartexam.limits.sign_in import SignIn
from smartexam.limits.sources import source_of
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Unauthorized
from smartexam.platform.observability import note
from smartexam.platform.principal import Principal, portals
from smartexam.platform.times import iso
from smartexam.talk.realtime.ending import end_sockets

# The id of no account, looked up for unknown names, so that every refusal costs the same round trips.
_NOBODY = 0


def sign_in(given: Credentials, source_ip: str, now: float) -> User:
    """The account with this username, roll number or address and this password.

    An account that does not exist, or has no password yet, gets exactly the answer for a wrong password: the same
    words, round trips and hashing.

    Raises:
        BadRequest: name or password is missing.
        Unauthorized: wrong, with the attempts remaining.
        Forbidden: right, but the account is deactivated.
        RateLimited: wrong for the third time, or locked; or too many failures from this source or for this account.
    """
    identifier = identity.normalised(given.username or given.email or "")
    password = given.password or ""
    if not identifier or not password:
        raise BadRequest("username/email and password required", code="credentials_required")
    attempt = SignIn(source_of(source_ip), now)
    attempt.refuse_flood()
    user_id = identity.find_user_id(identifier)
    attempt.refuse_guesser(user_id or identifier)
    user = identity.get_user(user_id or _NOBODY)
    if user is not None:
        note(user_id=user.id)
    if not verify_password(user.password_hash if user else None, password) or user is None:
        raise attempt.failed()
    attempt.succeeded()
    if not user.is_active:
        raise deactivated()
    return user


def refresh(token: str, now: float) -> FreshToken:
    """A new access token, with the account's present role.

    Raises:
        Unauthorized: the refresh token is `..._invalid`, `..._expired` or `..._revoked`.
    """
    known, user = _valid(token, now)
    refresh_tokens.note_seen(known, now)
    access_token = tokens.issue(user.principal(known.session), now)
    return FreshToken(access_token=access_token, expires_in=tokens.LIFETIME_SECONDS)


def rotate(token: str, now: float) -> FreshPair:
    """A new access token and the refresh token that replaces the one given.

    Raises:
        Unauthorized: the refresh token is `..._invalid`, `..._expired` or `..._revoked`.
    """
    known, user = _valid(token, now)
    try:
        issued = refresh_tokens.rotate(token, user, now)
    except Replaced:
        raise _copied(user, known.session, now) from None
    access_token = tokens.issue(user.principal(issued.session), now)
    return FreshPair(access_token=access_token, expires_in=tokens.LIFETIME_SECONDS, refresh_token=issued.token)


def _valid(token: str, now: float) -> tuple[RefreshToken, User]:
    known = refresh_tokens.find(token, now)
    if known is None:
        raise _refused("refresh_token_invalid")
    if known.is_revoked:
        raise _refused("refresh_token_revoked")
    if known.valid_until <= now:
        raise _refused("refresh_token_expired")
    user = identity.get_user(known.user_id)
    if user is None or not user.accepts(known.auth_version, known.session):
        raise _refused("refresh_token_revoked")
    note(user_id=user.id)
    if known.is_reused:
        raise _copied(user, known.session, now)
    return known, user


def _copied(user: User, session: str, now: float) -> Unauthorized:
    """End a sign-in whose tokens two clients have: one of them copied the other's."""
    accounts.end_session(user, session, now)
    refresh_tokens.end(user.id, session, now)
    end_sockets(user.id, session=session)
    mail.notify("sessions_revoked", user.email)
    return _refused("refresh_token_revoked")


def revoke(token: str, now: float) -> None:
    """Revoke a refresh token and close the connections of its sign-in; unknown tokens are ignored."""
    ended = refresh_tokens.revoke(token, now)
    if ended is not None:
        end_sockets(ended[0], session=ended[1])


def profile(caller: Principal) -> Profile:
    """The caller's account as it is now.

    Raises:
        Unauthorized: it was deleted.
    """
    user = identity.get_user(caller.user_id)
    if user is None:
        raise tokens.rejected()
    return Profile(
        id=user.id,
        username=user.username,
        email=user.email,
        full_name=user.full_name,
        role=user.role,
        available_portals=portals(user.role),
        created_at=iso(user.created_at),
    )


def _refused(message: str) -> Unauthorized:
    return Unauthorized(message, code=message)
