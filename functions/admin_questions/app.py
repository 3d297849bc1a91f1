"""Questions of exams, one by one, in batches, and as CSV or XLSX files in both directions."""

import gzip
from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec import UNSET, to_builtins

from admin_questions import bulk, files, service
from admin_questions.files import ImportOptions
from admin_questions.models import (
    BatchAdded,
    BulkUpdate,
    CsvExportQuery,
    ExportQuery,
    ImportQuery,
    NewQuestionFields,
    QuestionAnswer,
    QuestionBatch,
    QuestionFields,
    QuestionIds,
    QuestionPage,
    QuestionsDeleted,
    QuestionsImported,
    QuestionsQuery,
    QuestionsUpdated,
    QuestionsUpload,
    SavedQuestion,
)
from smartexam.api import Access, Api, Done, Reply, Request
from smartexam.catalog.store.question_items import StoredQuestion
from smartexam.platform import audit, cursors
from smartexam.platform.audit import Change
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import BadRequest, InvalidFields, TooLarge
from smartexam.platform.http.queries import is_set

api = Api("admin_questions")

Questions: TypeAlias = Sequence[StoredQuestion]

# Lambda takes 6 MB, of which base64 leaves three quarters for a file.
_LARGEST_UPLOAD = 5 * 1024 * 1024
_LARGEST_ANSWER = 5 * 1024 * 1024
_LARGEST_BYTES = 4 * 1024 * 1024
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@api.get("/admin/questions", access=Access.ADMIN, query=QuestionsQuery, answers=QuestionPage)
def list_questions(request: Request, query: QuestionsQuery) -> QuestionPage:
    """List the questions of an exam in its order, or of all exams.

    It has correct answers and tolerances, which students never get before their result.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
        NotFound: `exam_not_found`.
    """
    del request
    name = f"questions:{query.exam_id}:{query.sort}:{query.order}"
    found, place = service.list_questions(query, cursors.decode(name, query.cursor))
    return QuestionPage(found, cursors.encode(name, place))


@api.get("/admin/questions/get/<question_id>", access=Access.ADMIN, answers=QuestionAnswer)
def get_question(request: Request, question_id: int) -> QuestionAnswer:
    """Get a question.

    It has the correct answer, the tolerance and the addresses of its images, as the edit form needs them.

    Raises:
        NotFound: `question_not_found`.
    """
    del request
    return QuestionAnswer(service.show_question(question_id))


@api.post("/admin/questions/add-ajax", access=Access.ADMIN, takes=NewQuestionFields, forms=True, answers=SavedQuestion)
def add_question(request: Request, body: NewQuestionFields) -> SavedQuestion:
    """Add a question to the end of an exam.

    The key must fit the type: for MCQ one of the filled options, for MSQ one or more, for NUMERIC a number or a range
    and no options.

    Raises:
        BadRequest: `unequal_marks` in a section where some questions are chosen or drawn.
        NotFound: `exam_not_found`.
    """

    def log(added: Questions) -> Put:
        return _entry(request, "question.create", f"question:{added[0].id}", None, _state(added[0]))

    question = service.view(service.add_question(body.given(), request.now, log))
    return SavedQuestion(question.id, question)


@api.post(
    "/admin/questions/edit-ajax/<question_id>",
    access=Access.ADMIN,
    takes=QuestionFields,
    forms=True,
    answers=SavedQuestion,
)
def edit_question(request: Request, question_id: int, body: QuestionFields) -> SavedQuestion:
    """Change any fields of a question; another `exam_id` moves it. Running attempts keep it as it was.

    Raises:
        BadRequest: `unequal_marks` in a section where some questions are chosen or drawn.
        NotFound: `question_not_found`, or `exam_not_found`.
    """

    def log(before: StoredQuestion, after: StoredQuestion) -> list[Put]:
        who, target = request.caller.user_id, f"question:{question_id}"
        change = audit.differing(who, "question.update", target, _state(before), _state(after))
        return [] if change is None else [audit.entry(change, request.now)]

    question = service.view(service.edit_question(question_id, body.given(), request.now, log))
    return SavedQuestion(question.id, question)


@api.post("/admin/questions/delete/<question_id>", access=Access.ADMIN, answers=Done)
def delete_question(request: Request, question_id: int) -> Done:
    """Delete a question. Running attempts keep it, and are graded with it.

    Raises:
        NotFound: `question_not_found`.
    """

    def log(deleted: Questions) -> Put:
        return _entry(request, "question.delete", f"question:{question_id}", _state(deleted[0]), None)

    service.delete_question(question_id, log)
    return Done()


@api.post("/admin/questions/delete-multiple", access=Access.ADMIN, takes=QuestionIds, answers=QuestionsDeleted)
def delete_questions(request: Request, body: QuestionIds) -> QuestionsDeleted:
    """Delete questions of any exams, at most 10,000 at once.

    Running attempts keep them. `deleted` counts the questions that were deleted.
    """

    def log(deleted: Questions) -> Put:
        ids = {"deleted": len(deleted), "question_ids": [question.id for question in deleted]}
        return _entry(request, "questions.delete", _exam_of(deleted), ids, None)

    return QuestionsDeleted(bulk.delete_many(body.ids, log))


@api.post(
    "/admin/questions/batch-add",
    access=Access.ADMIN,
    takes=QuestionBatch,
    answers=BatchAdded,
    limit=_LARGEST_UPLOAD,
)
def add_questions(request: Request, body: QuestionBatch) -> BatchAdded:
    """Add the valid questions of a list of at most 5,000; the answer has the errors of the others.

    All go to the exam `exam_id`, in the order of the list.

    Raises:
        BadRequest: `unequal_marks` in a section where some questions are chosen or drawn.
        NotFound: `exam_not_found`.
    """

    def log(added: Questions) -> Put:
        ids = {"added": len(added), "question_ids": [question.id for question in added]}
        return _entry(request, "questions.create", _exam_of(added), None, ids)

    added, refused = bulk.add_batch(body.exam_id, body.questions, request.now, log)
    return BatchAdded(len(added), added, refused)


