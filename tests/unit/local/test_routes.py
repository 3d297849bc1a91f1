"""Matching of requests and routes."""

from pathlib import Path

import pytest

from local.gateway.routes import Route, RouteTable, read_routes
from local.template import Resolver, load

TABLE = RouteTable(
    [
        Route("GET", "/exams", "List"),
        Route("GET", "/exams/{exam_id}", "One"),
        Route("GET", "/exams/new", "New"),
        Route("POST", "/exams/{exam_id}/release", "Release"),
        Route("GET", "/{any}/7/release", "Other"),
        Route("ANY", "/exams/{exam_id}/release", "AnyRelease"),
        Route("GET", "/files/{path+}", "Files"),
        Route("ANY", "/", "Root"),
        Route("ANY", None, "Fallback"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/exams", "List", {}),
        ("GET", "/exams/7", "One", {"exam_id": "7"}),
        ("GET", "/exams/new", "New", {}),
        ("GET", "/exams/a%20b%2Fc%2B", "One", {"exam_id": "a b/c+"}),
        ("POST", "/exams/7/release", "Release", {"exam_id": "7"}),
        ("DELETE", "/exams/7/release", "AnyRelease", {"exam_id": "7"}),
        ("GET", "/exams/7/release", "AnyRelease", {"exam_id": "7"}),
        ("GET", "/files/a/b%20c", "Files", {"path": "a/b c"}),
        ("PUT", "/", "Root", {}),
    ],
)
def test_the_most_specific_route_is_taken(method: str, path: str, function: str, parameters: dict[str, str]) -> None:
    match = TABLE.match(method, path)

    assert match is not None
    assert (match.route.function, match.path_parameters) == (function, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/exams"),
        ("HEAD", "/exams"),
        ("get", "/exams"),
        ("GET", "/exams/"),
        ("GET", "//exams"),
        ("GET", "/Exams"),
        ("GET", "/exams/7/release/now"),
        ("GET", "/files/"),
        ("GET", "/files"),
    ],
)
def test_what_fits_no_route_goes_to_the_default(method: str, path: str) -> None:
    match = TABLE.match(method, path)

    assert match is not None
    assert match.route.key == "$default"


def test_without_a_default_there_may_be_no_route() -> None:
    assert RouteTable([Route("GET", "/exams", "List")]).match("GET", "/nothing") is None


def test_routes_come_from_the_definition_of_the_templates_api(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        """
        Conditions: {Never: !Equals [a, b]}
        Metadata:
          One: &one {x-amazon-apigateway-integration: {$ref: "#/components/x-amazon-apigateway-integrations/One"}}
          Two: &two {x-amazon-apigateway-integration: {$ref: "#/components/x-amazon-apigateway-integrations/Two"}}
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              DefinitionBody:
                paths:
                  "/a/{id}": {parameters: [{name: id, in: path, required: true}], get: *one, post: *one}
                  /b: {x-amazon-apigateway-any-method: *one}
                  /never: {get: *two}
                  /$default: {x-amazon-apigateway-any-method: *one}
          One: {Type: AWS::Serverless::Function}
          Two: {Type: AWS::Serverless::Function, Condition: Never}
        """,
        encoding="utf-8",
    )
    template = load(file)

    routes = read_routes(template, Resolver(template, {}, "us-east-1"))

    assert [route.key for route in routes] == ["GET /a/{id}", "POST /a/{id}", "ANY /b", "$default"]
    assert {route.function for route in routes} == {"One"}
