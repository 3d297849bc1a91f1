"""Builds the OpenAPI 3.1 document from the functions' declarations."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from smartexam.api import Access
from smartexam.api.app import Route
from tools.openapi import error_shapes, errors, prose, shapes, values, vocabulary
from tools.openapi.advice import ADVICE
from tools.openapi.examples import Examples
from tools.openapi.functions import ROOT, Group, groups
from tools.openapi.shapes import Shapes

OUTPUT = ROOT / "functions" / "docs" / "openapi.json"
START = OUTPUT.with_name("start.json")
_INTRODUCTION = Path(__file__).with_name("introduction.md")
_PARAMETER = re.compile(r"<(\w+)>")
_HIGHEST_ID = 2**53 - 1
_NAME = "^[A-Za-z0-9_-]{1,64}$"
_JSON, _MULTIPART = "application/json", "multipart/form-data"
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
_ACCESS = {
    Access.PUBLIC: "Public: no credentials are needed.",
    Access.AUTH: "For everybody who is signed in.",
    Access.USER: "For students: accounts with `user` in the role.",
    Access.ADMIN: "For administrators: accounts with `admin` in the role.",
}
_TEXTS = {
    "application/json": "The document.",
    "application/pdf": "The file.",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "The workbook.",
    "application/zip": "The file.",
    "text/csv": "The file, encoded as UTF-8, with a header row.",
    "text/html": "With `partial=1` a table as a fragment of HTML.",
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text that the client makes up, such as a UUID. The same request with the same key within 24 "
    "hours is not carried out again and gets the first success; another request with the same key is 409 `key_reused`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
    "example": "0f8e2f6c-6c7b-4a57-9c0e-3f6a2f1d9b11",
}
_TEXT = re.compile(r"^[a-z]+/[a-z0-9.+-]+$")
_BODILESS = {204: "Done.", 302: "Go on with a GET of `Location`.", 304: "The client's copy is still right."}


def text() -> str:
    """The document as it is committed; the same code gives the same text."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


