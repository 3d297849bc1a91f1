"""What the tests of questions share: an administrator's calls."""

from typing import Any

from question_files import COLUMNS
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exams, questions
from tests.factories.admins import Admin
from tests.factories.events import Answer
from tests.factories.forms import multipart

GOOD = {
    "question_text": "Which is a vector?",
    "option_a": "Mass",
    "option_b": "Velocity",
    "correct_answer": "B",
    "question_type": "MCQ",
}


HEADER = ",".join(COLUMNS)


def add(admin: Admin, exam: Exam, **fields: Any) -> int:
    answer = admin.post("/admin/questions/add-ajax", {"exam_id": exam.id, **GOOD, **fields})
    assert answer.status == 200, answer.body
    question_id: int = answer.body["question_id"]
    return question_id


def get(admin: Admin, question_id: int) -> dict[str, Any]:
    answer = admin.get(f"/admin/questions/get/{question_id}")
    assert answer.status == 200, answer.body
    question: dict[str, Any] = answer.body["question"]
    return question


def listed(admin: Admin, exam: Exam) -> list[int]:
    answer = admin.get("/admin/questions", query={"exam_id": exam.id})
    assert answer.status == 200, answer.body
    return [question["id"] for question in answer.body["questions"]]


def card(exam: Exam) -> Exam:
    """The exam's card, after checking its counts."""
    stored = exams.get_exam(exam.id)
    assert stored is not None
    contents = [question.content for question in questions.questions_of(stored)]
    assert stored.question_count == len(contents)
    assert stored.own_marks == 300 * sum(content.positive_marks or 0 for content in contents)
    assert stored.without_own_marks == sum(content.positive_marks is None for content in contents)
    return stored


def faulty_fields(answer: Answer) -> set[str]:
    assert answer.status == 400, answer.body
    assert answer.body["success"] is False
    return {error["field"] for error in answer.body["errors"]}


def rows(*cells: str) -> bytes:
    return "\r\n".join([HEADER, *cells, ""]).encode()


def upload(admin: Admin, content: bytes, query: str = "", **fields: str) -> Answer:
    request = multipart(fields, {"csv_file": ("questions.csv", content)})
    return admin.call("POST", "/admin/questions/import-csv", query=query, **request)
