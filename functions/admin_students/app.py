"""Students with roll numbers, their batches, and rosters as files."""

from admin_students import batches as rules
from admin_students import rosters, students
from admin_students.models import (
    BatchAnswer,
    BatchesQuery,
    BatchFields,
    BatchPage,
    BatchView,
    RefusedStudent,
    RosterExportQuery,
    RosterUpload,
    StudentAnswer,
    StudentFields,
    StudentIds,
    StudentPage,
    StudentsAdded,
    StudentsRemoved,
)
from smartexam.accounts.roster_import import RosterImported
from smartexam.accounts.store import batches, user_search
from smartexam.accounts.store.batches import Batch
from smartexam.api import Access, Api, Done, Reply, Request
from smartexam.jobs.queue import Accepted
from smartexam.platform import cursors
from smartexam.platform.times import iso

api = Api("admin_students")

# Lambda takes 6 MB, of which base64 leaves three quarters for a file.
_LARGEST_UPLOAD = 4_700_000


@api.get("/admin/api/batches", access=Access.ADMIN, query=BatchesQuery, answers=BatchPage)
def list_batches(request: Request, query: BatchesQuery) -> BatchPage:
    """List batches by name; with `q`, those whose name contains it.

    A batch is a group of students, such as a class, that exams and overrides can name.

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    del request
    name = f"batches:{query.order}:{query.q}"
    after = cursors.decode(name, query.cursor)
    found, place = batches.list_batches(query.q, limit=query.limit, after=after, descending=query.order == "desc")
    return BatchPage([_view(batch) for batch in found], cursors.encode(name, place))


@api.post("/admin/batches/create", access=Access.ADMIN, takes=BatchFields, answers=BatchAnswer)
def create_batch(request: Request, body: BatchFields) -> BatchAnswer:
    """Create a batch.

    It has no students yet; `POST /admin/batches/{batch_id}/students/add` adds them.

    Raises:
        Conflict: `name_taken`, in any case.
    """
    return BatchAnswer(_view(rules.create(body.name, request.caller.user_id, request.now)))


@api.post("/admin/batches/update/<batch_id>", access=Access.ADMIN, takes=BatchFields, answers=BatchAnswer)
def update_batch(request: Request, batch_id: int, body: BatchFields) -> BatchAnswer:
    """Rename a batch.

    Exams and overrides name it by its id, so they keep it.

    Raises:
        NotFound: `batch_not_found`.
        Conflict: `name_taken`.
    """
    return BatchAnswer(_view(rules.rename(batch_id, body.name, request.caller.user_id, request.now)))


@api.post("/admin/batches/delete/<batch_id>", access=Access.ADMIN, answers=Done)
def delete_batch(request: Request, batch_id: int) -> Done:
    """Delete a batch; its students stay.

    A batch that an exam names as its audience is refused until the exam is completed.

    Raises:
        NotFound: `batch_not_found`.
        Conflict: `batch_in_use` while an exam that is not completed names it.
    """
    rules.delete(batch_id, request.caller.user_id, request.now)
    return Done()


@api.get("/admin/api/batches/<batch_id>/students", access=Access.ADMIN, query=BatchesQuery, answers=StudentPage)
def list_batch_students(request: Request, batch_id: int, query: BatchesQuery) -> StudentPage:
    """List the students of a batch.

    With `q`: those whose username, email, roll number or a word of the name starts with it.


    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
        NotFound: `batch_not_found`.
    """
    del request
    batches.get(batch_id)
    name = f"batch:{batch_id}:{query.order}:{query.q}"
    after = cursors.decode(name, query.cursor)
    found, place = user_search.find_members(
        batch_id, query.q, limit=query.limit, after=after, descending=query.order == "desc"
    )
    return StudentPage([students.view(user) for user in found], cursors.encode(name, place))


@api.post("/admin/batches/<batch_id>/students/add", access=Access.ADMIN, takes=StudentIds, answers=StudentsAdded)
def add_batch_students(request: Request, batch_id: int, body: StudentIds) -> StudentsAdded:
    """Add students to a batch. `added` counts those who were not in it; `errors` lists those who could not be added.

    What the batch is granted at an exam holds for their running attempts at once.

    Raises:
        NotFound: `batch_not_found`.
    """
    added, refused = rules.add_students(batch_id, body.user_ids, request.caller.user_id, request.now)
    return StudentsAdded(added, [RefusedStudent(each.user_id, each.message, each.code) for each in refused])


@api.post("/admin/batches/<batch_id>/students/remove", access=Access.ADMIN, takes=StudentIds, answers=StudentsRemoved)
def remove_batch_students(request: Request, batch_id: int, body: StudentIds) -> StudentsRemoved:
    """Remove students from a batch. `removed` counts those who were in it.

    What the batch is granted at an exam is taken back from their running attempts at once; what they saved stays.

    Raises:
        NotFound: `batch_not_found`.
    """
    return StudentsRemoved(rules.remove_students(batch_id, body.user_ids, request.caller.user_id, request.now), [])


@api.post("/admin/students/update/<user_id>", access=Access.ADMIN, takes=StudentFields, answers=StudentAnswer)
def update_student(request: Request, user_id: int, body: StudentFields) -> StudentAnswer:
    """Change a student's names and roll number; missing fields stay.

    Students can sign in with the roll number instead of the username.

    Raises:
        NotFound: there is no such account, or `student_not_found`: it is no student's.
        Conflict: `roll_no_taken`, another student has it, or it is another account's username.
    """
    return StudentAnswer(students.view(students.change(user_id, body, request.caller.user_id, request.now)))


@api.post(
    "/admin/students/import-csv",
    access=Access.ADMIN,
    takes=RosterUpload,
    forms="only",
    limit=_LARGEST_UPLOAD,
    answers=RosterImported,
    also={202: Accepted},
)
def import_roster(request: Request, body: RosterUpload) -> RosterImported | Reply:
    """Create and update students from a CSV or XLSX file with columns `name`, `email`, `roll_no`, `batch`.

    Students are identified by email. An empty cell keeps the present value; a cell may have several batches, separated
    by semicolons, and missing batches are created. More than 500 rows continue as a job (202).

    Raises:
        BadRequest: `csv_unreadable`, `too_many_rows`.
        NotFound: `batch_not_found`.
    """
    answer = rosters.import_roster(body, request.caller.user_id, request.now)
    return Reply(answer, status=202) if isinstance(answer, Accepted) else answer


@api.get(
    "/admin/students/export-csv", access=Access.ADMIN, query=RosterExportQuery, answers="text/csv", also={202: Accepted}
)
def export_roster(request: Request, query: RosterExportQuery) -> Reply:
    """Export the students of a batch, or all, as a CSV file that imports unchanged. A job writes very large ones (202).

    Raises:
        NotFound: `batch_not_found`.
    """
    content = students.export(query.batch_id, request.caller.user_id, request.now)
    if isinstance(content, Accepted):
        return Reply(content, status=202)
    return Reply(
        content.decode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="students.csv"'},
    )


def _view(batch: Batch) -> BatchView:
    return BatchView(batch.id, batch.name, batch.student_count, iso(batch.created_at))


lambda_handler = api.handler
