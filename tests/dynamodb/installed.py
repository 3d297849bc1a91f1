"""Replaces DynamoDB with the in-memory database, for all clients of this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber

from tests.dynamodb.database import MemoryDatabase

Response = tuple[int, dict[str, str], bytes | str]

_TARGET = "DynamoDB_20120810."
_LOOPBACK = "http://127.0.0.1"


@contextmanager
def answering(database: MemoryDatabase) -> Iterator[None]:
    """Within the block, the database answers clients' requests to DynamoDB; moto's mock must be active.

    Requests of clients with a loopback address are sent there.
    """
    others = BotocoreStubber.process_request

    def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Response | None:
        target = request.headers.get("X-Amz-Target", "")
        name = target.decode() if isinstance(target, bytes) else target
        if not name.startswith(_TARGET) or str(request.url).startswith(_LOOPBACK):
            found: Response | None = others(stubber, request)
            return found
        return database.answer(name.removeprefix(_TARGET), msgspec.json.decode(request.body))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotocoreStubber, "process_request", process)
        yield
