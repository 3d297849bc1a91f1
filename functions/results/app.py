"""A student's results: score, answers question by question, history, trends, PDF."""

from results import analytics, service
from results.models import (
    AnalyticsAnswer,
    HistoryAnswer,
    HistoryQuery,
    PendingAnswer,
    ResponseAnswer,
    ResultAnswer,
)
from smartexam.api import Access, Api, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform import cursors
from smartexam.platform.times import iso
from smartexam.results import visibility
from smartexam.results.report import report
from smartexam.sitting.ending import end_all_due
from smartexam.sitting.store.results import Result

api = Api("results")


@api.get("/result/<exam_id>", access=Access.USER, answers=ResultAnswer)
def get_latest_result(request: Request, exam_id: int) -> ResultAnswer:
    """Get the caller's latest result of an exam.

    It has the score, the percentage and the grade; `GET /response/{exam_id}` has the single questions. Before the
    result is visible, this is 403 `result_pending`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`, with `available_at`; `wrong_role`.
        NotFound: `exam_not_found`, or `result_not_found`.
    """
    return ResultAnswer(service.view(_visible(request, exam_id, None)))


@api.get("/result/<exam_id>/<result_id>", access=Access.USER, answers=ResultAnswer)
def get_result(request: Request, exam_id: int, result_id: int) -> ResultAnswer:
    """Get one of the caller's results of an exam.

    Ids come from `GET /api/results`. Before the result is visible, this is 403 `result_pending`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`, with `available_at`; `wrong_role`.
        NotFound: `exam_not_found`, or `result_not_found`.
    """
    return ResultAnswer(service.view(_visible(request, exam_id, result_id)))


@api.get("/response/<exam_id>", access=Access.USER, answers=ResponseAnswer)
def get_latest_response(request: Request, exam_id: int) -> ResponseAnswer:
    """Get the caller's latest result of an exam, question by question.

    Each question has the given and the correct answer and the marks. Before the result is visible, this is 403
    `result_pending`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`, with `available_at`; `wrong_role`.
        NotFound: `exam_not_found`, or `result_not_found`.
    """
    return _response(_visible(request, exam_id, None))


@api.get("/response/<exam_id>/<result_id>", access=Access.USER, answers=ResponseAnswer)
def get_response(request: Request, exam_id: int, result_id: int) -> ResponseAnswer:
    """Get one of the caller's results, question by question.

    It is the same as `GET /response/{exam_id}`, for an earlier attempt too. Ids come from `GET /api/results`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`, with `available_at`; `wrong_role`.
        NotFound: `exam_not_found`, or `result_not_found`.
    """
    return _response(_visible(request, exam_id, result_id))


@api.get("/result-pending/<exam_id>", access=Access.USER, answers=PendingAnswer)
def get_result_pending(request: Request, exam_id: int) -> PendingAnswer:
    """Get when the caller's latest result of an exam becomes visible.

    `pending` is false once the result is visible. While administrators have to release it, `available_at` is null.

    Raises:
        NotFound: `exam_not_found`, or `result_not_found`.
    """
    found = visibility.find_result(request.caller.user_id, exam_id, None, ExamTime.at(request.now))
    pending = not found.is_visible
    message = visibility.pending_message(found.available_at) if pending else "The result is available"
    available_at = None if found.available_at is None else iso(found.available_at)
    return PendingAnswer(pending, message, available_at)


@api.get("/api/results", access=Access.USER, query=HistoryQuery, answers=HistoryAnswer)
def list_results(request: Request, query: HistoryQuery) -> HistoryAnswer:
    """List the caller's results, newest first, with scores if they are visible.

    An attempt whose time is over is graded first, so that the list has it too.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    user_id = request.caller.user_id
    sitting = end_all_due(user_id, ExamTime.at(request.now))
    entries, place = service.history(
        user_id, query.limit, cursors.decode("results", query.cursor), request.now, sitting
    )
    return HistoryAnswer(entries, cursors.encode("results", place))


@api.get("/api/analytics", access=Access.USER, answers=AnalyticsAnswer)
def get_analytics(request: Request) -> AnalyticsAnswer:
    """Get the analytics of the caller's visible results.

    Scores are percentages. An attempt whose time is over is graded first.
    """
    sitting = end_all_due(request.caller.user_id, ExamTime.at(request.now))
    return AnalyticsAnswer(analytics.analytics(request.caller.user_id, request.now, sitting))


def _visible(request: Request, exam_id: int, result_id: int | None) -> Result:
    return visibility.visible_result(request.caller.user_id, exam_id, result_id, ExamTime.at(request.now))


def _response(result: Result) -> ResponseAnswer:
    found = report(result)
    return ResponseAnswer(service.view(result), found.responses, found.passages)


lambda_handler = api.handler
