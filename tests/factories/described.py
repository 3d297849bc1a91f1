"""Checks every answer that a test gets against the API's description."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FILE = Path(__file__).parents[2] / "functions" / "docs" / "openapi.json"
_ADVICE = "Name errors under `Raises:` in the handler's docstring, other answers in its route; then `make openapi`."


def check(method: str, path: str, response: Mapping[str, Any]) -> None:
    """Fail if a payload-2.0 response is not as described; routes without a description are ignored."""
    operation = _operation(method, path)
    if operation is None:
        return
    name, status = f"{method} {path}", str(response["statusCode"])
    assert status in operation["responses"], f"{name} answers {status}, which is not described. {_ADVICE}"
    content = _resolved(operation["responses"][status]).get("content", {})
    if not response.get("body"):
        assert not content or method == "HEAD", f"{name} answers {status} without a body. {_ADVICE}"
        return
    kind = response["headers"].get("Content-Type", "").partition(";")[0]
    assert kind in content, f"{name} answers {status} with {kind}, which is not described. {_ADVICE}"
    if kind == "application/json" and not response.get("isBase64Encoded") and "schema" in content[kind]:
        _check_json(name, status, content[kind], json.loads(response["body"]))


def _check_json(name: str, status: str, media: dict[str, Any], body: Any) -> None:
    faults = [
        f"{fault.json_path}: {fault.message}" for fault in _validator(json.dumps(media["schema"])).iter_errors(body)
    ]
    assert faults == [], f"{name} answers {status} in another shape than described"
    code = body.get("code") if status >= "4" else None
    assert code is None or code in media["examples"], f"{name} answers {status} with code {code}. {_ADVICE}"


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return document


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    # Fixed parts before parameters, as in the gateway: /admin/exams does not match /admin/{...}.
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, described in _patterns():
        if pattern.fullmatch(path):
            operation: dict[str, Any] | None = _document()["paths"][described].get(method.lower())
            return operation
    return None


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": _document()["components"]})


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = _document()
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node
