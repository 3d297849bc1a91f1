"""What the tests of papers share: an administrator who writes exams, and a student who sits them."""

from typing import Any

from admin_exams import app as admin_exams
from admin_questions import app as admin_questions
from exams import app as exams_app
from results import app as results_app
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import access_token, create_user

LEAST = {"name": "Mock", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "status": "ongoing"}


JSON = {"accept": "application/json"}


class Office:
    """An admin who creates exams and questions."""

    def __init__(self, clock: FrozenClock) -> None:
        self.exams = Admin(admin_exams.lambda_handler, clock)
        self.questions = Admin(admin_questions.lambda_handler, clock)

    def exam(self, **fields: Any) -> dict[str, Any]:
        answer = self.exams.post("/admin/exams", {**LEAST, **fields})
        assert answer.status == 200, answer.body
        exam: dict[str, Any] = answer.body["exam"]
        return exam

    def shown(self, exam_id: int) -> dict[str, Any]:
        answer = self.exams.get(f"/admin/api/exams/{exam_id}")
        assert answer.status == 200, answer.body
        exam: dict[str, Any] = answer.body["exam"]
        return exam

    def edit(self, exam_id: int, **fields: Any) -> Answer:
        return self.exams.post(f"/admin/exams/edit/{exam_id}", fields)

    def add(self, exam_id: int, **fields: Any) -> Answer:
        return self.questions.post("/admin/questions/add-ajax", {"exam_id": exam_id, **fields})

    def mcq(self, exam_id: int, correct: str = "A", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "MCQ", "correct_answer": correct, **OPTIONS, **fields})

    def msq(self, exam_id: int, correct: str = "A,B", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "MSQ", "correct_answer": correct, **OPTIONS, **fields})

    def numeric(self, exam_id: int, correct: str = "5", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "NUMERIC", "correct_answer": correct, **fields})

    def _added(self, exam_id: int, fields: dict[str, Any]) -> int:
        answer = self.add(exam_id, question_text="Which?", **fields)
        assert answer.status == 200, answer.body
        question_id: int = answer.body["question_id"]
        return question_id


OPTIONS = {f"option_{letter}": f"text {letter}" for letter in "abcd"}


class Student:
    """A student who takes exams and reads results."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user()

    def call(self, handler: Any, method: str, path: str, **request: Any) -> Answer:
        return send(handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def start(self, exam_id: int) -> Answer:
        return self.call(exams_app.lambda_handler, "POST", f"/start-exam/{exam_id}")

    def paper(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(exams_app.lambda_handler, "GET", f"/exam/{exam_id}")
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.body
        return body

    def sync(self, exam_id: int, answers: Any = None, **fields: Any) -> dict[str, Any]:
        body = dict(fields)
        if answers is not None:
            body |= {"answers": {str(key): value for key, value in answers.items()}, "partial": True, **fields}
        answer = self.call(exams_app.lambda_handler, "POST", f"/api/sync-exam-answers/{exam_id}", body=body)
        assert answer.status == 200, answer.body
        saved: dict[str, Any] = answer.body
        return saved

    def next_section(self, exam_id: int, body: Any = None) -> Answer:
        return self.call(exams_app.lambda_handler, "POST", f"/exam/{exam_id}/next-section", body=body)

    def submit(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(exams_app.lambda_handler, "POST", f"/submit-exam/{exam_id}", headers=JSON)
        assert answer.status == 200, answer.body
        return self.result(exam_id)

    def result(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(results_app.lambda_handler, "GET", f"/result/{exam_id}")
        assert answer.status == 200, answer.body
        result: dict[str, Any] = answer.body["result"]
        return result

    def responses(self, exam_id: int) -> list[dict[str, Any]]:
        answer = self.call(results_app.lambda_handler, "GET", f"/response/{exam_id}")
        assert answer.status == 200, answer.body
        responses: list[dict[str, Any]] = answer.body["responses"]
        return responses


def codes(saved: dict[str, Any]) -> dict[str, str]:
    return {each["question_id"]: each["code"] for each in saved["rejected"]}
