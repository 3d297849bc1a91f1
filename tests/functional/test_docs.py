"""The reference, and answers to requests that match no route."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import pytest

from chat_ws.app import ACTIONS
from docs import app
from docs.assets import Asset, description
from smartexam.talk.realtime.events import EVENTS
from tests.factories.events import Answer, send

LARGEST = 120 * 1024


def call(method: str, path: str, **request: Any) -> Answer:
    return send(app.lambda_handler, method, path, **request)


class TestDescription:
    def test_is_openapi_of_the_routes(self) -> None:
        answer = call("GET", "/openapi.json")

        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.body["openapi"].startswith("3.1")
        assert answer.body["paths"]["/start-exam/{exam_id}"]["post"]["x-access"] == "user"

    def test_is_kept_for_a_while_and_then_asked_for_by_its_tag(self) -> None:
        first = call("GET", "/openapi.json")
        assert first.headers["cache-control"] == "public, max-age=60"

        again = call("GET", "/openapi.json", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status, again.body) == (304, None)
        assert again.headers["etag"] == first.headers["etag"]
        assert "content-encoding" not in again.headers

        assert call("GET", "/openapi.json", headers={"If-None-Match": '"another"'}).status == 200

    def test_comes_compressed_to_those_who_read_that(self) -> None:
        plain = call("GET", "/openapi.json")
        answer = call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip, br"})

        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        content = gzip.decompress(base64.b64decode(answer.raw["body"]))
        assert json.loads(content) == plain.body
        assert len(base64.b64decode(answer.raw["body"])) < len(content) / 5

    def test_comes_as_it_was_compressed_at_the_build(self, monkeypatch: pytest.MonkeyPatch) -> None:
        packed = gzip.compress(b'{"openapi": "3.1.0"}')
        monkeypatch.setattr(app, "description", lambda: Asset(packed, "application/json", is_packed=True))

        answer = call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert base64.b64decode(answer.raw["body"]) == packed
        assert call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip;q=0"}).body == {"openapi": "3.1.0"}

    def test_is_small(self) -> None:
        for path in ("/openapi.json", "/asyncapi.json"):
            answer = call("GET", path, headers={"Accept-Encoding": "gzip"})
            assert len(base64.b64decode(answer.raw["body"])) < LARGEST


class TestSocketDescription:
    def test_is_asyncapi_of_actions_and_events(self) -> None:
        answer = call("GET", "/asyncapi.json")

        assert answer.status == 200
        assert answer.body["asyncapi"].startswith("3.")
        assert set(ACTIONS) <= set(answer.body["operations"])
        assert set(EVENTS) <= set(answer.body["components"]["messages"])


class TestReference:
    def test_is_a_page(self) -> None:
        answer = call("GET", "/api-docs")

        assert answer.status == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.body.startswith("<!doctype html>")

    def test_runs_its_own_script_and_style_and_nothing_else(self) -> None:
        answer = call("GET", "/api-docs")
        rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))

        for tag, rule in (("script", "script-src"), ("style", "style-src")):
            (content,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", answer.body, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"
        assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert rules["connect-src"] == "'self'"

    def test_is_asked_for_by_its_tag(self) -> None:
        tag = call("GET", "/api-docs").headers["etag"]
        assert call("GET", "/api-docs", headers={"If-None-Match": tag}).status == 304


class TestRoot:
    def test_leads_to_the_web_app(self) -> None:
        answer = call("GET", "/")
        assert (answer.status, answer.headers["location"]) == (302, "/app/")


class TestUnrouted:
    @pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PATCH", "TRACE"])
    @pytest.mark.parametrize("path", ["/nowhere", "/api/exams/", "/exam/abc", "/exam/0", "/api//exams", "/a b/ü"])
    def test_an_unknown_path_is_404(self, method: str, path: str) -> None:
        answer = call(method, path)
        assert answer.status == 404
        assert answer.body == {"status": "error", "success": False, "message": "Not found"}

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("POST", "/api/exams", "GET, HEAD"),
            ("DELETE", "/", "GET, HEAD"),
            ("HEAD", "/start-exam/7", "POST"),
            ("OPTIONS", "/api/exams", "GET, HEAD"),
            ("PATCH", "/api/exams/7", "GET, HEAD"),
            ("GET", "/start-exam/7", "POST"),
            ("DELETE", "/result/7/17", "GET, HEAD"),
            ("POST", "/openapi.json", "GET, HEAD"),
            ("PUT", "/api-docs", "GET, HEAD"),
            ("GET", "/api/auth/login", "POST"),
        ],
    )
    def test_a_known_path_with_another_method_is_405(self, method: str, path: str, allowed: str) -> None:
        answer = call(method, path)
        assert answer.status == 405
        assert answer.headers["allow"] == allowed
        assert answer.headers["content-type"] == "application/json"
        assert answer.body["status"] == "error"
        assert answer.body["success"] is False
        assert answer.body["code"] == "method_not_allowed"

    def test_credentials_make_no_difference(self) -> None:
        assert call("GET", "/nowhere", token="no-token").status == 404
        assert call("PUT", "/api/exams", cookies={"session": "none"}).status == 405

    @pytest.mark.parametrize("path", ["/api/exams", "/nowhere"])
    def test_a_preflight_passes_so_that_the_gateways_headers_decide(self, path: str) -> None:
        asks = {"Origin": "https://app.example.test", "Access-Control-Request-Method": "POST"}
        answer = call("OPTIONS", path, headers=asks)
        assert (answer.status, answer.body) == (204, None)

    def test_the_description_is_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        call("GET", "/nowhere")
        monkeypatch.setattr("docs.assets.description", lambda: pytest.fail("read again"))
        assert call("GET", "/nowhere").status == 404

    def test_every_described_route_is_known_with_ids_in_place(self) -> None:
        for path, item in json.loads(description().text)["paths"].items():
            answer = call("BREW", re.sub(r"{\w+}", "42", path))
            described = {method.upper() for method in item} - {"PARAMETERS"}
            allowed = described | ({"HEAD"} if "GET" in described else set())
            assert answer.headers["allow"] == ", ".join(sorted(allowed)), path
