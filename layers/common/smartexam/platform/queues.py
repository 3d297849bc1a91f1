"""Work that is handed to a queue, and the functions that take it from there.

A message comes at least once, perhaps twice and in any order: whoever works on it must not mind. A message that
failed comes again; after some tries it lies in the dead-letter queue, which rings.
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

# What SQS can hold a message back at most, in seconds.
LONGEST_DELAY = 900
_BATCH = 10

OrderT = TypeVar("OrderT")


class Context(Protocol):
    """What is used of Lambda's context."""

    @property
    def aws_request_id(self) -> str:
        """The invocation's id."""
        ...

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is cut off."""
        ...


def send(url: str, message: msgspec.Struct, *, delay_seconds: int = 0) -> None:
    """Put a message into a queue.

    Args:
        url: the queue's address.
        message: goes as JSON.
        delay_seconds: it does not come before these are over; at most `LONGEST_DELAY`.

    Raises:
        Unavailable: the queue did not take it.
    """
    body = msgspec.json.encode(message).decode()
    try:
        _client().call("SendMessage", {"QueueUrl": url, "MessageBody": body, "DelaySeconds": delay_seconds})
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def send_all(url: str, messages: Sequence[msgspec.Struct]) -> None:
    """Put many messages into a queue, ten in a request; what was sent before a failure stays sent.

    Raises:
        Unavailable: the queue did not take all of them.
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
    # Unlike botocore's it does not pass on the trace by which Lambda would take an eraser that orders its own next pass
    # for an endless loop, and stop it after 16.
    return JsonClient(SQS, settings().region, connect_timeout=1, read_timeout=3, pool_size=4)


def work(
    event: Mapping[str, Any], context: Context, shape: type[OrderT], handle: Callable[[OrderT, float], None]
) -> dict[str, Any]:
    """Handle the messages of an SQS event, each by itself, and log one line.

    Args:
        event: from a queue whose event source reports failures by item.
        context: Lambda's context.
        shape: of the messages.
        handle: gets a message and the time in epoch seconds; a message for which it raises is to come again.

    Returns:
        The messages that failed, as Lambda wants them.
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
