"""Limits per source address, and per account over all sources."""

from typing import Any

import pytest

from account import app as account_app
from auth import app as auth_app
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, access_token, create_user

pytestmark = pytest.mark.usefixtures("tables", "post")

ELSEWHERE = "198.51.100.77"
CALLS: dict[str, dict[str, str]] = {
    "/create_account": {"email": "new@example.org", "first_name": "New", "last_name": "Person"},
    "/api/request-password-reset": {"email": "john@example.org"},
    "/api/validate-user-for-request": {"username": "john.doe", "email": "john@example.org"},
    "/api/submit-access-request": {
        "username": "john.doe",
        "email": "john@example.org",
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "I teach",
    },
}


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_app.api, "clock", clock)
    monkeypatch.setattr(account_app.api, "clock", clock)
    monkeypatch.setattr("auth.service.verify_password", lambda stored, given: bool(stored) and given == PASSWORD)


def configure(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


def sign_in(identifier: str, password: str = "wrong", **request: Any) -> Answer:
    body = {"username": identifier, "password": password}
    return send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body, **request)


def call(path: str, **request: Any) -> Answer:
    return send(account_app.lambda_handler, "POST", path, body=CALLS[path], **request)


def test_a_source_with_too_many_failures_is_refused_until_the_window_ends(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, SIGN_IN_FAILURES_PER_SOURCE="4")
    create_user(username="john.doe")

    failures = [sign_in(f"nobody{number}") for number in range(4)]
    clock.advance(60)
    refused = sign_in("john.doe", PASSWORD)
    elsewhere = sign_in("john.doe", PASSWORD, source_ip=ELSEWHERE)
    clock.advance(14 * 60)

    assert [answer.status for answer in failures] == [401] * 4
    assert (refused.status, refused.body["code"]) == (429, "too_many_failures")
    assert refused.headers["retry-after"] == str(14 * 60)
    assert elsewhere.status == 200
    assert sign_in("john.doe", PASSWORD).status == 200


def test_right_passwords_use_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, SIGN_IN_FAILURES_PER_SOURCE="2")
    create_user(username="john.doe")

    assert [sign_in("john.doe", PASSWORD).status for _ in range(5)] == [200] * 5


def test_the_usual_limit_is_three_hundred() -> None:
    answers = [sign_in(f"nobody{number}") for number in range(301)]

    assert [answer.status for answer in answers] == [401] * 300 + [429]


@pytest.mark.parametrize("networks", ["203.0.113.0/24", "192.0.2.0/24, 203.0.113.9"])
def test_a_trusted_network_is_exempt_from_limits_per_source(networks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, TRUSTED_NETWORKS=networks, SIGN_IN_FAILURES_PER_SOURCE="2", CALLS_PER_SOURCE="2")
    create_user(username="john.doe")

    failures = [sign_in(f"nobody{number}", source_ip="203.0.113.9") for number in range(5)]
    calls = [call("/api/request-password-reset", source_ip="203.0.113.9") for _ in range(5)]

    assert [answer.status for answer in failures] == [401] * 5
    assert [answer.status for answer in calls] == [200] * 5
    assert sign_in("john.doe", PASSWORD, source_ip="203.0.113.9").status == 200


def test_addresses_of_one_ipv6_subscriber_are_one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, SIGN_IN_FAILURES_PER_SOURCE="2")

    answers = [sign_in(f"nobody{number}", source_ip=f"2001:db8:1:2::{number}") for number in range(3)]

    assert [answer.status for answer in answers] == [401, 401, 429]
    assert sign_in("nobody", source_ip="2001:db8:1:3::1").status == 401


@pytest.mark.parametrize("identifier", ["john.doe", "nobody", "nobody@example.org"])
def test_after_fifty_failures_an_account_accepts_only_known_sources(identifier: str, clock: FrozenClock) -> None:
    create_user(username="john.doe")
    sign_in("john.doe", PASSWORD, source_ip="192.0.2.1")

    failures = [sign_in(identifier, source_ip=f"198.51.100.{number}") for number in range(50)]
    stranger = sign_in(identifier, PASSWORD, source_ip=ELSEWHERE)

    assert {answer.status for answer in failures} == {401}
    assert (stranger.status, stranger.body["code"]) == (429, "too_many_failures")
    assert stranger.headers["retry-after"] == "3600"
    assert sign_in("john.doe", PASSWORD, source_ip="192.0.2.1").status == 200
    clock.advance(3600)
    assert sign_in("john.doe", PASSWORD, source_ip=ELSEWHERE).status == 200


@pytest.mark.parametrize("name", ["#", "#x@example.org", "#{id}", "USER#{id}", "{id}"])
def test_a_name_without_an_account_is_never_taken_for_the_id_of_one(name: str) -> None:
    user = create_user(username="john.doe", email="john@example.org")
    name = name.format(id=user.id)
    body = {"username": name, "email": "john@example.org"}

    assert [sign_in(name).status for _ in range(3)] == [401, 401, 429]
    assert send(account_app.lambda_handler, "POST", "/api/validate-user-for-request", body=body).status == 404
    assert sign_in("john.doe", PASSWORD).status == 200


def test_a_source_is_known_for_thirty_days(clock: FrozenClock) -> None:
    create_user(username="john.doe")
    sign_in("john.doe", PASSWORD, source_ip=ELSEWHERE)
    clock.advance(30 * 24 * 3600 + 1)

    for number in range(50):
        sign_in("john.doe", source_ip=f"192.0.2.{number}")

    assert sign_in("john.doe", PASSWORD, source_ip=ELSEWHERE).status == 429


