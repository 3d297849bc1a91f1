"""What foreign pages can make a browser send: with the session's cookie, and with disguised methods."""

from http import HTTPStatus
from typing import Any

import pytest

from smartexam.platform.principal import Access
from tests.factories.events import Answer
from tests.security import gateway
from tests.security.access_rules import ROWS, Row, state_changing
from tests.security.world import World

OWN, FOREIGN = "https://exams.example.test", "https://evil.example.net"
FOREIGN_PAGES: dict[str, dict[str, str]] = {
    "another site": {"origin": FOREIGN},
    "a sandboxed frame": {"origin": "null"},
    "nothing at all": {"origin": ""},
    "a look-alike": {"origin": "https://exams.example.test.evil.example.net"},
    "our name without its lock": {"origin": "http://exams.example.test"},
    "our name at another port": {"origin": "https://exams.example.test:8443"},
    "a page of a developer": {"origin": "http://localhost:3000"},
    "two origins": {"origin": f"{OWN},{FOREIGN}"},
    "a site that hides its origin": {"sec-fetch-site": "cross-site"},
}
PRIVATE = [row for row in state_changing() if gateway.declared()[row.name] != Access.PUBLIC.value]
each_change = pytest.mark.parametrize("row", PRIVATE, ids=lambda row: f"{row.method} {row.path}")


def caller_of(row: Row) -> str:
    """An identity that may call a route."""
    return "admin" if gateway.declared()[row.name] == "admin" else "user"


def send(world: World, row: Row, *, session: str | None, token: str | None = None, **headers: str) -> Answer:
    method, path, request = row.request(world.of(caller_of(row)))
    sent = {**request.pop("headers", {}), **headers}
    cookies = None if session is None else {"session": session}
    return gateway.call(method, path, token=token, cookies=cookies, headers=sent, **request)


def is_refused(answer: Answer) -> bool:
    return (
        (answer.status, answer.body.get("code")) == (403, "foreign_origin") if isinstance(answer.body, dict) else False
    )


@each_change
def test_foreign_pages_change_nothing_by_the_cookie(row: Row, world: World) -> None:
    session = world.sessions[caller_of(row)]
    for page, headers in FOREIGN_PAGES.items():
        assert is_refused(send(world, row, session=session, **headers)), page
    assert world.changes() == []


@each_change
def test_our_own_pages_do(row: Row, world: World) -> None:
    caller = caller_of(row)
    answer = send(world, row, session=world.sessions[caller], origin=OWN)
    assert answer.status == row.expected(caller, "own"), answer.body


@each_change
def test_a_token_decides_if_both_are_there(row: Row, world: World) -> None:
    caller, session = caller_of(row), world.sessions[caller_of(row)]

    assert send(world, row, session=session, token="a.b.c").status == HTTPStatus.UNAUTHORIZED
    assert world.changes() == []
    answer = send(world, row, session=world.sessions["other"], token=world.tokens[caller], origin=FOREIGN)
    assert answer.status == row.expected(caller, "own"), answer.body


@pytest.mark.parametrize("whose", ["expired", "erased"])
def test_dead_sessions_open_nothing(whose: str, world: World) -> None:
    for row in ROWS:
        if gateway.declared()[row.name] != Access.PUBLIC.value:
            answer = send(world, row, session=world.sessions[whose])
            assert (answer.status, answer.body["message"]) == (401, "Authentication required"), row
    assert world.changes() == []


@pytest.mark.parametrize("path", ["/login", "/admin/login", "/logout"])
def test_nobody_is_signed_in_or_out_by_a_foreign_page(path: str, world: World) -> None:
    body = {"username": "admin", "password": "violet-Otter-47"}
    for headers in FOREIGN_PAGES.values():
        cookies = {"session": world.sessions["admin"]}
        assert is_refused(gateway.call("POST", path, body=body, cookies=cookies, headers=headers))
    assert world.changes() == []


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}
DISGUISES: tuple[dict[str, Any], ...] = (
    {"headers": {"x-http-method-override": "DELETE", "x-method-override": "DELETE", "x-http-method": "DELETE"}},
    {"query": {"_method": "DELETE"}},
    {"form": {"_method": "DELETE"}},
)


@pytest.mark.parametrize("disguise", DISGUISES, ids=str)
def test_reading_stays_reading_whatever_it_says_to_be(disguise: dict[str, Any], world: World) -> None:
    """Except for the export of an account, which begins a job."""
    for row in ROWS:
        if row.method == "GET" and row.path != "/api/account/export":
            caller = caller_of(row)
            method, path, request = row.request(world.of(caller))
            query = {**request.pop("query", {}), **disguise.get("query", {})}
            disguised = {**request, **disguise, "query": query}
            answer = gateway.call(method, path, token=world.tokens[caller], **disguised)
            assert answer.status == row.expected(caller, "own"), row
    assert world.changes_of_reading() == []


def test_other_methods_are_refused_and_named(world: World) -> None:
    """HEAD for GET alone, no TRACE, no invented method."""
    methods_of: dict[str, set[str]] = {}
    for row in ROWS:
        served = {"GET", "HEAD"} if row.method == "GET" else {row.method}
        methods_of.setdefault(row.name.split()[1], set()).update(served)
    for row in ROWS:
        path, methods = row.request(world.of("user"))[1], methods_of[row.name.split()[1]]
        for method in METHODS - methods:
            answer = gateway.call(method, path, token=world.tokens["dual"])
            assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED, (method, path)
            assert methods == set(answer.headers["allow"].split(", "))
            assert gateway.is_error(answer)
    assert world.changes() == []


def test_head_answers_like_get_to_everybody(world: World) -> None:
    for row in ROWS:
        if row.method == "GET":
            for caller in ("user", "admin", None):
                _, path, request = row.request(world.of(caller or "user"))
                token = None if caller is None else world.tokens[caller]
                got, asked = (gateway.call(method, path, token=token, **request) for method in ("GET", "HEAD"))
                assert (asked.status, asked.headers) == (got.status, got.headers), (caller, row)
