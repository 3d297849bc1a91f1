"""Edge cases of a sitting: between two seconds, between two database calls, between two edits."""

from typing import Any

import pytest

from exams.app import api, lambda_handler
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import question_changes
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import access_token, create_user


class Student:
    """A student with one exam."""

    def __init__(self, exam: Exam, clock: FrozenClock) -> None:
        self.exam, self.clock, self.user = exam, clock, create_user()

    def call(self, method: str, path: str, **request: Any) -> Answer:
        token = access_token(self.user, self.clock.now())
        return send(lambda_handler, method, f"{path}/{self.exam.id}", token=token, **request)

    def start(self) -> Answer:
        return self.call("POST", "/start-exam")

    def sync(self, **body: Any) -> Answer:
        return self.call("POST", "/api/sync-exam-answers", body=body)


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Student:
    monkeypatch.setattr(api, "clock", clock)
    return Student(create_exam(), clock)


def test_within_a_second_after_the_grace_every_device_gets_exam_time_over(student: Student) -> None:
    student.start()
    student.clock.advance(3600 + 30 + 0.5)

    answers = [student.sync(answers={}) for _ in range(2)]

    assert [(answer.status, answer.body["code"]) for answer in answers] == [(409, "exam_time_over")] * 2


def test_an_attempt_goes_on_when_all_questions_were_deleted(student: Student) -> None:
    attempt_id = student.start().body["attempt_id"]
    question_changes.delete_questions(question_ids(student.exam.id))

    answer = student.start()

    assert (answer.status, answer.body.get("attempt_id")) == (200, attempt_id)
    assert student.call("POST", "/submit-exam", headers={"accept": "application/json"}).status == 200
    assert (student.start().status, student.start().body["code"]) == (404, "exam_without_questions")
