"""Hostile requests of every kind to every route: never a 5xx, always the error shape, no accidental change."""

import base64
import itertools
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
import pytest

from smartexam.api.app import Route
from smartexam.platform.http.bodies import UploadedFile, read_body
from smartexam.platform.http.request import Request
from tests.factories.events import Answer, FakeContext, answer_of, http_event
from tests.factories.forms import multipart
from tests.security import gateway
from tests.security.access_rules import ROWS, Row
from tests.security.hostile import (
    CONTENT_TYPES,
    NO_BODIES,
    NO_HEADERS,
    NO_IDS,
    NO_PATHS,
    bodies_like,
    variants,
)
from tests.security.test_browser_requests import caller_of
from tests.security.world import World

ROUTES = {gateway.anonymous(route.method, route.path): route for api in gateway.apis() for route in api.routes}
# One per route: a second row has the same parser.
ROW_OF: dict[str, Row] = {row.name: row for row in reversed(ROWS)}
TAKING = [row for row in ROW_OF.values() if ROUTES[row.name].takes is not None]
ASKING = [row for row in ROW_OF.values() if ROUTES[row.name].query is not None]
WITH_IDS = [row for row in ROW_OF.values() if "{" in row.path]
UPLOADING = [row for row in TAKING if ROUTES[row.name].forms == "only"]
# Deletes the caller's account, whose token is still needed.
_DELETES_THE_CALLER = "POST /api/delete-account"
VALUED = [row for row in TAKING if row not in UPLOADING and row.name != _DELETES_THE_CALLER]
# Names of uploaded files, as sent over the network.
_NO_NAMES = ("../../etc/passwd", "a.csv\x00.exe", "\u202evsc.exe", "n" * 5_000, ".", "C:\\con", "=cmd()")


def by_name(row: Row) -> str:
    return row.name


def send(world: World, row: Row, path: str | None = None, **request: Any) -> Answer:
    caller = caller_of(row)
    method, usual, rest = row.request(world.of(caller))
    given = {**({} if "body" in request or "form" in request else rest), **request}
    return gateway.call(method, usual if path is None else path, token=world.tokens[caller], **given)


def check(answer: Answer, about: object) -> None:
    """The answer may be given to a stranger."""
    assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, (about, answer.body)
    assert answer.status < HTTPStatus.BAD_REQUEST or gateway.is_error(answer), (about, answer.body)
    for name, value in answer.headers.items():
        assert re.fullmatch(r"[ -~]*", value), (about, name, value)
        assert "x-injected" not in name
    assert answer.headers["x-content-type-options"] == "nosniff", about
    assert answer.headers["referrer-policy"] == "no-referrer", about
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains", about
    policy = answer.headers["content-security-policy"]
    assert all(f"{what} 'none'" in policy for what in ("object-src", "base-uri", "frame-ancestors")), about


@pytest.mark.parametrize("row", WITH_IDS, ids=by_name)
def test_an_invalid_id_has_no_owner(row: Row, world: World) -> None:
    usual = row.request(world.of(caller_of(row)))[1]
    number = re.findall(r"[0-9]+", usual)[-1]
    for no_id in NO_IDS:
        answer = send(world, row, no_id.join(re.split(rf"{number}(?=$|/)", usual)))
        check(answer, no_id)
        assert answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}, (no_id, answer)
    assert world.changes() == []


@pytest.mark.parametrize("pattern", NO_PATHS)
def test_an_invalid_path_matches_no_route(pattern: str, world: World) -> None:
    for row in ROW_OF.values():
        usual = row.request(world.of(caller_of(row)))[1]
        path = pattern.format(path=usual, PATH=usual.upper())
        if path == usual:
            continue  # of `/`, upper and lower case are the same
        answer = send(world, row, path)
        check(answer, (pattern, row))
        assert answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}, (pattern, row, answer)
    assert world.changes() == []


@pytest.mark.parametrize("row", TAKING, ids=by_name)
def test_hostile_bodies(row: Row, world: World) -> None:
    valid = row.request(world.of(caller_of(row)))[2].get("body")
    for body in bodies_like(valid):
        check(send(world, row, body=body, headers={"content-type": CONTENT_TYPES[0]}), body[:60])
    for body, content_type in zip(NO_BODIES, itertools.cycle(CONTENT_TYPES), strict=False):
        check(send(world, row, body=body, headers={"content-type": content_type}), (content_type, body[:60]))


