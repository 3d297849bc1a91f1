"""Signing in to an app: login, refresh, logout, me."""

from typing import Any

import pytest

from auth import app
from smartexam.accounts.store import refresh_tokens
from smartexam.platform import opaque
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, access_token, create_user

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)


def login(username: Any, password: Any = PASSWORD, **request: Any) -> Answer:
    body = {"username": username, "password": password}
    return send(app.lambda_handler, "POST", "/api/auth/login", body=body, **request)


def refresh(token: Any) -> Answer:
    return send(app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": token})


class TestLogin:
    def test_answers_with_tokens_and_the_account(self) -> None:
        user = create_user(username="john.doe", first_name="John", last_name="Doe")

        answer = login("john.doe")

        assert answer.status == 200
        data = answer.body["data"]
        assert answer.body["status"] == "success"
        assert data["token_type"] == "Bearer"
        assert data["expires_in"] == 3600
        assert data["available_portals"] == ["user"]
        assert data["user"] == {"id": user.id, "username": "john.doe", "full_name": "John Doe", "role": "user"}
        assert set(data) == {
            "access_token", "refresh_token", "token_type", "expires_in", "available_portals", "user",
        }  # fmt: skip

    @pytest.mark.parametrize("field", ["username", "email"])
    @pytest.mark.parametrize("identifier", [" John.Doe ", "JOHN@Example.org"])
    def test_takes_name_or_address_in_any_case_in_either_field(self, field: str, identifier: str) -> None:
        create_user(username="john.doe", email="john@example.org")

        answer = send(app.lambda_handler, "POST", "/api/auth/login", body={field: identifier, "password": PASSWORD})

        assert answer.status == 200

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"username": "john.doe"},
            {"password": "x"},
            {"username": "", "password": "x"},
            {"username": "  ", "password": "x"},
            {"username": "john.doe", "password": ""},
            {"username": None, "password": None},
        ],
    )
    def test_needs_both_fields(self, body: dict[str, Any]) -> None:
        answer = send(app.lambda_handler, "POST", "/api/auth/login", body=body)

        assert answer.status == 400
        assert answer.body["message"] == "username/email and password required"
        assert answer.body["status"] == "error"
        assert answer.body["success"] is False

    @pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"username": 5, "password": "x"}', b"\xff\xfe"])
    def test_refuses_other_objects(self, body: Any) -> None:
        answer = send(app.lambda_handler, "POST", "/api/auth/login", body=body)

        assert answer.status == 400
        assert answer.body["status"] == "error"

    def test_refuses_bodies_out_of_all_proportion(self) -> None:
        assert login("john.doe", "x" * 20_000).status == 413

    def test_a_role_of_two_opens_two_portals(self) -> None:
        create_user(username="both", role="user,admin")

        assert login("both").body["data"]["available_portals"] == ["user", "admin"]

    @pytest.mark.parametrize("password", ["x" * 10_000, "\ud83d\ude00" * 40, "\x00"])
    def test_odd_passwords_are_wrong_passwords(self, password: str) -> None:
        create_user(username="john.doe")

        assert login("john.doe", password).status == 401

    def test_a_user_without_a_password_answers_like_a_wrong_password(self) -> None:
        create_user(username="never.set", password=None)

        answer = login("never.set")

        assert answer.status == 401
        assert answer.body["message"] == "Invalid credentials. 2 attempts remaining."


class TestMe:
    def test_tells_who_one_is(self) -> None:
        user = create_user(username="john.doe", email="John@Example.org", first_name="John", last_name="Doe")
        token = login("john.doe").body["data"]["access_token"]

        answer = send(app.lambda_handler, "GET", "/api/auth/me", token=token)

        assert answer.status == 200
        assert answer.body == {
            "status": "success",
            "data": {
                "id": user.id,
                "username": "john.doe",
                "email": "john@example.org",
                "full_name": "John Doe",
                "role": "user",
                "available_portals": ["user"],
                "created_at": "2026-01-05T04:30:00.000Z",
            },
        }

    def test_needs_credentials(self) -> None:
        answer = send(app.lambda_handler, "GET", "/api/auth/me")

        assert answer.status == 401
        assert answer.body["message"] == "Authentication required"

    def test_an_access_token_lives_an_hour(self, clock: FrozenClock) -> None:
        token = access_token(create_user())

        clock.advance(3599)
        assert send(app.lambda_handler, "GET", "/api/auth/me", token=token).status == 200
        clock.advance(1)
        answer = send(app.lambda_handler, "GET", "/api/auth/me", token=token)

        assert answer.status == 401
        assert answer.body["message"] == "token_expired_or_invalid"


class TestRefresh:
    @pytest.fixture
    def token(self) -> str:
        create_user(username="john.doe")
        token: str = login("john.doe").body["data"]["refresh_token"]
        return token

    def test_gives_a_new_access_token(self, token: str, clock: FrozenClock) -> None:
        clock.advance(29 * 24 * 3600)

        answer = refresh(token)

        assert answer.status == 200
        assert set(answer.body["data"]) == {"access_token", "token_type", "expires_in"}
        assert answer.body["data"]["token_type"] == "Bearer"
        assert answer.body["data"]["expires_in"] == 3600
        fresh = answer.body["data"]["access_token"]
        assert send(app.lambda_handler, "GET", "/api/auth/me", token=fresh).status == 200

    def test_expires_after_thirty_days(self, token: str, clock: FrozenClock) -> None:
        clock.advance(30 * 24 * 3600)

        answer = refresh(token)

        assert answer.status == 401
        assert answer.body["message"] == "refresh_token_expired"

    @pytest.mark.parametrize(
        "token",
        ["", "nonsense", "!" * 54, "é", opaque.mint(1).token, opaque.mint(2**63).token],
        ids=["empty", "nonsense", "no_base64", "no_ascii", "never_issued", "owner_beyond_ids"],
    )
    def test_unknown_tokens_are_invalid(self, token: str) -> None:
        answer = refresh(token)

        assert answer.status == 401
        assert answer.body["message"] == "refresh_token_invalid"

    def test_an_access_token_is_no_refresh_token(self) -> None:
        assert refresh(access_token(create_user())).body["message"] == "refresh_token_invalid"

    @pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": 7}])
    def test_a_missing_token_is_a_bad_request(self, body: dict[str, Any]) -> None:
        answer = send(app.lambda_handler, "POST", "/api/auth/refresh", body=body)

        assert answer.status == 400
        assert answer.body["errors"][0]["field"] == "refresh_token"

    def test_logout_revokes(self, token: str) -> None:
        answer = send(app.lambda_handler, "POST", "/api/auth/logout", body={"refresh_token": token})

        assert answer.status == 200
        assert answer.body == {"status": "success", "message": "Logged out"}
        assert refresh(token).status == 401
        assert refresh(token).body["message"] == "refresh_token_revoked"

    @pytest.mark.parametrize("token", ["nonsense", opaque.mint(5).token], ids=["nonsense", "never_issued"])
    def test_logout_with_an_unknown_token_is_the_same(self, token: str) -> None:
        answer = send(app.lambda_handler, "POST", "/api/auth/logout", body={"refresh_token": token})

        assert answer.status == 200
        assert answer.body == {"status": "success", "message": "Logged out"}

    def test_is_stored_only_as_a_hash(self, token: str, tables: dict[str, str], dynamodb: Any) -> None:
        items = dynamodb.scan(TableName=tables["EPHEMERAL_TABLE"])["Items"]

        assert token not in str(items)
        assert opaque.digest(token) in str(items)
        assert refresh_tokens.find(token, 0.0) is not None
