"""Shapes of requests and answers."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.accounts.names import LONGEST_NAME
from smartexam.accounts.roster import LONGEST_BATCH_NAME, ROLL_NO
from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.http.queries import Id, Order, PageSize
from smartexam.platform.texts import up_to, visible

# No semicolons, which separate names in a roster, and no control characters
_BATCH_NAME = r"^[^;\x00-\x1f\x7f-\x9f]+$"


class BatchesQuery(Struct, frozen=True):
    """What to search for in names, where to continue, and how many to list.

    Attributes:
        q: part of the name of a batch, or in a list of students the start of a username, an email, a roll
            number or a word of a name.
        order: batches by name; students of a batch by the age of their accounts, or with `q` by what matches.
    """

    q: Annotated[str, Meta(max_length=200)] = ""
    order: Order = "asc"
    cursor: str | None = None
    limit: PageSize = 50


class BatchFields(Struct, frozen=True):
    """The name of a batch.

    Attributes:
        name: name of the batch, 1 to 100 characters without semicolons, which no other batch has.
    """

    name: Annotated[
        str, Meta(extra_json_schema={"minLength": 1, "maxLength": LONGEST_BATCH_NAME, "pattern": _BATCH_NAME})
    ]


class BatchView(Struct, frozen=True):
    """A batch; `created_at` UTC.

    Attributes:
        student_count: students in the batch.
    """

    id: int
    name: str
    student_count: int
    created_at: str


class BatchAnswer(Struct, frozen=True):
    """A batch.

    Attributes:
        batch: the batch after the change.
    """

    batch: BatchView
    success: bool = True


class BatchPage(Struct, frozen=True):
    """Batches by name; `next_cursor` is null on the last page.

    Attributes:
        batches: batches by name.
    """

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
    """Students; `next_cursor` is null on the last page.

    Attributes:
        students: the students.
    """

    students: list[StudentView]
    next_cursor: str | None
    success: bool = True


class StudentIds(Struct, frozen=True):
    """At most 100 accounts.

    Attributes:
        user_ids: ids of the students' accounts, 1 to 100.
    """

    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RefusedStudent(Struct, frozen=True):
    """An account that was not added, and why.

    Attributes:
        message: why it was not changed, for people.
        code: why it was not changed, for programs.
    """

    user_id: int
    message: str
    code: str


class StudentsAdded(Struct, frozen=True):
    """How many were not in the batch before, and who could not be added.

    Attributes:
        added: students who were not in the batch before.
    """

    added: int
    errors: list[RefusedStudent]
    success: bool = True


class StudentsRemoved(Struct, frozen=True):
    """How many were in the batch before.

    Attributes:
        removed: students who were in the batch before.
    """

    removed: int
    errors: list[RefusedStudent]
    success: bool = True


class StudentFields(Struct, frozen=True):
    """The changed fields of a student; a `roll_no` of null or "" removes the number.

    Attributes:
        roll_no: the new roll number, 1 to 32 of `A-Za-z0-9/_-`, which nobody else has; null or empty removes
            it.
    """

    roll_no: Annotated[str, Meta(extra_json_schema={"pattern": f"^({ROLL_NO})?$"})] | UnsetType | None = UNSET
    first_name: Annotated[str, visible(LONGEST_NAME)] | UnsetType = UNSET
    last_name: Annotated[str, up_to(LONGEST_NAME)] | UnsetType = UNSET


class StudentAnswer(Struct, frozen=True):
    """A student.

    Attributes:
        student: the student after the change.
    """

    student: StudentView
    success: bool = True


class RosterUpload(Struct, frozen=True):
    """A roster as CSV or XLSX; `invite` 1 mails set-up links to those who cannot sign in yet.

    Attributes:
        csv_file: the students as CSV or XLSX, with columns `name` and `email`, and optionally `roll_no` and
            `batch` (several by `;`).
        batch_id: id of a batch that all of them join; empty for none.
        invite: `1` (default) mails links to set a password to those who have none, `0` does not.
    """

    csv_file: UploadedFile
    batch_id: Id | Literal[""] | None = None
    invite: Annotated[str, Meta(extra_json_schema={"enum": ["1", "0"]})] = "1"


class RosterExportQuery(Struct, frozen=True):
    """The batch whose students are exported; without, all students.

    Attributes:
        batch_id: only the students of this batch; left out, all students.
    """

    batch_id: Id | None = None
