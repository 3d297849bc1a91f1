"""HTTP's rules for methods."""

from collections.abc import Iterable, Mapping
from typing import Any


def allowed(declared: Iterable[str]) -> list[str]:
    """The methods of a path for `Allow`: those declared for it, and HEAD wherever there is a GET."""
    found = set(declared)
    return sorted(found | {"HEAD"} if "GET" in found else found)


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether it is a browser's preflight request.

    API Gateway passes one to the function of a route for all methods, and adds the headers that decide to its answer.
    """
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def head_as_get(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event of a HEAD request as that of a GET, any other event as it is.

    The answer to HEAD is GET's without the body. The body is left to API Gateway to drop, which computes the length
    from it.
    """
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    if http.get("method") != "HEAD":
        return event
    return {**event, "requestContext": {**context, "http": {**http, "method": "GET"}}}
