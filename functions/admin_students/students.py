"""Changes one student, and exports many."""

import hashlib

from msgspec import UNSET, structs

from admin_students.models import StudentFields, StudentView
from smartexam.accounts.listing import MOST_AT_ONCE, count_students, list_roster
from smartexam.accounts.names import REFUSAL, is_office, person_name
from smartexam.accounts.roster import is_roll_no, write_roster
from smartexam.accounts.store import accounts
from smartexam.accounts.store.identity import Taken
from smartexam.accounts.user import User
from smartexam.jobs import queue
from smartexam.jobs.queue import Accepted
from smartexam.platform.audit import differing, entry
from smartexam.platform.dynamodb.table import Operation
from smartexam.platform.errors import Conflict, Fault, InvalidFields, NotFound
from smartexam.platform.principal import portals


def change(user_id: int, wanted: StudentFields, admin_id: int, now: float) -> User:
    """Change a student's names and roll number.

    Raises:
        InvalidFields: a name or the number is not valid.
        NotFound: there is no such account, or it is no student's.
        Conflict: the roll number belongs to another student or equals another username.
    """
    given, faults = _checked(wanted)
    if faults:
        raise InvalidFields(faults)

    def changed(before: User) -> User:
        if "user" not in portals(before.role):
            raise NotFound("Student not found", code="student_not_found")
        after = structs.replace(before, **given)
        if after.full_name != before.full_name and is_office(after.full_name):
            raise InvalidFields([Fault("first_name", REFUSAL)])
        return after

    def logged(before: User, after: User) -> list[Operation]:
        states = ({name: getattr(user, name) for name in given} for user in (before, after))
        change = differing(admin_id, "student.update", f"user:{user_id}", *states)
        return [] if change is None else [entry(change, now)]

    try:
        return accounts.change_student(user_id, changed, logged)
    except Taken:
        raise Conflict("This roll number is another student's or somebody's username", code="roll_no_taken") from None


def export(batch_id: int | None, admin_id: int, now: float) -> bytes | Accepted:
    """The roster of a batch, or of all students, as CSV; for very many, a job writes it.

    Raises:
        NotFound: there is no such batch.
    """
    if count_students(batch_id) <= MOST_AT_ONCE:
        return b"".join(write_roster(list_roster(batch_id)))
    inputs = hashlib.sha256(f"{batch_id}".encode()).hexdigest()
    return queue.ask("students_export", {"batch_id": batch_id}, created_by=admin_id, now=now, inputs=inputs)


def view(user: User) -> StudentView:
    """A student in the API's shape."""
    return StudentView(user.id, user.username, user.full_name, user.email, user.roll_no)


def _checked(wanted: StudentFields) -> tuple[dict[str, str | None], list[Fault]]:
    """The given fields as they are stored, and what is wrong with them."""
    given: dict[str, str | None] = {}
    faults: list[Fault] = []
    if wanted.roll_no is not UNSET:
        roll_no = (wanted.roll_no or "").strip()
        given["roll_no"] = roll_no or None
        if roll_no and not is_roll_no(roll_no):
            faults.append(Fault("roll_no", "must be 1 to 32 of A-Z, a-z, 0-9, /, _ and -"))
    for field, text in (("first_name", wanted.first_name), ("last_name", wanted.last_name)):
        if text is UNSET:
            continue
        # Some people have only one name.
        name = "" if field == "last_name" and not text.strip() else person_name(text)
        given[field] = name
        if name is None:
            faults.append(Fault(field, REFUSAL))
    return given, faults
