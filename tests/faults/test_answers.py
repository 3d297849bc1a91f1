"""Answers to clients for every error of the database: the same error shape, with the time to retry."""

import json
import os
from collections.abc import Callable

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from exams.app import lambda_handler
from smartexam.accounts.store import identity
from smartexam.platform import secret_store
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import tracing
from tests.dynamodb.database import MemoryDatabase
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.faults import Response
from tests.factories.users import access_token, create_user
from tests.faults.drill import Drill, Flow, is_temporary
from tests.faults.expected import nothing

URL = "https://dynamodb.us-east-1.amazonaws.com"


def says(status: int, code: str) -> Callable[[], Response]:
    return lambda: (status, {"content-type": "application/x-amz-json-1.0"}, json.dumps({"__type": f"aws#{code}"}))


def fails(error: Exception) -> Callable[[], Response]:
    def answer() -> Response:
        raise error

    return answer


TEMPORARY = {
    **{
        code: says(400, code)
        for code in (
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
            "TransactionConflictException",
            "TransactionInProgressException",
            "ItemCollectionSizeLimitExceededException",
        )
    },
    **{
        f"{status} {code}": says(status, code)
        for status, code in (
            (500, "InternalServerError"),
            (500, "InternalFailure"),
            (503, "ServiceUnavailable"),
            (504, "SomethingNew"),
        )
    },
    "502 in HTML": lambda: (502, {"content-type": "text/html"}, "<html>Bad Gateway</html>"),
    "500 and nothing": lambda: (500, {}, ""),
    "refused": fails(EndpointConnectionError(endpoint_url=URL)),
    "closed": fails(ConnectionClosedError(endpoint_url=URL)),
    "no connection in time": fails(ConnectTimeoutError(endpoint_url=URL)),
    "no answer in time": fails(ReadTimeoutError(endpoint_url=URL)),
    "some other failure": fails(HTTPClientError(error="reset")),
}


@pytest.mark.parametrize("answer", TEMPORARY.values(), ids=TEMPORARY)
def test_what_may_be_different_in_a_moment_is_503(
    drill: Drill,
    database: MemoryDatabase,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[], Response],
) -> None:
    token = access_token(create_user(), clock.now())
    monkeypatch.setattr(database, "answer", lambda *_: answer())

    told = send(lambda_handler, "GET", "/api/exams", token=token)

    assert is_temporary(told)
    assert told.body["code"] == "unavailable"


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"])
def test_what_is_our_mistake_is_500(
    drill: Drill, database: MemoryDatabase, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A retry would not help, and an alarm must fire."""
    token = access_token(create_user(), clock.now())
    monkeypatch.setattr(database, "answer", lambda *_: says(400, code)())

    told: Answer = send(lambda_handler, "GET", "/api/exams", token=token)

    assert told.status == 500
    assert told.body["status"] == "error"


def test_a_client_waits_once_for_a_database_that_says_nothing(
    drill: Drill, database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three attempts of three seconds would use most of a function's time; later requests still try."""
    asked: list[str] = []

    def silent(operation: str, _: object) -> Response:
        asked.append(operation)
        raise ReadTimeoutError(endpoint_url=URL)

    monkeypatch.setattr(database, "answer", silent)

    def ask_twice() -> int:
        asked.clear()
        for user_id in (1, 2):
            with pytest.raises(Unavailable):
                identity.get_user(user_id)
        return len(asked)

    with tracing(is_awaited=True):
        assert ask_twice() == 3
    with tracing():
        assert ask_twice() == 6
    assert ask_twice() == 6


def test_the_signing_key_is_asked_for_again(
    drill: Drill, database: MemoryDatabase, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that cannot read the key yet refuses requests temporarily."""
    token = access_token(create_user(), clock.now())
    monkeypatch.setenv("JWT_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:signing")
    drill.cloud.secrets[os.environ["JWT_SECRET_ARN"]] = json.dumps({"current": os.environ["JWT_SECRET"]})
    secret_store._client.cache_clear()

    drill.run(
        Flow(
            call=lambda: send(lambda_handler, "GET", "/api/exams", token=token),
            done=lambda answer: answer.status == 200,
            audit=nothing,
        )
    )
    secret_store._client.cache_clear()
