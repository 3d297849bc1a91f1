"""The line of an invocation is one JSON document; other lines are Powertools'."""

import io
import json
import logging

import pytest

from smartexam.platform.observability import log_invocation, logger, note, tracing


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Takes what is logged."""
    out = io.StringIO()
    (handler,) = (each for each in logger().handlers if isinstance(each, logging.StreamHandler))
    monkeypatch.setattr(handler, "stream", out)
    return out


def test_the_line_of_an_invocation_has_what_is_known_and_nothing_else(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    with tracing() as trace:
        note(route="GET /x", user_id=42)
    log_invocation(now=1_767_587_400.5, latency_ms=1.234, fault=False, trace=trace, status=200, request_id=None)

    (line,) = map(json.loads, written.getvalue().splitlines())

    assert line.pop("_aws")["Timestamp"] == 1_767_587_400_500
    assert line == {
        "level": "INFO",
        "message": "invocation",
        "service": "tests",
        "requests": 1,
        "latency_ms": 1.23,
        "database_calls": 0,
        "status": 200,
        "route": "GET /x",
        "user_id": 42,
        "xray_trace_id": "1-5759e988-bd862e3fe1be46a994272793",
    }


def test_other_lines_say_when_and_where(written: io.StringIO) -> None:
    logger().warning("message failed", extra={"message_id": "7"})

    (line,) = map(json.loads, written.getvalue().splitlines())

    assert (line["level"], line["message"], line["message_id"]) == ("WARNING", "message failed", "7")
    assert {"timestamp", "location"} <= line.keys()
