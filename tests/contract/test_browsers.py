"""What browsers get: the session cookie, other origins, redirects."""

import pytest

from tests.contract.client import STUDENTS, Client, is_error

pytestmark = pytest.mark.contract

DEVELOPER, STRANGER = "http://localhost:5173", "https://evil.example.test"


@pytest.fixture(scope="module")
def cookie(anonymous: Client) -> str:
    username, password = STUDENTS[2]
    answer = anonymous.post("/login", {"username": username, "password": password})
    assert answer.status == 200, answer
    return answer.headers["set-cookie"].partition(";")[0]


def test_a_page_of_a_developer_may_call_with_the_cookie(cookie: str, anonymous: Client) -> None:
    asked = anonymous.send(
        "OPTIONS", "/api/exams", headers={"origin": DEVELOPER, "access-control-request-method": "GET"}
    )
    assert (asked.status, asked.headers["access-control-allow-origin"]) == (204, DEVELOPER)
    for method, path in (("GET", "/api/exams"), ("POST", "/_ping"), ("HEAD", "/api/exams"), ("GET", "/nowhere")):
        answer = anonymous.send(method, path, headers={"origin": DEVELOPER, "cookie": cookie})
        assert answer.status in {200, 204, 404}, answer
        assert answer.headers["access-control-allow-origin"] == DEVELOPER
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_page_of_a_stranger_may_not(cookie: str, anonymous: Client) -> None:
    headers = {"origin": STRANGER, "cookie": cookie}
    answer = anonymous.post("/_ping", headers=headers)
    assert (answer.status, answer.body["code"]) == (403, "foreign_origin")
    assert is_error(answer)
    preflight = anonymous.send("OPTIONS", "/_ping", headers={**headers, "access-control-request-method": "POST"})
    for each in (answer, preflight, anonymous.get("/api/exams", headers=headers)):
        assert not [name for name in each.headers if name.lower().startswith("access-control-")]


def test_options_without_a_question_of_a_browser_is_405(anonymous: Client) -> None:
    for path, allowed in (("/api/exams", "GET, HEAD"), ("/admin/exams", "GET, HEAD, POST"), ("/login", "POST")):
        answer = anonymous.send("OPTIONS", path)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
