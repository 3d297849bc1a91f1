"""Route of a student's results as PDF files."""

from result_sheets.making import Order, make
from result_sheets.query import PdfQuery
from smartexam.api import Access, Api, Reply, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs.queue import Accepted
from smartexam.results import visibility
from smartexam.results.store.sheets import PDF

api = Api("result_pdf")


@api.get("/response-pdf/<exam_id>", access=Access.USER, query=PdfQuery, answers=PDF, also={202: Accepted})
def download_response_pdf(request: Request, exam_id: int, query: PdfQuery) -> Reply:
    """Download the caller's latest result of an exam as a PDF: every question with its pictures, answers and solution.

    A job makes the PDF of a result of more than 1,200 questions (202). One PDF at a time is made for a caller; those
    that were made before are kept for some days, as long as they show the same.

    Raises:
        InvalidFields: the exam does not have the language.
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`: it is not visible yet.
        NotFound: `exam_not_found`, or `result_not_found`.
        RateLimited: `pdf_in_progress`, another one is being made for the caller.
    """
    caller = request.caller
    result = visibility.visible_result(caller.user_id, exam_id, None, ExamTime.at(request.now))
    order = Order(result, caller.full_name, caller.username, caller.user_id, language=query.lang)
    made = make(order, request.now)
    if isinstance(made, Accepted):
        return Reply(made, status=202)
    headers = {"Content-Disposition": f'attachment; filename="exam-{exam_id}-result-{result.id}.pdf"'}
    return Reply(made, content_type=PDF, headers=headers)


lambda_handler = api.handler
