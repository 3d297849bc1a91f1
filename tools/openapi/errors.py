"""The error answers of routes, and the codes by which clients tell errors apart."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from smartexam.api import Access
from smartexam.api.app import Route
from smartexam.platform import errors
from smartexam.platform.errors import AppError
from tools.openapi.functions import ROOT
from tools.openapi.vocabulary import MESSAGES

SCHEMA: dict[str, Any] = {
    "title": "Error",
    "description": "Every error has this shape; some carry further fields.",
    "type": "object",
    "required": ["status", "success", "message"],
    "properties": {
        "status": {"const": "error"},
        "success": {"const": False},
        "message": {"type": "string", "description": "For people; never to be matched by a program."},
        "code": {"type": "string", "description": "For programs, where they must tell cases apart."},
        "errors": {
            "type": "array",
            "description": "What is wrong with which field, with code `invalid_fields`; of a file, with which row.",
            "items": {
                "type": ["object", "string"],
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string", "description": "To quote to the operators, with a 500."},
    },
    "additionalProperties": True,
}
TITLES = {
    400: "The request cannot be understood, or not in this state.",
    401: "No credentials, or credentials that prove nothing.",
    403: "Signed in, but not allowed.",
    404: "There is no such thing, or none that the caller may know of.",
    409: "The present state does not permit it.",
    413: "The body is too large.",
    415: "The body's media type is not one that the route reads.",
    429: "A limit is used up; `Retry-After` tells for how many seconds.",
    500: "Something is wrong with the server; quote `request_id` to the operators.",
    503: "Something needed is missing or down; `Retry-After` tells when to try again.",
}
_WITH_RETRY_AFTER = {429, 503}
_CLASSES: dict[str, type[AppError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AppError)
}
_NAMES = {400: "BadRequest", 403: "Forbidden", 404: "NotFound", 500: "ServerError"}
_BY_CREDENTIALS = ("authentication_required", "token_expired_or_invalid")


@dataclass(frozen=True, slots=True)
class Code:
    """A code as the source raises it; variable parts of the message are an ellipsis."""

    status: int
    message: str


@cache
def codes() -> dict[str, Code]:
    """Every code in the source of layer and functions, in alphabetical order."""
    # Codes that no call of an error's class names.
    found: dict[str, Code] = {
        "exam_time_over": Code(409, "The time of this exam is over"),
        "invalid_fields": Code(400, "name: This field is required"),
        "method_not_allowed": Code(405, "Method not allowed"),
        "rate_limited": Code(429, "Too many requests"),
        **{f"refresh_token_{why}": Code(401, f"refresh_token_{why}") for why in ("expired", "invalid", "revoked")},
        "unavailable": Code(503, "The service is temporarily unavailable. Please try again."),
    }
    for folder in ("layers/common", "layers/documents", "layers/media", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for code, meaning in _raised(ast.parse(path.read_text(encoding="utf-8"))):
                told = Code(meaning.status, MESSAGES.get(code, meaning.message))
                if code not in found or not found[code].message.strip("… "):
                    found[code] = told
    return dict(sorted(found.items()))


class ErrorAnswers:
    """The error answers of routes. Those that are the same for all routes are shared: `components`."""

    def __init__(self) -> None:
        self.components: dict[str, dict[str, Any]] = {}

    def of(self, route: Route, raises: Mapping[str, str]) -> dict[int, dict[str, Any]]:
        """Error answers by status: those that follow from the route's declaration, and those that its docstring names.

        Raises:
            ValueError: the docstring names a class that is not an error of the API.
        """
        told: dict[int, list[str]] = {}
        for name, text in raises.items():
            if name not in _CLASSES:
                raise ValueError(f"{route.handler.__qualname__} raises an unknown {name}")
            told.setdefault(_CLASSES[name].status, []).append(text)
        implied = _implied(route)
        return {
            status: _answer(status, told[status], implied.get(status, ()))
            if status in told
            else self._shared(status, implied.get(status, ()))
            for status in {*implied, *told, 500}
        }

    def _shared(self, status: int, implied: tuple[str, ...]) -> dict[str, Any]:
        name = "Or".join(code.title().replace("_", "") for code in implied) or _NAMES[status]
        self.components.setdefault(name, _answer(status, [], implied))
        return {"$ref": f"#/components/responses/{name}"}


def takes_idempotency_key(route: Route) -> bool:
    """Whether a route answers repetitions with the same `Idempotency-Key` without carrying them out."""
    return route.method == "POST" and route.access is not Access.PUBLIC and route.keeps_answer


def _implied(route: Route) -> dict[int, tuple[str, ...]]:
    implied: dict[int, tuple[str, ...]] = {503: ("unavailable",)}
    if route.takes is not None or route.query is not None:
        implied[400] = ("invalid_fields",)
        if route.takes is not None and route.forms != "only":
            implied[400] += ("malformed_json",)
        if route.forms:
            implied[400] += ("malformed_form",)
    implied |= _by_credentials(route)
    if "<" in route.path:
        implied[404] = ()
    if takes_idempotency_key(route):
        implied[409] = ("key_reused",)
        implied.setdefault(400, ("invalid_fields",))
    if route.takes is not None:
        implied |= {413: ("body_too_large",), 415: ("unsupported_media",)}
    return implied


def _by_credentials(route: Route) -> dict[int, tuple[str, ...]]:
    if route.access is Access.PUBLIC:
        return {}
    forbidden: tuple[str, ...] = ("wrong_role",) if route.access in {Access.USER, Access.ADMIN} else ()
    if route.access is Access.ADMIN:
        forbidden += ("mfa_setup_required",)
    if route.method != "GET":
        forbidden += ("foreign_origin",)
    return {401: _BY_CREDENTIALS, 403: forbidden} if forbidden else {401: _BY_CREDENTIALS}


def _answer(status: int, told: list[str], implied: tuple[str, ...]) -> dict[str, Any]:
    named = [code for code in codes() if any(f"`{code}`" in text for text in told)]
    examples = {code: {"value": _example(status, code)} for code in (*named, *implied)}
    description = "\n\n".join([*(_sentence(text) for text in told)] or [TITLES[status]])
    answer: dict[str, Any] = {"description": description}
    if status in _WITH_RETRY_AFTER:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Error"}}
    media["examples"] = examples or {"plain": {"value": _example(status, None)}}
    answer["content"] = {"application/json": media}
    return answer


def _example(status: int, code: str | None) -> dict[str, Any]:
    """An error's body."""
    body: dict[str, Any] = {"status": "error", "success": False}
    if code is None:
        words = {404: "Not found", 500: "Internal server error"}
        body["message"] = words.get(status, TITLES[status])
        if status == 500:  # noqa: PLR2004 - the one with an id to quote
            body["request_id"] = "Jx3kVhZ4oAMEPbg="
        return body
    body |= {"message": codes()[code].message, "code": code}
    if code == "invalid_fields":
        body["errors"] = [{"field": "name", "message": "This field is required"}]
    return body


def _raised(tree: ast.AST) -> Iterator[tuple[str, Code]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        kind = _CLASSES.get(node.func.id)
        code = next((word.value for word in node.keywords if word.arg == "code"), None)
        if kind is not None and isinstance(code, ast.Constant) and isinstance(code.value, str) and node.args:
            yield code.value, Code(kind.status, _words(node.args[0]))


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return "…"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
