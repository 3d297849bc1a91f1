"""The app factory: routes in, a Lambda handler out.

Powertools' resolver routes and renders. Around each route are authentication, typed bodies, the mapping of errors and
the log line, so handlers only parse, call and return.
"""

import copy
import inspect
import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from smartexam.accounts.authenticate import authenticate
from smartexam.api import once
from smartexam.platform.clock import Clock
from smartexam.platform.errors import AppError, MethodNotAllowed, NotFound
from smartexam.platform.http import bodies, methods, response
from smartexam.platform.http.origin import require_distribution
from smartexam.platform.http.request import Request
from smartexam.platform.http.response import Reply
from smartexam.platform.observability import Trace, log_invocation, logger, note, tracing
from smartexam.platform.principal import Access
from smartexam.platform.settings import settings

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])

_ID = re.compile(r"[1-9][0-9]{0,15}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HIGHEST_ID = 2**53 - 1

_request: ContextVar[Request] = ContextVar("request")


class Route(msgspec.Struct, frozen=True):
    """A declared route; the app serves it and describes it.

    Attributes:
        path: with `<name>` for each path parameter: an id, or a word if the handler takes it as `str`.
        handler: the function behind it; its docstring describes the route, and `Raises:` the errors.
        takes: shape of the body, passed to the handler as `body`.
        query: shape of the query string, passed to the handler as `query`.
        answers: shape of a successful answer, or its media type as text if it is not JSON; None if no answer has a
            body.
        also: other successes by status: a shape, a media type, or None for no body. Described, not enforced. Without it
            and `answers`, success is a 204.
        forms: whether the body may be a form as well, or a form only.
        limit: the most bytes of the body.
        keeps_answer: whether the answer of a POST may be kept for repetitions with the same `Idempotency-Key`; not if
            it holds secrets. A public route keeps none, unless this is a function that lets a stranger's request in, or
            raises, and returns where it comes from.
        before_enrolling: whether it serves accounts that still have to set up a second factor.
    """

    method: str
    path: str
    access: Access
    handler: Callable[..., Any]
    takes: type | None = None
    query: type | None = None
    answers: Any = None
    also: Mapping[int, Any] = msgspec.field(default_factory=dict)
    forms: bodies.Forms = False
    limit: int = bodies.DEFAULT_LIMIT
    keeps_answer: bool | Callable[[Request], str] = True
    before_enrolling: bool = False


class _Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, of which each request uses a copy.

    Powertools keeps the event on a class that all resolvers share, so requests that are served at the same time, as in
    tests and on the local stack, would get each other's routes.
    """

    def _to_proxy_event(self, event: dict[str, Any]) -> APIGatewayProxyEventV2:
        # On the copy, where it hides that of the class
        self.current_event = APIGatewayProxyEventV2(event)
        return self.current_event

    def for_a_request(self) -> "_Resolver":
        """A copy with a context of its own."""
        mine = copy.copy(self)
        mine.context = {}
        return mine


class Api:
    """The routes of one function.

    Args:
        group: the function's name, for its logs and its description.
        clock: the source of the time; by default the settings' clock.
        before_enrolling: whether all its routes serve accounts that still have to set up a second factor.
        unrouted: answers requests that match no route of this function; by default with a 404, or a 405 if the path has
            other methods.
    """

    def __init__(
        self,
        group: str,
        clock: Clock | None = None,
        unrouted: Callable[[Request], Reply] | None = None,
        *,
        before_enrolling: bool = False,
    ) -> None:
        self.group = group
        self.before_enrolling = before_enrolling
        self.clock = clock
        self.routes: list[Route] = []
        self._methods_of_fixed_paths: dict[str, list[str]] = {}
        self._resolver = _Resolver()
        serve_unrouted = self._serving(Route("ANY", "$default", Access.PUBLIC, unrouted or self._answer_unrouted))
        self._resolver.not_found(lambda _: serve_unrouted())

    def get(self, path: str, **options: Any) -> Callable[[HandlerT], HandlerT]:
        """Declare a GET route; see `route`."""
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[HandlerT], HandlerT]:
        """Declare a POST route; see `route`."""
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[HandlerT], HandlerT]:
        """Declare a PUT route; see `route`."""
        return self.route("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[HandlerT], HandlerT]:
        """Declare a DELETE route; see `route`."""
        return self.route("DELETE", path, **options)

    def route(  # noqa: PLR0913 - what a route declares
        self,
        method: str,
        path: str,
        *,
        access: Access,
        takes: type | None = None,
        query: type | None = None,
        answers: Any = None,
        also: Mapping[int, Any] | None = None,
        forms: bodies.Forms = False,
        limit: int = bodies.DEFAULT_LIMIT,
        keeps_answer: bool | Callable[[Request], str] = True,
        before_enrolling: bool = False,
    ) -> Callable[[HandlerT], HandlerT]:
        """Declare a route. The handler gets the request, the path's ids by name, and `body` and `query` if declared.

        It returns a shape or a dict (200, JSON), a `Reply`, or None (204), and raises `AppError`s.
        """

        def declare(handler: HandlerT) -> HandlerT:
            declared = Route(
                method,
                path,
                access,
                handler,
                takes,
                query,
                answers,
                also or {},
                forms,
                limit,
                keeps_answer,
                before_enrolling or self.before_enrolling,
            )
            self.routes.append(declared)
            if "<" not in path:
                self._methods_of_fixed_paths.setdefault(path, []).append(method)
            self._resolver.route(path, method)(self._serving(declared))
            return handler

        return declare

    def handler(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """The Lambda handler.

        Args:
            event: API Gateway HTTP API, payload format 2.0.
            context: Lambda's context.

        Returns:
            A payload-2.0 response. It never raises.
        """
        started = time.perf_counter()
        clock = self.clock or settings().clock()
        event = methods.head_as_get(event)
        request = Request.from_event(event, clock.now())
        with tracing(is_awaited=True) as trace:
            token = _request.set(request)
            try:
                answer = self._resolver.for_a_request().resolve(dict(event), context)  # type: ignore[arg-type]
            finally:
                _request.reset(token)
            self._log(request, answer["statusCode"], started, trace)
        return answer

    def _serving(self, route: Route) -> Callable[..., Response[str]]:
        wants_body, wants_query = route.takes is not None, route.query is not None
        parameters = inspect.signature(route.handler).parameters
        readers = {
            name: _text if parameter.annotation is str else _id
            for name, parameter in parameters.items()
            if f"<{name}>" in route.path
        }

        def serve(**path_values: str) -> Response[str]:
            request = _request.get()
            note(route=f"{route.method} {route.path}")
            try:
                require_distribution(request.headers)
                _require_whole(request.path)
                if readers:
                    self._refuse_fixed(request.path)
                arguments: dict[str, Any] = {name: read(path_values[name]) for name, read in readers.items()}
                request.principal = authenticate(
                    route.access,
                    request.method,
                    request.headers,
                    request.cookies,
                    request.now,
                    before_enrolling=route.before_enrolling,
                )
                if request.principal is not None:
                    note(user_id=request.principal.user_id)
                if wants_query and route.query is not None:
                    arguments["query"] = bodies.convert_query(request.query, route.query)
                if wants_body and route.takes is not None:
                    arguments["body"] = bodies.read_body(request, route.takes, limit=route.limit, forms=route.forms)

                def work() -> Response[str]:
                    return response.render(_success(route.handler(request, **arguments)))

                caller = _caller(route, request)
                if caller is not None and once.HEADER in request.headers:
                    return once.carry_out(request, caller, work)
                return work()
            except AppError as error:
                return response.render(_refusal(error))
            except Exception:  # noqa: BLE001 - the last resort: whatever it is, the client gets the error shape
                logger().exception("unhandled error", extra={"request_id": request.request_id})
                return response.render(_refusal(AppError(request_id=request.request_id)))

        return serve

    def _refuse_fixed(self, path: str) -> None:
        """Refuse the path of a route without parameters, which has other methods, on a route with parameters."""
        declared = self._methods_of_fixed_paths.get(path)
        if declared is not None:
            raise MethodNotAllowed(methods.allowed(declared))

    def _answer_unrouted(self, request: Request) -> Reply:
        if methods.is_preflight(request.method, request.headers):
            return Reply(status=204)
        declared = self._methods_of_fixed_paths.get(request.path) or [
            route.method for route in self.routes if _pattern(route).fullmatch(request.path)
        ]
        if declared:
            raise MethodNotAllowed(methods.allowed(declared))
        raise NotFound("Not found")

    def _log(self, request: Request, status: int, started: float, trace: Trace) -> None:
        log_invocation(
            now=request.now,
            latency_ms=(time.perf_counter() - started) * 1000,
            fault=status == AppError.status,  # other 5xx errors mean that a service we need is down
            trace=trace,
            status=status,
            request_id=request.request_id,
        )


def _caller(route: Route, request: Request) -> int | str | None:
    """Who sends a request whose answer may be kept: a user's id, or where a stranger calls from; otherwise None."""
    if callable(route.keeps_answer):
        return route.keeps_answer(request)
    is_kept = route.method == "POST" and route.keeps_answer and request.principal is not None
    return request.caller.user_id if is_kept else None


def _pattern(route: Route) -> re.Pattern[str]:
    """The paths of a route."""
    parameters = inspect.signature(route.handler).parameters

    def pattern_of(segment: str) -> str:
        if not segment.startswith("<"):
            return re.escape(segment)
        return (_NAME if parameters[segment[1:-1]].annotation is str else _ID).pattern

    return re.compile("/".join(pattern_of(segment) for segment in route.path.split("/")))


def _require_whole(path: str) -> None:
    """Refuse a path with a line feed at its end, which the `$` of the router's expressions ignores."""
    if path.endswith("\n"):
        raise NotFound("Not found")


def _text(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise NotFound("Not found")
    return text


def _id(text: str) -> int:
    if not _ID.fullmatch(text) or int(text) > _HIGHEST_ID:
        raise NotFound("Not found")
    return int(text)


def _refusal(error: AppError) -> Reply:
    if error.code is not None:
        note(error_code=error.code)
    return response.from_error(error)


def _success(answer: Any) -> Reply:
    if isinstance(answer, Reply):
        return answer
    return Reply(status=204) if answer is None else Reply(answer)
