"""The events of discussions and the assistant in `events/`: each does what it says, with its function's rights."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from discussions.app import lambda_handler as discussions
from smartexam.catalog.store import exams, papers, question_changes
from smartexam.erasing import erase_exam
from smartexam.platform import ids
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from smartexam.sitting.store import attempts
from smartexam.talk.store.discussions import erasing
from study.app import lambda_handler as study
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, answer_of
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam
from tests.factories.model_server import ModelServer, replies, serving
from tests.factories.users import access_token, create_user
from tests.infrastructure.iam import enforced

EVENTS = Path(__file__).parents[2] / "events"
HANDLERS: dict[str, Any] = {"discussions": discussions, "study": study}


class Caller:
    """A user who is a student and an administrator."""

    def __init__(self) -> None:
        self.user = create_user(role="user,admin")

    def send(self, name: str) -> Answer:
        function = name.partition("/")[0]
        text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
        event = json.loads(text.replace("<access token>", access_token(self.user)))
        return answer_of(HANDLERS[function](event, FakeContext()))


@pytest.fixture
def caller(tables: dict[str, str], frozen_settings: FrozenClock) -> Caller:
    return Caller()


@pytest.fixture
def exam_id(caller: Caller) -> int:
    exam = create_exam([])
    question_changes.add_questions(exam.id, [(101, MCQ), (102, MSQ)], MORNING)
    return exam.id


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, caller: Caller) -> Iterator[None]:
    with serving(ModelServer(replies("[FINAL ANSWER]\nIt does."))) as base_url:
        monkeypatch.setenv("GROQ_BASE_URL", base_url)
        monkeypatch.setenv("GROQ_API_KEY", "a-key")
        settings.cache_clear()
        yield


def test_every_event_is_tried_here() -> None:
    names = {f"{path.parent.name}/{path.stem}" for function in HANDLERS for path in (EVENTS / function).iterdir()}
    assert names == {
        *(f"discussions/{name}" for name in ("show", "post", "reply", "edit", "delete", "count", "pin", "best_answer")),
        *(f"study/{name}" for name in ("open", "ask", "clear")),
    }


def test_a_discussion(caller: Caller, exam_id: int, frozen_settings: FrozenClock) -> None:
    assert caller.send("discussions/post").body["message"]["id"] == 1
    assert caller.send("discussions/reply").status == 429
    frozen_settings.advance(10)
    assert caller.send("discussions/reply").body["message"]["parent_id"] == 1
    frozen_settings.advance(10)
    for name in ("edit", "pin", "best_answer"):
        assert caller.send(f"discussions/{name}").status == 200

    (shown,) = caller.send("discussions/show").body["comments"]

    assert (shown["message"], shown["is_edited"]) == ("Why is only velocity a vector?", True)
    assert (shown["is_pinned"], shown["is_best_answer"], len(shown["replies"])) == (True, True, 1)
    assert caller.send("discussions/count").body["counts"] == {"101": 2, "102": 0}
    assert caller.send("discussions/delete").status == 200


def test_a_discussion_while_sitting(caller: Caller, exam_id: int) -> None:
    caller.send("discussions/post")
    exam = exams.get_exam(exam_id)
    assert exam is not None
    attempts.start_attempt(
        caller.user.id,
        exam_id,
        attempt_id=ids.next_id("attempt"),
        paper_version=papers.ready_version(exam),
        now=MORNING,
        deadline=MORNING + 60,
        max_attempts=0,
    )

    assert {caller.send(f"discussions/{name}").status for name in ("show", "post", "edit", "delete")} == {403}
    assert caller.send("study/ask").status == 409


def test_a_conversation(caller: Caller, model: None) -> None:
    assert caller.send("study/ask").body["response"] == "[FINAL ANSWER]\nIt does."
    assert len(caller.send("study/open").body["history"]) == 2
    assert caller.send("study/clear").status == 200
    assert caller.send("study/open").body["history"] == []


def test_erasers_may_do_what_discussions_need(caller: Caller, exam_id: int, tables: dict[str, str]) -> None:
    caller.send("discussions/post")
    exam = create_exam([MCQ, NUMERIC])
    client = table.connection().client

    with enforced("AccountEraserFunction", client, tables):
        assert not erasing.erase_user(caller.user.id)
    for function in ("ExamEraserFunction", "AdminExamsFunction"):
        with enforced(function, client, tables):
            assert erase_exam(exam_id if function == "ExamEraserFunction" else exam.id, lambda: True)
