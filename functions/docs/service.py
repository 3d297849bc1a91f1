"""Errors for unknown requests, and HTTP's rules for cached copies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smartexam.platform.errors import AppError, MethodNotAllowed, NotFound
from smartexam.platform.http import methods

# Long enough to save a reader's reloads, short enough to show a new deployment.
CACHING = "public, max-age=60"
# A number, or the hexadecimal id of a session.
_ID = re.compile(r"(?<=/)(?:[1-9][0-9]{0,15}|[0-9a-f]{32})(?=/|$)")
_PARAMETER = re.compile(r"{\w+}")
_ANY = "{}"


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The API's routes, found by a request's path in one look-up."""

    methods: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, routes: Iterable[tuple[str, str]]) -> "RouteTable":
        """A table of (method, path with `{name}` for each id)."""
        found: dict[str, set[str]] = {}
        for method, path in routes:
            found.setdefault(_PARAMETER.sub(_ANY, path), set()).add(method.upper())
        return cls({path: tuple(methods.allowed(declared)) for path, declared in found.items()})

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods of a path, none if there is no such path. No fixed part of a path looks like an id."""
        return () if _ANY in path else self.methods.get(_ID.sub(_ANY, path), ())


def refusal(path: str, method: str, table: RouteTable) -> AppError:
    """The error for a request that matches no route."""
    allowed = table.allowed(path)
    if not allowed or method in allowed:
        return NotFound("Not found")
    return MethodNotAllowed(allowed)


def reads_gzip(headers: Mapping[str, str]) -> bool:
    """Whether the client takes gzip (RFC 9110, section 12.5.3)."""
    taken = (each.strip().split(";") for each in headers.get("accept-encoding", "").lower().split(","))
    return any(name.strip() in {"gzip", "*"} and "q=0" not in map(str.strip, rest) for name, *rest in taken)


def is_known(etag: str, headers: Mapping[str, str]) -> bool:
    """Whether the client already has this content (RFC 9110, section 13.1.2)."""
    known = (tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(","))
    return any(tag in {etag.removeprefix("W/"), "*"} for tag in known)
