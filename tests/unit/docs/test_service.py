"""Errors of unknown requests, and validity of cached pages."""

import pytest

from docs import service
from docs.service import RouteTable
from smartexam.platform.errors import MethodNotAllowed, NotFound

TABLE = RouteTable.of(
    [
        ("get", "/api/exams"),
        ("get", "/api/exams/{exam_id}"),
        ("post", "/admin/exams"),
        ("get", "/admin/exams"),
        ("post", "/admin/exams/{exam_id}/release-results"),
        ("get", "/result/{exam_id}/{result_id}"),
        ("delete", "/api/account/sessions/{session_id}"),
    ]
)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/exams", ("GET", "HEAD")),
        ("/api/exams/7", ("GET", "HEAD")),
        ("/api/exams/9007199254740991", ("GET", "HEAD")),
        ("/admin/exams", ("GET", "HEAD", "POST")),
        ("/admin/exams/7/release-results", ("POST",)),
        ("/result/7/17", ("GET", "HEAD")),
        ("/api/account/sessions/0123456789abcdef0123456789abcdef", ("DELETE",)),
        ("/", ()),
        ("", ()),
        ("/api/exams/", ()),
        ("/api/exams/abc", ()),
        ("/api/exams/0", ()),
        ("/api/exams/-7", ()),
        ("/api/exams/07", ()),
        ("/api/exams/{}", ()),
        ("/api/exams/7/8", ()),
        ("/result/7", ()),
        ("/API/exams", ()),
    ],
)
def test_a_path_is_found_with_ids_in_it(path: str, methods: tuple[str, ...]) -> None:
    assert TABLE.allowed(path) == methods


def test_another_method_of_a_known_path_is_405_with_the_allowed_methods() -> None:
    refusal = service.refusal("/admin/exams", "DELETE", TABLE)
    assert isinstance(refusal, MethodNotAllowed)
    assert refusal.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(("path", "method"), [("/nowhere", "GET"), ("/api/exams/x", "PUT"), ("/api/exams", "GET")])
def test_everything_else_is_not_there(path: str, method: str) -> None:
    # A described route that is routed to this function does not exist in this deployment.
    assert isinstance(service.refusal(path, method, TABLE), NotFound)


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ('W/"abc"', True),
        ('"abc"', True),
        ('"x", W/"abc"', True),
        ("*", True),
        ('W/"abd"', False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_copy_is_known_by_its_tag(sent: str, known: bool) -> None:
    assert service.is_known('W/"abc"', {"if-none-match": sent}) is known


def test_no_tag_no_copy() -> None:
    assert not service.is_known('W/"abc"', {})
