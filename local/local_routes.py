"""Routes under `/_local/`, for developers: mails, the clock, the schedule, the model, resetting to the demo data.

Only the local gateway serves them; no deployed stack has them.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from local.gateway.invoker import FunctionError, InvocationError
from local.gateway.messages import Answer, Request, error_answer, json_answer
from local.model import endpoint
from local.model.endpoint import Model
from local.outbox import read_mails

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Control(Protocol):
    """What the routes do to the stack. The methods may block, because they are called in threads."""

    @property
    def is_ready(self) -> bool:
        """Whether requests reach the functions."""
        ...

    def set_clock(self, offset_seconds: float) -> float:
        """Set the functions' clock; returns the server's new time, epoch seconds."""
        ...

    def sent_mails(self) -> Mapping[str, Any]:
        """The mails that the emulator's SES kept."""
        ...

    def run_schedule(self) -> Any:
        """Run the sweeper and return its result."""
        ...

    def reset(self) -> None:
        """Restore the demo data."""
        ...


class _BadRequest(Exception):
    pass


class LocalRoutes:
    """Answers requests under `/_local/`."""

    def __init__(self, control: Control, model: Model | None = None) -> None:
        self._control = control
        self._model = model or Model()
        self._routes: dict[str, dict[str, Callable[[Request], Awaitable[Answer]]]] = {
            "/_local/health": {"GET": self._health},
            "/_local/outbox": {"GET": self._outbox},
            "/_local/clock": {"POST": self._clock},
            "/_local/sweep": {"POST": self._sweep},
            "/_local/reset": {"POST": self._reset},
            "/_local/ai": {"POST": self._ai},
            endpoint.PATH: {"POST": self._model},
        }

    async def __call__(self, request: Request) -> Answer:
        """The answer to a request; an error in the API's shape for unknown routes."""
        methods = self._routes.get(request.path)
        if methods is None:
            return error_answer(404, "Not found", request.id)
        handler = methods.get(request.method)
        if handler is None:
            return error_answer(405, "Method not allowed", request.id, (("allow", ", ".join(methods)),))
        # Any page in the developer's browser can post here, so only pages of this machine are allowed.
        origin = request.header("origin")
        if origin is not None and urlsplit(origin).hostname not in _LOOPBACK:
            return error_answer(403, "Only pages of this machine may use this", request.id)
        if not self._control.is_ready and handler != self._health:
            return error_answer(503, "The local stack is starting", request.id, (("retry-after", "1"),))
        try:
            return await handler(request)
        except _BadRequest as error:
            return error_answer(400, str(error), request.id)

    async def _health(self, request: Request) -> Answer:
        if not self._control.is_ready:
            return error_answer(503, "The local stack is starting", request.id, (("retry-after", "1"),))
        return json_answer(200, {"success": True, "ready": True})

    async def _outbox(self, request: Request) -> Answer:
        recipients = parse_qs(request.query).get("to")
        kept = await asyncio.to_thread(self._control.sent_mails)
        return json_answer(200, {"mails": read_mails(kept, recipients[0] if recipients else None)})

    async def _clock(self, request: Request) -> Answer:
        offset = _body(request).get("offset_seconds")
        if isinstance(offset, bool) or not isinstance(offset, int | float):
            raise _BadRequest("offset_seconds must be a number")
        try:
            now = await asyncio.to_thread(self._control.set_clock, float(offset))
        except (ValueError, OverflowError):
            raise _BadRequest("offset_seconds must be within a hundred years") from None
        server_time = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json_answer(200, {"success": True, "offset_seconds": offset, "server_time": server_time})

    async def _sweep(self, request: Request) -> Answer:
        try:
            result = await asyncio.to_thread(self._control.run_schedule)
        except (FunctionError, InvocationError, TimeoutError) as error:
            return error_answer(500, f"The schedule failed: {error}", request.id)
        return json_answer(200, {"success": True, **result} if isinstance(result, dict) else {"success": True})

    async def _reset(self, request: Request) -> Answer:  # noqa: ARG002 - handlers look alike
        await asyncio.to_thread(self._control.reset)
        self._model.set_mode("ok")
        return json_answer(200, {"success": True})

    async def _ai(self, request: Request) -> Answer:
        try:
            self._model.set_mode(_body(request).get("mode"))
        except ValueError as error:
            raise _BadRequest(str(error)) from None
        return json_answer(200, {"success": True, "mode": self._model.mode})


def _body(request: Request) -> Mapping[str, Any]:
    try:
        content = json.loads(request.body)
    except ValueError:
        raise _BadRequest("The body must be JSON") from None
    if not isinstance(content, dict):
        raise _BadRequest("The body must be a JSON object")
    return content
