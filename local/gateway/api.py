"""Handles a request: preflight, route, limits, function, answer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from local.gateway.cors import Cors, read_cors
from local.gateway.events import MalformedResultError, build_event, read_result
from local.gateway.invoker import FunctionError, InvocationError, Invoker, PayloadTooLargeError
from local.gateway.messages import Answer, Request, error_answer
from local.gateway.routes import Match, RouteTable, read_routes
from local.gateway.throttling import Throttle, read_throttle
from local.template import Resolver, Template, resources

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]
INTERNAL_ERROR = "Internal server error"


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """The HTTP API as the template describes it."""

    routes: RouteTable
    cors: Cors | None
    throttle: Throttle

    @classmethod
    def read(cls, template: Template, resolver: Resolver) -> "ApiDescription":
        """Routes of all functions, and the settings of the template's `HttpApi`."""
        _, resource = next(resources(template, "AWS::Serverless::HttpApi"), ("", {}))
        general = template.get("Globals", {}).get("HttpApi", {})
        properties = resolver.value({**general, **resource.get("Properties", {})})
        return cls(
            RouteTable(read_routes(template, resolver)),
            read_cors(properties.get("CorsConfiguration")),
            read_throttle(properties),
        )


@dataclass(frozen=True, slots=True)
class Backend:
    """The deployed side of the API.

    Attributes:
        invoker: how functions are called.
        functions: physical names by logical id.
        api_id: the HTTP API's id.
    """

    invoker: Invoker
    functions: Mapping[str, str]
    api_id: str


class HttpApi:
    """Answers requests to the API like API Gateway and the functions behind it.

    Args:
        description: the template's API.
        port: where the gateway listens.
        mounted: what answers other requests, by the beginnings of their paths.
    """

    def __init__(self, description: ApiDescription, port: int, mounted: Mapping[str, Handler]) -> None:
        self._description = description
        self._port = port
        self._mounted = mounted
        self.backend: Backend | None = None

    async def handle(self, request: Request) -> Answer:
        """The answer to a request; it does not raise."""
        started = time.perf_counter()
        try:
            answer = await self._answer(request)
        except Exception:
            log.exception("the gateway failed at %s %s", request.method, request.path)
            answer = error_answer(500, INTERNAL_ERROR, request.id)
        if self._description.cors is not None and not _is_preflight(request):
            answer = self._description.cors.decorated(request, answer)
        taken = (time.perf_counter() - started) * 1000
        log.info("%s %s %d %.0f ms", request.method, request.path, answer.status, taken)
        return Answer(answer.status, (*answer.headers, ("apigw-requestid", request.id)), answer.body)

    async def _answer(self, request: Request) -> Answer:
        cors = self._description.cors
        if cors is not None and (preflight := cors.preflight(request)) is not None:
            return preflight
        for prefix, handler in self._mounted.items():
            if request.path.startswith(prefix):
                return await handler(request)
        if self.backend is None:
            return error_answer(503, "The local stack is starting", request.id, (("retry-after", "1"),))
        match = self._description.routes.match(request.method, request.path)
        if match is None:
            return error_answer(404, "Not found", request.id)
        if not self._description.throttle.allows(match.route.key, time.monotonic()):
            return error_answer(429, "Too many requests", request.id, (("retry-after", "1"),))
        return await self._invoke(self.backend, request, match)

    async def _invoke(self, backend: Backend, request: Request, match: Match) -> Answer:
        event = build_event(request, match, api_id=backend.api_id, port=self._port, now=time.time())
        function = match.route.function
        try:
            return read_result(await backend.invoker.invoke(backend.functions[function], event))
        except PayloadTooLargeError:
            return error_answer(413, "Request body too large", request.id)
        except FunctionError as error:
            log.error("%s failed, see functions.log: %s", function, error)  # noqa: TRY400 - its trace is there
            return error_answer(500, INTERNAL_ERROR, request.id)
        except MalformedResultError as error:
            log.error("%s answered what API Gateway would refuse: %s", function, error)  # noqa: TRY400 - not ours
            return error_answer(500, INTERNAL_ERROR, request.id)
        except (InvocationError, TimeoutError, KeyError) as error:
            log.error("%s gave no answer: %r", function, error)  # noqa: TRY400 - not ours
            return error_answer(503, "Service unavailable", request.id, (("retry-after", "1"),))
        except asyncio.CancelledError:
            # A reset has stopped the emulator during this request.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return error_answer(503, "Service unavailable", request.id, (("retry-after", "1"),))


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and request.header("access-control-request-method") is not None
