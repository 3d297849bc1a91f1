"""The error answers of routes, and the codes by which clients tell errors apart."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from smartexam.api import Access
from smartexam.api.app import Route
from smartexam.platform import errors
from smartexam.platform.errors import AppError
from tools.openapi import error_shapes
from tools.openapi.functions import ROOT
from tools.openapi.vocabulary import MESSAGES

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
_REFERENCE = "#/components/schemas/{name}"
_WITH_RETRY_AFTER = {429, 503}
_CLASSES: dict[str, type[AppError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AppError)
}
_NAMES = {404: "NotFound", 500: "ServerError"}
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
    for tree in _sources():
        for code, meaning in _raised(tree):
            told = Code(meaning.status, MESSAGES.get(code, meaning.message))
            if code not in found or not found[code].message.strip("… "):
                found[code] = told
    return dict(sorted(found.items()))


def _sources() -> Iterator[ast.Module]:
    for folder in ("layers/common", "layers/documents", "layers/media", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def further_fields() -> dict[str, frozenset[str]]:
    """The fields that the source gives to errors beside those that all have, by code."""
    found: dict[str, frozenset[str]] = {}
    for tree in _sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _CLASSES:
                continue
            words = {word.arg: word.value for word in node.keywords if word.arg is not None}
            code = words.get("code")
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                own = frozenset(words) - {"code", "headers", "retry_after"}
                found[code.value] = found.get(code.value, frozenset()) | own
    return found


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
    return callable(route.keeps_answer) or (
        route.method == "POST" and route.access is not Access.PUBLIC and route.keeps_answer
    )


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
    forbidden: tuple[str, ...] = ("wrong_address",)
    if route.access is Access.PUBLIC:
        return {403: forbidden}
    if route.access in {Access.USER, Access.ADMIN}:
        forbidden += ("wrong_role",)
    if not route.before_enrolling:
        forbidden += ("mfa_setup_required",)
    if route.method != "GET":
        forbidden += ("foreign_origin",)
    return {401: _BY_CREDENTIALS, 403: forbidden}


def _answer(status: int, told: list[str], implied: tuple[str, ...]) -> dict[str, Any]:
    named = [code for code in codes() if any(f"`{code}`" in text for text in told)]
    listed = list(dict.fromkeys((*named, *implied)))
    answer: dict[str, Any] = {"description": "\n\n".join([*map(_sentence, told)] or [TITLES[status]])}
    if status in _WITH_RETRY_AFTER:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    if listed:
        answer["x-error-codes"] = listed
    media: dict[str, Any] = {"schema": _schema(status, listed, has_others=bool(told) and not named)}
    media["examples"] = {code: {"value": _example(code)} for code in listed} or {"plain": {"value": _plain(status)}}
    answer["content"] = {"application/json": media}
    return answer


def _schema(status: int, listed: Iterable[str], *, has_others: bool) -> dict[str, Any]:
    """The shapes of the answers with a status; errors without further fields share one."""
    if status == AppError.status:
        return {"$ref": _REFERENCE.format(name="ServerError")}
    names = {error_shapes.name_of(code) for code in listed} | ({"Error"} if has_others or not listed else set())
    # The shapes with further fields first: whoever takes the first that fits gets all fields.
    shapes = [
        {"$ref": _REFERENCE.format(name=name)} for name in sorted(names, key=lambda name: (name == "Error", name))
    ]
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _plain(status: int) -> dict[str, Any]:
    """The body of an error without a code."""
    words = {404: "Not found", 500: "Internal server error"}
    body: dict[str, Any] = {"status": "error", "success": False, "message": words.get(status, TITLES[status])}
    return {**body, "request_id": "Jx3kVhZ4oAMEPbg="} if status == AppError.status else body


def _example(code: str) -> dict[str, Any]:
    body = {"status": "error", "success": False, "message": codes()[code].message, "code": code}
    return {**body, **error_shapes.example_of(code)}


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
