"""The life of an exam, from creation to deletion."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from admin_exams.app import lambda_handler as exams_desk
from admin_questions.app import lambda_handler as questions
from exam_eraser.app import lambda_handler as exam_eraser
from exams.app import lambda_handler as exams
from smartexam.catalog.store import categories
from smartexam.catalog.store.categories import Category
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.forms import multipart
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user

Handler = Callable[[Any, Any], Mapping[str, Any]]
QUESTION = {"question_text": "?", "option_a": "a", "option_b": "b", "correct_answer": "A"}


def test_from_creation_to_deletion(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = access_token(create_user(role="admin"))
    student = access_token(create_user(role="user"))
    categories.create_category(Category(5, "Entrance", None))

    def ask(handler: Handler, path: str, body: Any = None, method: str = "POST", **more: Any) -> Answer:
        answer = send(handler, method, path, token=admin, body=body, **more)
        assert answer.status == 200, answer.body
        return answer

    fields = {"name": "Physics", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "category_id": 5}
    exam_id = ask(exams_desk, "/admin/exams", fields).body["exam_id"]
    other_id = ask(exams_desk, "/admin/exams", fields).body["exam_id"]
    ask(exams_desk, f"/admin/exams/edit/{exam_id}", {"status": "ongoing", "category_id": ""})
    ask(exams_desk, f"/admin/exams/{exam_id}/release-results")
    ask(exams_desk, "/admin/exams", method="GET")

    question_id = ask(questions, "/admin/questions/add-ajax", {"exam_id": exam_id, **QUESTION}).body["question_id"]
    ask(questions, f"/admin/questions/edit-ajax/{question_id}", {"exam_id": other_id})
    ask(questions, f"/admin/questions/get/{question_id}", method="GET")
    ask(questions, "/admin/questions/batch-add", {"exam_id": exam_id, "questions": [QUESTION] * 60})
    ask(questions, "/admin/questions", method="GET")
    listed = ask(questions, "/admin/questions", method="GET", query={"exam_id": exam_id}).body["questions"]
    ask(questions, "/admin/questions/delete-multiple", {"ids": [listed[0]["id"]]})
    ask(questions, f"/admin/questions/delete/{question_id}")
    ask(
        questions,
        "/admin/questions/bulk-update",
        {"exam_id": exam_id, "question_type": "MCQ", "positive_marks": 2},
    )
    exported = ask(questions, f"/admin/questions/export-csv/{exam_id}", method="GET").body
    form = multipart({}, {"csv_file": ("questions.csv", exported.encode())})
    assert send(questions, "POST", "/admin/questions/import-csv", token=admin, **form).status == 200

    for path in ("start-exam", "submit-exam", "start-exam"):
        send(exams, "POST", f"/{path}/{exam_id}", token=student)
    monkeypatch.setattr("admin_exams.service._PIECES_AT_ONCE", 3)
    ask(exams_desk, f"/admin/exams/delete/{exam_id}")
    ask(exams_desk, f"/admin/exams/delete/{other_id}")
    bodies = [message.body for message in post.taken("exam_eraser")]
    assert len(bodies) == 3
    done = exam_eraser(sqs_event(*bodies), FakeContext(remaining_ms=lambda: 60_000))
    assert done == {"batchItemFailures": []}
