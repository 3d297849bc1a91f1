"""Sends work to queues, and runs the functions that consume them.

Messages arrive at least once, possibly twice and in any order, so handlers must be idempotent. A failed message arrives
again; after some tries it goes to the dead-letter queue, which has an alarm.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from smartexam.platform.aws.client import SQS, JsonClient
from smartexam.platform.errors import AppError, Unavailable
from smartexam.platform.observability import log_invocation, logger, tracing
from smartexam.platform.settings import settings

# The longest delay of a message that SQS allows, in seconds.
LONGEST_DELAY = 900
_BATCH = 10

OrderT = TypeVar("OrderT")


class Context(Protocol):
    """The part of Lambda's context that is used."""

    @property
    def aws_request_id(self) -> str:
        """The invocation's id."""
        ...

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is cut off."""
        ...


def send(url: str, message: msgspec.Struct, *, delay_seconds: int = 0) -> None:
    """Send a message to a queue.

    Args:
        url: the queue's address.
        message: sent as JSON.
        delay_seconds: how long the queue holds it back; at most `LONGEST_DELAY`.

    Raises:
        Unavailable: the queue did not accept it.
    """
    body = msgspec.json.encode(message).decode()
    try:
        _client().call("SendMessage", {"QueueUrl": url, "MessageBody": body, "DelaySeconds": delay_seconds})
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def send_all(url: str, messages: Sequence[msgspec.Struct]) -> None:
    """Send many messages to a queue, ten per request; messages sent before a failure stay sent.

    Raises:
        Unavailable: the queue did not accept all of them.
    """
    for at in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": msgspec.json.encode(message).decode()}
            for number, message in enumerate(messages[at : at + _BATCH])
        ]
        try:
            answer = _client().call("SendMessageBatch", {"QueueUrl": url, "Entries": entries})
        except (BotoCoreError, ClientError) as error:
            raise Unavailable from error
        if answer.get("Failed"):
            raise Unavailable


@lru_cache(maxsize=1)
def _client() -> JsonClient:
    # Unlike botocore's client, it does not pass on the trace by which Lambda would take an eraser that orders its own
    # next pass for an endless loop, and stop it after 16.
    return JsonClient(SQS, settings().region, connect_timeout=1, read_timeout=3, pool_size=4)


def work(
    event: Mapping[str, Any], context: Context, shape: type[OrderT], handle: Callable[[OrderT, float], None]
) -> dict[str, Any]:
    """Handle each message of an SQS event separately, and log one line.

    Args:
        event: from a queue whose event source reports failures by item.
        context: Lambda's context.
        shape: of the messages.
        handle: gets a message and the time in epoch seconds; if it raises, the message arrives again.

    Returns:
        The failed messages, in Lambda's format.
    """
    started, now = time.perf_counter(), settings().clock().now()
    failed: list[str] = []
    with tracing() as trace:
        for record in event["Records"]:
            try:
                handle(msgspec.json.decode(record["body"], type=shape), now)
            except AppError as error:
                logger().warning("message failed", extra={"message_id": record["messageId"], "reason": error.message})
                failed.append(record["messageId"])
            except Exception:  # noqa: BLE001 - one broken message must not keep the others from being handled
                logger().exception("message failed", extra={"message_id": record["messageId"]})
                failed.append(record["messageId"])
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=bool(failed),
        trace=trace,
        request_id=context.aws_request_id,
        messages=len(event["Records"]),
        failed=len(failed),
    )
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
