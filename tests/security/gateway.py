"""All functions behind one entry: requests find their handler by the template's routes, like in API Gateway."""

import importlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from local.gateway.events import decode_path
from local.gateway.routes import ANY, DEFAULT_ROUTE_KEY, Route, RouteTable
from smartexam.api import Api
from tests.factories import described
from tests.factories.events import Answer, FakeContext, answer_of, http_event
from tests.infrastructure import stack

Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


def anonymous(method: str, path: str) -> str:
    """A route's name without its parameters' names: `GET /exam/{}`."""
    return f"{method.upper()} {re.sub(r'{[^}]*}|<[^>]*>|:[a-z_]+', '{}', path)}"


@cache
def modules() -> dict[str, ModuleType]:
    """The `app` of every function that serves routes, by its logical id."""
    return {
        function: importlib.import_module(f"{stack.package(function)}.app")
        for function in stack.function_ids()
        if stack.routes(function)
    }


@cache
def _table() -> RouteTable:
    return RouteTable(
        [
            Route(ANY, None, function) if path == DEFAULT_ROUTE_KEY else Route(method.upper(), path, function)
            for function in modules()
            for method, path in stack.routes(function)
        ]
    )


def apis() -> list[Api]:
    """The routes of every function."""
    return [module.api for module in modules().values()]


def declared() -> dict[str, str]:
    """Who may call each route, by its anonymous name, as the functions declare it."""
    return {anonymous(route.method, route.path): route.access.value for api in apis() for route in api.routes}


def handler_of(method: str, path: str) -> Handler:
    """The handler that API Gateway would call for a request; `path` percent-encoded."""
    match = _table().match(method.upper(), path)
    assert match is not None
    handler: Handler = modules()[match.route.function].lambda_handler
    return handler


def call(method: str, path: str, **request: Any) -> Answer:
    """The deployed API's answer to a request; see `http_event`.

    The path is as sent over the network; functions see it decoded. The answer must be a described one.
    """
    decoded = decode_path(path)
    response = handler_of(method, path)(http_event(method, decoded, **request), FakeContext())
    described.check(method, decoded, response)
    return answer_of(response)


def is_error(answer: Answer) -> bool:
    """Whether an answer has the one shape of errors."""
    body = answer.body
    return (
        isinstance(body, dict)
        and body.get("status") == "error"
        and body.get("success") is False
        and isinstance(body.get("message"), str)
        and body["message"] != ""
    )
