"""The gateway over real sockets: HTTP requests, invocations, and an answer to everything."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from local.gateway.api import ApiDescription, Backend, HttpApi
from local.gateway.cors import read_cors
from local.gateway.invoker import FunctionError, InvocationError, Invoker, PayloadTooLargeError
from local.gateway.messages import Answer, Request, error_answer, json_answer
from local.gateway.routes import Route, RouteTable
from local.gateway.server import Handler, Patience, Server
from local.gateway.throttling import read_throttle

PATIENCE = Patience(idle=5, stalled=0.2, linger=0.5)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """What was received on a connection until it was closed, or one answer of it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 20))


@contextlib.asynccontextmanager
async def serving(handler: Handler, patience: Patience = PATIENCE) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    server = Server(handler, listener, patience)
    await server.start()
    try:
        yield listener.getsockname()[1]
    finally:
        await server.stop()
        listener.close()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
        await self.writer.drain()

    async def answer(self, *, has_body: bool = True) -> Heard:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0)) if has_body else 0
        return Heard(int(first.split()[1]), headers, await self.reader.readexactly(length))


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ask(port: int, *parts: bytes) -> Heard:
    async with connected(port) as client:
        await client.send(*parts)
        return await client.answer()


async def echo(request: Request) -> Answer:
    content = {"method": request.method, "path": request.path, "query": request.query, "ip": request.source_ip}
    return json_answer(200, {**content, "headers": list(request.headers), "length": len(request.body)})