@api.post("/admin/questions/bulk-update", access=Access.ADMIN, takes=BulkUpdate, answers=QuestionsUpdated)
def update_questions(request: Request, body: BulkUpdate) -> QuestionsUpdated:
    """Set the marks or the tolerance of all questions of a type in an exam.

    Fields that are left out stay, and null resets the marks to those of the section or the exam. Running attempts keep
    their marks.

    Raises:
        BadRequest: `unequal_marks` in a section where some questions are chosen or drawn.
        NotFound: `exam_not_found`.
    """
    changes = body.changes()

    def log(changed: Questions) -> Put:
        after = {"question_type": body.question_type, **changes, "updated": len(changed)}
        return _entry(request, "questions.update", _exam_of(changed), None, after)

    return QuestionsUpdated(bulk.update_all(body.exam_id, body.question_type, changes, log))


@api.get("/admin/questions/export-csv/<exam_id>", access=Access.ADMIN, query=CsvExportQuery, answers=CSV)
def export_csv(request: Request, exam_id: int, query: CsvExportQuery) -> Reply:
    """Download an exam's questions as CSV.

    The file imports again with the same questions. With `safe=1` no spreadsheet runs a cell as a formula, but such a
    file does not import unchanged.

    Raises:
        NotFound: `exam_not_found`.
        TooLarge: `export_too_large`.
    """
    return _as_csv(request, exam_id, files.export_csv(exam_id, safe=is_set(query.safe)))


@api.get("/admin/questions/export/<exam_id>", access=Access.ADMIN, query=ExportQuery, answers=CSV, also={200: XLSX})
def export_questions(request: Request, exam_id: int, query: ExportQuery) -> Reply:
    """Download an exam's questions as CSV or as XLSX; the file imports again with the same questions.

    Every cell of the workbook is text, so no spreadsheet runs it as a formula.

    Raises:
        NotFound: `exam_not_found`.
        TooLarge: `export_too_large`.
    """
    if query.format == "csv":
        return _as_csv(request, exam_id, files.export_csv(exam_id, safe=False))
    content = files.export_xlsx(exam_id)
    if len(content) > _LARGEST_BYTES:
        raise TooLarge("The workbook is too large. Export the questions as CSV.", code="export_too_large")
    headers = {"Content-Disposition": f'attachment; filename="exam-{exam_id}-questions.xlsx"'}
    return Reply(content, content_type=XLSX, headers=headers)


@api.post(
    "/admin/questions/import-csv",
    access=Access.ADMIN,
    query=ImportQuery,
    takes=QuestionsUpload,
    forms="only",
    answers=QuestionsImported,
    limit=_LARGEST_UPLOAD,
)
def import_questions(request: Request, query: ImportQuery, body: QuestionsUpload) -> QuestionsImported:
    """Import questions from a CSV or XLSX file, recognised by its content.

    The first row names the columns, in any order, spelling and case; `question_text` and `correct_answer` are needed.
    The consistent rows are imported, and `errors` names the others; `atomic`, `dry_run` and `skip_existing` change
    that.

    Raises:
        BadRequest: `csv_unreadable`, `too_many_rows`, `too_many_exams`; `unequal_marks`; `import_refused` with
            `atomic`.
    """
    exam_id: int | None = None
    if given := body.exam_id.strip():
        exam_id, faults = service.read_exam_id(given)
        if exam_id is None:
            raise InvalidFields(faults)
    options = ImportOptions(
        exam_id,
        atomic=is_set(query.atomic) or is_set(body.atomic),
        dry_run=is_set(query.dry_run) or is_set(body.dry_run),
        skip_existing=is_set(query.skip_existing) or is_set(body.skip_existing),
    )

    def log(added: Questions) -> Put:
        after = {"inserted": len(added), "exam_ids": sorted({question.exam_id for question in added})}
        return _entry(request, "questions.import", "questions", None, after)

    done = files.import_questions(body.csv_file.content, options, (request.caller.user_id, request.now), log)
    if options.atomic and done.errors and not options.dry_run:
        raise BadRequest(
            "Nothing was imported, because not every row can be",
            code="import_refused",
            inserted=done.inserted,
            skipped=done.skipped,
            errors=done.errors,
        )
    return QuestionsImported(
        done.inserted,
        done.skipped,
        done.errors,
        existing=done.existing if options.skip_existing else UNSET,
        notes=list(done.notes) or UNSET,
        questions=UNSET if done.shown is None else done.shown,
    )


def _as_csv(request: Request, exam_id: int, content: bytes) -> Reply:
    headers = {"Content-Disposition": f'attachment; filename="exam-{exam_id}-questions.csv"'}
    if len(content) <= _LARGEST_ANSWER:
        # As text, because Lambda would return bytes as base64, which is a third larger.
        return Reply(content.decode(), content_type="text/csv; charset=utf-8", headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        raise TooLarge("The file is too large unless the client accepts gzip", code="export_too_large")
    headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Reply(gzip.compress(content, mtime=0), content_type="text/csv; charset=utf-8", headers=headers)


def _entry(
    request: Request, action: str, target: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Put:
    return audit.entry(Change(request.caller.user_id, action, target, before, after), request.now)


def _state(question: StoredQuestion) -> dict[str, Any]:
    state: dict[str, Any] = to_builtins(service.view(question))
    return state


def _exam_of(questions: Questions) -> str:
    return f"exam:{questions[0].exam_id}"


lambda_handler = api.handler
