"""Requests for another role."""

from typing import Any

import pytest

from account import app
from smartexam.accounts.store import access_requests
from smartexam.accounts.store.access_requests import RequestRowItem
from smartexam.accounts.user import User
from smartexam.platform.dynamodb import table
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user

pytestmark = pytest.mark.usefixtures("tables", "post")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)


def validate(username: Any = "john.doe", email: Any = "john@example.org", token: str | None = None) -> Answer:
    body = {"username": username, "email": email}
    return send(app.lambda_handler, "POST", "/api/validate-user-for-request", body=body, token=token)


def submit(token: str | None = None, **changes: Any) -> Answer:
    body = {
        "username": "john.doe",
        "email": "john@example.org",
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "I teach physics.",
        **changes,
    }
    sent = {name: value for name, value in body.items() if value is not ...}
    return send(app.lambda_handler, "POST", "/api/submit-access-request", body=sent, token=token)


@pytest.mark.parametrize(
    ("role", "available"),
    [("user", ["admin", "user,admin"]), ("admin", ["user", "user,admin"]), ("user,admin", [])],
)
def test_tells_what_may_be_asked_for(role: str, available: list[str]) -> None:
    create_user(username="john.doe", email="john@example.org", role=role)

    answer = validate(" John.Doe", "JOHN@example.org ")

    assert answer.status == 200
    assert answer.body == {
        "success": True,
        "user": {"username": "john.doe", "current_access": role},
        "available_requests": available,
        "has_pending_request": False,
        "can_request": bool(available),
    }


@pytest.mark.parametrize(
    ("username", "email"),
    [
        ("john.doe", "jane@example.org"),
        ("jane.doe", "john@example.org"),
        ("nobody", "john@example.org"),
        ("john@example.org", "john@example.org"),
        ("", ""),
        ("john.doe", ""),
    ],
)
def test_both_must_match_one_user(username: str, email: str) -> None:
    create_user(username="john.doe", email="john@example.org")
    create_user(username="jane.doe", email="jane@example.org")

    assert validate(username, email).status == 404
    if username and email:
        assert submit(username=username, email=email).status == 404


def test_a_request_is_stored_listed_and_counted(clock: FrozenClock) -> None:
    user = create_user(username="john.doe", email="john@example.org")

    answer = submit(user_reason="  I teach physics.  ")

    assert answer.status == 200
    request_id = answer.body["request_id"]
    assert answer.body == {"success": True, "message": "Request submitted.", "request_id": request_id}
    stored = access_requests.get(request_id)
    assert stored is not None
    assert (stored.user_id, stored.current_access, stored.requested_access) == (user.id, "user", "admin")
    assert (stored.status, stored.user_reason, stored.requested_at) == ("pending", "I teach physics.", clock.now())
    assert access_requests.counts() == {"pending": 1, "completed": 0, "denied": 0}
    for name in ("REQUESTS#ALL", "REQUESTS#pending"):
        rows = table.query(RequestRowItem, name, limit=10, newest_first=True).items
        assert [row.request_id for row in rows] == [request_id]
    assert validate().body["has_pending_request"] is True
    assert validate().body["can_request"] is False


def test_both_is_the_role_of_user_and_admin() -> None:
    user = create_user(username="john.doe", email="john@example.org")
    assert submit(requested_access="both").status == 200
    stored = access_requests.pending_of(user.id)
    assert stored is not None
    assert stored.requested_access == "user,admin"


def test_a_second_request_waits_for_the_first() -> None:
    create_user(username="john.doe", email="john@example.org")
    submit()

    answer = submit(requested_access="user,admin")

    assert answer.status == 400
    assert answer.body["code"] == "request_pending"
    assert access_requests.counts()["pending"] == 1


@pytest.mark.parametrize("field", ["username", "email", "current_access", "requested_access", "user_reason"])
@pytest.mark.parametrize("value", [..., "", "  ", None])
def test_every_field_is_needed(field: str, value: Any) -> None:
    create_user(username="john.doe", email="john@example.org")

    answer = submit(**{field: value})

    assert answer.status == 400
    assert answer.body["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"requested_access": "user"}, "access_not_available"),
        ({"requested_access": "root"}, "access_not_available"),
        ({"requested_access": "admin,user"}, "access_not_available"),
        ({"current_access": "admin", "requested_access": "user"}, "access_changed"),
        ({"user_reason": "x" * 1001}, "invalid_fields"),
    ],
)
def test_only_what_is_available_may_be_asked_for(changes: dict[str, str], code: str) -> None:
    create_user(username="john.doe", email="john@example.org")

    answer = submit(**changes)

    assert answer.status == 400
    assert answer.body["code"] == code
    assert access_requests.counts()["pending"] == 0


def test_a_dual_role_user_has_nothing_to_ask_for() -> None:
    create_user(username="john.doe", email="john@example.org", role="user,admin")

    assert submit(current_access="user,admin", requested_access="admin").status == 400


class TestStrangers:
    @pytest.fixture
    def owner(self) -> User:
        return create_user(username="john.doe", email="john@example.org")

    def test_filing_tells_the_owner(self, owner: User, post: PostOffice) -> None:
        submit()

        (mail,) = post.delivered()
        assert mail.to == owner.email
        assert mail.letter.subject == "More access was asked for in your name on SmartExam"

    def test_do_not_block_the_owner_whose_request_replaces_them(self, owner: User, post: PostOffice) -> None:
        first = submit().body["request_id"]
        token = access_token(owner)

        assert validate(token=token).body["can_request"] is True
        answer = submit(token, requested_access="user,admin")

        assert answer.status == 200
        assert access_requests.get(first) is None
        stored = access_requests.pending_of(owner.id)
        assert stored is not None
        assert (stored.id, stored.requested_access) == (answer.body["request_id"], "user,admin")
        assert access_requests.counts() == {"pending": 1, "completed": 0, "denied": 0}
        assert len(post.delivered()) == 1

    def test_do_not_take_the_place_of_the_owners_request(self, owner: User) -> None:
        submit(access_token(owner))

        assert submit().body["code"] == "request_pending"
        assert submit(access_token(owner)).body["code"] == "request_pending"
        assert submit(access_token(create_user())).body["code"] == "request_pending"

    def test_file_ten_a_day_for_one_account(self, owner: User, clock: FrozenClock) -> None:
        def file() -> int:
            answer = submit()
            if answer.status == 200:
                access_requests.withdraw(owner.id, answer.body["request_id"])
            return answer.status

        assert [file() for _ in range(11)] == [200] * 10 + [429]
        clock.advance(24 * 3600)
        assert file() == 200
        assert submit(access_token(owner)).status == 200

    def test_credentials_that_prove_nothing_are_a_strangers(self, owner: User, post: PostOffice) -> None:
        assert submit("no.token.atall").status == 200
        assert len(post.delivered()) == 1


def test_a_request_can_be_withdrawn_by_its_owner() -> None:
    owner = create_user(username="john.doe", email="john@example.org")
    submit()

    def withdraw(user: User) -> Answer:
        return send(app.lambda_handler, "DELETE", "/api/account/access-request", token=access_token(user))

    assert withdraw(create_user()).status == 404
    assert withdraw(owner).status == 200
    assert withdraw(owner).body["code"] == "request_not_pending"
    assert access_requests.counts()["pending"] == 0
    assert submit().status == 200
