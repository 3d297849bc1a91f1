"""Three failures lock an account for one source, for all clients and routes."""

from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from auth import app
from smartexam.accounts.store import identity
from smartexam.limits.store.failures import FailuresItem
from smartexam.platform.dynamodb import queries, table
from smartexam.platform.errors import Unavailable
from smartexam.platform.keys import user_key
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, create_user

pytestmark = pytest.mark.usefixtures("tables")

ROUTES = ("/api/auth/login", "/login", "/admin/login")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)


def attempt(identifier: str, password: str = "wrong", path: str = "/api/auth/login", **request: Any) -> Answer:
    body = {"username": identifier, "password": password}
    return send(app.lambda_handler, "POST", path, body=body, **request)


@pytest.mark.parametrize("identifier", ["john.doe", "nobody", "nobody@example.org"])
def test_two_failures_tell_what_remains_and_the_third_locks(identifier: str) -> None:
    create_user(username="john.doe")

    answers = [attempt(identifier) for _ in range(4)]

    assert [answer.status for answer in answers] == [401, 401, 429, 429]
    assert answers[0].body["message"] == "Invalid credentials. 2 attempts remaining."
    assert answers[1].body["message"] == "Invalid credentials. 1 attempts remaining."
    assert "15 minutes" in answers[2].body["message"]
    assert answers[2].headers["retry-after"] == "900"
    assert answers[3].body == answers[2].body


