"""Requests of users for another role: list, approve, deny."""

from admin_requests import service
from admin_requests.models import Approval, Denial, RequestPage, RequestsQuery, RequestStats
from smartexam.accounts.store import access_decisions, access_requests
from smartexam.api import Access, Api, Done, Request
from smartexam.platform import pages
from smartexam.platform.principal import role_of

api = Api("admin_requests")


@api.get("/admin/api/requests/list", access=Access.ADMIN, query=RequestsQuery, answers=RequestPage)
def list_requests(request: Request, query: RequestsQuery) -> RequestPage:
    """List requests for another role, the newest first by default.

    Decide a pending one with `POST /admin/requests/approve/{request_id}` or `POST /admin/requests/deny/{request_id}`.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    name = f"access_requests:{query.status}:{query.order}"
    page = pages.wanted(name, query, service.PAGE_SIZE)
    found = access_decisions.list_requests(query.status, page, newest_first=query.order == "desc")
    return RequestPage(
        requests=[service.row(each, found.people) for each in found.requests],
        total=found.total,
        page=page.number,
        per_page=page.size,
        total_pages=pages.count_pages(found.total, page.size),
        next_cursor=pages.next_cursor(name, page, found.total, found.next_place),
    )


@api.get("/admin/api/requests/stats", access=Access.ADMIN, answers=RequestStats)
def get_request_stats(request: Request) -> RequestStats:
    """Get the numbers of requests by status.

    Administrators' pages show with it how many requests wait for a decision.
    """
    del request
    counts = access_requests.counts()
    return RequestStats(**counts, total=sum(counts.values()))


@api.post("/admin/requests/approve/<request_id>", access=Access.ADMIN, takes=Approval, answers=Done)
def approve_request(request: Request, request_id: int, body: Approval) -> Done:
    """Approve a pending request, which gives its account the role. A request that is already decided is 404.

    Raises:
        Conflict: `last_admin`.
        NotFound: `request_not_pending`.
    """
    role = None if body.approved_access is None else role_of(body.approved_access)
    service.approve(request_id, role, request.caller.user_id, request.now)
    return Done()


@api.post("/admin/requests/deny/<request_id>", access=Access.ADMIN, takes=Denial, answers=Done)
def deny_request(request: Request, request_id: int, body: Denial) -> Done:
    """Deny a pending request. A request that is already decided is 404.

    Raises:
        NotFound: `request_not_pending`.
    """
    service.deny(request_id, body.reason, request.caller.user_id, request.now)
    return Done()


lambda_handler = api.handler
