"""Invalid input of every kind: never a 500, always the error shape."""

import csv
from pathlib import Path
from typing import Any

import pytest

from local.stack import LocalStack
from tests.contract.client import Answer, Client, is_error

pytestmark = pytest.mark.contract

ROUTES = [
    (row["method"], row["path"], row["access"])
    for row in csv.DictReader(Path(__file__).with_name("routes.csv").read_text(encoding="utf-8").splitlines())
]
JSON, *FORMS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b")
HOSTILE: list[Any] = [
    "{",
    "null",
    "[]",
    '"text"',
    "7",
    "[" * 20_000,
    '{"a":' * 5_000,
    '{"username":null,"answers":{"1":{"a":[]}},"ids":"x","exam_id":"1; DROP","questions":7,"confirm":true}',
    '{"username":["a"],"password":{},"exam_id":1e999,"name":5,"date":[],"duration":"long","token":7,"ids":[{}]}',
    '{"name":"\\ud800","email":"\\u0000","message":"\\u0000","username":"\\u0000","password":"\\u0000"}',
    b"\xff\xfe\x00binary",
    "x=1&y=2",
]
# What forms are also sent; the others differ in their JSON only.
AS_FORMS = ("{", b"\xff\xfe\x00binary", "x=1&y=2")


def with_ids(path: str, number: object = 999_999) -> str:
    return "/".join(str(number) if part.startswith(":") else part for part in path.split("/"))


@pytest.fixture(scope="module")
def served(stack: LocalStack, anonymous: Client) -> list[tuple[str, str, str]]:
    """The contract's routes that this stack serves."""
    described = anonymous.get("/openapi.json").body["paths"]
    known = {(method.upper(), _pattern(path)) for path, methods in described.items() for method in methods}
    return [(method, path, access) for method, path, access in ROUTES if (method, _pattern(path)) in known]


def _pattern(path: str) -> str:
    return "/".join("*" if part.startswith((":", "{")) else part for part in path.split("/"))


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: str(body)[:24])
def test_hostile_bodies_never_give_a_500(
    body: Any, served: list[tuple[str, str, str]], admin: Client, student: Client
) -> None:
    for method, path, access in served:
        if method == "GET" or path == "/api/delete-account":
            continue
        client = admin if access == "admin" else student
        for content_type in (JSON, *(FORMS if body in AS_FORMS else ())):
            answer = client.send(method, with_ids(path), body, headers={"content-type": content_type})
            assert answer.status < 500, (method, path, content_type, answer)
            assert answer.status < 400 or is_error(answer), (method, path, content_type, answer)


@pytest.mark.parametrize("number", ["abc", "0", "-1", "1.5", str(2**53), "9" * 40, "%00", "%F0%9F%92%A9", "..%2f"])
def test_an_invalid_id_is_404(number: str, served: list[tuple[str, str, str]], admin: Client, student: Client) -> None:
    for method, path, access in served:
        if ":" not in path:
            continue
        answer = (admin if access == "admin" else student).send(method, with_ids(path, number))
        assert answer.status == 404, (method, path, answer)
        assert is_error(answer)


def test_unknown_ids_are_refused(served: list[tuple[str, str, str]], admin: Client, student: Client) -> None:
    for method, path, access in served:
        if ":" not in path:
            continue
        answer = (admin if access == "admin" else student).send(method, with_ids(path), {})
        if (method, path) == ("DELETE", "/api/chat/block/:user_id"):
            assert answer.status == 200, answer  # nobody is blocked afterwards
            continue
        # Users outside a conversation are not told whether it exists.
        assert answer.status in ({400, 403, 404} if "/chat/" in path else {400, 404}), (method, path, answer)


def test_without_credentials_is_401(served: list[tuple[str, str, str]], anonymous: Client) -> None:
    for method, path, access in served:
        answer = anonymous.send(method, with_ids(path), {} if method != "GET" else None)
        if access == "public":
            assert answer.status != 401 or path.startswith("/api/auth"), (method, path, answer)
        else:
            assert (answer.status, answer.body["message"]) == (401, "Authentication required"), (method, path)
            assert is_error(answer)


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_with_a_bad_token_is_401(token: str, served: list[tuple[str, str, str]], stack: LocalStack) -> None:
    client = Client(stack.base_url, token)
    for method, path, access in served:
        if access != "public":
            answer = client.send(method, with_ids(path))
            assert (answer.status, answer.body["message"]) == (401, "token_expired_or_invalid"), (method, path)
    client.close()


def test_the_wrong_role_is_403(served: list[tuple[str, str, str]], admin: Client, student: Client) -> None:
    for method, path, access in served:
        if access in {"admin", "user"}:
            answer = (student if access == "admin" else admin).send(method, with_ids(path))
            assert answer.status == 403, (method, path, answer)
            assert is_error(answer)


@pytest.mark.parametrize("size", [300_000, 6_500_000, 10_500_000])
def test_large_bodies_are_413(size: int, student: Client) -> None:
    answer = student.post("/api/sync-exam-answers/1", b'{"answers":{"1":"' + b"A" * size + b'"}}')

    assert answer.status == 413
    assert is_error(answer)


def test_unknown_paths_are_404(anonymous: Client) -> None:
    for path in ("/nope", "/api/exams/1/2/3", "/admin", "/%2e%2e/etc/passwd"):
        answer = anonymous.get(path)
        assert answer.status == 404, path
        assert is_error(answer)


def test_another_method_is_405_with_allow(served: list[tuple[str, str, str]], anonymous: Client) -> None:
    for path in {path for _, path, _ in served}:
        methods = {method for method, other, _ in served if _pattern(other) == _pattern(path)}
        methods |= {"HEAD"} if "GET" in methods else set()
        answer = anonymous.send("PATCH", with_ids(path, 1))
        assert answer.status == 405, (path, answer)
        assert set(answer.headers["allow"].replace(" ", "").split(",")) == methods
        assert is_error(answer)


def test_head_answers_as_get_without_the_body(
    served: list[tuple[str, str, str]], admin: Client, student: Client, anonymous: Client
) -> None:
    for method, path, access in served:
        # Every export is a job of its own.
        if method == "GET" and path != "/api/account/export":
            for client in (admin if access == "admin" else student, anonymous):
                got, asked = (client.send(method, with_ids(path, 1)) for method in ("GET", "HEAD"))
                assert (asked.status, asked.body) == (got.status, ""), (path, asked)
                assert _lasting(asked) == _lasting(got), path


def _lasting(answer: Answer) -> dict[str, str]:
    """The headers that are the same for the same answer at another time."""
    return {name: value for name, value in answer.headers.items() if name.lower() not in {"date", "apigw-requestid"}}


def test_the_root_leads_to_the_web_app(anonymous: Client) -> None:
    answer = anonymous.get("/", headers={"accept": "text/html"})
    assert (answer.status, answer.headers["location"]) == (302, "/app/")
