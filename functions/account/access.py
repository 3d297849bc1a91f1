"""The rules of requests for another role."""

from account.models import LONGEST_REASON, Requestable, Requester, RequesterFound, RoleRequest
from smartexam.accounts.store import access_requests, identity
from smartexam.accounts.store.access_requests import AccessChanged, AccountGone, AlreadyPending
from smartexam.accounts.user import User
from smartexam.limits.source_limits import require_lookups, take_filing, take_lookup
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Fault, InvalidFields, NotFound
from smartexam.platform.principal import Principal, role_of
from smartexam.platform.texts import read_text

_AVAILABLE = {"user": ["admin", "user,admin"], "admin": ["user", "user,admin"], "user,admin": []}


def requestable(requester: Requester, caller: Principal | None, now: float) -> Requestable:
    """The roles that an account may ask for.

    Args:
        requester: name and address.
        caller: the signed-in caller, if any. A stranger's pending request does not block the account's owner.
        now: epoch seconds.

    Raises:
        NotFound: the name and the address do not belong to one account.
        RateLimited: too many wrong addresses were tried with this name.
    """
    user = _looked_up(requester.username, requester.email, caller, now)
    available, pending = _AVAILABLE[user.role], access_requests.pending_of(user.id)
    is_pending = pending is not None and not (pending.is_by_stranger and _is_owner(caller, user))
    return Requestable(
        user=RequesterFound(user.username, user.role),
        available_requests=available,
        has_pending_request=is_pending,
        can_request=bool(available) and not is_pending,
    )


def submit(wanted: RoleRequest, caller: Principal | None, now: float) -> int:
    """Store a request for another role and return its id.

    A request without the owner's credentials is mailed to the owner, and the owner's own request replaces it.

    Raises:
        InvalidFields: a field is empty.
        NotFound: the name and the address do not belong to one account.
        BadRequest: a request is pending, the role is not available, or the present one is another.
        RateLimited: strangers have sent too many for this account today, or tried too many wrong addresses with this
            name.
    """
    empty = [Fault(field, "This field is required") for field in wanted.__struct_fields__ if not _said(wanted, field)]
    if empty:
        raise InvalidFields(empty)
    reason = read_text(wanted.user_reason, "user_reason", longest=LONGEST_REASON)
    user = _looked_up(wanted.username, wanted.email, caller, now)
    if role_of(wanted.current_access) != user.role:
        raise BadRequest("Your current access is not the one given", code="access_changed")
    # Anything else than a role is not available to anybody.
    requested = role_of(wanted.requested_access)
    if requested not in _AVAILABLE[user.role]:
        raise BadRequest("The requested access is not available to you", code="access_not_available")
    is_by_stranger = not _is_owner(caller, user)
    _make_room(user, now, is_by_stranger=is_by_stranger)
    try:
        request_id = access_requests.submit(user, requested, reason, now, is_by_stranger=is_by_stranger)
    except AlreadyPending:
        raise _already_pending() from None
    except AccountGone:
        raise _no_account() from None
    except AccessChanged:
        raise BadRequest("Your current access is not the one given", code="access_changed") from None
    if is_by_stranger:
        mail.notify("access_requested", user.email)
    return request_id


def withdraw(caller: Principal) -> None:
    """Delete the caller's pending request.

    Raises:
        NotFound: there is none.
    """
    pending = access_requests.pending_of(caller.user_id)
    if pending is None:
        raise NotFound("Request not found or already processed", code="request_not_pending")
    access_requests.withdraw(caller.user_id, pending.id)


def _make_room(user: User, now: float, *, is_by_stranger: bool) -> None:
    pending = access_requests.pending_of(user.id)
    if pending is not None:
        if is_by_stranger or not pending.is_by_stranger:
            raise _already_pending()
        access_requests.withdraw(user.id, pending.id)
    if is_by_stranger:
        take_filing(user.id, now)


def _is_owner(caller: Principal | None, user: User) -> bool:
    return caller is not None and caller.user_id == user.id


def _looked_up(username: str, email: str, caller: Principal | None, now: float) -> User:
    """The account with this name and address.

    Strangers' wrong addresses count, so that they cannot be guessed from many sources; used up, they do not keep out an
    owner who is signed in.

    Raises:
        NotFound: they do not belong to one account.
        RateLimited: too many wrong addresses were tried with this name.
    """
    name = identity.normalised(username)
    if caller is not None and identity.normalised(caller.username) == name:
        return _account(username, email)
    require_lookups(name, now)
    try:
        return _account(username, email)
    except NotFound:
        take_lookup(name, now)
        raise


def _account(username: str, email: str) -> User:
    name = identity.normalised(username)
    # An address as name would match the account twice. No account has the id 0, so an unknown name costs as many round
    # trips as a wrong address.
    user = identity.get_user(identity.find_user_id(name) or 0) if "@" not in name else None
    is_theirs = user is not None and (identity.normalised(user.username), user.email) == (
        name,
        identity.normalised(email),
    )
    if user is None or not is_theirs or not user.is_active:
        raise _no_account()
    return user


def _already_pending() -> BadRequest:
    return BadRequest("You already have a pending request", code="request_pending")


def _no_account() -> NotFound:
    return NotFound("No account has this username and email", code="no_such_account")


def _said(wanted: RoleRequest, field: str) -> bool:
    return bool(str(getattr(wanted, field)).strip())
