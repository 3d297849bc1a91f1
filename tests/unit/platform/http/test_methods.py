"""HTTP's rules for methods."""

from typing import Any

from smartexam.platform.http import methods


def test_what_can_be_read_can_be_asked_for_its_head() -> None:
    assert methods.allowed(["POST", "GET"]) == ["GET", "HEAD", "POST"]
    assert methods.allowed(["PUT"]) == ["PUT"]


def test_only_head_becomes_a_get() -> None:
    head: dict[str, Any] = {
        "rawPath": "/",
        "requestContext": {"requestId": "r", "http": {"method": "HEAD", "path": "/"}},
    }
    assert methods.head_as_get(head) == {
        "rawPath": "/",
        "requestContext": {"requestId": "r", "http": {"method": "GET", "path": "/"}},
    }
    assert head["requestContext"]["http"]["method"] == "HEAD"
    others: tuple[dict[str, Any], ...] = ({}, {"requestContext": {"http": {"method": "POST"}}})
    for event in others:
        assert methods.head_as_get(event) is event


def test_a_preflight_is_what_a_browser_sends() -> None:
    asks = {"origin": "https://app.example.test", "access-control-request-method": "POST"}
    assert methods.is_preflight("OPTIONS", asks)
    assert not methods.is_preflight("POST", asks)
    assert not methods.is_preflight("OPTIONS", {"origin": "https://app.example.test"})
    assert not methods.is_preflight("OPTIONS", {})
