"""Shapes of requests and answers."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.http.queries import Id, PageSize


class BatchesQuery(Struct, frozen=True):
    """What to search for in names, where to continue, and how many to list."""

    q: Annotated[str, Meta(max_length=200)] = ""
    cursor: str | None = None
    limit: PageSize = 50


class BatchFields(Struct, frozen=True):
    """The name of a batch."""

    name: str


class BatchView(Struct, frozen=True):
    """A batch; `created_at` UTC."""

    id: int
    name: str
    student_count: int
    created_at: str


class BatchAnswer(Struct, frozen=True):
    """A batch."""

    batch: BatchView
    success: bool = True


class BatchPage(Struct, frozen=True):
    """Batches by name; `next_cursor` is null on the last page."""

    batches: list[BatchView]
    next_cursor: str | None
    success: bool = True


class StudentView(Struct, frozen=True):
    """A student; `roll_no` is null if there is none."""

    user_id: int
    username: str
    full_name: str
    email: str
    roll_no: str | None


class StudentPage(Struct, frozen=True):
    """Students; `next_cursor` is null on the last page."""

    students: list[StudentView]
    next_cursor: str | None
    success: bool = True


class StudentIds(Struct, frozen=True):
    """At most 100 accounts."""

    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RefusedStudent(Struct, frozen=True):
    """An account that was not added, and why."""

    user_id: int
    message: str
    code: str


class StudentsAdded(Struct, frozen=True):
    """How many were not in the batch before, and who could not be added."""

    added: int
    errors: list[RefusedStudent]
    success: bool = True


class StudentsRemoved(Struct, frozen=True):
    """How many were in the batch before."""

    removed: int
    errors: list[RefusedStudent]
    success: bool = True


class StudentFields(Struct, frozen=True):
    """The changed fields of a student; a `roll_no` of null or "" removes the number."""

    roll_no: str | UnsetType | None = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET


class StudentAnswer(Struct, frozen=True):
    """A student."""

    student: StudentView
    success: bool = True


class RosterUpload(Struct, frozen=True):
    """A roster as CSV or XLSX; `invite` 1 mails set-up links to those who cannot sign in yet."""

    csv_file: UploadedFile
    batch_id: Id | Literal[""] | None = None
    invite: str = "1"


class RosterExportQuery(Struct, frozen=True):
    """The batch whose students are exported; without, all students."""

    batch_id: Id | None = None
