"""Routes of students' attempts, for administrators."""

from admin_attempts import service
from admin_attempts.models import AttemptsPage, AttemptsQuery, Modification, Modifications, Modified, Place
from smartexam.api import Access, Api, Done, Request
from smartexam.platform import pages
from smartexam.results.store import sitting_search

api = Api("admin_attempts")


@api.get("/admin/api/attempts/search", access=Access.ADMIN, query=AttemptsQuery, answers=AttemptsPage)
def search_attempts(request: Request, query: AttemptsQuery) -> AttemptsPage:
    """List students' attempts at exams by exam, or by username or roll number with `q`.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    name = f"attempts:{query.exam_id}:{query.status}:{query.q}"
    page = pages.wanted(name, query.page, query.cursor, service.PAGE_SIZE)
    found = sitting_search.find_sittings(service.searched_name(query.q), query.exam_id, query.status, page)
    return AttemptsPage(
        rows=service.rows(found.places),
        total=found.total,
        page=page.number,
        per_page=page.size,
        total_pages=pages.count_pages(found.total, page.size),
        total_is_exact=found.is_exact,
        next_cursor=pages.next_cursor(name, page, found.total, found.next_place),
    )


@api.post("/admin/attempts/modify", access=Access.ADMIN, takes=Modification, answers=Done)
def modify_attempts(request: Request, body: Modification) -> Done:
    """Change how many attempts a student has at an exam.

    `increase` grants further attempts; `decrease` takes them away, or lowers what the exam allows, but not below those
    used; `reset` makes used attempts no longer count. Results stay.

    Raises:
        BadRequest: `attempts_used`, `too_many_attempts`, or `unlimited_attempts`.
        NotFound: `exam_not_found`, or `student_not_found`.
    """
    place = Place(body.student_id, body.exam_id)
    service.modify(place, body.action, body.amount, request.caller.user_id, request.now)
    return Done()


@api.post("/admin/attempts/bulk-modify", access=Access.ADMIN, takes=Modifications, answers=Modified)
def modify_many(request: Request, body: Modifications) -> Modified:
    """Make the same change for several students, and get the errors of those that failed."""
    processed, errors = service.modify_all(body.items, body.action, body.amount, request.caller.user_id, request.now)
    return Modified(processed, errors)


lambda_handler = api.handler
