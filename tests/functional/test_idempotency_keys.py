"""Requests with an `Idempotency-Key`."""

from typing import Any

import pytest

from account import app as account
from admin_categories import app as categories
from chat import app as chat
from discussions import app
from smartexam.api import once
from smartexam.limits.store import once as store
from smartexam.limits.store.once import OnceItem
from smartexam.platform.dynamodb import queries
from smartexam.platform.settings import settings
from smartexam.talk.store.discussions import reading
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import access_token, create_user

pytestmark = pytest.mark.usefixtures("tables", "post")


@pytest.fixture
def question() -> int:
    return question_ids(create_exam().id)[0]


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for api in (app.api, account.api, categories.api, chat.api):
        monkeypatch.setattr(api, "clock", clock)


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


def test_a_form_is_the_same_whatever_boundary_separates_its_parts(clock: FrozenClock) -> None:
    token = access_token(create_user(role="admin"), clock.now())

    def add(boundary: str, name: str) -> Answer:
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n--{boundary}--\r\n'
        kind = {"content-type": f"multipart/form-data; boundary={boundary}", "idempotency-key": "key"}
        path = "/admin/categories/create"
        return send(categories.lambda_handler, "POST", path, body=part.encode(), token=token, headers=kind)

    first, again = add("b1a2", "Physics"), add("c3d4", "Physics")

    assert (first.status, again.body) == (200, first.body)
    assert (add("e5f6", "Chemistry").status, add("e5f6", "Chemistry").body["code"]) == (409, "key_reused")


def test_a_stranger_who_creates_something_may_repeat_it_too() -> None:
    create_user(username="john.doe", email="john@example.org")
    wanted = {
        "username": "john.doe",
        "email": "john@example.org",
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "I teach physics.",
    }

    def submit(source: str = "192.0.2.1", **changes: str) -> Answer:
        headers = {"idempotency-key": "key"}
        path, body = "/api/submit-access-request", {**wanted, **changes}
        return send(account.lambda_handler, "POST", path, body=body, headers=headers, source_ip=source)

    first = submit()

    assert first.status == 200
    assert submit().body == first.body
    assert submit(user_reason="I teach chemistry.").body["code"] == "key_reused"
    assert submit("192.0.2.2").body["code"] == "request_pending"


def test_a_repetition_of_a_stranger_uses_up_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLS_PER_SOURCE", "2")
    settings.cache_clear()
    wanted = {"email": "new@example.org", "first_name": "New", "last_name": "Person"}

    def sign_up() -> int:
        headers = {"idempotency-key": "key"}
        return send(account.lambda_handler, "POST", "/create_account", body=wanted, headers=headers).status

    assert [sign_up() for _ in range(3)] == [200, 200, 429]


def test_secrets_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCKETS_URL", "wss://sockets.example.test/test")
    settings.cache_clear()
    user = create_user()
    headers = {"idempotency-key": "key"}
    tickets = {
        send(chat.lambda_handler, "POST", "/api/chat/ws-ticket", token=access_token(user), headers=headers).body[
            "ticket"
        ]
        for _ in range(2)
    }

    assert len(tickets) == 2
    assert queries.query(OnceItem, f"ONCE#{user.id}", limit=5).items == []


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
