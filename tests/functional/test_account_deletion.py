"""Deleting an account: the request, and the eraser."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from account import app
from account_eraser.app import lambda_handler as eraser
from auth import app as auth_app
from smartexam.accounts.store import (
    access_requests,
    accounts,
    credentials,
    directory,
    identity,
    refresh_tokens,
    sessions,
)
from smartexam.accounts.user import User
from smartexam.limits.store import windows
from smartexam.platform.dynamodb import erasing, queries, table
from smartexam.platform.errors import NotFound
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.post import PostOffice
from tests.factories.tables import everything
from tests.factories.users import PASSWORD, access_token, create_user, hashed

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr(auth_app.api, "clock", clock)


def delete(confirm: Any = "DELETE", **credentials: Any) -> Answer:
    return send(app.lambda_handler, "POST", "/api/delete-account", body={"confirm": confirm}, **credentials)


def run_eraser(post: PostOffice, *, context: FakeContext | None = None, most_runs: int = 1000) -> list[int]:
    """Let the eraser work until its queue is empty; returns the delays of its messages."""
    delays: list[int] = []
    for _ in range(most_runs):
        waiting = list(post.taken("account_eraser"))
        if not waiting:
            return delays
        delays += [message.delay_seconds for message in waiting]
        failures = eraser(sqs_event(*(message.body for message in waiting)), context or FakeContext())
        assert failures == {"batchItemFailures": []}
    raise AssertionError("the eraser does not come to an end")


def login(username: str, password: str = PASSWORD) -> Answer:
    body = {"username": username, "password": password}
    return send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body)


def lived_in_account() -> User:
    """An account with items in every place that this suite knows."""
    made = create_user(username="mary.singh", email="mary@example.org", first_name="Mary", last_name="Singh")
    user = accounts.link_google(made, "google-4711")
    login("mary.singh")
    sessions.start_session(user, MORNING)
    credentials.issue_password_link(user.id, MORNING)
    windows.use_limit(user.id, "mail", MORNING, limit=3, window_seconds=60)
    access_requests.submit(user, "admin", "I teach physics.", MORNING)
    return user


def traces(user: User, client: Any, tables: dict[str, str]) -> list[str]:
    """Every item that contains the account's name, address or id, except the feed that keeps old tokens revoked."""
    wanted = [user.username, user.email, user.first_name, user.last_name, f"USER#{user.id}", f"{user.id:016d}"]
    found = []
    for context, items in everything(client, tables).items():
        for item in items:
            text = str(item).casefold()
            is_feed = item["pk"]["S"] == "REVOCATIONS"
            if not is_feed and any(trace.casefold() in text for trace in wanted):
                found.append(f"{context}: {item}")
            if item.get("user_id") == {"N": str(user.id)} and not is_feed:
                found.append(f"{context}: {item}")
    return found


def test_nothing_of_the_account_is_left(post: PostOffice, tables: dict[str, str], dynamodb: Any) -> None:
    for _ in range(41):
        create_user(first_name="Other", last_name="Person")
    user = lived_in_account()
    for number in range(100):
        for kind in (f"SITTING#{number}", f"RESULT#{number}#1", f"HISTORY#{number}#1"):
            item = {"pk": {"S": f"USER#{user.id}"}, "sk": {"S": kind}}
            dynamodb.put_item(TableName=tables["ATTEMPTS_TABLE"], Item=item)
    assert len(traces(user, dynamodb, tables)) > 310

    answer = delete(token=access_token(user))
    assert answer.status == 200
    assert answer.body == {"success": True}
    assert "session=;" in answer.cookies[0]
    delays = run_eraser(post)

    assert delays == [6, 60]
    assert traces(user, dynamodb, tables) == []
    assert identity.statistics().total == 41
    assert access_requests.counts() == {"pending": 0, "completed": 0, "denied": 0}
    assert directory.search_users("other", limit=100)


@pytest.mark.parametrize("confirm", ["delete", "DELETE ", "", None, "yes"])
def test_it_must_be_confirmed_exactly(confirm: Any, post: PostOffice) -> None:
    user = create_user()

    answer = delete(confirm, token=access_token(user))

    assert answer.status == 400
    assert identity.get_user(user.id) == user
    assert post.sent == []


def test_it_needs_credentials_of_a_living_account(post: PostOffice) -> None:
    user = create_user()

    assert delete().status == 401
    assert delete(token=access_token(user)).status == 200
    assert delete(token=access_token(user)).status == 401


