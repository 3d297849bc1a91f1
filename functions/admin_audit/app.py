"""The log of administrators' changes."""

from admin_audit.models import Actor, AuditEntry, AuditPage, AuditQuery
from smartexam.accounts.store import identity
from smartexam.accounts.user import User
from smartexam.api import Access, Api, Request
from smartexam.platform import audit, cursors
from smartexam.platform.audit import Entry
from smartexam.platform.times import iso

api = Api("admin_audit")


@api.get("/admin/api/audit", access=Access.ADMIN, query=AuditQuery, answers=AuditPage)
def list_audit_entries(request: Request, query: AuditQuery) -> AuditPage:
    """List administrators' changes, the latest first by default: who, what, before, after, when.

    Entries outlive the accounts that they name.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    name = f"audit:{query.order}"
    entries, place = audit.list_entries(
        limit=query.limit, after=cursors.decode(name, query.cursor), newest_first=query.order == "desc"
    )
    actors = identity.get_users({entry.change.actor_id for entry in entries})
    return AuditPage([_view(entry, actors) for entry in entries], cursors.encode(name, place))


def _view(entry: Entry, actors: dict[int, User]) -> AuditEntry:
    change = entry.change
    actor = actors.get(change.actor_id)
    return AuditEntry(
        id=entry.id,
        at=iso(entry.at),
        actor=Actor(change.actor_id, actor.username if actor else None),
        action=change.action,
        target=change.target,
        before=None if change.before is None else dict(change.before),
        after=None if change.after is None else dict(change.after),
    )


lambda_handler = api.handler