def test_an_unknown_account_answers_exactly_like_a_wrong_password() -> None:
    create_user(username="john.doe")

    for _ in range(4):
        known, unknown = attempt("john.doe"), attempt("nobody")
        assert known.status == unknown.status
        assert known.body == unknown.body
        assert known.headers == unknown.headers


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("password", ["wrong", "wro\u0308ng", "w" * 500], ids=["plain", "not normalised", "too long"])
def test_an_unknown_account_costs_the_same_round_trips_and_hashes(
    path: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The duration of an answer must not tell whether an account exists, or has a password."""
    create_user(username="john.doe")
    create_user(username="never.set", password=None)
    calls: list[Any] = []
    call, verify = table.call, PasswordHasher.verify

    def counting(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        calls.append(operation)
        return call(operation, arguments)

    def hashing(hasher: PasswordHasher, stored: str, given: str) -> bool:
        calls.append((extract_parameters(stored), given))
        return verify(hasher, stored, given)

    for module in (table, queries):
        monkeypatch.setattr(module, "call", counting)
    monkeypatch.setattr(PasswordHasher, "verify", hashing)
    seen = []
    for number, identifier in enumerate(("john.doe", "nobody", "never.set")):
        calls.clear()
        attempt(identifier, password, path, source_ip=f"198.51.100.{number}")
        seen.append(list(calls))

    assert seen[0] == seen[1] == seen[2]
    assert any(isinstance(each, tuple) for each in seen[0])


def test_the_right_password_is_refused_during_the_lock_and_works_after_it(clock: FrozenClock) -> None:
    create_user(username="john.doe")
    for _ in range(3):
        attempt("john.doe")

    clock.advance(14 * 60)
    locked = attempt("john.doe", PASSWORD)
    assert locked.status == 429
    assert "1 minute." in locked.body["message"]
    assert locked.headers["retry-after"] == "60"

    clock.advance(60)
    assert attempt("john.doe", PASSWORD).status == 200


def test_a_lock_from_before_the_clock_was_set_back_does_not_hold(clock: FrozenClock) -> None:
    create_user(username="john.doe")
    clock.advance(24 * 3600)
    for _ in range(3):
        attempt("john.doe")
    clock.advance(-24 * 3600)

    assert attempt("john.doe").body["attempts_remaining"] == 2
    assert attempt("john.doe", PASSWORD).status == 200


def test_the_three_routes_and_both_names_of_an_account_share_one_window() -> None:
    create_user(username="john.doe", email="john@example.org", role="user,admin")

    answers = [
        attempt("john.doe", path=ROUTES[0]),
        attempt("JOHN@example.org", path=ROUTES[1]),
        attempt(" John.Doe", path=ROUTES[2]),
    ]

    assert [answer.status for answer in answers] == [401, 401, 429]
    assert [attempt("john@example.org", PASSWORD, path).status for path in ROUTES] == [429] * 3


def test_sources_are_distinguished_by_the_peer_and_never_by_a_header() -> None:
    create_user(username="john.doe")

    for number in range(3):
        attempt("john.doe", headers={"x-forwarded-for": f"198.51.100.{number}", "forwarded": "for=198.51.100.9"})

    assert attempt("john.doe", PASSWORD, headers={"x-forwarded-for": "198.51.100.99"}).status == 429
    assert attempt("john.doe", PASSWORD, source_ip="198.51.100.99").status == 200


def test_addresses_of_one_ipv6_subscriber_are_one_source() -> None:
    create_user(username="john.doe")

    for number in range(3):
        attempt("john.doe", source_ip=f"2001:db8:1:2::{number}")

    assert attempt("john.doe", PASSWORD, source_ip="2001:db8:1:2:ffff::1").status == 429
    assert attempt("john.doe", PASSWORD, source_ip="2001:db8:1:3::1").status == 200


def test_a_success_forgets_earlier_failures() -> None:
    create_user(username="john.doe")

    for _ in range(3):
        assert attempt("john.doe").status == 401
        assert attempt("john.doe").status == 401
        assert attempt("john.doe", PASSWORD).status == 200


def test_failures_are_forgotten_after_a_quarter_of_an_hour(clock: FrozenClock) -> None:
    create_user(username="john.doe")
    attempt("john.doe")
    attempt("john.doe")

    clock.advance(15 * 60)

    assert attempt("john.doe").body["attempts_remaining"] == 2


def test_attempts_without_an_outcome_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(username="john.doe")
    with monkeypatch.context() as outage:
        outage.setattr(identity, "get_user", _down)
        assert [attempt("john.doe", PASSWORD).status for _ in range(3)] == [503] * 3

    assert [attempt("john.doe").status for _ in range(2)] == [401] * 2
    assert attempt("john.doe", PASSWORD).status == 200


def test_a_right_password_during_which_three_wrong_ones_came_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    user = create_user(username="john.doe")
    original = identity.get_user

    def meanwhile(user_id: int) -> Any:
        monkeypatch.setattr(identity, "get_user", original)
        assert [attempt("john.doe").status for _ in range(3)] == [401, 401, 429]
        return original(user_id)

    monkeypatch.setattr(identity, "get_user", meanwhile)
    answer = attempt("john.doe", PASSWORD)

    assert (answer.status, answer.body["code"], answer.body["minutes_remaining"]) == (429, "sign_in_locked", 15)
    assert windows_of(user.id) == 3


def windows_of(user_id: int) -> int:
    """The wrong passwords that are counted for an account from the usual source."""
    found = table.query_all(FailuresItem, user_key(user_id), prefix="SOURCE#")
    return sum(len(each.failed or ()) for each in found)


def _down(*_: Any, **__: Any) -> Any:
    raise Unavailable


@pytest.mark.parametrize("path", ROUTES)
def test_sign_in_is_refused_while_the_store_is_down(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(username="john.doe", role="user,admin")
    monkeypatch.setattr(table, "update", _down)
    answer = attempt("john.doe", PASSWORD, path)

    assert answer.status == 503
    assert answer.body["status"] == "error"
    assert "retry-after" in answer.headers
    assert not answer.cookies


@pytest.fixture
def _unreachable_database(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    table.reset()
    yield
    table.reset()


@pytest.mark.usefixtures("_unreachable_database")
def test_an_unreachable_database_is_503() -> None:
    answer = attempt("john.doe", PASSWORD)

    assert answer.status == 503
    assert "127.0.0.1" not in str(answer.body)
