"""How many attempts and how much time students have, with exceptions for single students and batches."""

from admin_attempts import overrides, service
from admin_attempts.models import (
    AddTime,
    AttemptsPage,
    AttemptsQuery,
    Modification,
    Modifications,
    Modified,
    OverrideBody,
    OverridePage,
    OverridesQuery,
    Place,
    SavedOverride,
    TimeAdded,
)
from smartexam.api import Access, Api, Done, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform import cursors, pages
from smartexam.results.store import sitting_search

api = Api("admin_attempts")


@api.get("/admin/api/attempts/search", access=Access.ADMIN, query=AttemptsQuery, answers=AttemptsPage)
def search_attempts(request: Request, query: AttemptsQuery) -> AttemptsPage:
    """List students' attempts at exams by exam, or by username or roll number with `q`.

    A row has a student's attempts at one exam: how many are allowed, used and left; `∞` where any number is allowed.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    name = f"attempts:{query.exam_id}:{query.status}:{query.order}:{query.q}"
    page = pages.wanted(name, query, service.PAGE_SIZE)
    found = sitting_search.find_sittings(
        service.searched_name(query.q), query.exam_id, query.status, page, descending=query.order == "desc"
    )
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
def bulk_modify_attempts(request: Request, body: Modifications) -> Modified:
    """Make the same change for several students, and get the errors of those that failed.

    The actions are those of `POST /admin/attempts/modify`. Each change takes effect by itself.
    """
    processed, errors = service.modify_all(body.items, body.action, body.amount, request.caller.user_id, request.now)
    return Modified(processed, errors)


@api.get("/admin/exams/<exam_id>/overrides", access=Access.ADMIN, query=OverridesQuery, answers=OverridePage)
def list_overrides(request: Request, exam_id: int, query: OverridesQuery) -> OverridePage:
    """List the grants of students and batches at an exam.

    An override gives other times, more time or more attempts than the exam's own rules.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
        NotFound: `exam_not_found`.
    """
    del request
    name = f"overrides:{exam_id}:{query.order}"
    found, place = overrides.list_overrides(
        exam_id, limit=query.limit, after=cursors.decode(name, query.cursor), newest_first=query.order == "desc"
    )
    return OverridePage(found, cursors.encode(name, place))


@api.post("/admin/exams/<exam_id>/overrides", access=Access.ADMIN, takes=OverrideBody, answers=SavedOverride)
def set_override(request: Request, exam_id: int, body: OverrideBody) -> SavedOverride:
    """Grant a student or a batch other times, more time or more attempts at an exam; this replaces earlier grants.

    Field by field a student's own override wins, else the most generous of their batches', else the exam's rule. It
    applies to running attempts immediately. Submitted attempts stay submitted.

    Raises:
        NotFound: `exam_not_found`, `student_not_found`, or `batch_not_found`.
    """
    return SavedOverride(overrides.set_override(exam_id, body, request.caller.user_id, ExamTime.at(request.now)))


@api.post("/admin/exams/<exam_id>/overrides/delete/<override_id>", access=Access.ADMIN, answers=Done)
def delete_override(request: Request, exam_id: int, override_id: int) -> Done:
    """Remove an override, for running attempts too.

    The exam's own rules apply again, as far as no other override of the student or their batches does.

    Raises:
        NotFound: `exam_not_found`, or `override_not_found`.
    """
    overrides.delete_override(exam_id, override_id, request.caller.user_id, ExamTime.at(request.now))
    return Done()


@api.post("/admin/exams/<exam_id>/add-time", access=Access.ADMIN, takes=AddTime, answers=TimeAdded)
def add_time(request: Request, exam_id: int, body: AddTime) -> TimeAdded:
    """Give running attempts more time, also beyond the exam's closing.

    This is for interruptions such as a power failure. It goes to the students in `user_ids`, or with `all` to every
    running attempt.

    Raises:
        NotFound: `exam_not_found`.
    """
    return overrides.add_time(exam_id, body, request.caller.user_id, ExamTime.at(request.now))


lambda_handler = api.handler
