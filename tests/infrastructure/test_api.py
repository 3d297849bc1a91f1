"""The HTTP API: every route once, each with code, and an answer for everything else."""

import importlib
import re
from collections import Counter

import pytest

from smartexam.api.app import Route
from tests.infrastructure import stack

FUNCTIONS = [function for function in stack.function_ids() if stack.routes(function)]
DEFAULT = ("ANY", "$default")
BODY = stack.deployed()["HttpApi"]["Properties"]["Body"]


def _api() -> dict[str, object]:
    properties: dict[str, object] = stack.source()["Resources"]["HttpApi"]["Properties"]
    return properties


def _served_by(function: str) -> list[Route]:
    routes: list[Route] = importlib.import_module(f"{stack.package(function)}.app").api.routes
    return routes


def test_every_route_is_there_once() -> None:
    # Parameter names do not distinguish routes.
    found = Counter(
        (method, re.sub(r"{\w+}", "{}", path)) for function in FUNCTIONS for method, path in stack.routes(function)
    )
    assert [route for route, times in found.items() if times > 1] == []


def test_the_docs_answer_what_no_route_takes() -> None:
    assert [function for function in FUNCTIONS if DEFAULT in stack.routes(function)] == ["DocsFunction"]


@pytest.mark.parametrize("function", FUNCTIONS)
class TestEveryFunction:
    def test_serves_the_routes_that_lead_to_it(self, function: str) -> None:
        served = {(route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in _served_by(function)}
        # Only a route for all methods lets HEAD through to a GET.
        readable = {path for method, path in served if method == "GET"}
        expected = {("ANY" if path in readable else method, path) for method, path in served}
        assert expected == set(stack.routes(function)) - {DEFAULT}

    def test_is_what_its_integration_calls(self, function: str) -> None:
        integration = BODY["components"]["x-amazon-apigateway-integrations"][function]
        address, names = integration["uri"]["Fn::Sub"]
        assert address.endswith("/functions/${Function}/invocations")
        assert names == {"Function": {"Ref": f"{function}Aliaslive"}}
        assert integration["payloadFormatVersion"] == "2.0"

    def test_may_be_called_by_this_api(self, function: str) -> None:
        (permission,) = (
            properties
            for _, properties in stack.deployed_of("AWS::Lambda::Permission")
            if properties["FunctionName"] == {"Ref": f"{function}Aliaslive"} and "${HttpApi}" in str(properties)
        )
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert permission["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*")

    def test_names_path_parameters_as_ids(self, function: str) -> None:
        for _, path in stack.routes(function):
            assert all(name.endswith("_id") for name in re.findall(r"{(\w+)}", path)), path

    def test_declares_path_parameters(self, function: str) -> None:
        for _, path in set(stack.routes(function)) - {DEFAULT}:
            declared = [parameter["name"] for parameter in BODY["paths"][path].get("parameters", [])]
            assert declared == re.findall(r"{(\w+)}", path), path


def test_browsers_may_send_the_cookie_from_configured_origins_only() -> None:
    cors = stack.source()["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]
    assert cors["AllowCredentials"] is True
    assert cors["AllowOrigins"] == {"Ref": "AllowedOrigins"}
    assert "*" not in stack.source()["Parameters"]["AllowedOrigins"]["Default"]
    methods = {route.method for function in FUNCTIONS for route in _served_by(function)}
    assert methods <= set(cors["AllowMethods"])


def test_sign_in_is_throttled_below_the_rest() -> None:
    properties = stack.source()["Resources"]["HttpApi"]["Properties"]
    limits = properties["RouteSettings"]
    assert limits.keys() >= {"POST /api/auth/login", "POST /login", "POST /admin/login"}
    for route, limit in limits.items():
        assert limit["ThrottlingRateLimit"] < properties["DefaultRouteSettings"]["ThrottlingRateLimit"], route


def test_throttled_routes_exist() -> None:
    existing = {f"{method} {path}" for function in FUNCTIONS for method, path in stack.routes(function)}
    assert set(stack.source()["Resources"]["HttpApi"]["Properties"]["RouteSettings"]) <= existing


def test_requests_are_logged_without_credentials() -> None:
    settings = stack.source()["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]
    assert settings["DestinationArn"] == {"Fn::GetAtt": ["ApiLog", "Arn"]}
    assert not re.search(r"authoriz|cookie|header", settings["Format"], re.IGNORECASE)


def test_served_at_the_root() -> None:
    assert _api()["StageName"] == "$default"


def test_there_are_fewer_routes_than_an_api_may_have() -> None:
    assert sum(len(stack.routes(function)) for function in FUNCTIONS) < 250  # of 300
