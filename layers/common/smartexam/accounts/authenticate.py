"""Authenticates the caller of a request from its credentials.

A bearer token costs no database read, a cookie session one. Admin routes also read the account, so a role that was
taken away stops working at once. If a request carries both credentials, the bearer token decides.

Where everybody needs a second factor, a sign-in without one marks its credentials, and only requests with marked ones
read the account, to see whether it has one by now.
"""

from collections.abc import Mapping

from msgspec import structs

from smartexam.accounts import tokens
from smartexam.accounts.revocations import feed
from smartexam.accounts.store import identity, sessions
from smartexam.accounts.user import User
from smartexam.platform.errors import Forbidden, Unauthorized
from smartexam.platform.principal import Access, Principal, portals
from smartexam.platform.settings import is_loopback, settings

# With this prefix browsers accept the cookie only from our own host over TLS.
SESSION_COOKIE = "__Host-session"
# Sessions from before the prefix are accepted until they expire.
_FORMER_COOKIE = "session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def authenticate(
    access: Access,
    method: str,
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    now: float,
    *,
    before_enrolling: bool = False,
) -> Principal | None:
    """The caller, if the route may be called by them; None on public routes, which ignore credentials.

    Args:
        access: who may call the route.
        method: the HTTP method.
        headers: names in lower case.
        cookies: the request's cookies.
        now: epoch seconds.
        before_enrolling: whether the route serves accounts without the second factor that they must set up.

    Raises:
        Unauthorized: no credentials, or invalid ones.
        Forbidden: the role is not sufficient, a foreign page made the browser send the request, or the account must set
            up a second factor first.
    """
    if access is Access.PUBLIC:
        return None
    principal = identify(method, headers, cookies, now)
    if access is Access.ADMIN:
        principal = _current_admin(principal)
    elif not before_enrolling:
        require_second_factor(principal)
    required = {Access.USER: "user", Access.ADMIN: "admin"}.get(access)
    if required is not None and not principal.has(required):
        raise Forbidden(f"This needs the role '{required}'", code="wrong_role")
    return principal


def identify(method: str, headers: Mapping[str, str], cookies: Mapping[str, str], now: float) -> Principal:
    """The caller by bearer token or cookie, with later changes of the account applied.

    Raises:
        Unauthorized: no credentials, or invalid ones.
        Forbidden: a cookie-authenticated change from a foreign origin.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    # Other schemes are not for us, such as the password of a proxy on the way.
    if scheme.lower() == "bearer":
        principal = feed().applied(tokens.verify(token.strip(), now), now)
        if principal is None:
            raise tokens.rejected()
        return principal
    session = presented(cookies)
    found = sessions.find_session(session, now) if session else None
    principal = feed().applied(found, now) if found else None
    if principal is None:
        raise _no_credentials()
    if method not in _SAFE_METHODS:
        refuse_foreign_origin(headers)
    return principal


def _current_admin(principal: Principal) -> Principal:
    user = _account_of(principal)
    if settings().requires_admin_mfa and user.mfa_secret is None and "admin" in portals(user.role):
        raise _must_set_up()
    return _as_now(principal, user)


def require_second_factor(principal: Principal) -> None:
    """Refuse a caller whose account lacks the second factor that this stack requires of everybody.

    Raises:
        Unauthorized: the account was deleted, or its credentials were revoked.
        Forbidden: `mfa_setup_required`.
    """
    refusal = missing_factor(principal)
    if refusal is not None:
        raise refusal


def missing_factor(principal: Principal) -> Forbidden | None:
    """The refusal of `require_second_factor`, None for callers that need not be refused.

    Raises:
        Unauthorized: the account was deleted, or its credentials were revoked.
    """
    # Without the mark, nothing is read.
    is_marked = principal.must_enrol and settings().requires_everybodys_mfa
    return _must_set_up() if is_marked and _account_of(principal).mfa_secret is None else None


def current(principal: Principal) -> Principal:
    """The caller with the role that the account has now.

    Raises:
        Unauthorized: the account was deleted, or its credentials were revoked.
    """
    return _as_now(principal, _account_of(principal))


def _account_of(principal: Principal) -> User:
    user = identity.get_user(principal.user_id)
    if user is None or not user.accepts(principal.version, principal.session):
        raise _no_credentials() if principal.by_cookie else tokens.rejected()
    return user


def _as_now(principal: Principal, user: User) -> Principal:
    return structs.replace(
        principal, role=user.role, username=user.username, full_name=user.full_name, version=user.auth_version
    )


def presented(cookies: Mapping[str, str]) -> str | None:
    """The token of the session cookie."""
    return cookies.get(SESSION_COOKIE) or cookies.get(_FORMER_COOKIE)


def refuse_foreign_origin(headers: Mapping[str, str]) -> None:
    """Refuse a change that a browser makes on behalf of a foreign page.

    `Origin` decides if it is sent, otherwise `Sec-Fetch-Site`. A client that sends neither is not a browser and does
    not send cookies on its own.

    Raises:
        Forbidden: the page behind the request is not ours.
    """
    origin = headers.get("origin")
    if origin is None:
        foreign = headers.get("sec-fetch-site") == "cross-site"
    else:
        known = settings()
        own = f"{'http' if known.is_local else 'https'}://{headers.get('host', '')}"
        foreign = origin not in {own, known.app_origin, *known.allowed_origins} and not (
            # A developer's page may be served at any port.
            known.is_local and is_loopback(origin)
        )
    if foreign:
        raise Forbidden("This request came from a foreign origin", code="foreign_origin")


def deactivated() -> Forbidden:
    """The error for the owner of a deactivated account."""
    return Forbidden("This account has been deactivated. Ask your institute.", code="account_deactivated")


def _must_set_up() -> Forbidden:
    return Forbidden("Set up two-factor sign-in first", code="mfa_setup_required")


def _no_credentials() -> Unauthorized:
    return Unauthorized("Authentication required", code="authentication_required", reason=tokens.NO_SESSION)
