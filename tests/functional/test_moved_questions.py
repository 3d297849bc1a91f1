"""A question that moves to another exam takes its discussion along, which then follows that exam's rules."""

from collections.abc import Callable
from typing import Any

import pytest

from discussions import app as discussions
from exams import app as exams
from smartexam.catalog.store.exam_changes import remove_exam
from smartexam.catalog.store.question_changes import edit_question
from smartexam.erasing import erase_exam
from tests.dynamodb.database import MemoryDatabase
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import access_token, create_user

Call = Callable[..., Answer]


@pytest.fixture
def call(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Call:
    for app in (discussions, exams):
        monkeypatch.setattr(app.api, "clock", clock)
    tokens: dict[str, str] = {}

    def request(who: str, method: str, path: str, body: Any = None) -> Answer:
        token = tokens.setdefault(who, access_token(create_user(role="user,admin" if who == "admin" else "user")))
        app = exams if path.startswith("/start") else discussions
        if "/edit/" in path:
            clock.advance(10)  # the pause between comments and edits
        return send(app.lambda_handler, method, path, token=token, body=body)

    return request


@pytest.fixture
def places(call: Call) -> tuple[int, int, int, int]:
    """An exam, another one, a question of the first that was moved to the other, and the comment on it."""
    old, new = create_exam([MCQ, MCQ]).id, create_exam([MCQ]).id
    question = question_ids(old)[0]
    comment = call("asha", "POST", f"/api/discussion/{question}", {"message": "Why?"}).body["message"]["id"]
    move(question, new)
    return old, new, question, comment


def move(question: int, exam_id: int) -> None:
    edit_question(question, lambda stored: stored.content, move_to=(exam_id, MORNING))


def delete(exam_id: int) -> None:
    remove_exam(exam_id)
    assert erase_exam(exam_id, lambda: True)


def messages(call: Call, question: int) -> list[str]:
    return [each["message"] for each in call("ben", "GET", f"/api/discussion/{question}").body["comments"]]


def test_deleting_the_old_exam_leaves_it(call: Call, places: tuple[int, int, int, int]) -> None:
    old, _, question, comment = places

    delete(old)

    assert messages(call, question) == ["Why?"]
    assert call("asha", "PUT", f"/api/discussion/edit/{comment}", {"message": "How?"}).status == 200
    assert messages(call, question) == ["How?"]


@pytest.mark.parametrize("old_first", [False, True])
def test_deleting_the_new_exam_deletes_it(
    database: MemoryDatabase, places: tuple[int, int, int, int], old_first: bool
) -> None:
    old, new, _, _ = places
    if old_first:
        delete(old)

    delete(new)

    left = {key for key in database.table("discussions") if not key[0].startswith("EXAM#")}
    assert not left
    if old_first:
        assert not database.table("discussions")
        assert {pk for pk, _ in database.table("catalog")} == {"STATISTICS"}


def test_moving_it_on_and_back_leaves_it_to_its_last_exam(
    call: Call, database: MemoryDatabase, places: tuple[int, int, int, int]
) -> None:
    old, new, question, _ = places
    third = create_exam([MCQ]).id
    move(question, third)
    delete(new)
    assert messages(call, question) == ["Why?"]
    move(question, old)
    delete(third)
    assert messages(call, question) == ["Why?"]

    delete(old)

    assert not database.table("discussions")


@pytest.mark.parametrize("sat", ["old", "new"])
def test_it_is_closed_while_the_new_exam_is_sat(call: Call, places: tuple[int, int, int, int], sat: str) -> None:
    old, new, question, comment = places
    call("asha", "POST", f"/start-exam/{old if sat == 'old' else new}")

    statuses = {
        call("asha", "GET", f"/api/discussion/{question}").status,
        call("asha", "PUT", f"/api/discussion/edit/{comment}", {"message": "How?"}).status,
        call("asha", "DELETE", f"/api/discussion/delete/{comment}").status,
    }

    assert statuses == {200 if sat == "old" else 403}


def test_live_events_go_by_the_new_exam(
    call: Call, places: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, new, _, comment = places
    announced: list[int] = []
    monkeypatch.setattr("discussions.live.announce", lambda _, exam_id, *rest, **more: announced.append(exam_id))

    call("admin", "PUT", f"/api/discussion/admin/pin/{comment}")
    call("admin", "PUT", f"/api/discussion/admin/best/{comment}")
    call("asha", "PUT", f"/api/discussion/edit/{comment}", {"message": "How?"})

    assert announced == [new] * 3
