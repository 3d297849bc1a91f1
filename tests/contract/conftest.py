"""Clients of the local stack."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.stack import LocalStack
from tests.contract.client import ADMIN, STUDENTS, Client


@pytest.fixture(scope="session")
def anonymous(stack: LocalStack) -> Iterator[Client]:
    """A client that is not signed in."""
    client = Client(stack.base_url)
    yield client
    client.close()


@pytest.fixture
def clock(stack: LocalStack) -> Iterator[Callable[[float], Any]]:
    """Sets the server's clock to an offset in seconds; resets it afterwards."""
    yield stack.set_clock
    stack.set_clock(0)


@pytest.fixture(scope="session")
def admin(anonymous: Client) -> Client:
    """The demo admin."""
    return anonymous.signed_in(*ADMIN)


@pytest.fixture(scope="session")
def student(anonymous: Client) -> Client:
    """The first demo student."""
    return anonymous.signed_in(*STUDENTS[0])


@pytest.fixture(scope="session")
def other_student(anonymous: Client) -> Client:
    """The second demo student."""
    return anonymous.signed_in(*STUDENTS[1])


@pytest.fixture(scope="module")
def new_exam(admin: Client) -> Callable[..., int]:
    """Creates an exam of three questions (MCQ B, MSQ A and C, NUMERIC 1.41 ± 0.01) through the API; returns its id."""

    def create(**fields: Any) -> int:
        exam = {
            "name": "Contract",
            "date": "2026-01-05",
            "start_time": "09:00",
            "duration": 60,
            "status": "ongoing",
            "discussion": "open",
            "allow_chat": True,
            **fields,
        }
        answer = admin.post("/admin/exams", exam)
        assert answer.status == 200, answer
        exam_id: int = answer.body["exam_id"]
        questions = [
            {"question_text": "MCQ", "option_a": "1", "option_b": "2", "correct_answer": "B", "question_type": "MCQ"},
            {
                "question_text": "MSQ",
                "option_a": "1",
                "option_b": "2",
                "option_c": "3",
                "correct_answer": "A,C",
                "question_type": "MSQ",
            },
            {"question_text": "N", "correct_answer": "1.41", "question_type": "NUMERIC", "tolerance": "0.01"},
        ]
        added = admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": questions})
        assert added.body["added"] == 3, added
        return exam_id

    return create