def test_of_two_simultaneous_requests_the_second_is_unauthorized(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = create_user()
    monkeypatch.setattr("account.service.erasing_queue.order", accounts.erase)

    answer = delete(token=access_token(user))

    assert (answer.status, answer.body["code"]) == (401, "token_expired_or_invalid")


def test_nobody_can_sign_in_any_more_once_the_request_returned(post: PostOffice) -> None:
    user = create_user(username="mary.singh", email="mary@example.org")
    refresh_token = login("mary.singh").body["data"]["refresh_token"]

    delete(token=access_token(user))

    assert login("mary.singh").status == 401
    assert login("mary@example.org").status == 401
    answer = send(auth_app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": refresh_token})
    assert answer.body["message"] == "refresh_token_revoked"
    assert directory.search_users("mary", limit=10) == []


def test_a_browser_of_a_foreign_page_cannot_delete(post: PostOffice) -> None:
    user = create_user()
    session = {"session": sessions.start_session(user, MORNING)}

    assert delete(cookies=session, headers={"origin": "https://evil.example"}).status == 403
    assert delete(cookies=session, headers={"origin": "https://exams.example.test"}).status == 200


def test_name_and_address_are_free_again(post: PostOffice) -> None:
    user = create_user(username="mary.singh", email="mary@example.org")
    delete(token=access_token(user))

    again = create_user(username="mary.singh", email="mary@example.org", password="another-Good-one-9")
    run_eraser(post)

    assert again.id != user.id
    assert login("mary.singh", "another-Good-one-9").status == 200


def test_the_last_admin_stays(post: PostOffice) -> None:
    admin = create_user(username="head", role="user,admin")

    answer = delete(token=access_token(admin))

    assert answer.status == 409
    assert answer.body["code"] == "last_admin"
    assert login("head").status == 200


def test_an_order_for_an_account_that_lives_does_nothing_and_is_let_be(
    post: PostOffice, clock: FrozenClock, tables: dict[str, str], dynamodb: Any
) -> None:
    admin = create_user(role="admin")
    sessions.start_session(admin, MORNING)
    before = everything(dynamodb, tables)
    delete(token=access_token(admin))

    for expected in ([10], [10], []):
        bodies = [message.body for message in post.taken("account_eraser")]
        eraser(sqs_event(*bodies), FakeContext())
        assert [message.delay_seconds for message in post.sent] == expected
        clock.advance(30)

    assert everything(dynamodb, tables) == before


def test_it_goes_on_where_time_ran_out(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch, tables: dict[str, str], dynamodb: Any
) -> None:
    monkeypatch.setattr(erasing, "PIECE", 7)
    user = lived_in_account()
    for _ in range(40):
        sessions.start_session(user, MORNING)
    delete(token=access_token(user))

    delays = run_eraser(post, context=FakeContext(remaining_ms=lambda: 9_000))

    assert delays.count(0) >= 5
    assert traces(user, dynamodb, tables) == []


def test_it_finishes_what_a_crash_left(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch, tables: dict[str, str], dynamodb: Any
) -> None:
    monkeypatch.setattr(erasing, "PIECE", 7)
    user = lived_in_account()
    for _ in range(40):
        sessions.start_session(user, MORNING)
    delete(token=access_token(user))
    (order,) = post.taken("account_eraser")
    original, crashes, failed = table.call, 0, True
    while failed:
        left = itertools.count(2 + crashes // 3, -1)

        def crashing(*call: Any, left: Iterator[int] = left) -> Any:
            if next(left) == 0:
                raise RuntimeError("killed")
            return original(*call)

        with pytest.MonkeyPatch.context() as patch:
            for module in (table, queries):
                patch.setattr(module, "call", crashing)
            failed = bool(eraser(sqs_event(order.body), FakeContext())["batchItemFailures"])
        crashes += failed
    assert crashes > 10
    post.sent.clear()

    assert eraser(sqs_event(order.body), FakeContext()) == {"batchItemFailures": []}
    assert eraser(sqs_event(order.body), FakeContext()) == {"batchItemFailures": []}
    assert traces(user, dynamodb, tables) == []


def test_late_writes_are_deleted_in_the_last_pass(post: PostOffice, tables: dict[str, str], dynamodb: Any) -> None:
    user = lived_in_account()
    delete(token=access_token(user))
    (order,) = post.taken("account_eraser")
    eraser(sqs_event(order.body), FakeContext())

    refresh_tokens.issue(user, MORNING)  # a sign-in in progress
    assert traces(user, dynamodb, tables) != []
    run_eraser(post)

    assert traces(user, dynamodb, tables) == []


def test_requests_that_a_deleted_admin_decided_forget_who_it_was(post: PostOffice, tables: dict[str, str]) -> None:
    create_user(role="admin")
    admin = create_user(role="admin")
    asking = create_user()
    request_id = access_requests.submit(asking, "admin", "please", MORNING)
    item = table.get(access_requests.RequestItem, f"REQUEST#{request_id}", "REQUEST")
    assert item is not None
    item.processed_by = admin.id
    table.put(item)
    table.put(access_requests.RequestRowItem(f"USER#{admin.id}", f"PROCESSED#{request_id}", request_id=request_id))

    delete(token=access_token(admin))
    run_eraser(post)

    stored = access_requests.get(request_id)
    assert stored is not None
    assert stored.processed_by == 0


def test_a_new_hash_of_a_deleted_account_is_never_stored(post: PostOffice) -> None:
    user = create_user(username="mary.singh")
    link = credentials.find_password_link(credentials.issue_password_link(user.id, MORNING), MORNING)
    assert link is not None
    delete(token=access_token(user))

    with pytest.raises(NotFound):
        accounts.set_password(user, hashed("another-Good-one-9"), link, MORNING)

    assert identity.get_user(user.id) is None


def test_an_unreadable_message_fails_alone(post: PostOffice) -> None:
    user = create_user()
    delete(token=access_token(user))
    (order,) = post.taken("account_eraser")

    answer = eraser(sqs_event("{", order.body, {"user_id": "x"}), FakeContext())

    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["message-1", "message-3"]
    assert identity.get_user(user.id) is None
