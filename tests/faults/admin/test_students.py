"""Students and batches while AWS fails: what is counted fits together, whatever fails and is asked for again."""

import pytest

from admin_students.app import lambda_handler as students
from admin_users.app import lambda_handler as users
from smartexam.accounts.store import batches, identity
from smartexam.accounts.store.batches import Batch
from smartexam.accounts.user import User
from smartexam.platform import audit, ids
from smartexam.platform.keys import user_key
from tests.factories.clock import MORNING
from tests.factories.events import Answer
from tests.factories.users import create_user
from tests.faults.admin.office import Office
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, entries, ok


@pytest.fixture
def batch(drill: Drill) -> Batch:
    made = Batch(ids.next_id("batch"), "Evening", 0, MORNING)
    batches.create(made, audit.entry(audit.Change(1, "made", "batch", None, None), MORNING))
    return made


def test_make_a_batch(drill: Drill, office: Office) -> None:
    def audit_(stored: Stored, answer: Answer) -> None:
        assert len(of(stored["identity"], "BATCHES")) == entries(stored, "batch.create") == 1

    drill.run(
        Flow(
            call=lambda: office.post(students, "/admin/batches/create", {"name": "Morning"}),
            done=ok,
            done_before=code("name_taken"),
            audit=audit_,
        )
    )


def test_put_students_into_a_batch(drill: Drill, office: Office, student: User, batch: Batch) -> None:
    body = {"user_ids": [student.id, create_user().id]}

    def audit_(stored: Stored, answer: Answer) -> None:
        assert stored["identity"][f"BATCH#{batch.id}", "BATCH"]["student_count"] == 2
        assert entries(stored, "batch.add_students") == 1

    path = f"/admin/batches/{batch.id}/students/add"
    drill.run(Flow(call=lambda: office.post(students, path, body), done=ok, audit=audit_, seconds=29))


def test_change_a_student(drill: Drill, office: Office, student: User) -> None:
    body = {"roll_no": "2026-7", "first_name": "Ravi"}

    def audit_(stored: Stored, answer: Answer) -> None:
        assert stored["identity"][user_key(student.id), "PROFILE"]["roll_no"] == "2026-7"
        assert entries(stored, "student.update") == 1

    path = f"/admin/students/update/{student.id}"
    drill.run(Flow(call=lambda: office.post(students, path, body), done=ok, audit=audit_, seconds=29))


def test_close_an_account(drill: Drill, office: Office, student: User) -> None:
    body = {"user_ids": [student.id]}

    def audit_(stored: Stored, answer: Answer) -> None:
        assert "deactivated_at" in stored["identity"][user_key(student.id), "PROFILE"]
        assert entries(stored, "user.deactivate") == 1

    drill.run(Flow(call=lambda: office.post(users, "/admin/users/deactivate", body), done=ok, audit=audit_, seconds=29))


def test_import_a_roster(
    drill: Drill, office: Office, student: User, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVITATION_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/invitation")
    content = (
        "name,email,roll_no,batch\n"
        f"Ravi Kumar,{student.email},1,evening\n"
        "Meera Nair,meera@example.org,2,Evening;Morning\n"
        "Bad,bad,,\n"
    ).encode()

    def call() -> Answer:
        return office.upload(students, "/admin/students/import-csv", {"csv_file": ("roster.csv", content)})

    def audit_(stored: Stored, answer: Answer) -> None:
        body = answer.body
        assert (body["created"] + body["updated"] + body["unchanged"], body["skipped"]) == (2, 1)
        assert identity.find_user_id("1") == student.id
        assert identity.find_user_id("meera@example.org") == identity.find_user_id("2")
        assert entries(stored, "roster.import") >= 1

    drill.run(Flow(call=call, done=ok, audit=audit_, seconds=29))
