"""Sections 1 to 3 of the contract over HTTP: accounts, sessions and sign-in."""

import itertools
import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import boto3
import pytest

from local.stack import LocalStack
from tests.conftest import REGION
from tests.contract.client import Answer, Client, is_error

pytestmark = pytest.mark.contract

PASSWORD = "violet-Otter-47"
_numbers = itertools.count(int(time.time()))


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    """The result of `look` as soon as it is not empty."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        threading.Event().wait(0.05)
    raise AssertionError("nothing came of it")


def mails_to(client: Client, address: str) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = client.get("/_local/outbox", query={"to": address}).body["mails"]
    return mails


def link_token(client: Client, address: str, *, beyond: int = 0) -> str:
    """The token in the newest mail to an address, once there are more than `beyond` mails."""
    mails = eventually(lambda: mails if len(mails := mails_to(client, address)) > beyond else None)
    (link,) = mails[0]["links"]
    assert link.startswith(f"{client.base_url}/app/set-password?token=")
    return str(link.partition("token=")[2])


class Person:
    """A person with their own account."""

    def __init__(self, anonymous: Client) -> None:
        number = next(_numbers)
        self.email = f"nina{number}@example.com"
        self.anonymous = anonymous
        names = {"first_name": "Nina", "last_name": f"Number{number}"}
        answer = anonymous.post("/create_account", {"email": self.email, **names})
        assert answer.status == 200, answer
        self.username = f"nina.number{number}"
        answer = self.set_password(link_token(anonymous, self.email))
        assert answer.status == 200, answer

    def set_password(self, token: str, password: str = PASSWORD) -> Answer:
        return self.anonymous.post("/api/set-password", {"token": token, "password": password})

    def login(self, password: str = PASSWORD, name: str | None = None, path: str = "/api/auth/login") -> Answer:
        return self.anonymous.post(path, {"username": name or self.username, "password": password})

    def signed_in(self) -> Client:
        return self.anonymous.signed_in(self.username, PASSWORD)

    def cookie(self) -> dict[str, str]:
        return {"cookie": self.login(path="/login").headers["set-cookie"].split(";")[0]}


@pytest.fixture
def person(anonymous: Client) -> Person:
    return Person(anonymous)


def test_tokens_work_until_they_run_out(person: Person, clock: Callable[[float], Any]) -> None:
    data = person.login(name=person.email.upper()).body["data"]
    client = Client(person.anonymous.base_url, data["access_token"])
    assert client.get("/api/auth/me").body["data"]["email"] == person.email

    clock(3601)
    assert client.get("/api/auth/me").body["message"] == "token_expired_or_invalid"
    refreshed = person.anonymous.post("/api/auth/refresh", {"refresh_token": data["refresh_token"]})
    assert Client(client.base_url, refreshed.body["data"]["access_token"]).get("/api/auth/me").status == 200

    clock(31 * 24 * 3600)
    expired = person.anonymous.post("/api/auth/refresh", {"refresh_token": data["refresh_token"]})
    assert (expired.status, expired.body["message"]) == (401, "refresh_token_expired")
    client.close()


def test_logout_revokes_the_refresh_token(person: Person) -> None:
    body = {"refresh_token": person.login().body["data"]["refresh_token"]}

    assert person.anonymous.post("/api/auth/logout", body).body == {"status": "success", "message": "Logged out"}
    assert person.anonymous.post("/api/auth/refresh", body).body["message"] == "refresh_token_revoked"
    unknown = person.anonymous.post("/api/auth/refresh", {"refresh_token": "x"})
    assert (unknown.status, unknown.body["message"]) == (401, "refresh_token_invalid")


def test_three_failures_lock_for_a_quarter_of_an_hour(person: Person, clock: Callable[[float], Any]) -> None:
    answers = [
        person.login("wrong"),
        person.login("wrong", person.email, "/login"),
        person.login("wrong", path="/admin/login"),
        person.login(),
    ]

    assert [answer.status for answer in answers] == [401, 401, 429, 429]
    assert answers[0].body["message"] == "Invalid credentials. 2 attempts remaining."
    assert all(is_error(answer) for answer in answers)
    assert 0 < int(answers[3].headers["retry-after"]) <= 900
    clock(901)
    assert person.login().status == 200


def test_a_client_cannot_choose_its_source_address(person: Person) -> None:
    for number in range(3):
        person.anonymous.post(
            "/api/auth/login",
            {"username": person.username, "password": "wrong"},
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )

    assert person.login().status == 429


def test_an_unknown_account_takes_as_long_as_a_wrong_password(anonymous: Client) -> None:
    people = [Person(anonymous) for _ in range(8)]
    times: dict[bool, list[float]] = {True: [], False: []}

    for person, number in itertools.product(people, range(2)):
        for exists, name in ((True, person.username), (False, f"nobody{next(_numbers)}")):
            started = time.perf_counter()
            answer = anonymous.post("/api/auth/login", {"username": name, "password": f"wrong-{number}"})
            times[exists].append(time.perf_counter() - started)
            assert answer.status == 401

    known, unknown = median(times[True]), median(times[False])
    # A separate test measures this precisely; a whole stack on a shared machine is less steady.
    assert abs(known - unknown) < 0.4 * max(known, unknown)


def test_the_cookie_is_guarded(person: Person) -> None:
    answer = person.login(path="/login")

    assert answer.body == {"success": True, "available_portals": ["user"], "redirect_url": "/dashboard"}
    attributes = {part.strip() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"Max-Age=10800", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"}
    refused = person.login(path="/admin/login")
    assert refused.status == 403
    assert "set-cookie" not in refused.headers


def test_the_session_ends_with_logout_or_after_three_hours(person: Person, clock: Callable[[float], Any]) -> None:
    first, second = person.cookie(), person.cookie()
    assert person.anonymous.post("/_ping", headers=first).status == 204

    assert person.anonymous.post("/logout", headers=first).status == 200
    ended = person.anonymous.post("/_ping", headers=first)
    assert (ended.status, ended.body["reason"]) == (401, "no_session")
    clock(3 * 3600 + 1)
    assert person.anonymous.post("/_ping", headers=second).status == 401


def test_a_proxys_authorization_does_not_hide_the_cookie(person: Person) -> None:
    session, proxy = person.cookie(), {"authorization": "Basic bmluYTpwYXNzd29yZA=="}

    assert person.anonymous.post("/_ping", headers={**session, **proxy}).status == 204
    assert person.anonymous.post("/_ping", headers=proxy).status == 401
    assert person.anonymous.post("/_ping", headers={**session, "authorization": "Bearer no-token"}).status == 401


def test_what_is_missing_is_listed(anonymous: Client) -> None:
    answer = anonymous.post("/api/submit-access-request", {"username": "nina"})

    named = [fault["field"] for fault in answer.body["errors"]]
    assert named == ["email", "current_access", "requested_access", "user_reason"]


def test_foreign_pages_cannot_use_the_cookie(person: Person) -> None:
    session = person.cookie()

    for foreign in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert person.anonymous.post("/_ping", headers={**session, **foreign}).status == 403
    for own in ({"origin": person.anonymous.base_url}, {"sec-fetch-site": "same-origin"}, {}):
        assert person.anonymous.post("/_ping", headers={**session, **own}).status == 204


def test_form_posts_are_redirected(person: Person) -> None:
    answer = person.anonymous.post(
        "/login",
        f"username={person.username}&password={PASSWORD}",
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "text/html"},
    )

    assert (answer.status, answer.headers["location"]) == (302, "/dashboard")


def test_a_link_works_for_an_hour_and_using_one_spends_all(person: Person, clock: Callable[[float], Any]) -> None:
    def ask(mails_before: int) -> str:
        answer = person.anonymous.post("/api/request-password-reset", {"email": person.email})
        assert answer.body == {
            "success": True,
            "message": "If an account exists with this email, a reset link has been sent.",
        }
        return link_token(person.anonymous, person.email, beyond=mails_before)

    oldest = ask(1)
    clock(301)
    older, token = ask(2), ask(3)
    assert person.set_password(oldest).status == 400, "replaced, and mailed more than five minutes ago"

    clock(301 + 3601)
    assert person.set_password(token).status == 400
    clock(302)
    assert person.set_password(older, "password123").body["errors"][0]["field"] == "password"
    assert person.set_password(older, "another-Good-one-9").status == 200
    assert [person.set_password(each).status for each in (older, token)] == [400, 400]
    assert person.login("another-Good-one-9").status == 200


def test_a_new_password_ends_what_was_signed_in_within_five_seconds(person: Person) -> None:
    client, session = person.signed_in(), person.cookie()
    refresh = {"refresh_token": person.login().body["data"]["refresh_token"]}
    assert client.get("/api/exams").status == 200
    person.anonymous.post("/api/request-password-reset", {"email": person.email})
    token = link_token(person.anonymous, person.email, beyond=1)

    person.set_password(token, "another-Good-one-9")

    assert person.anonymous.post("/api/auth/refresh", refresh).body["message"] == "refresh_token_revoked"
    eventually(lambda: client.get("/api/exams").status == 401, seconds=5)
    eventually(lambda: person.anonymous.post("/_ping", headers=session).status == 401, seconds=5)


@pytest.mark.parametrize("path", ["/api/request-password-reset", "/create_account"])
def test_nobody_learns_who_has_an_account(path: str, person: Person) -> None:
    names = {"first_name": "No", "last_name": "Body"}

    known = person.anonymous.post(path, {"email": person.email, **names})
    unknown = person.anonymous.post(path, {"email": f"nobody{next(_numbers)}@example.com", **names})

    assert (known.status, known.body) == (unknown.status, unknown.body)


def test_a_request_for_access_is_submitted_once(person: Person) -> None:
    who = {"username": person.username, "email": person.email}
    asked = {**who, "current_access": "user", "requested_access": "admin", "user_reason": "I teach."}
    found = person.anonymous.post("/api/validate-user-for-request", who)
    assert found.body == {
        "success": True,
        "user": {"username": person.username, "current_access": "user"},
        "available_requests": ["admin", "user,admin"],
        "has_pending_request": False,
        "can_request": True,
    }

    first = person.anonymous.post("/api/submit-access-request", asked)
    second = person.anonymous.post("/api/submit-access-request", asked)

    assert first.body == {"success": True, "message": "Request submitted.", "request_id": first.body["request_id"]}
    assert second.status == 400
    assert person.anonymous.post("/api/validate-user-for-request", who).body["can_request"] is False
    assert person.anonymous.post("/api/validate-user-for-request", {**who, "email": "x@example.com"}).status == 404


def test_google_sign_in_is_unavailable_until_it_is_set_up(anonymous: Client) -> None:
    assert anonymous.post("/api/auth/google", {}).status == 400
    assert anonymous.post("/api/auth/google", {"id_token": "no token"}).status == 401
    by_its_form = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"
    answer = anonymous.post("/api/auth/google", {"id_token": by_its_form})
    assert (answer.status, answer.body["code"]) == (503, "google_not_configured")
    assert is_error(answer)


def test_a_deleted_account_leaves_no_trace(anonymous: Client, stack: LocalStack) -> None:
    before = _stored(stack)
    person = Person(anonymous)
    client = person.signed_in()
    user_id = client.get("/api/auth/me").body["data"]["id"]
    person.cookie()
    assert client.post("/api/delete-account", {"confirm": "delete"}).status == 400

    assert client.post("/api/delete-account", {"confirm": "DELETE"}).body == {"success": True}

    assert person.login().status == 401
    assert client.post("/api/delete-account", {"confirm": "DELETE"}).status == 401
    eventually(lambda: client.get("/api/exams").status == 401, seconds=5)

    def traces() -> list[str]:
        named = (person.username, person.email, f"'user#{user_id}'")
        # What other tests have left may have the same number, of something else.
        number = f"{user_id:016d}"
        return [
            item
            for key, item in _stored(stack).items()
            if any(name in item for name in named) or (number in item and number not in before.get(key, ""))
        ]

    eventually(lambda: not traces())


def _stored(stack: LocalStack) -> dict[str, str]:
    """All items of all tables as text, by their keys."""
    database = boto3.client("dynamodb", region_name=REGION, endpoint_url=stack.aws_endpoint)
    items = {
        f"{table} {item['pk']} {item.get('sk')}": str(item).lower()
        for table in database.list_tables()["TableNames"]
        for page in database.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
    }
    database.close()
    return items
