"""Lists and decides requests for another role."""

from collections.abc import Mapping

from admin_requests.models import LONGEST_REASON, RequestRow
from smartexam.accounts.store import access_decisions
from smartexam.accounts.store.access_decisions import AlreadyDecided
from smartexam.accounts.store.access_requests import AccessRequest
from smartexam.accounts.user import User
from smartexam.platform import mail
from smartexam.platform.errors import NotFound
from smartexam.platform.texts import read_text
from smartexam.platform.times import iso

PAGE_SIZE = 25
_GONE = "Deleted Account"


def approve(request_id: int, role: str | None, admin_id: int, now: float) -> None:
    """Give the account of a pending request a role, by default the requested one.

    Raises:
        NotFound: there is no such pending request.
        Conflict: the last administrator would lose the role.
    """
    try:
        user = access_decisions.approve(request_id, role, admin_id, now)
    except AlreadyDecided:
        raise _not_pending() from None
    mail.notify("role_changed", user.email)


def deny(request_id: int, reason: str, admin_id: int, now: float) -> None:
    """Deny a pending request.

    Raises:
        InvalidFields: no reason, or one too long.
        NotFound: there is no such pending request.
    """
    text = read_text(reason, "reason", longest=LONGEST_REASON)
    try:
        access_decisions.deny(request_id, text, admin_id, now)
    except AlreadyDecided:
        raise _not_pending() from None


def row(request: AccessRequest, people: Mapping[int, User]) -> RequestRow:
    """A request in a list."""
    owner = people.get(request.user_id)
    return RequestRow(
        request_id=request.id,
        username=owner.username if owner else None,
        email=owner.email if owner else None,
        roll_no=owner.roll_no if owner else None,
        current_access=request.current_access,
        requested_access=request.requested_access,
        request_date=iso(request.requested_at),
        status=request.status,
        reason=request.denial_reason or request.user_reason,
        processed_by=_processor(request, people),
        processed_date=None if request.processed_at is None else iso(request.processed_at),
        user_reason=request.user_reason,
        denial_reason=request.denial_reason,
        approved_access=request.approved_access,
    )


def _processor(request: AccessRequest, people: Mapping[int, User]) -> str | None:
    if request.processed_by is None:
        return None
    admin = people.get(request.processed_by)
    return admin.username if admin else _GONE


def _not_pending() -> NotFound:
    return NotFound("Request not found or already processed", code="request_not_pending")
