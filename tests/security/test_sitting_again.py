"""A student who sits an exam again finds nothing that depends on its key in any answer, error or event, not even by
earlier attempts."""

import io
import json
import zipfile
from collections.abc import Iterator

import boto3
import pytest

from chat_ws.app import ACTIONS
from job_worker.app import lambda_handler as job_worker
from tests.factories.chat import call_socket
from tests.factories.events import FakeContext, sqs_event
from tests.security import gateway
from tests.security.access_rules import ROWS, Row
from tests.security.belongings import NOTHING, Belongings
from tests.security.sentinels import content_of
from tests.security.test_access_matrix import ACCESS, refusal
from tests.security.world import BUCKETS, World

# Of the earlier attempt: what is right, why, and what it was worth.
CLOSED = {"key", "tolerance", "solution", "score"}
# These end the attempt, the account or the session, and are tried by others.
ENDING = ("/submit-exam/{sat}", "/api/delete-account", "/logout", "/api/auth/logout")


def closed_values(world: World, reader: str) -> dict[str, bytes]:
    return {
        sentinel.kind: sentinel.value.encode()
        for sentinel in world.sentinels
        if sentinel.owner == reader and sentinel.kind in CLOSED
    }


@pytest.mark.parametrize("reader", ["user", "dual"])
def test_nothing_of_an_earlier_attempt_is_found(reader: str, world: World) -> None:
    values = closed_values(world, reader)
    assert values.keys() >= {"key", "solution"}

    def found() -> dict[str, list[str]]:
        """What is found, by route or action."""
        contents = {**by_route(world, reader), **by_action(world, reader)}
        kinds = {name: [kind for kind, value in values.items() if value in seen] for name, seen in contents.items()}
        return {name: each for name, each in kinds.items() if each}

    # The crawl finds what there is to find.
    assert "GET /response/{}" in found()
    world.restore()

    started = gateway.call("POST", f"/start-exam/{world.of(reader).sat}", token=world.tokens[reader])
    assert started.status == 200, started.body
    assert found() == {}
    status = gateway.call("GET", f"/api/exam-attempts-status/{world.of(reader).sat}", token=world.tokens[reader])
    assert status.body["has_active_attempt"], "the crawl ended the attempt"


def by_route(world: World, reader: str) -> dict[str, bytes]:
    """What each route answers, and the events that follow: to right requests about one's own resources, then about
    somebody else's and missing ones, and to a body that cannot be read."""
    rows = [
        row
        for row in ROWS
        if not (row.path in ENDING or refusal(ACCESS[row.name], reader) is not None or is_administration(row))
    ]
    contents = dict.fromkeys([row.name for row in rows], b"")
    for things in (world.of(reader), world.not_of(reader), NOTHING):
        for row in rows:
            said = answers(row, things, world.tokens[reader])
            contents[row.name] += b"\n".join([*said, frames(world, reader)])
    return contents


def by_action(world: World, reader: str) -> dict[str, bytes]:
    """The events that follow each action of a socket."""
    things = world.of(reader)
    about = {"conv_id": things.conversation, "question_id": things.question, "message": "hello"}
    for action in ACTIONS:
        call_socket(action, f"socket-of-{reader}=", {"action": action, **about})
    return {"actions": frames(world, reader)}


def frames(world: World, reader: str) -> bytes:
    return json.dumps(list(world.wire.posted.get(f"socket-of-{reader}=", ()))).encode()


def answers(row: Row, things: Belongings, token: str) -> Iterator[bytes]:
    """All that a route answers about a person's resources; about missing ones, also to a body that cannot be read."""
    method, path, request = row.request(things)
    yield content_of(gateway.call(method, path, token=token, **request))
    if row.body is not None and things is NOTHING:
        yield content_of(gateway.call(method, path, token=token, **{**request, "body": b"["}))


def is_administration(row: Row) -> bool:
    """Administrators keep the questions; one who sits an exam as well is flagged in its results instead."""
    return row.path.startswith("/admin/")


def test_the_export_of_the_account_has_nothing_of_it_either(world: World) -> None:
    things, token = world.of("user"), world.tokens["user"]
    assert gateway.call("POST", f"/start-exam/{things.sat}", token=token).status == 200
    answer = gateway.call("GET", "/api/account/export", token=token)
    assert answer.status == 202
    job_id = answer.body["job_id"]
    assert job_worker(sqs_event({"job_id": job_id}), FakeContext()) == {"batchItemFailures": []}
    (key,) = [name.removeprefix("file ") for name in world.changes() if name.startswith(f"file jobs/{job_id}/")]
    stored = boto3.client("s3", region_name="us-east-1").get_object(Bucket=BUCKETS["UPLOADS_BUCKET"], Key=key)
    with zipfile.ZipFile(io.BytesIO(stored["Body"].read())) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b'"is_visible":false' in content
    assert [kind for kind, value in closed_values(world, "user").items() if value in content] == []