@pytest.mark.parametrize("forms", [False, True, "only"])
def test_hostile_bodies_of_every_type(forms: bool | str, world: World) -> None:
    """All routes that take the same types parse alike, so one of each kind is tested."""
    row = next(row for row in TAKING if ROUTES[row.name].forms == forms)
    for body, content_type in itertools.product(NO_BODIES, CONTENT_TYPES):
        check(send(world, row, body=body, headers={"content-type": content_type}), (content_type, body[:60]))


@pytest.mark.parametrize("row", VALUED, ids=by_name)
def test_hostile_values(row: Row, world: World) -> None:
    request = row.request(world.of(caller_of(row)))[2]
    for body in variants(row, request.get("body", {})):
        check(send(world, row, body=body), body)
    for form in variants(row, request.get("form", {})):
        as_text = {name: value if isinstance(value, str) else repr(value) for name, value in form.items()}
        check(send(world, row, form=as_text), form)


@pytest.mark.parametrize("row", UPLOADING, ids=by_name)
def test_hostile_uploads(row: Row, world: World) -> None:
    caller = caller_of(row)
    shape = ROUTES[row.name].takes
    assert shape is not None
    method, path, request = row.request(world.of(caller))
    parts: Any = read_body(
        Request.from_event(http_event(method, path, **request), world.clock.now()), shape, forms="only"
    )
    values = msgspec.structs.asdict(parts)
    files = {name: (value.filename, value.content) for name, value in values.items() if isinstance(value, UploadedFile)}
    fields = {name: str(value or "") for name, value in values.items() if name not in files}
    assert files
    for changed in variants(row, fields):
        as_text = {name: value if isinstance(value, str) else repr(value) for name, value in changed.items()}
        check(send(world, row, **multipart(as_text, files)), as_text)
    for name, (filename, content) in files.items():
        spoilt = (content.replace(b",", junk) for junk in (b"\x00,", b",\xff", b'","', b"," * 999))
        for hostile in (*NO_BODIES, *spoilt):
            check(send(world, row, **multipart(fields, {**files, name: (filename, hostile)})), hostile[:60])
        for no_name in _NO_NAMES:
            check(send(world, row, **multipart(fields, {**files, name: (no_name, content)})), no_name)


@pytest.mark.parametrize("row", ASKING, ids=by_name)
def test_hostile_queries(row: Row, world: World) -> None:
    for query in hostile_queries(ROUTES[row.name]):
        check(send(world, row, query=query), query[:200])
    assert row.method != "GET" or world.changes_of_reading() == []


def hostile_queries(route: Route) -> Iterator[str]:
    assert route.query is not None
    for name in route.query.__struct_fields__:  # type: ignore[attr-defined]
        yield f"{name}=&{name}=1&{name}=2"
        yield f"{name}[]=1&{name}[$gt]=0&{name}%00=1"
        yield f"{name}=%ff%fe%00%0d%0aX-Injected:1%ed%a0%80"
        yield f"{name}={'9' * 9_000}"
        yield from (f"{name}={value}" for value in ("-1", "NaN", str(2**70), "'\"--"))
    yield "&" * 5_000
    yield "%" * 100
    yield "a" * 9_000


@pytest.mark.parametrize("name", ["GET /api/exams", "POST /start-exam/{}", "POST /logout", "GET /openapi.json"])
def test_hostile_headers(name: str, world: World) -> None:
    """Headers are read before any route, so one route of each access is tested."""
    row = ROW_OF[name]
    method, path, _ = row.request(world.of(caller_of(row)))
    for headers in NO_HEADERS:
        token = None if "authorization" in headers else world.tokens[caller_of(row)]
        check(gateway.call(method, path, token=token, headers=headers), headers)


@pytest.mark.parametrize("row", TAKING, ids=by_name)
def test_a_body_beyond_its_limit_is_413(row: Row, world: World) -> None:
    body = b'{"x":"' + b"A" * ROUTES[row.name].limit + b'"}'
    for content_type in CONTENT_TYPES:
        answer = send(world, row, body=body, headers={"content-type": content_type})
        assert (answer.status, gateway.is_error(answer)) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, True), content_type
    assert world.changes() == []


def test_a_body_with_invalid_base64_is_a_bad_request(world: World) -> None:
    for row in TAKING:
        method, path, _ = row.request(world.of(caller_of(row)))
        event = http_event(method, path, token=world.tokens[caller_of(row)], body=b"x")
        for text in ("A", "\u00ff", base64.b64encode(b"{").decode()):
            answer = answer_of(gateway.handler_of(method, path)({**event, "body": text}, FakeContext()))
            check(answer, (row, text))
            assert HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
