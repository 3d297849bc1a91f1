"""Opens and closes connections."""

from collections.abc import Mapping
from typing import Any

from smartexam.accounts.authenticate import identify, require_second_factor
from smartexam.accounts.revocations import feed
from smartexam.api import Request
from smartexam.platform.errors import AppError, Unauthorized
from smartexam.platform.observability import note
from smartexam.platform.principal import Principal
from smartexam.talk import realtime
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import conversations
from smartexam.talk.store.sockets import Change, Owner


def connect(event: Mapping[str, Any], now: float) -> None:
    """Authenticate and record a new connection.

    Args:
        event: of the route `$connect`.
        now: epoch seconds.

    Raises:
        Unauthorized: no valid bearer token, ticket or session cookie.
        Forbidden: a foreign page opens it with the user's cookie, or the account must set up a second factor first.
    """
    principal = _who(event, now)
    note(user_id=principal.user_id)
    if not sockets.connect(event["requestContext"]["connectionId"], principal, now):
        _tell_friends("user_online", principal.user_id, now)


def hear(owner: Owner, now: float) -> None:
    """Record a sign of life; friends are told if the user was offline before."""
    if not sockets.hear(owner, now):
        _tell_friends("user_online", owner.principal.user_id, now)


def disconnect(connection_id: str, now: float) -> None:
    """Forget a connection that was closed."""
    _left(sockets.disconnect(connection_id, now), now)


def _left(change: Change | None, now: float) -> None:
    if change is not None:
        note(user_id=change.user_id)
        if not change.is_online:
            _tell_friends("user_offline", change.user_id, now)


def _who(event: Mapping[str, Any], now: float) -> Principal:
    request = Request.from_event(event, now)
    ticket = (event.get("queryStringParameters") or {}).get("ticket")
    if ticket is None or "authorization" in request.headers:
        # Not a safe method, because a browser sends the cookie for any page that opens a connection.
        caller = identify("CONNECT", request.headers, request.cookies, now)
        require_second_factor(caller)
        return caller
    found = sockets.spend_ticket(str(ticket), event["requestContext"]["connectionId"], now)
    principal = None if found is None else feed().applied(found, now)
    if principal is None:
        raise Unauthorized("The ticket is unknown, used or too old", code="invalid_ticket")
    return principal


def _tell_friends(event: str, user_id: int, now: float) -> None:
    try:
        friends = conversations.friends(user_id)
    except AppError:
        note(unsent="friends")
        return
    realtime.publish_to_users(friends, event, {"user_id": user_id}, now=now)
