"""Decisions about accounts while AWS fails: each is made and logged once, or not at all."""

import pytest

from admin_attempts.app import lambda_handler as attempts
from admin_requests.app import lambda_handler as requests
from admin_users.app import lambda_handler as users
from smartexam.accounts.store import access_requests
from smartexam.accounts.user import User
from smartexam.platform.keys import user_key
from tests.factories.clock import MORNING
from tests.factories.events import Answer
from tests.factories.exams import create_exam
from tests.factories.users import create_user
from tests.faults.admin.office import Office
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, entries, ok


def test_change_a_role(drill: Drill, office: Office, student: User) -> None:
    body = {"user_id": student.id, "new_role": "user,admin"}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["identity"][user_key(student.id), "PROFILE"]["role"] == "user,admin"
        assert entries(stored, "user.role") == len(of(stored["ephemeral"], "REVOCATIONS")) == 1

    drill.run(Flow(call=lambda: office.post(users, "/admin/users/update-role", body), done=ok, audit=audit))


def test_change_roles(drill: Drill, office: Office, student: User) -> None:
    people = [student, *(create_user() for _ in range(4))]
    updates = [{"user_id": each.id, "new_role": "admin"} for each in people]

    def audit(stored: Stored, answer: Answer) -> None:
        roles = [stored["identity"][user_key(each.id), "PROFILE"]["role"] for each in people]
        assert roles == ["admin"] * 5
        assert entries(stored, "user.role") == 5

    def call() -> Answer:
        answer = office.post(users, "/admin/users/bulk-update-roles", {"updates": updates})
        if answer.status == 200 and answer.body["errors"]:
            # A client that is told of failures repeats those.
            assert all("temporarily unavailable" in error["message"] for error in answer.body["errors"])
            return Answer(503, {"status": "error", "success": False, "message": "some"}, {"retry-after": "1"}, (), {})
        return answer

    drill.run(Flow(call=call, done=ok, audit=audit, seconds=29))


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_decide_a_request(drill: Drill, office: Office, student: User, decision: str) -> None:
    request_id = access_requests.submit(student, "admin", "I teach", MORNING)
    body = {"approved_access": "user,admin"} if decision == "approve" else {"reason": "No"}

    def audit(stored: Stored, answer: Answer) -> None:
        role = stored["identity"][user_key(student.id), "PROFILE"]["role"]
        assert role == ("user,admin" if decision == "approve" else "user")
        assert entries(stored, f"access_request.{decision}") == 1
        status = stored["identity"][f"REQUEST#{request_id}", "REQUEST"]["status"]
        assert status == ("completed" if decision == "approve" else "denied")

    drill.run(
        Flow(
            call=lambda: office.post(requests, f"/admin/requests/{decision}/{request_id}", body),
            done=ok,
            # A request is decided once; a client that was not told finds it decided.
            done_before=code("request_not_pending"),
            audit=audit,
        )
    )


def test_modify_attempts(drill: Drill, office: Office, student: User) -> None:
    exam = create_exam(max_attempts=2)
    body = {"student_id": student.id, "exam_id": exam.id, "action": "increase", "amount": 1}

    def audit(stored: Stored, answer: Answer) -> None:
        # As many as are logged: repeating it grants twice.
        allowance = stored["attempts"][user_key(student.id), f"SITTING#{exam.id}"]["allowance"]
        assert allowance == entries(stored, "attempts.increase")
        assert allowance in {1, 2}

    drill.run(Flow(call=lambda: office.post(attempts, "/admin/attempts/modify", body), done=ok, audit=audit))


def test_reset_attempts_of_several(drill: Drill, office: Office, student: User) -> None:
    exam = create_exam(max_attempts=2)
    people = [student, *(create_user() for _ in range(3))]
    for each in people:
        office.post(
            attempts,
            "/admin/attempts/modify",
            {"student_id": each.id, "exam_id": exam.id, "action": "increase", "amount": 1},
        )
    items = [{"student_id": each.id, "exam_id": exam.id} for each in people]
    body = {"items": items, "action": "decrease", "amount": 1}

    def call() -> Answer:
        answer = office.post(attempts, "/admin/attempts/bulk-modify", body)
        if answer.status == 200 and answer.body["errors"]:
            assert all("temporarily unavailable" in error["message"] for error in answer.body["errors"])
            return Answer(503, {"status": "error", "success": False, "message": "some"}, {"retry-after": "1"}, (), {})
        return answer

    def audit(stored: Stored, answer: Answer) -> None:
        taken = 0
        for each in people:
            taken += 1 - stored["attempts"][user_key(each.id), f"SITTING#{exam.id}"]["allowance"]
        assert taken == entries(stored, "attempts.decrease")

    drill.run(Flow(call=call, done=ok, audit=audit, seconds=29))
