"""The template's cross-origin rules and request rates are applied."""

import pytest

from local.gateway.cors import Cors, read_cors
from local.gateway.messages import Answer, Request
from local.gateway.throttling import read_throttle

APP = "https://app.example.test"


def cors(**settings: object) -> Cors:
    read = read_cors({"AllowOrigins": [APP], "AllowMethods": ["GET", "POST"], **settings})
    assert read is not None
    return read


def request(*headers: tuple[str, str], method: str = "OPTIONS") -> Request:
    return Request(method, "/", "", headers, b"", "127.0.0.1", "1.1", "id")


def preflight(origin: str) -> Request:
    return request(("origin", origin), ("access-control-request-method", "POST"))


def test_a_preflight_of_an_allowed_origin_gets_the_allowed_methods() -> None:
    rules = cors(AllowHeaders=["authorization"], AllowCredentials=True, MaxAge=600)

    answer = rules.preflight(preflight(APP))

    assert answer is not None
    assert answer.status == 204
    assert dict(answer.headers) == {
        "access-control-allow-origin": APP,
        "access-control-allow-credentials": "true",
        "vary": "origin",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization",
        "access-control-max-age": "600",
    }


def test_a_preflight_of_another_origin_gets_no_headers() -> None:
    answer = cors().preflight(preflight("https://evil.example.test"))

    assert answer is not None
    assert (answer.status, list(answer.headers)) == (204, [])


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "http://127.0.0.1:1", "http://[::1]:8080", "https://localhost"]
)
def test_a_page_of_a_developer_may_call_from_any_port(origin: str) -> None:
    answer = cors(AllowCredentials=True).preflight(preflight(origin))

    assert answer is not None
    assert dict(answer.headers)["access-control-allow-origin"] == origin
    assert dict(answer.headers)["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin",
    ["http://localhost.example.test", "http://127.0.0.1.example.test:80", "http://localhost:80@example.test", "null"],
)
def test_what_looks_like_one_may_not(origin: str) -> None:
    answer = cors().preflight(preflight(origin))

    assert answer is not None
    assert list(answer.headers) == []


def test_options_without_a_requested_method_is_not_a_preflight() -> None:
    assert cors().preflight(request(("origin", APP))) is None


def test_answers_carry_the_rules_headers_and_not_the_functions() -> None:
    answer = Answer(200, [("access-control-allow-origin", "*"), ("x-a", "1")], b"{}")

    decorated = cors(ExposeHeaders=["retry-after"]).decorated(request(("origin", APP), method="GET"), answer)

    assert dict(decorated.headers) == {
        "x-a": "1",
        "access-control-allow-origin": APP,
        "vary": "origin",
        "access-control-expose-headers": "retry-after",
    }
    assert decorated.body == b"{}"


def test_any_origin_is_answered_with_a_star() -> None:
    rules = read_cors(True)

    assert rules is not None
    assert ("access-control-allow-origin", "*") in rules.decorated(preflight(APP), Answer(200)).headers


def test_without_settings_there_are_no_rules() -> None:
    assert read_cors(None) is None


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    throttle = read_throttle({"DefaultRouteSettings": {"ThrottlingRateLimit": 2, "ThrottlingBurstLimit": 3}})

    assert [throttle.allows("GET /", 100.0) for _ in range(4)] == [True, True, True, False]
    assert not throttle.allows("GET /", 100.4)
    assert throttle.allows("GET /", 100.6)


def test_a_route_with_its_own_limit_takes_nothing_from_the_others() -> None:
    throttle = read_throttle(
        {
            "DefaultRouteSettings": {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1},
            "RouteSettings": {"POST /login": {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1}},
        }
    )

    assert throttle.allows("POST /login", 0.0)
    assert throttle.allows("GET /", 0.0)
    assert not throttle.allows("GET /other", 0.0)
    assert not throttle.allows("POST /login", 0.0)


def test_without_limits_everything_passes() -> None:
    throttle = read_throttle({})

    assert all(throttle.allows("GET /", 0.0) for _ in range(10_000))
