"""One structured line per request: log and metrics at once.

Logs are a main term of a sitting's cost, so a request writes exactly one line. It is a CloudWatch embedded-metric
document: CloudWatch extracts the metrics from it, and every other field stays searchable. It never holds a token, a
password, an answer, a message or an address.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import msgspec
from aws_lambda_powertools import Logger

from smartexam.platform.settings import settings

_REQUESTS = {
    "Dimensions": [["service"]],
    "Metrics": [{"Name": "requests", "Unit": "Count"}, {"Name": "latency_ms", "Unit": "Milliseconds"}],
}
# By version, so that an alarm can tell a new one's faults from those of the version that it replaces. Only in lines of
# faults: every byte of the others is paid for.
_FAULTS = {"Dimensions": [["service", "version"]], "Metrics": [{"Name": "faults", "Unit": "Count"}]}


class Trace(msgspec.Struct):
    """What is gathered about one invocation while it runs.

    Attributes:
        is_awaited: whether a client waits for its end, which must come before the function is cut off.
        is_database_silent: whether the database did not answer in time, however often it was asked.
    """

    is_awaited: bool = False
    database_calls: int = 0
    is_database_silent: bool = False
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


_encoder = msgspec.json.Encoder(enc_hook=str)
_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def tracing(*, is_awaited: bool = False) -> Iterator[Trace]:
    """Gather what `note` and `count_database_call` report within the block; see `Trace`."""
    trace = Trace(is_awaited)
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


def count_database_call() -> None:
    """Add one round trip to the current invocation's count."""
    if (trace := _trace.get()) is not None:
        trace.database_calls += 1


def note_silent_database() -> None:
    """Say that the database did not answer in time, however often it was asked."""
    if (trace := _trace.get()) is not None:
        trace.is_database_silent = True


def is_patience_spent() -> bool:
    """Whether a client waits, and has waited for a database that did not answer: for another call there is no time."""
    trace = _trace.get()
    return trace is not None and trace.is_awaited and trace.is_database_silent


def note(**fields: Any) -> None:
    """Add fields to the current invocation's line: ids and counts, never contents."""
    if (trace := _trace.get()) is not None:
        trace.fields.update(fields)


@lru_cache(maxsize=1)
def logger() -> Logger:
    """This function's logger; its service name is the function's group."""
    # Powertools would also try whether each message is JSON: ours are words.
    return Logger(log_uncaught_exceptions=False, json_serializer=_to_json, json_deserializer=str)


def log_invocation(*, now: float, latency_ms: float, fault: bool, trace: Trace, **fields: Any) -> None:
    """Write the one line of an invocation.

    Args:
        now: when it began, epoch seconds.
        latency_ms: how long it took.
        fault: whether it failed by a mistake of ours, or left work undone that nobody asks for again. A deployment in
            which this happens is rolled back.
        trace: what was gathered meanwhile.
        fields: `route`, `status`, `request_id` and the like.
    """
    environment = settings().environment
    namespace = environment.get("POWERTOOLS_METRICS_NAMESPACE", "")
    metrics = [{"Namespace": namespace, **_REQUESTS}]
    faults: dict[str, Any] = {}
    if fault:
        metrics.append({"Namespace": namespace, **_FAULTS})
        faults = {"faults": 1, "version": environment.get("AWS_LAMBDA_FUNCTION_VERSION", "")}
    logger().info(
        "invocation",
        extra={
            "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": metrics},
            "requests": 1,
            **faults,
            "latency_ms": round(latency_ms, 2),
            "database_calls": trace.database_calls,
            **fields,
            **trace.fields,
        },
    )


def _to_json(line: dict[str, Any]) -> str:
    if "_aws" in line:
        # Powertools adds the time, which stands in `_aws`, and the place in the code, which is always the same one.
        # Every byte of this line is paid for.
        del line["location"], line["timestamp"]
    try:
        return _encoder.encode(line).decode()
    except (TypeError, ValueError):
        # An exception's text may hold what UTF-8 cannot, such as half a surrogate pair: escaped it can be written.
        return json.dumps(line, default=str)