def start_text() -> str:
    """What the page shows before the description is there, and where the routes are: small, on one line per group."""
    document = build()
    groups: dict[str, list[list[str]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            groups[operation["tags"][0]].append([operation["operationId"], operation["summary"], method.upper(), path])
    info = document["info"]
    lines = [json.dumps({"name": name, "routes": routes}, ensure_ascii=False) for name, routes in groups.items()]
    head = {"title": info["title"], "version": info["version"], "openapi": document["openapi"]}
    first = json.dumps({**head, "description": info["description"]}, ensure_ascii=False)[:-1]
    return f'{first}, "groups": [\n' + ",\n".join(lines) + "\n]}\n"


def build() -> dict[str, Any]:
    """The document as a JSON value.

    Raises:
        ValueError: a handler has no docstring or the name of another one, or names an error that does not exist.
    """
    document: dict[str, Any] = values.described(_built())
    return document


def _built() -> dict[str, Any]:
    found = list(groups())
    routes = [route for group in found for route in group.api.routes]
    successes = [answer for route in routes for answer in (route.answers, *route.also.values())]
    known = Shapes(
        [shape for route in routes for shape in (route.takes, route.query) if shape is not None],
        [*(answer for answer in successes if answer is not None and not isinstance(answer, str)), *error_shapes.ALL],
        mixed={
            route.takes for route in routes if route.takes and route.forms is True and shapes.has_files(route.takes)
        },
    )
    writer = _Writer(known)
    paths: dict[str, dict[str, Any]] = {}
    for group in found:
        for route in group.api.routes:
            paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = writer.operation(
                group, route
            )
    _refuse_namesakes(paths)
    responses = dict(sorted(writer.errors.components.items()))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Smart exam",
            "version": "1.0.0",
            "summary": "An online exam platform",
            "description": _INTRODUCTION.read_text(encoding="utf-8").strip(),
            "contact": {"name": "The operators of this deployment"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        # Relative to the document's own address: right behind any domain, and the same bytes for every reader.
        "servers": [{"url": "/", "description": "The API that serves this document"}],
        "tags": _tags(found),
        "paths": paths,
        "components": {
            "schemas": known.without_unused([paths, responses]),
            "responses": responses,
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
            "headers": {
                "RetryAfter": {
                    "description": "Seconds after which it is worth another try.",
                    "schema": {"type": "integer", "minimum": 1},
                    "example": 2,
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
            code: {"status": meaning.status, "message": meaning.message, "advice": ADVICE.get(code, "")}
            for code, meaning in errors.codes().items()
        },
    }


def _refuse_namesakes(paths: dict[str, dict[str, Any]]) -> None:
    known: dict[str, str] = {}
    for path, item in paths.items():
        for method, operation in item.items():
            here = f"{method.upper()} {path}"
            other = known.setdefault(operation["operationId"], here)
            if other != here:
                raise ValueError(f"{here} and {other} are both called {operation['operationId']}: rename a handler")


class _Writer:
    """Writes operations.

    Args:
        known: the shapes of all routes.
    """

    def __init__(self, known: Shapes) -> None:
        self._known = known
        self._examples = Examples(known.components)
        self.errors = errors.ErrorAnswers()
        for name in known.taken:
            self._examples.add_to_fields(name)

    def operation(self, group: Group, route: Route) -> dict[str, Any]:
        """One route as an operation."""
        told = prose.read(route.handler)
        operation: dict[str, Any] = {
            "tags": [group.title],
            "operationId": _camel_case(route.handler.__name__),
            "summary": told.summary,
            "description": "\n\n".join(filter(None, [told.description, _ACCESS[route.access]])),
            "x-access": route.access.value,
            "security": [] if route.access is Access.PUBLIC else _SECURITY,
        }
        if parameters := [*_path_parameters(route), *self._query_parameters(route), *_header_parameters(route)]:
            operation["parameters"] = parameters
        if route.takes is not None:
            operation["requestBody"] = self._body(route, route.takes)
        answers = {**self._successes(route), **self.errors.of(route, told.raises)}
        operation["responses"] = {str(status): answer for status, answer in sorted(answers.items())}
        return operation

    def _query_parameters(self, route: Route) -> list[dict[str, Any]]:
        if route.query is None:
            return []
        schema = self._known.fields(route.query)
        parameters = []
        for name, field in schema.get("properties", {}).items():
            plain = _without_null(field)
            parameter = {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "description": plain.pop("description", ""),
                "schema": plain,
            }
            # Only the server can make one that it accepts.
            if name != "cursor":
                parameter["example"] = self._examples.of(plain, name, route.query.__name__)
            parameters.append(parameter)
        return parameters

    def _body(self, route: Route, taken: type) -> dict[str, Any]:
        """The media types to send. That forms are read beside JSON is only mentioned, unless they have files."""
        kinds = {_JSON: False} if route.forms != "only" else {}
        if shapes.has_files(taken):
            kinds[_MULTIPART] = True
        fields = self._known.fields(taken)
        body: dict[str, Any] = {
            "required": route.forms == "only" or bool(fields.get("required") or fields.get("minProperties")),
            "content": {kind: self._described(taken, is_form=is_form) for kind, is_form in kinds.items()},
        }
        if route.forms is True and _MULTIPART not in kinds:
            body["x-also-form"] = [_MULTIPART, "application/x-www-form-urlencoded"]
        return body

    def _described(self, shape: Any, *, is_form: bool = False) -> dict[str, Any]:
        schema = self._known.schema(shape, is_form=is_form)
        return {"schema": schema, **self._examples.media(schema)}

    def _successes(self, route: Route) -> dict[int, dict[str, Any]]:
        declared: dict[int, list[Any]] = {}
        if route.answers is not None:
            declared[200] = [route.answers]
        elif not route.also:
            declared[204] = [None]
        for status, answer in route.also.items():
            declared.setdefault(status, []).append(answer)
        example = vocabulary.FILES.get(_camel_case(route.handler.__name__))
        return {status: self._success(status, answers, example) for status, answers in declared.items()}

    def _success(self, status: int, answers: list[Any], example: str | None) -> dict[str, Any]:
        described = [self._description(answer) for answer in answers if answer is not None]
        answer: dict[str, Any] = {"description": " ".join(filter(None, described)) or _BODILESS.get(status, "Done.")}
        if status == 302:  # noqa: PLR2004 - the one status with an address
            answer["headers"] = {
                "Location": {"description": "Where to go on.", "schema": {"type": "string"}, "example": "/result/7"}
            }
        content = dict(self._media(each, example) for each in answers if each is not None)
        return {**answer, "content": content} if content else answer

    def _description(self, answer: Any) -> str:
        if isinstance(answer, str):
            return _TEXTS.get(answer, "Done.")
        name = getattr(answer, "__name__", None)
        if name is None:
            return "One of several shapes."
        return str(self._known.components.get(name, {}).get("description", "")).partition("\n\n")[0]

    def _media(self, answer: Any, example: str | None) -> tuple[str, dict[str, Any]]:
        if not isinstance(answer, str):
            return _JSON, self._described(answer)
        if not _TEXT.match(answer):
            raise ValueError(f"{answer!r} is no media type")
        if answer == _JSON:
            return answer, {"schema": {"type": "object"}}
        if not answer.startswith("text/"):
            return answer, {"schema": {"type": "string", "format": "binary"}}
        return answer, {"schema": {"type": "string"}, **({} if example is None else {"example": example})}


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _tags(found: list[Group]) -> list[dict[str, str]]:
    """A tag for each title; the first of the functions that share a title describes it."""
    described: dict[str, str] = {}
    for group in found:
        described.setdefault(group.title, group.description)
    return [{"name": title, "description": description} for title, description in described.items()]


def _header_parameters(route: Route) -> list[dict[str, str]]:
    return [{"$ref": "#/components/parameters/IdempotencyKey"}] if errors.takes_idempotency_key(route) else []


def _takes_text(route: Route, name: str) -> bool:
    parameter = inspect.signature(route.handler).parameters.get(name)
    return parameter is not None and parameter.annotation is str


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": vocabulary.path_parameter(name),
            "schema": {"type": "string", "pattern": _NAME}
            if _takes_text(route, name)
            else {"type": "integer", "minimum": 1, "maximum": _HIGHEST_ID},
            "example": vocabulary.path_example(name),
        }
        for name in _PARAMETER.findall(route.path)
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter, which is left out instead of null."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        some = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": some[0] if len(some) == 1 else some}
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if len(some) == 1:
        return {**some[0], **rest}
    return {**rest, "anyOf": some} if some else rest
