"""What the tests of sitting share: a student's calls."""

from typing import Any

from exams.app import lambda_handler
from smartexam.catalog.exam import Exam
from smartexam.sitting.store import results
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import RIGHT, question_ids
from tests.factories.users import access_token, create_user

JSON = {"accept": "application/json"}


class Student:
    """A student who calls the function."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user()

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def start(self, exam: Exam) -> Answer:
        return self.call("POST", f"/start-exam/{exam.id}")

    def paper(self, exam: Exam) -> Answer:
        return self.call("GET", f"/exam/{exam.id}")

    def sync(self, exam: Exam, answers: Any = None, **fields: Any) -> Answer:
        body = dict(fields) if answers is None else {"answers": answers, **fields}
        return self.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

    def submit(self, exam: Exam) -> Answer:
        return self.call("POST", f"/submit-exam/{exam.id}", headers=JSON)

    def status(self, exam: Exam) -> Answer:
        return self.call("GET", f"/api/exam-attempts-status/{exam.id}")


def right_answers(exam: Exam) -> dict[str, Any]:
    return {str(question_id): answer for question_id, answer in zip(question_ids(exam.id), RIGHT, strict=True)}


def stored_result(student: Student, exam: Exam, result_id: int) -> results.Result:
    result = results.get_result(student.user.id, exam.id, result_id)
    assert result is not None
    return result