def post(length: int, *headers: str) -> bytes:
    lines = ["POST /x HTTP/1.1", "Host: a", f"Content-Length: {length}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_request_reaches_the_handler_as_it_was_sent() -> None:
    async def work() -> None:
        async with serving(echo) as port:
            heard = await ask(port, b"GET /a%20b?q=%2F&q HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: \xe9\r\n\r\n")

        assert heard.json == {
            "method": "GET",
            "path": "/a%20b",
            "query": "q=%2F&q",
            "ip": "127.0.0.1",
            "headers": [["host", "a"], ["x-one", "1"], ["x-one", "é"]],
            "length": 0,
        }

    run(work)


@pytest.mark.parametrize(
    ("named", "seen"),
    [("198.51.100.7", "198.51.100.7"), ("2001:db8::1", "2001:db8::1"), ("nowhere", "127.0.0.1"), ("", "127.0.0.1")],
)
def test_a_developer_chooses_the_source_address_which_functions_see_as_the_peer(named: str, seen: str) -> None:
    async def work() -> None:
        async with serving(echo) as port:
            heard = await ask(port, f"GET / HTTP/1.1\r\nHost: a\r\nX-Local-Source: {named}\r\n\r\n".encode())

        assert heard.json["ip"] == seen
        assert heard.json["headers"] == [["host", "a"]]

    run(work)


def test_a_connection_serves_many_requests_also_sent_at_once() -> None:
    async def work() -> None:
        async with serving(echo) as port, connected(port) as client:
            await client.send(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            assert [(await client.answer()).json["path"] for _ in range(2)] == ["/1", "/2"]
            await client.send(b"GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert (await client.answer()).json["path"] == "/3"
            assert await client.reader.read() == b""

    run(work)


def test_chunked_bodies_arrive_whole() -> None:
    async def work() -> None:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        async with serving(echo) as port:
            heard = await ask(port, head, b"3\r\nabc\r\n", b"2;x=y\r\nde\r\n", b"0\r\n\r\n")

        assert heard.json["length"] == 5

    run(work)


def test_a_waiting_client_is_told_to_go_on() -> None:
    async def work() -> None:
        async with serving(echo) as port, connected(port) as client:
            await client.send(post(2, "Expect: 100-continue"))
            assert (await client.answer()).status == 100
            await client.send(b"{}")
            assert (await client.answer()).json["length"] == 2

    run(work)


def test_head_is_answered_without_a_body() -> None:
    async def work() -> None:
        async with serving(echo) as port, connected(port) as client:
            await client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            heard = await client.answer(has_body=False)

            assert int(heard.headers["content-length"]) > 0
            assert await client.reader.read() == b""

    run(work)


def test_ten_megabytes_are_taken_and_more_are_refused_with_an_answer() -> None:
    async def work() -> None:
        async with serving(echo) as port:
            taken = await ask(port, post(10 * MEGABYTE), bytes(10 * MEGABYTE))
            announced = await ask(port, post(11 * MEGABYTE), bytes(11 * MEGABYTE))
            chunk = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
            head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            unannounced = await ask(port, head, *[chunk] * 11, b"0\r\n\r\n")

        assert taken.json["length"] == 10 * MEGABYTE
        for refused in (announced, unannounced):
            assert refused.status == 413
            assert refused.headers["connection"] == "close"
            assert refused.json["status"] == "error"
            assert refused.json["success"] is False

    run(work)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 10_300 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc", 408),
        (b"GET / HTT", 408),
    ],
)
def test_what_cannot_be_taken_is_answered_in_the_error_shape(sent: bytes, status: int) -> None:
    async def work() -> None:
        async with serving(echo) as port:
            heard = await ask(port, sent)

        assert heard.status == status
        assert heard.json.keys() == {"status", "success", "message", "request_id"}

    run(work)


def test_slow_and_broken_clients_do_not_delay_others() -> None:
    async def work() -> None:
        patience = Patience(idle=5, stalled=5, linger=0.5)
        async with serving(echo, patience) as port, contextlib.AsyncExitStack() as slow:
            for _ in range(50):
                client = await slow.enter_async_context(connected(port))
                await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Le")
            for _ in range(20):
                async with connected(port) as client:
                    await client.send(post(100), b"abc")
                    client.writer.transport.abort()

            assert (await ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).status == 200

    run(work)


# From here on with a stand-in for the emulator's Lambda API


@dataclass
class FakeLambda:
    """Answers invocations; `busy` is the most that ran at once."""

    respond: Callable[[str, Any], Awaitable[Answer]]
    calls: int = 0
    running: int = 0
    busy: int = 0

    async def handle(self, request: Request) -> Answer:
        self.calls += 1
        self.running += 1
        self.busy = max(self.busy, self.running)
        try:
            return await self.respond(request.path.split("/")[3], json.loads(request.body))
        finally:
            self.running -= 1


async def answered(function: str, event: Any) -> Answer:
    return json_answer(200, {"statusCode": 200, "body": event.get("rawPath", "")})


async def failing(function: str, event: Any) -> Answer:
    return json_answer(200, {"errorMessage": "secret"}, [("x-amz-function-error", "Unhandled")])


@contextlib.asynccontextmanager
async def invoking(fake: FakeLambda, concurrency: int = 4) -> AsyncIterator[Invoker]:
    async with serving(fake.handle) as port:
        invoker = Invoker(port, "us-east-1", concurrency)
        try:
            yield invoker
        finally:
            await invoker.close()


def test_invocations_share_connections_and_wait_their_turn() -> None:
    async def work() -> None:
        async def slowly(function: str, event: Any) -> Answer:
            await asyncio.sleep(0.01)
            return await answered(function, event)

        fake = FakeLambda(slowly)
        async with invoking(fake) as invoker:
            results = await asyncio.gather(*(invoker.invoke("f", {"rawPath": str(at)}) for at in range(40)))
            idle = len(invoker._idle)

        assert [result["body"] for result in results] == [str(at) for at in range(40)]
        assert (fake.calls, fake.busy, idle) == (40, 4, 4)

    run(work)


def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    async def work() -> None:
        fake = FakeLambda(answered)
        async with serving(fake.handle, Patience(idle=0.05, stalled=0.05, linger=0)) as port:
            invoker = Invoker(port, "us-east-1", 1)
            for _ in range(3):
                assert await invoker.invoke("f", {"rawPath": "x"}) == {"statusCode": 200, "body": "x"}
                await asyncio.sleep(0.1)
            await invoker.close()

        assert fake.calls == 3

    run(work)


def test_failures_of_an_invocation_are_distinguished() -> None:
    async def work() -> None:
        async def refused(function: str, event: Any) -> Answer:
            return json_answer(404, {"message": "Function not found"})

        async with invoking(FakeLambda(failing)) as invoker:
            with pytest.raises(FunctionError):
                await invoker.invoke("f", {})
            with pytest.raises(PayloadTooLargeError):
                await invoker.invoke("f", {"body": "x" * 6 * MEGABYTE})
        async with invoking(FakeLambda(refused)) as invoker:
            with pytest.raises(InvocationError):
                await invoker.invoke("f", {})
        with pytest.raises(InvocationError):
            await invoker.invoke("f", {})

    run(work)


def test_a_client_that_does_not_wait_ends_no_invocation() -> None:
    async def work() -> None:
        done = asyncio.Event()

        async def slowly(function: str, event: Any) -> Answer:
            await asyncio.sleep(0.1)
            done.set()
            return await answered(function, event)

        async with invoking(FakeLambda(slowly)) as invoker:
            with pytest.raises(TimeoutError):
                await invoker.invoke("f", {}, timeout_seconds=0.01)
            await asyncio.wait_for(done.wait(), 2)

    run(work)


async def no_local_routes(request: Request) -> Answer:
    return error_answer(404, "Not found", request.id)


@contextlib.asynccontextmanager
async def api_before(fake: FakeLambda) -> AsyncIterator[HttpApi]:
    routes = RouteTable(
        [Route("GET", "/exams/{id}", "Exams"), Route("GET", "/lost", "Lost"), Route("ANY", None, "Docs")]
    )
    cors = read_cors({"AllowOrigins": ["https://app.test"]})
    throttle = read_throttle({"RouteSettings": {"GET /lost": {"ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 1}}})
    api = HttpApi(ApiDescription(routes, cors, throttle), 3000, {"/_local/": no_local_routes})
    async with invoking(fake) as invoker:
        api.backend = Backend(invoker, {"Exams": "local-Exams", "Docs": "local-Docs"}, "api")
        yield api


def get(path: str, *headers: tuple[str, str]) -> Request:
    return Request("GET", path, "", headers, b"", "127.0.0.1", "1.1", "id-1")


def test_requests_are_answered_by_the_function_behind_their_route() -> None:
    async def work() -> None:
        async def named(function: str, event: Any) -> Answer:
            return json_answer(200, {"statusCode": 200, "body": f"{function} {event['routeKey']}"})

        async with api_before(FakeLambda(named)) as api:
            exam = await api.handle(get("/exams/7", ("origin", "https://app.test")))
            other = await api.handle(get("/other"))

        assert exam.body == b"local-Exams GET /exams/{id}"
        assert ("access-control-allow-origin", "https://app.test") in exam.headers
        assert ("apigw-requestid", "id-1") in exam.headers
        assert other.body == b"local-Docs $default"

    run(work)


def test_failures_are_answered_in_the_error_shape_and_tell_nothing() -> None:
    async def work() -> None:
        async def malformed(function: str, event: Any) -> Answer:
            return json_answer(200, {"statusCode": "secret"})

        for respond in (failing, malformed):
            async with api_before(FakeLambda(respond)) as api:
                answer = await api.handle(get("/exams/7"))
                assert answer.status == 500
                assert json.loads(answer.body) == {
                    "status": "error",
                    "success": False,
                    "message": "Internal server error",
                    "request_id": "id-1",
                }

    run(work)


def test_without_a_function_or_an_emulator_the_service_is_unavailable_and_rates_hold() -> None:
    async def work() -> None:
        async with api_before(FakeLambda(answered)) as api:
            assert (await api.handle(get("/lost"))).status == 503
            throttled = await api.handle(get("/lost"))
            assert throttled.status == 429
            assert ("retry-after", "1") in throttled.headers
            api.backend = None
            assert (await api.handle(get("/exams/7"))).status == 503

    run(work)