def test_a_trusted_network_is_heard_by_an_account_that_strangers_guess_at(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, TRUSTED_NETWORKS="203.0.113.9")
    create_user(username="john.doe")
    for number in range(50):
        sign_in("john.doe", source_ip=f"192.0.2.{number}")

    assert sign_in("john.doe", PASSWORD, source_ip="203.0.113.9").status == 200


@pytest.mark.parametrize("path", CALLS)
def test_each_route_that_strangers_may_call_has_thirty_calls_an_hour_of_a_source(path: str, clock: FrozenClock) -> None:
    create_user(username="john.doe", email="john@example.org")

    answers = [call(path) for _ in range(30)]
    clock.advance(600)
    refused = call(path)
    clock.advance(3000)

    assert 429 not in {answer.status for answer in answers}
    assert (refused.status, refused.body["code"], refused.headers["retry-after"]) == (429, "rate_limited", "3000")
    assert call(path, source_ip=ELSEWHERE).status != 429
    assert call(path).status != 429


def test_the_routes_have_limits_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, CALLS_PER_SOURCE="1")
    create_user(username="john.doe", email="john@example.org")

    assert [call(path).status for path in CALLS] == [200] * 4
    assert [call(path).status for path in CALLS] == [429] * 4


@pytest.mark.parametrize("path", ["/api/validate-user-for-request", "/api/submit-access-request"])
def test_addresses_of_one_name_are_guessed_sixty_times_an_hour_from_all_sources(path: str) -> None:
    create_user(username="john.doe", email="john@example.org")

    def look_up(email: str, number: int, route: str = path) -> int:
        body = {**CALLS[route], "username": "john.doe", "email": email}
        return send(account_app.lambda_handler, "POST", route, body=body, source_ip=f"192.0.2.{number % 5}").status

    found = "/api/validate-user-for-request"
    assert [look_up("john@example.org", number, found) for number in range(61)] == [200] * 61
    assert [look_up(f"guess{number}@example.org", number) for number in range(61)] == [404] * 60 + [429]
    # It is one limit, whichever route the guesses go to.
    assert [look_up("john@example.org", 0, route) for route in (found, path)] == [429] * 2


def test_guesses_at_a_name_do_not_keep_out_its_owner_who_is_signed_in() -> None:
    owner = create_user(username="john.doe", email="john@example.org")
    for number in range(60):
        body = {"username": "john.doe", "email": f"guess{number}@example.org"}
        source = f"192.0.2.{number % 5}"
        send(account_app.lambda_handler, "POST", "/api/validate-user-for-request", body=body, source_ip=source)

    assert call("/api/submit-access-request").status == 429
    assert call("/api/submit-access-request", token=access_token(create_user())).status == 429
    for path in ("/api/validate-user-for-request", "/api/submit-access-request"):
        assert call(path, token=access_token(owner)).status == 200


def test_a_refused_source_costs_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, SIGN_IN_FAILURES_PER_SOURCE="1", CALLS_PER_SOURCE="1")
    sign_in("nobody")
    call("/create_account")

    calls = _counted(monkeypatch)
    assert sign_in("nobody").status == 429
    assert calls == ["GetItem"]
    calls.clear()
    assert call("/create_account").status == 429
    assert calls == ["GetItem"]


def test_limits_that_are_not_reached_cost_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(username="john.doe", email="john@example.org")
    call("/api/request-password-reset")

    calls = _counted(monkeypatch)
    call("/api/request-password-reset")

    assert [name for name in calls if name != "GetItem"] == ["UpdateItem"]


@pytest.mark.parametrize("trusted", ["", "203.0.113.0/24"])
@pytest.mark.parametrize("days", [0, 1, 29, 31])
def test_a_right_password_costs_its_limits_one_write(
    trusted: str, days: int, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    """Also the first from a source, and one after wrong ones: it forgets these and remembers the source at once."""
    configure(monkeypatch, TRUSTED_NETWORKS=trusted)
    create_user(username="john.doe")
    if days:
        sign_in("john.doe", PASSWORD)
        clock.advance(days * 24 * 3600)
    sign_in("john.doe")

    calls = _counted(monkeypatch)
    assert sign_in("john.doe", PASSWORD).status == 200

    # The other is the refresh token.
    assert [name for name in calls if not name.endswith("GetItem")] == ["UpdateItem", "PutItem"]


@pytest.mark.parametrize("name", ["john.doe", "nobody"])
def test_a_wrong_password_costs_one_write_for_each_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(username="john.doe")

    calls = _counted(monkeypatch)
    assert [sign_in(name).status for _ in range(4)] == [401, 401, 429, 429]

    assert [call for call in calls if not call.endswith("GetItem")] == ["UpdateItem"] * 9


def test_a_look_up_that_finds_somebody_costs_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(username="john.doe", email="john@example.org")
    call("/api/validate-user-for-request")

    calls = _counted(monkeypatch)
    assert call("/api/validate-user-for-request").status == 200

    assert [name for name in calls if not name.endswith("GetItem")] == ["UpdateItem"]


def test_a_sign_up_costs_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _counted(monkeypatch)
    assert call("/create_account").status == 200

    # The others are a block of ids, and the account.
    assert [name for name in calls if not name.endswith("GetItem")] == ["PutItem", "UpdateItem", "TransactWriteItems"]


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    original = table.call

    def counting(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        calls.append(operation)
        return original(operation, arguments)

    monkeypatch.setattr(table, "call", counting)
    return calls


def test_a_window_from_before_the_clock_was_set_back_refuses_nobody(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, SIGN_IN_FAILURES_PER_SOURCE="1")
    clock.advance(24 * 3600)
    sign_in("nobody")
    clock.advance(-24 * 3600)

    assert sign_in("somebody").status == 401
    assert sign_in("somebody").status == 429
