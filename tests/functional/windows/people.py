"""What the tests of windows share: students, and an administrator's changes."""

from typing import Any

from admin_exams import app as admin_exams
from exams import app as exams_app
from results import app as results_app
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.catalog.exam import Exam
from smartexam.platform import audit
from smartexam.platform.audit import Change
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import question_ids
from tests.factories.users import access_token, create_user

HOUR = 3600


START = int(MORNING)


class Student:
    """A student, perhaps of some batches."""

    def __init__(self, clock: FrozenClock, *batch_ids: int) -> None:
        self.clock, self.user = clock, create_user()
        self.id = self.user.id
        for batch_id in batch_ids:
            enrolments.add_students(batch_id, [self.id], logged)

    def call(self, method: str, path: str, app: Any = exams_app, **request: Any) -> Answer:
        token = access_token(self.user, self.clock.now())
        return send(app.lambda_handler, method, path, token=token, **request)

    def start(self, exam: Exam, **body: Any) -> Answer:
        return self.call("POST", f"/start-exam/{exam.id}", body=body or None)

    def sync(self, exam: Exam, answer: str = "B") -> Answer:
        body = {"answers": {str(question_ids(exam.id)[0]): answer}}
        return self.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

    def submit(self, exam: Exam) -> Answer:
        return self.call("POST", f"/submit-exam/{exam.id}", headers={"accept": "application/json"})

    def remaining(self, exam: Exam) -> int:
        seconds: int = self.call("GET", f"/exam/{exam.id}").body["remaining_seconds"]
        return seconds

    def listed(self, **query: str) -> list[int]:
        return [each["id"] for each in self.call("GET", "/api/exams", query=query).body["exams"]]

    def result(self, exam: Exam) -> Answer:
        return self.call("GET", f"/result/{exam.id}", app=results_app)


def logged(changed: list[int]) -> Any:
    return audit.entry(Change(1, "batch.add", "batch", None, {"users": changed}), MORNING)


def batch(number: int) -> int:
    batches.create(Batch(number, f"Batch {number}", 0, MORNING), logged([]))
    return number


def override(admin: Admin, exam: Exam, **body: Any) -> dict[str, Any]:
    answer = admin.post(f"/admin/exams/{exam.id}/overrides", body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body["override"]
    return found


def edit(admin: Admin, exam: Exam, **fields: Any) -> Answer:
    return admin.call("POST", f"/admin/exams/edit/{exam.id}", handler=admin_exams.lambda_handler, body=fields)
