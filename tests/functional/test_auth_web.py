"""Signing in on the web: the session cookie and what guards it."""

from typing import Any

import pytest

from account import app as account_app
from auth import app
from smartexam.platform import opaque
from tests.factories.clock import FrozenClock
from tests.factories.events import HOST, Answer, send
from tests.factories.users import PASSWORD, access_token, create_user

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr(account_app.api, "clock", clock)


def sign_in(username: str, path: str = "/login", password: str = PASSWORD, **request: Any) -> Answer:
    return send(app.lambda_handler, "POST", path, body={"username": username, "password": password}, **request)


def session_of(answer: Answer) -> dict[str, str]:
    (cookie,) = answer.cookies
    name, _, value = cookie.split(";")[0].partition("=")
    return {name: value}


def ping(**request: Any) -> Answer:
    return send(account_app.lambda_handler, "POST", "/_ping", **request)


@pytest.mark.parametrize(
    ("role", "path", "home"),
    [
        ("user", "/login", "/dashboard"),
        ("admin", "/login", "/admin/dashboard"),
        ("user,admin", "/login", "/dashboard"),
        ("user,admin", "/admin/login", "/admin/dashboard"),
        ("admin", "/admin/login", "/admin/dashboard"),
    ],
)
def test_json_clients_get_json_and_a_guarded_cookie(role: str, path: str, home: str) -> None:
    create_user(username="john.doe", role=role)

    answer = sign_in("john.doe", path)

    assert answer.status == 200
    assert answer.body == {"success": True, "available_portals": role.split(","), "redirect_url": home}
    (cookie,) = answer.cookies
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"max-age=10800", "path=/", "httponly", "secure", "samesite=lax"}


def test_form_posts_are_sent_on() -> None:
    create_user(username="john.doe")

    answer = send(app.lambda_handler, "POST", "/login", form={"username": "john.doe", "password": PASSWORD})

    assert answer.status == 302
    assert answer.headers["location"] == "/dashboard"
    assert ping(cookies=session_of(answer)).status == 204


def test_failures_have_the_error_shape_for_forms_too() -> None:
    create_user(username="john.doe")

    wrong = send(app.lambda_handler, "POST", "/login", form={"username": "john.doe", "password": "wrong"})
    assert wrong.status == 401
    assert wrong.body["status"] == "error"
    assert not wrong.cookies
    right = send(app.lambda_handler, "POST", "/admin/login", form={"username": "john.doe", "password": PASSWORD})
    assert right.status == 403
    assert right.body["success"] is False
    assert not right.cookies
    assert send(app.lambda_handler, "POST", "/login", form={"username": "john.doe"}).status == 400


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_before() -> None:
    create_user(username="john.doe")
    planted = {"session": opaque.mint(1).token}

    first = session_of(sign_in("john.doe", cookies=planted))
    second = session_of(sign_in("john.doe", cookies=first))

    assert len({planted["session"], first["__Host-session"], second["__Host-session"]}) == 3
    assert ping(cookies=planted).status == 401
    assert ping(cookies=first).status == 401
    assert ping(cookies=second).status == 204


def test_the_token_is_stored_only_as_a_hash(tables: dict[str, str], dynamodb: Any) -> None:
    create_user(username="john.doe")
    token = session_of(sign_in("john.doe"))["__Host-session"]

    items = str(dynamodb.scan(TableName=tables["EPHEMERAL_TABLE"])["Items"])

    assert token not in items
    assert opaque.digest(token) in items


def test_a_session_lives_three_hours(clock: FrozenClock) -> None:
    create_user(username="john.doe")
    session = session_of(sign_in("john.doe"))

    clock.advance(3 * 3600 - 1)
    assert ping(cookies=session).status == 204
    clock.advance(1)
    assert ping(cookies=session).status == 401


def test_logout_ends_the_session_at_once_and_clears_the_cookie() -> None:
    create_user(username="john.doe")
    session = session_of(sign_in("john.doe"))

    answer = send(app.lambda_handler, "POST", "/logout", cookies=session)

    assert answer.status == 200
    assert answer.body["success"] is True
    assert "__Host-session=;" in answer.cookies[0]
    assert "Max-Age=0" in answer.cookies[0]
    assert ping(cookies=session).status == 401


@pytest.mark.parametrize("cookies", [None, {"session": "nonsense"}, {"session": ""}])
def test_logout_without_a_session_is_fine(cookies: dict[str, str] | None) -> None:
    assert send(app.lambda_handler, "POST", "/logout", cookies=cookies).status == 200


def test_a_form_logout_is_sent_to_the_sign_in_page() -> None:
    answer = send(app.lambda_handler, "POST", "/logout", form={"next": "ignored"})

    assert answer.status == 302
    assert answer.headers["location"] == "/login"


class TestPing:
    @pytest.mark.parametrize(
        "request_",
        [
            {},
            {"cookies": {"session": "nonsense"}},
            {"cookies": {"session": opaque.mint(4).token}},
            {"token": "nonsense"},
            {"headers": {"authorization": "Basic am9objpkb2U="}},
            {"headers": {"authorization": "Bearer"}},
        ],
    )
    def test_says_that_there_is_no_session(self, request_: dict[str, Any]) -> None:
        answer = ping(**request_)

        assert answer.status == 401
        assert answer.body["reason"] == "no_session"
        assert answer.body["status"] == "error"

    def test_is_alive_with_a_token(self) -> None:
        answer = ping(token=access_token(create_user()))

        assert answer.status == 204
        assert answer.body is None

    def test_the_bearer_token_decides_if_both_are_sent(self) -> None:
        create_user(username="john.doe")
        session = session_of(sign_in("john.doe"))

        answer = ping(cookies=session, token="nonsense")

        assert answer.status == 401
        assert answer.body["message"] == "token_expired_or_invalid"


class TestForeignPages:
    @pytest.fixture
    def session(self) -> dict[str, str]:
        create_user(username="john.doe")
        return session_of(sign_in("john.doe"))

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"origin": f"https://{HOST}.evil.example"},
            {"origin": f"http://{HOST}"},
            {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
            {"sec-fetch-site": "cross-site"},
        ],
    )
    def test_cannot_use_the_session(self, session: dict[str, str], headers: dict[str, str]) -> None:
        answer = ping(cookies=session, headers=headers)

        assert answer.status == 403
        assert answer.body["status"] == "error"
        assert send(app.lambda_handler, "POST", "/logout", cookies=session, headers=headers).status == 403
        assert ping(cookies=session).status == 204

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": f"https://{HOST}"},
            {"origin": "https://exams.example.test"},
            {"origin": "https://app.example.test"},
            {"origin": "https://app.example.test", "sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-origin"},
            {"sec-fetch-site": "none"},
            {},
        ],
    )
    def test_own_pages_and_other_clients_can(self, session: dict[str, str], headers: dict[str, str]) -> None:
        assert ping(cookies=session, headers=headers).status == 204

    def test_reading_is_left_to_cors(self, session: dict[str, str]) -> None:
        headers = {"origin": "https://evil.example"}

        assert send(app.lambda_handler, "GET", "/api/auth/me", cookies=session, headers=headers).status == 200

    def test_a_bearer_token_is_not_accepted_as_cookie(self) -> None:
        token = access_token(create_user())

        assert ping(token=token, headers={"origin": "https://evil.example"}).status == 204

    def test_cannot_sign_a_visitor_in_to_somebody_elses_account(self) -> None:
        create_user(username="mallory")

        answer = sign_in("mallory", headers={"origin": "https://evil.example"})

        assert answer.status == 403
        assert not answer.cookies
