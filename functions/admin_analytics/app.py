"""Numbers, charts and lists of results over exams, students and time."""

from admin_analytics import downloads, fragment, listing, periods, service
from admin_analytics.models import AnalyticsData, DataQuery, Rebuilding, ResultPage, ResultsQuery, Totals
from result_sheets.query import PdfQuery
from smartexam.api import Access, Api, Reply, Request
from smartexam.jobs.queue import Accepted
from smartexam.platform import pages
from smartexam.platform.audit import Change, record
from smartexam.platform.http.queries import is_set
from smartexam.platform.settings import settings
from smartexam.results.store import rebuilding, tallies
from smartexam.results.store.sheets import PDF

api = Api("admin_analytics")


@api.get("/admin/api/users-analytics/stats", access=Access.ADMIN, answers=Totals)
def get_analytics_totals(request: Request) -> Totals:
    """Get the total numbers of users, exams, results and responses.

    They cover the whole time and all exams, for the head of an overview.
    """
    del request
    return service.totals()


@api.get("/admin/api/users-analytics/data", access=Access.ADMIN, query=DataQuery, answers=AnalyticsData)
def get_analytics_data(request: Request, query: DataQuery) -> AnalyticsData:
    """Get a period's numbers, charts and tables, compared with the period before.

    Scores are percentages, and 40 % is a pass. Days begin and end in the institute's time zone.
    """
    timezone = settings().exam_timezone
    period = periods.read_period(query.timePeriod, query.startDate, query.endDate, request.now, timezone)
    return service.data(query.exam, period, timezone)


@api.get(
    "/admin/users-analytics/results",
    access=Access.ADMIN,
    query=ResultsQuery,
    answers=ResultPage,
    also={200: "text/html"},
)
def list_admin_results(request: Request, query: ResultsQuery) -> ResultPage | Reply:
    """List results, the latest first by default; with `partial=1` as a fragment of HTML.

    The filters `user` and `exam` are ids. `GET /admin/users-analytics/download-result/{result_id}` has a result with
    all answers.

    Raises:
        BadRequest: `invalid_cursor`, one that did not come from this list.
    """
    del request
    filters = (query.user, query.exam, query.dateFrom, query.dateTo, query.sort, query.order)
    name = f"admin_results:{':'.join(map(str, filters))}"
    page = pages.wanted(name, query, listing.PAGE_SIZE)
    found, total, place = listing.find_results(query, page, settings().exam_timezone)
    answer = ResultPage(
        results=found,
        total=total,
        page=page.number,
        per_page=page.size,
        total_pages=pages.count_pages(total, page.size),
        next_cursor=pages.next_cursor(name, page, total, place),
    )
    if is_set(query.partial):
        return Reply(fragment.render(answer), content_type="text/html; charset=utf-8")
    return answer


@api.get(
    "/admin/users-analytics/download-result/<result_id>",
    access=Access.ADMIN,
    query=PdfQuery,
    answers=PDF,
    also={202: Accepted},
)
def download_result(request: Request, result_id: int, query: PdfQuery) -> Reply:
    """Download a result with all answers as a PDF, even if its student may not see it yet.

    A job makes the PDF of a result of more than 1,200 questions (202).

    Raises:
        InvalidFields: the exam does not have the language.
        NotFound: `result_not_found`.
        RateLimited: `pdf_in_progress`, another one is being made for the caller.
    """
    made = downloads.result_pdf(result_id, query.lang, request.caller.user_id, request.now)
    if isinstance(made, Accepted):
        return Reply(made, status=202)
    headers = {"Content-Disposition": f'attachment; filename="result-{result_id}.pdf"'}
    return Reply(made, content_type=PDF, headers=headers)


@api.get("/admin/api/analytics/rebuild", access=Access.ADMIN, answers=Rebuilding)
def get_rebuild_state(request: Request) -> Rebuilding:
    """Check whether the statistics are being rebuilt.

    Until `status` is `done`, analytics show the old numbers.
    """
    del request
    now = tallies.generations()
    return Rebuilding(now.current, now.building, "done" if now.building is None else "running")


@api.post("/admin/api/analytics/rebuild", access=Access.ADMIN, answers=Rebuilding, also={202: Rebuilding})
def rebuild_statistics(request: Request) -> Reply:
    """Rebuild the statistics from all results and attempts. Analytics show the old numbers until the new ones are
    complete."""
    generation = rebuilding.begin()
    record(Change(request.caller.user_id, "analytics.rebuild", f"statistics:{generation}", None, None), request.now)
    return Reply(Rebuilding(tallies.generations().current, generation, "running"), status=202)


lambda_handler = api.handler
