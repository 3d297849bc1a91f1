"""Route of a student's results as PDF files."""

from result_sheets.query import PdfQuery
from result_sheets.sheets import result_sheet
from smartexam.api import Access, Api, Reply, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.results import visibility

api = Api("result_pdf")


@api.get("/response-pdf/<exam_id>", access=Access.USER, query=PdfQuery, answers="application/pdf")
def download_response_pdf(request: Request, exam_id: int, query: PdfQuery) -> Reply:
    """Download the caller's latest result of an exam as a PDF: every question with its pictures, answers and solution.

    Raises:
        InvalidFields: the exam does not have the language.
        Conflict: `exam_in_progress`, the caller sits the exam again.
        Forbidden: `result_pending`: it is not visible yet.
        NotFound: `exam_not_found`, or `result_not_found`.
        TooLarge: `too_many_questions`, more than 1,200.
    """
    caller = request.caller
    result = visibility.visible_result(caller.user_id, exam_id, None, ExamTime.at(request.now))
    headers = {"Content-Disposition": f'attachment; filename="exam-{exam_id}-result-{result.id}.pdf"'}
    content = result_sheet(result, caller.full_name, caller.username, language=query.lang)
    return Reply(content, content_type="application/pdf", headers=headers)


lambda_handler = api.handler
