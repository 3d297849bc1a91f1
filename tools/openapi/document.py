"""Builds the OpenAPI 3.1 document from the functions' declarations."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from smartexam.api import Access
from smartexam.api.app import Route
from tools.openapi import errors, prose, shapes
from tools.openapi.examples import Examples
from tools.openapi.functions import ROOT, Group, groups
from tools.openapi.shapes import Shapes

OUTPUT = ROOT / "functions" / "docs" / "openapi.json"
# An object with a `description` and two lists, `client` (each with `action`, `description`, `example`) and `server`
# (with `event` instead of `action`). If the file exists, the reference has a section for it.
WEBSOCKET = Path(__file__).with_name("websocket.json")
_INTRODUCTION = Path(__file__).with_name("introduction.md")
_PARAMETER = re.compile(r"<(\w+)>")
_HIGHEST_ID = 2**53 - 1
_JSON = "application/json"
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
_TEXT = re.compile(r"^[a-z]+/[a-z0-9.+-]+$")
_BODILESS = {204: "Done.", 302: "Go on with a GET of `Location`.", 304: "The client's copy is still right."}


def text() -> str:
    """The document as it is committed; the same code gives the same text."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


def build() -> dict[str, Any]:
    """The document as a JSON value.

    Raises:
        ValueError: a handler has no docstring, or names an error that does not exist.
    """
    found = list(groups())
    routes = [route for group in found for route in group.api.routes]
    successes = [answer for route in routes for answer in (route.answers, *route.also.values())]
    known = Shapes(
        [shape for route in routes for shape in (route.takes, route.query) if shape is not None],
        [answer for answer in successes if answer is not None and not isinstance(answer, str)],
    )
    writer = _Writer(known)
    paths: dict[str, dict[str, Any]] = {}
    for group in found:
        for route in group.api.routes:
            paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = writer.operation(
                group, route
            )
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Smart exam",
            "version": "1.0.0",
            "summary": "An online exam platform",
            "description": _INTRODUCTION.read_text(encoding="utf-8").strip(),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        # Relative to the document's own address: right behind any domain, and the same bytes for every reader.
        "servers": [{"url": "/", "description": "The API that serves this document"}],
        "tags": _tags(found),
        "paths": paths,
        "components": {
            "schemas": {"Error": errors.SCHEMA, **known.components},
            "responses": dict(sorted(writer.errors.components.items())),
            "headers": {
                "RetryAfter": {
                    "description": "Seconds after which it is worth another try.",
                    "schema": {"type": "integer", "minimum": 1},
                }
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token of `POST /api/auth/login`, for an hour.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "session",
                    "description": "Set by `POST /login` and `POST /admin/login`, for three hours. "
                    "Changes need the same origin or a configured one.",
                },
            },
        },
        "x-error-codes": {
            code: {"status": meaning.status, "message": meaning.message} for code, meaning in errors.codes().items()
        },
    }
    if WEBSOCKET.is_file():
        document["x-websocket"] = json.loads(WEBSOCKET.read_text(encoding="utf-8"))
    return document


class _Writer:
    """Writes operations.

    Args:
        known: the shapes of all routes.
    """

    def __init__(self, known: Shapes) -> None:
        self._known = known
        self._examples = Examples(known.components)
        self.errors = errors.ErrorAnswers()

    def operation(self, group: Group, route: Route) -> dict[str, Any]:
        """One route as an operation."""
        told = prose.read(route.handler)
        operation: dict[str, Any] = {
            "tags": [group.title],
            "operationId": f"{group.name}_{route.handler.__name__}",
            "summary": told.summary,
        }
        if told.description:
            operation["description"] = told.description
        operation["x-access"] = route.access.value
        operation["security"] = [] if route.access is Access.PUBLIC else _SECURITY
        if parameters := [*_path_parameters(route), *self._query_parameters(route)]:
            operation["parameters"] = parameters
        if route.takes is not None:
            operation["requestBody"] = self._body(route)
        answers = {**self._successes(route), **self.errors.of(route, told.raises)}
        operation["responses"] = {str(status): answer for status, answer in sorted(answers.items())}
        return operation

    def _query_parameters(self, route: Route) -> list[dict[str, Any]]:
        if route.query is None:
            return []
        schema = self._known.fields(route.query)
        return [
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": _without_null(field),
                "example": self._examples.of(_without_null(field), name, route.query.__name__),
            }
            for name, field in schema.get("properties", {}).items()
        ]

    def _body(self, route: Route) -> dict[str, Any]:
        schema = self._known.schema(route.takes)
        example = self._examples.of(schema)
        kinds = [] if route.forms == "only" else [_JSON]
        if route.forms:
            kinds += ["multipart/form-data"]
        if route.forms and not shapes.has_files(route.takes):
            kinds += ["application/x-www-form-urlencoded"]
        return {"required": True, "content": {kind: {"schema": schema, "example": example} for kind in kinds}}

    def _successes(self, route: Route) -> dict[int, dict[str, Any]]:
        declared: dict[int, list[Any]] = {}
        if route.answers is not None:
            declared[200] = [route.answers]
        elif not route.also:
            declared[204] = [None]
        for status, answer in route.also.items():
            declared.setdefault(status, []).append(answer)
        return {status: self._success(status, answers) for status, answers in declared.items()}

    def _success(self, status: int, answers: list[Any]) -> dict[str, Any]:
        described = [self._description(answer) for answer in answers if answer is not None]
        answer: dict[str, Any] = {"description": "; ".join(filter(None, described)) or _BODILESS.get(status, "Done.")}
        if status == 302:  # noqa: PLR2004 - the one status with an address
            answer["headers"] = {"Location": {"schema": {"type": "string"}}}
        content = dict(self._media(each) for each in answers if each is not None)
        return {**answer, "content": content} if content else answer

    def _description(self, answer: Any) -> str:
        if isinstance(answer, str):
            return "Done."
        name = getattr(answer, "__name__", None)
        return str(self._known.components.get(name, {}).get("description", "")) if name else "One of several shapes."

    def _media(self, answer: Any) -> tuple[str, dict[str, Any]]:
        if isinstance(answer, str):
            if not _TEXT.match(answer):
                raise ValueError(f"{answer!r} is no media type")
            return answer, {} if answer == _JSON else {"schema": {"type": "string"}}
        schema = self._known.schema(answer)
        if "anyOf" in schema:
            named = {str(each["$ref"]).rpartition("/")[2]: each for each in schema["anyOf"]}
            examples = {name: {"value": self._examples.of(each)} for name, each in named.items()}
            return _JSON, {"schema": schema, "examples": examples}
        return _JSON, {"schema": schema, "example": self._examples.of(schema)}


def _tags(found: list[Group]) -> list[dict[str, str]]:
    """A tag for each title; the first of the functions that share a title describes it."""
    described: dict[str, str] = {}
    for group in found:
        described.setdefault(group.title, group.description)
    return [{"name": title, "description": description} for title, description in described.items()]


def _takes_text(route: Route, name: str) -> bool:
    parameter = inspect.signature(route.handler).parameters.get(name)
    return parameter is not None and parameter.annotation is str


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"}
            if _takes_text(route, name)
            else {"type": "integer", "minimum": 1, "maximum": _HIGHEST_ID},
        }
        for name in _PARAMETER.findall(route.path)
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter, which is left out instead of null."""
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and value is not None}
    if len(some) == 1:
        return {**some[0], **rest}
    return {**rest, "anyOf": some} if some else dict(rest)
