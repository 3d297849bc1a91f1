"""§5 of the contract, over HTTP against the local stack and its stand-in for the model."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.stack import LocalStack
from tests.contract.client import Client, is_error

pytestmark = pytest.mark.contract

BLOCKS = ("[FINAL ANSWER]", "[GIVEN]", "[SOLUTION]", "[EXPLANATION]")


@pytest.fixture(scope="module", autouse=True)
def nobody_sits(stack: LocalStack) -> None:
    """Fresh demo data: another module may have left an attempt open, during which the assistant is closed."""
    stack.reset()


@pytest.fixture
def model(anonymous: Client) -> Iterator[Callable[[str], None]]:
    """Sets the model's failure mode; it works again afterwards."""

    def set_mode(mode: str) -> None:
        answer = anonymous.post("/_local/ai", {"mode": mode})
        assert (answer.status, answer.body) == (200, {"success": True, "mode": mode})

    yield set_mode
    set_mode("ok")


@pytest.fixture
def fresh(student: Client) -> Client:
    """The first student, without earlier questions."""
    assert student.post("/api/clear-chat-history").body == {"success": True, "message": "Chat history cleared."}
    return student


def used(client: Client) -> int:
    questions: int = client.get("/api/assistant-init").body["questionsUsed"]
    return questions


def test_a_question_and_its_history(fresh: Client, model: Any) -> None:
    before = used(fresh)

    answer = fresh.post("/api/study-chat", {"message": "Why does a body fall?"})

    assert answer.status == 200, answer
    assert answer.body["response"].startswith(BLOCKS[0])
    assert all(block in answer.body["response"] for block in BLOCKS)
    assert "stand-in" in answer.body["response"]
    assert answer.body["questions_remaining"] == 50 - before - 1
    state = fresh.get("/api/assistant-init").body
    assert (state["success"], state["dailyLimit"], state["questionsUsed"]) == (True, 50, before + 1)
    assert [(message["text"], message["isUser"]) for message in state["history"]] == [
        ("Why does a body fall?", True),
        (answer.body["response"], False),
    ]
    assert "1 earlier" in fresh.post("/api/study-chat", {"message": "And a feather?"}).body["response"]


@pytest.mark.parametrize("message", ["", "ab", "x" * 501, "\x00\x01\x02", "\u200b\u200b\u200b", None])
def test_too_short_or_too_long(fresh: Client, message: Any) -> None:
    answer = fresh.post("/api/study-chat", {"message": message})

    assert (answer.status, is_error(answer)) == (400, True)


@pytest.mark.parametrize("mode", ["down", "broken", "busy", "failing", "empty"])
def test_a_model_that_fails_uses_up_nothing(fresh: Client, model: Callable[[str], None], mode: str) -> None:
    before = used(fresh)
    model(mode)

    answer = fresh.post("/api/study-chat", {"message": "Why does a body fall?"})

    assert (answer.status, is_error(answer)) == (503, True)
    assert fresh.get("/api/assistant-init").body["history"] == []
    assert used(fresh) == before


def test_the_day_has_fifty_and_turns_at_midnight(
    other_student: Client, anonymous: Client, model: Any, clock: Callable[[float], Any]
) -> None:
    for left in reversed(range(50 - used(other_student))):
        asked = other_student.post("/api/study-chat", {"message": "Why does a body fall?"})
        assert (asked.status, asked.body["questions_remaining"]) == (200, left)

    answer = other_student.post("/api/study-chat", {"message": "One more?"})

    assert (answer.status, answer.body["limit_reached"]) == (429, True)
    assert answer.body["message"] == "Daily limit reached."
    other_student.post("/api/clear-chat-history")
    assert used(other_student) == 50
    clock(int(answer.headers["retry-after"]) + 1)
    tomorrow = anonymous.signed_in("student2", "Student@2025demo")
    assert used(tomorrow) == 0


def test_it_is_closed_while_an_exam_is_in_progress(fresh: Client, model: Any, new_exam: Callable[..., int]) -> None:
    exam_id = new_exam()
    fresh.post(f"/start-exam/{exam_id}")

    answer = fresh.post("/api/study-chat", {"message": "Which one is right?"})

    assert (answer.status, answer.body["code"], is_error(answer)) == (409, "exam_in_progress", True)
    fresh.post(f"/submit-exam/{exam_id}")
    assert fresh.post("/api/study-chat", {"message": "Which one was right?"}).status == 200


def test_it_is_for_students(admin: Client, anonymous: Client) -> None:
    assert admin.get("/api/assistant-init").status == 403
    assert anonymous.get("/api/assistant-init").status == 401
