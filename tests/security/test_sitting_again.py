"""A student who sits an exam again finds nothing that depends on its key on any route, not even by earlier attempts."""

import io
import json
import zipfile

import boto3
import pytest

from job_worker.app import lambda_handler as job_worker
from tests.factories.events import FakeContext, sqs_event
from tests.security import gateway
from tests.security.access_rules import ROWS, Row
from tests.security.sentinels import content_of
from tests.security.test_access_matrix import ACCESS, ROLES, refusal
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
    if "user" not in ROLES[reader].split(","):
        pytest.skip("sits no exam")
    things, token = world.of(reader), world.tokens[reader]
    values = closed_values(world, reader)
    assert values.keys() >= {"key", "solution"}

    def found() -> dict[str, list[str]]:
        """What is found, by route."""
        leaks: dict[str, list[str]] = {}
        for row in ROWS:
            if row.path in ENDING or refusal(ACCESS[row.name], reader) is not None or is_administration(row):
                continue
            method, path, request = row.request(things)
            content = content_of(gateway.call(method, path, token=token, **request))
            frames = json.dumps(list(world.wire.posted.get(f"socket-of-{reader}=", ()))).encode()
            kinds = [kind for kind, value in values.items() if value in content or value in frames]
            if kinds:
                leaks[row.name] = kinds
        return leaks

    # The crawl finds what there is to find.
    before = found()
    assert "GET /response/{}" in before
    world.restore()

    started = gateway.call("POST", f"/start-exam/{things.sat}", token=token)
    assert started.status == 200, started.body
    assert found() == {}


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
