"""Writes one structured line per request, which is log and metrics at once.

Log lines are a large part of a sitting's cost, so a request writes exactly one. It is a CloudWatch embedded-metric
document: CloudWatch extracts the metrics, and all other fields are searchable. It never contains a token, a password,
an answer, a message or an address.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from smartexam.platform.settings import settings

_REQUESTS = {
    "Dimensions": [["service"]],
    "Metrics": [{"Name": "requests", "Unit": "Count"}, {"Name": "latency_ms", "Unit": "Milliseconds"}],
}
# By version, so that an alarm can tell a new version's faults from the replaced one's. Only lines of faults have it,
# because every byte costs money.
_FAULTS = {"Dimensions": [["service", "version"]], "Metrics": [{"Name": "faults", "Unit": "Count"}]}

# The attribute of a log record that has the fields of an invocation's line.
_LINE = "invocation_line"


class Trace(msgspec.Struct):
    """What is recorded about one invocation.

    Attributes:
        is_awaited: whether a client waits for the answer, which must come before the function times out.
        is_database_silent: whether the database did not answer in time after all retries.
    """

    is_awaited: bool = False
    database_calls: int = 0
    is_database_silent: bool = False
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


_encoder = msgspec.json.Encoder(enc_hook=str)
_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def tracing(*, is_awaited: bool = False) -> Iterator[Trace]:
    """Record what `note` and `count_database_call` report within the block; see `Trace`."""
    trace = Trace(is_awaited)
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


def count_database_call() -> None:
    """Add one round trip to this invocation's count."""
    if (trace := _trace.get()) is not None:
        trace.database_calls += 1


def note_silent_database() -> None:
    """Record that the database did not answer in time after all retries."""
    if (trace := _trace.get()) is not None:
        trace.is_database_silent = True


def is_patience_spent() -> bool:
    """Whether a client waits and the database has not answered in time, so there is no time for another call."""
    trace = _trace.get()
    return trace is not None and trace.is_awaited and trace.is_database_silent


def note(**fields: Any) -> None:
    """Add fields to this invocation's line: ids and counts, never contents."""
    if (trace := _trace.get()) is not None:
        trace.fields.update(fields)


@lru_cache(maxsize=1)
def logger() -> Logger:
    """This function's logger; its service name is the function's group."""
    # Powertools would also try to parse each message as JSON.
    formatter = _Formatter(json_serializer=_to_json, json_deserializer=str)
    return Logger(log_uncaught_exceptions=False, logger_formatter=formatter)


def log_invocation(*, now: float, latency_ms: float, fault: bool, trace: Trace, **fields: Any) -> None:
    """Write the one line of an invocation.

    Args:
        now: when it began, epoch seconds.
        latency_ms: how long it took.
        fault: whether it failed through our fault, or left work undone that nobody will request again. A deployment
            with
            faults is rolled back.
        trace: what was recorded.
        fields: `route`, `status`, `request_id` and the like.
    """
    environment = settings().environment
    namespace = environment.get("POWERTOOLS_METRICS_NAMESPACE", "")
    metrics = [{"Namespace": namespace, **_REQUESTS}]
    faults: dict[str, Any] = {}
    if fault:
        metrics.append({"Namespace": namespace, **_FAULTS})
        faults = {"faults": 1, "version": environment.get("AWS_LAMBDA_FUNCTION_VERSION", "")}
    line = {
        "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": metrics},
        "requests": 1,
        **faults,
        "latency_ms": round(latency_ms, 2),
        "database_calls": trace.database_calls,
        **fields,
        **trace.fields,
    }
    logger().info("invocation", extra={**line, _LINE: line})


class _Formatter(LambdaPowertoolsFormatter):
    """Powertools' format, and a shorter way to it for the line of each invocation.

    Powertools adds the time, which `_aws` has, and the place in the code, which is always the same; every byte costs
    money. Its own way takes a tenth of a sync's processor time.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = vars(record).get(_LINE)
        if line is None:
            return super().format(record)
        known = {"level": record.levelname, "message": record.getMessage(), "service": self.log_format["service"]}
        found = {name: value for name, value in line.items() if value is not None}
        traced = self._get_latest_trace_id()
        return _to_json({**known, **found, **({"xray_trace_id": traced} if traced else {})})


def _to_json(line: Any) -> str:
    try:
        return _encoder.encode(line).decode()
    except (TypeError, ValueError):
        # An exception's text may contain lone surrogates, which UTF-8 cannot encode; JSON escapes them.
        return json.dumps(line, default=str)
