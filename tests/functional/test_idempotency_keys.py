"""Requests with an `Idempotency-Key`."""

from typing import Any

import pytest

from discussions import app
from smartexam.api import once
from smartexam.limits.store import once as store
from smartexam.limits.store.once import OnceItem
from smartexam.platform.dynamodb import queries
from smartexam.talk.store.discussions import reading
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import access_token, create_user

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def question() -> int:
    return question_ids(create_exam().id)[0]


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)


def comment(question: int, token: str, key: str | None, text: str = "Why?") -> Answer:
    headers = {} if key is None else {"idempotency-key": key}
    body: dict[str, Any] = {"message": text}
    return send(app.lambda_handler, "POST", f"/api/discussion/{question}", body=body, token=token, headers=headers)


def test_a_repetition_gets_the_first_answer_and_does_nothing(question: int, clock: FrozenClock) -> None:
    token = access_token(create_user())

    first = comment(question, token, "k" * 64)
    clock.advance(15)
    again = comment(question, token, "k" * 64)

    assert first.status == again.status == 200
    assert again.body == first.body
    assert reading.count_many([question])[question] == 1


def test_without_a_key_each_request_is_one(question: int, clock: FrozenClock) -> None:
    token = access_token(create_user())
    for _ in range(2):
        assert comment(question, token, None).status == 200
        clock.advance(15)

    assert reading.count_many([question])[question] == 2


def test_keys_are_each_callers_own(question: int) -> None:
    for _ in range(2):
        assert comment(question, access_token(create_user()), "same").status == 200

    assert reading.count_many([question])[question] == 2


def test_another_request_with_the_key_is_a_conflict(question: int, clock: FrozenClock) -> None:
    token = access_token(create_user())
    comment(question, token, "key")
    clock.advance(15)

    answer = comment(question, token, "key", "Another text")

    assert (answer.status, answer.body["code"]) == (409, "key_reused")


def test_a_key_is_free_after_a_day(question: int, clock: FrozenClock) -> None:
    user = create_user()
    comment(question, access_token(user), "key")
    clock.advance(24 * 3600)

    assert comment(question, access_token(user, clock.now()), "key", "Another text").status == 200


def test_errors_are_not_kept(question: int, clock: FrozenClock) -> None:
    token = access_token(create_user())
    comment(question, token, None)
    assert comment(question, token, "key").status == 429
    clock.advance(15)

    assert comment(question, token, "key").status == 200


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_keys_have_one_to_64_characters(key: str, question: int) -> None:
    answer = comment(question, access_token(create_user()), key)

    assert answer.status == 400
    assert answer.body["errors"][0]["field"] == "Idempotency-Key"


def test_a_request_under_way_is_waited_for(question: int, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_WAITS", ())
    user = create_user()
    token = access_token(user)
    with monkeypatch.context() as dying:
        dying.setattr(store, "keep", lambda *_, **__: None)
        comment(question, token, "key")

    meanwhile = comment(question, token, "key")
    clock.advance(61)

    assert (meanwhile.status, meanwhile.headers["retry-after"]) == (503, "1")
    assert comment(question, token, "key").status == 200
    assert len(queries.query(OnceItem, f"ONCE#{user.id}", limit=5).items) == 1
