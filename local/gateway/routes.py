"""Routes of the HTTP API from the template, and the matching of requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local.template import Resolver, Template, resources

DEFAULT_ROUTE_KEY = "$default"
ANY = "ANY"
_ANY_METHOD = "x-amazon-apigateway-any-method"


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `GET /exam/{id}`, or `$default`.

    Attributes:
        method: an HTTP method, or `ANY`.
        path: the path template; None for `$default`.
        function: the logical id of the function behind it.
    """

    method: str
    path: str | None
    function: str

    @property
    def key(self) -> str:
        """The route as events name it."""
        return DEFAULT_ROUTE_KEY if self.path is None else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Match:
    """A matched route, with the decoded values of its path variables."""

    route: Route
    path_parameters: Mapping[str, str]


class RouteTable:
    """All routes of the API.

    API Gateway takes the most specific route that matches: segment by segment a literal before a variable before a
    greedy variable, then a named method before `ANY`, and `$default` only if nothing else matches. A route with the
    right path and another method does not match, so `$default` gets that request too.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self._default: Route | None = None
        self._by_length: dict[int, list[tuple[Route, list[str]]]] = {}
        self._greedy: list[tuple[Route, list[str]]] = []
        for route in routes:
            if route.path is None:
                self._default = route
                continue
            segments = route.path.strip("/").split("/")
            if segments[-1].endswith("+}"):
                self._greedy.append((route, segments))
            else:
                self._by_length.setdefault(len(segments), []).append((route, segments))

    def match(self, method: str, path: str) -> Match | None:
        """The route of a request, None if even `$default` is missing.

        Args:
            method: upper case.
            path: as sent, percent-encoded, without the query.
        """
        segments = [unquote(segment) for segment in path.removeprefix("/").split("/")]
        best: tuple[tuple[int, ...], Match] | None = None
        for route, wanted in (*self._by_length.get(len(segments), ()), *self._greedy):
            if route.method not in {method, ANY}:
                continue
            found = _values(wanted, segments)
            if found is None:
                continue
            rank = (*(_looseness(segment) for segment in wanted), int(route.method == ANY))
            if best is None or rank < best[0]:
                best = rank, Match(route, found)
        if best is not None:
            return best[1]
        return Match(self._default, {}) if self._default is not None else None


def read_routes(template: Template, resolver: Resolver) -> list[Route]:
    """Every route in the API's definition whose function is deployed."""
    routes: list[Route] = []
    for _, resource in resources(template, "AWS::Serverless::HttpApi"):
        paths: dict[str, Any] = resource.get("Properties", {}).get("DefinitionBody", {}).get("paths", {})
        for path, operations in paths.items():
            for method, operation in operations.items():
                if method == "parameters":
                    continue
                function = str(operation["x-amazon-apigateway-integration"]["$ref"]).rsplit("/", 1)[-1]
                condition = template["Resources"][function].get("Condition")
                if condition is not None and not resolver.holds(condition):
                    continue
                named = ANY if method == _ANY_METHOD else method.upper()
                routes.append(Route(named, None if path == f"/{DEFAULT_ROUTE_KEY}" else path, function))
    return routes


def _values(wanted: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    """The values of the variables in `wanted`, None if the segments do not match."""
    values: dict[str, str] = {}
    for at, segment in enumerate(wanted):
        if segment.endswith("+}"):
            rest = "/".join(segments[at:])
            if not rest:
                return None
            values[segment[1:-2]] = rest
            return values
        if at >= len(segments):
            return None
        if segment.startswith("{"):
            # A variable never matches an empty segment: /exam/ is not /exam/{id}.
            if not segments[at]:
                return None
            values[segment[1:-1]] = segments[at]
        elif segment != segments[at]:
            return None
    return values if len(wanted) == len(segments) else None


def _looseness(segment: str) -> int:
    if segment.endswith("+}"):
        return 2
    return 1 if segment.startswith("{") else 0
