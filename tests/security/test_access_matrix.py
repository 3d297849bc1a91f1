"""Every route, called with every identity, about their own, others' and missing resources: answers and stored items."""

import csv
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.factories.events import Answer
from tests.security import gateway
from tests.security.access_rules import ROWS, Row
from tests.security.belongings import NOTHING
from tests.security.sentinels import content_of, leaks
from tests.security.world import IDENTITIES, World

CONTRACT = Path(__file__).parents[1] / "contract" / "routes.csv"
ROLES = {"user": "user", "other": "user", "admin": "admin", "dual": "user,admin"}
UNAUTHORIZED = {
    "anonymous": "Authentication required",
    "expired": "token_expired_or_invalid",
    "erased": "token_expired_or_invalid",
}


def contract() -> dict[str, str]:
    """Who may call each route according to the contract."""
    with CONTRACT.open(encoding="utf-8", newline="") as rows:
        return {gateway.anonymous(row["method"], row["path"]): row["access"] for row in csv.DictReader(rows)}


ACCESS = {**{row.name: row.access for row in ROWS if row.access}, **contract()}


def refusal(access: str, identity: str) -> int | None:
    """The status with which an identity is refused, None if it may call the route."""
    if access == "public":
        return None
    if identity not in ROLES:
        return 401
    return 403 if access != "auth" and access not in ROLES[identity].split(",") else None


def call(world: World, row: Row, identity: str, whose: str) -> Answer:
    things = {"own": world.of(identity), "foreign": world.not_of(identity), "missing": NOTHING}[whose]
    method, path, request = row.request(things)
    return gateway.call(method, path, token=world.tokens.get(identity), **request)


def test_every_route_has_a_row() -> None:
    assert {row.name for row in ROWS} == set(gateway.declared())


def test_every_route_is_declared_with_the_access_that_it_is_to_have() -> None:
    assert gateway.declared() == ACCESS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_access(row: Row, world: World) -> None:
    faults = [
        f"{fault}, for {identity}, about {whose} things"
        for identity in IDENTITIES
        for whose in ("own", "foreign", "missing")
        if row.expected(identity, whose) is not None
        for fault in faults_of(row, identity, whose, world)
    ]
    assert faults == []


def faults_of(row: Row, identity: str, whose: str, world: World) -> Iterator[str]:
    """What is wrong with one cell of the matrix."""
    access = ACCESS[row.name]

    answer = call(world, row, identity, whose)

    kept_out = refusal(access, identity)
    wanted = row.expected(identity, whose) if kept_out is None else kept_out
    if answer.status != wanted:
        yield f"{answer.status} {answer.body} where {wanted} is right"
    if kept_out == HTTPStatus.UNAUTHORIZED and answer.body["message"] != UNAUTHORIZED[identity]:
        yield f"other words: {answer.body['message']}"
    if answer.status >= HTTPStatus.BAD_REQUEST:
        if not gateway.is_error(answer):
            yield f"another shape than that of errors: {answer.body}"
        if changed := [key for key in world.changes() if not key.startswith(may_write(row))]:
            yield f"refused with {answer.status}, and has written {changed}"
    # The owner of an expired token is told only who they were.
    reader = "dual" if identity == "expired" else identity
    yield from told(world, content_of(answer), reader, row.name)
    for name in ROLES:
        for frame in world.wire.posted.get(f"socket-of-{name}=", ()):
            yield from told(world, json.dumps(frame).encode(), name, f"an event of {row.name}")
    yield from told(world, "\n".join(world.logged.lines).encode(), "", "the log")
    yield from told(world, json.dumps(world.model.requests).encode(), reader, "a prompt")
    world.restore()


def told(world: World, content: bytes, reader: str, where: str) -> Iterator[str]:
    """What some content leaks."""
    for leak in leaks(content, world.sentinels, reader=reader, role=ROLES.get(reader, ""), where=where):
        yield f"{where} tells {reader or 'whoever reads it'} the {leak}"


def may_write(row: Row) -> tuple[str, ...]:
    """Prefixes of keys that a refused call may write: reserved ids, counts of limits, and the row's own."""
    counted = ("IDENTITY_TABLE:COUNTER#", "EPHEMERAL_TABLE:SOURCE#", "EPHEMERAL_TABLE:NAME#")
    own = (row.may_write,) if isinstance(row.may_write, str) else row.may_write
    return (*counted, *own)
