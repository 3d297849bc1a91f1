"""The study assistant while AWS or its model fails: unanswered questions do not count, no turn is stored in part."""

from typing import Any

import pytest

from language_model import client
from language_model.client import Completion
from smartexam.accounts.user import User
from smartexam.platform.errors import Unavailable
from smartexam.talk.store import study
from smartexam.talk.store.study import Turn
from study.app import lambda_handler
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import access_token, create_user
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow


@pytest.fixture
def student(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(client, "is_configured", lambda: True)
    monkeypatch.setattr(client, "complete", lambda *_, **__: Completion("[FINAL ANSWER]\n42", "a model", False, 10))
    return create_user()


def call(student: User, clock: FrozenClock, method: str, path: str, body: Any = None) -> Answer:
    return send(lambda_handler, method, path, token=access_token(student, clock.now()), body=body)


def test_ask(drill: Drill, student: User, clock: FrozenClock) -> None:
    study.remember(student.id, Turn("What is a vector?", "An arrow.", MORNING))

    def audit(stored: Stored, answer: Answer) -> None:
        turns = len(of(stored["messaging"], f"USER#{student.id}", "STUDY#")) - 1
        asked = sum(len(row.get("asked", ())) for row in of(stored["ephemeral"], "LIMIT#study#").values())
        # An unanswered question is not counted, unless it could not be given back. An answer that was lost is not
        # counted.
        assert 1 <= asked <= turns + drill.lasts
        assert turns in {1, 2}
        assert answer.body["questions_remaining"] == 50 - asked

    drill.run(
        Flow(
            call=lambda: call(student, clock, "POST", "/api/study-chat", {"message": "What is g?"}),
            done=lambda answer: answer.status == 200,
            audit=audit,
            seconds=29,
        )
    )


def test_ask_a_model_that_does_not_answer(
    drill: Drill, student: User, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Completion:
        raise Unavailable("The assistant cannot be reached", code="model_unavailable")

    monkeypatch.setattr(client, "complete", refuse)

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["messaging"], f"USER#{student.id}", "STUDY#")

    drill.run(
        Flow(
            call=lambda: call(student, clock, "POST", "/api/study-chat", {"message": "What is g?"}),
            done=lambda answer: answer.body.get("code") == "model_unavailable",
            audit=audit,
            seconds=29,
        )
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/assistant-init"), ("POST", "/api/clear-chat-history")])
def test_look_and_clear(drill: Drill, student: User, clock: FrozenClock, method: str, path: str) -> None:
    study.remember(student.id, Turn("What is a vector?", "An arrow.", MORNING))

    def audit(stored: Stored, answer: Answer) -> None:
        assert len(of(stored["messaging"], f"USER#{student.id}", "STUDY#")) == (method == "GET")

    drill.run(
        Flow(
            call=lambda: call(student, clock, method, path),
            done=lambda answer: answer.status == 200,
            audit=audit,
        )
    )
