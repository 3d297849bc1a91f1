"""Routes of exams, for administrators."""

from admin_exams import service
from admin_exams.models import ExamFields, ExamPage, ExamsQuery, Released, SavedExam
from smartexam.api import Access, Api, Done, Request
from smartexam.platform import cursors

api = Api("admin_exams")


@api.get("/admin/exams", access=Access.ADMIN, query=ExamsQuery, answers=ExamPage)
def list_exams(request: Request, query: ExamsQuery) -> ExamPage:
    """List exams, the latest date first.

    Raises:
        BadRequest: `invalid_fields`; `invalid_cursor`, if it is not from this list.
    """
    del request
    found, place = service.list_exams(
        status=query.status, category_id=query.category_id, after=cursors.decode("admin_exams", query.cursor)
    )
    return ExamPage(found, cursors.encode("admin_exams", place))


@api.post("/admin/exams", access=Access.ADMIN, takes=ExamFields, forms=True, answers=SavedExam)
def create_exam(request: Request, body: ExamFields) -> SavedExam:
    """Create an exam. `name`, `date`, `start_time` and `duration` are required; a category must exist."""
    exam = service.create_exam(body.given(), request.caller.user_id, request.now)
    return SavedExam(exam.id, service.view(exam))


@api.post("/admin/exams/edit/<exam_id>", access=Access.ADMIN, takes=ExamFields, forms=True, answers=SavedExam)
def edit_exam(request: Request, exam_id: int, body: ExamFields) -> SavedExam:
    """Change any fields of an exam. Running attempts keep their paper and their deadline.

    Raises:
        NotFound: `exam_not_found`.
    """
    exam = service.edit_exam(exam_id, body.given(), request.caller.user_id, request.now)
    return SavedExam(exam.id, service.view(exam))


@api.post("/admin/exams/delete/<exam_id>", access=Access.ADMIN, answers=Done)
def delete_exam(request: Request, exam_id: int) -> Done:
    """Delete an exam with its questions, attempts and results.

    Raises:
        NotFound: `exam_not_found`.
    """
    service.delete_exam(exam_id, request.caller.user_id, request.now)
    return Done()


@api.post("/admin/exams/<exam_id>/release-results", access=Access.ADMIN, answers=Released)
def release_results(request: Request, exam_id: int) -> Released:
    """Release the results of an exam with `result_mode` `manual`, or withdraw them: each call toggles.

    Raises:
        NotFound: `exam_not_found`.
    """
    return Released(service.release_results(exam_id, request.caller.user_id, request.now))


lambda_handler = api.handler
