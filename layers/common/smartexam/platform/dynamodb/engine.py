"""The connection to DynamoDB: one client for all tables, and the meaning of its errors.

PynamoDB creates a botocore client per model class (50 ms each, 0.9 ms per call). Here all models share one client of
`smartexam.platform.aws`, with timeouts that leave a request time to answer.
"""

import random
import time
from functools import lru_cache
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate
from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection

from smartexam.platform.aws.client import DYNAMODB, JsonClient
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import count_database_call, is_patience_spent, note_silent_database
from smartexam.platform.settings import settings

RawItem = dict[str, dict[str, Any]]

_CONFLICT_ATTEMPTS = 5
_SERVER_ERROR = 500
_TEMPORARY = {
    "InternalServerError",
    "ItemCollectionSizeLimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}


class ConditionFailed(Exception):
    """A write's condition did not hold.

    Attributes:
        item: the stored item, None if there is none.
        was_repeated: the client had sent the write before without getting an answer. The first one may have succeeded,
            and
            its own effect may have failed the condition; then `item` is what was to be written.
    """

    def __init__(self, item: RawItem | None, *, was_repeated: bool = False) -> None:
        super().__init__("the condition did not hold")
        self.item = item or None
        self.was_repeated = was_repeated


class TransactionRefused(Exception):
    """A transaction's conditions did not hold.

    Attributes:
        failed: for each operation, in order, whether its own condition failed.
        items: for each operation whose condition failed, the stored item if there is one.
    """

    def __init__(self, failed: list[bool], items: list[RawItem | None]) -> None:
        super().__init__("a transaction's condition did not hold")
        self.failed = failed
        self.items = items


class SharedConnection(Connection):
    """PynamoDB's connection over this process's own client."""

    def __init__(self) -> None:
        region = settings().region
        super().__init__(region=region)
        self._shared = JsonClient(DYNAMODB, region, connect_timeout=1, read_timeout=3, max_attempts=3, pool_size=32)

    @property
    def client(self) -> BotocoreBaseClientPrivate:
        """The client, which has the part of botocore's interface that PynamoDB uses, and the events."""
        return cast("BotocoreBaseClientPrivate", self._shared)


@lru_cache(maxsize=1)
def connection() -> SharedConnection:
    """The process's DynamoDB connection."""
    return SharedConnection()


@lru_cache(maxsize=16)
def table_connection(context: str) -> TableConnection:
    """A context's table on the shared connection."""
    name = settings().table(context)
    meta = MetaTable(
        {
            "TableName": name,
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        }
    )
    table = TableConnection(name)
    table.connection = connection()
    table.connection.add_meta_table(meta)
    return table


def reset() -> None:
    """Forget the connection and the table names, for tests that create new tables."""
    connection.cache_clear()
    table_connection.cache_clear()


def call(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """One round trip to DynamoDB.

    Raises:
        ConditionFailed: the write's condition did not hold.
        Unavailable: DynamoDB is unreachable, slow or throttling, after the client's own retries.
    """
    if is_patience_spent():
        raise Unavailable
    client = connection().client
    for attempt in range(_CONFLICT_ATTEMPTS):
        count_database_call()
        try:
            response: dict[str, Any] = client._make_api_call(operation, arguments)  # noqa: SLF001 - as PynamoDB does
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ConditionalCheckFailedException":
                repetitions = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
                raise ConditionFailed(error.response.get("Item"), was_repeated=repetitions > 0) from None
            if code == "TransactionConflictException" and attempt + 1 < _CONFLICT_ATTEMPTS:
                # A transaction locks the item for some milliseconds; the client does not retry this itself.
                back_off(attempt)
                continue
            if code in _TEMPORARY or _status(error) >= _SERVER_ERROR:
                raise Unavailable from error
            raise
        except BotoCoreError as error:
            if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
                # Three attempts of three seconds each: most functions have no time for another call.
                note_silent_database()
            raise Unavailable from error
        return response
    raise Unavailable


def _status(error: ClientError) -> int:
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def back_off(attempt: int) -> None:
    """Wait before the next attempt at something that other writers contend for."""
    # Full jitter, so that colliding writers do not collide again.
    time.sleep(random.uniform(0, min(0.4, 0.01 * 2**attempt)))  # noqa: S311, TID251 - no secret; contention is waited out
