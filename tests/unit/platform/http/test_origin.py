"""Requests through the distribution, and their clients."""

from collections.abc import Mapping
from typing import Any

import pytest

from smartexam.api.app import Api
from smartexam.platform.http.request import Request
from smartexam.platform.http.response import Reply
from smartexam.platform.principal import Access
from smartexam.platform.settings import settings

SECRET, FORMER = "s" * 32, "f" * 32
CLOUDFRONT, CLIENT = "130.176.0.7", "203.0.113.9"


def event(**headers: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/hello",
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"http": {"method": "GET", "path": "/hello", "sourceIp": CLOUDFRONT}, "stage": "$default"},
    }


@pytest.fixture
def behind_a_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", f"{SECRET},{FORMER}")
    settings.cache_clear()


@pytest.mark.usefixtures("behind_a_distribution")
class TestBehindADistribution:
    @pytest.mark.parametrize("secret", [SECRET, FORMER])
    @pytest.mark.parametrize("forwarded", [f"1.1.1.1, {CLIENT}, {CLOUDFRONT}", f"1.1.1.1,{CLIENT}", CLIENT])
    def test_the_client_is_whom_cloudfront_saw(self, secret: str, forwarded: str) -> None:
        request = Request.from_event(event(x_origin_secret=secret, x_forwarded_for=forwarded), 0)
        assert request.source_ip == CLIENT

    @pytest.mark.parametrize("forwarded", ["", " ", CLOUDFRONT])
    def test_without_a_word_from_cloudfront_it_is_the_peer(self, forwarded: str) -> None:
        request = Request.from_event(event(x_origin_secret=SECRET, x_forwarded_for=forwarded), 0)
        assert request.source_ip == CLOUDFRONT

    @pytest.mark.parametrize("headers", [{}, {"x_origin_secret": ""}, {"x_origin_secret": "é" * 32}])
    def test_who_comes_directly_is_refused_and_names_no_address(self, headers: Mapping[str, str]) -> None:
        direct = event(**headers, x_forwarded_for=CLIENT)
        answer = hello().handler(direct, None)
        assert (answer["statusCode"], '"code":"wrong_address"' in answer["body"]) == (403, True)
        assert Request.from_event(direct, 0).source_ip == CLOUDFRONT

    def test_unknown_paths_are_refused_likewise(self) -> None:
        assert hello().handler({**event(), "rawPath": "/nothing"}, None)["statusCode"] == 403

    def test_who_comes_through_it_is_answered(self) -> None:
        assert hello().handler(event(x_origin_secret=SECRET), None)["statusCode"] == 200


def test_without_a_distribution_everybody_is_answered_and_headers_name_no_address() -> None:
    direct = event(x_origin_secret="", x_forwarded_for=CLIENT)
    assert hello().handler(direct, None)["statusCode"] == 200
    assert Request.from_event(direct, 0).source_ip == CLOUDFRONT


def hello() -> Api:
    api = Api("hello")

    @api.get("/hello", access=Access.PUBLIC, answers=dict)
    def say(request: Request) -> Reply:
        del request
        return Reply({})

    return api
