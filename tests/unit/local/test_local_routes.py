"""Routes that only the local stack has."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.gateway.invoker import FunctionError
from local.gateway.messages import Answer, Request
from local.local_routes import LocalRoutes


@dataclass
class FakeControl:
    """A stack that only records calls."""

    is_ready: bool = True
    offsets: list[float] = field(default_factory=list)
    resets: int = 0
    sweep: object = field(default_factory=lambda: {"finished": 2})

    def set_clock(self, offset_seconds: float) -> float:
        if abs(offset_seconds) > 1e10:
            raise ValueError("too far")
        self.offsets.append(offset_seconds)
        return 1_736_913_605.25 + offset_seconds

    def sent_mails(self) -> Mapping[str, Any]:
        mail = {"To": ["a@example.com"], "Subject": "Hello", "BodyText": "https://a.test/1", "Timestamp": "1"}
        return {"messages": {"0": [mail]}}

    def run_schedule(self) -> Any:
        if isinstance(self.sweep, Exception):
            raise self.sweep
        return self.sweep

    def reset(self) -> None:
        self.resets += 1


def call(
    control: FakeControl, method: str, path: str, body: object = b"", *headers: tuple[str, str], query: str = ""
) -> tuple[Answer, Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, path, query, headers, content, "127.0.0.1", "1.1", "id")
    answer = asyncio.run(_answer(LocalRoutes(control), request))
    return answer, json.loads(answer.body)


async def _answer(routes: LocalRoutes, request: Request) -> Answer:
    return await routes(request)


def test_health_tells_whether_requests_are_answered() -> None:
    assert call(FakeControl(), "GET", "/_local/health")[0].status == 200
    assert call(FakeControl(is_ready=False), "GET", "/_local/health")[0].status == 503


def test_the_clock_is_set_and_returned() -> None:
    control = FakeControl()

    answer, content = call(control, "POST", "/_local/clock", {"offset_seconds": 60})

    assert answer.status == 200
    assert content == {"success": True, "offset_seconds": 60, "server_time": "2025-01-15T04:01:05.250Z"}
    assert control.offsets == [60.0]


@pytest.mark.parametrize(
    "body", [b"", b"{", [], {}, {"offset_seconds": "1"}, {"offset_seconds": True}, {"offset_seconds": 1e300}]
)
def test_a_clock_that_cannot_be_set_is_a_bad_request(body: object) -> None:
    control = FakeControl()

    answer, content = call(control, "POST", "/_local/clock", body)

    assert answer.status == 400
    assert content.keys() == {"status", "success", "message", "request_id"}
    assert control.offsets == []


def test_mails_are_listed_by_recipient() -> None:
    _, mine = call(FakeControl(), "GET", "/_local/outbox", query="to=A%40example.com")
    _, others = call(FakeControl(), "GET", "/_local/outbox", query="to=b%40example.com")

    assert [mail["links"] for mail in mine["mails"]] == [["https://a.test/1"]]
    assert others == {"mails": []}


def test_the_schedule_runs_and_answers() -> None:
    assert call(FakeControl(), "POST", "/_local/sweep")[1] == {"success": True, "finished": 2}
    assert call(FakeControl(sweep=None), "POST", "/_local/sweep")[1] == {"success": True}
    assert call(FakeControl(sweep=FunctionError("no")), "POST", "/_local/sweep")[0].status == 500


def test_a_reset_is_done_once_when_ready() -> None:
    control = FakeControl()

    assert call(control, "POST", "/_local/reset")[0].status == 200
    assert control.resets == 1
    assert call(FakeControl(is_ready=False), "POST", "/_local/reset")[0].status == 503


def test_other_paths_and_methods_are_refused() -> None:
    assert call(FakeControl(), "GET", "/_local/nothing")[0].status == 404
    answer, _ = call(FakeControl(), "GET", "/_local/reset")
    assert answer.status == 405
    assert ("allow", "POST") in answer.headers


def test_pages_of_other_origins_are_refused() -> None:
    control = FakeControl()

    foreign, _ = call(control, "POST", "/_local/reset", b"", ("origin", "https://evil.example"))
    own, _ = call(control, "POST", "/_local/reset", b"", ("origin", "http://localhost:5173"))

    assert (foreign.status, own.status, control.resets) == (403, 200, 1)
