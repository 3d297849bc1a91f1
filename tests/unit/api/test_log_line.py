"""An invocation's log line contains nothing constant or redundant, because every byte costs money."""

import io
import json
import logging

import pytest

from smartexam.platform.observability import log_invocation, logger, tracing


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    for handler in logger().handlers:
        assert isinstance(handler, logging.StreamHandler)
        monkeypatch.setattr(handler, "stream", written)
    return written


def test_an_invocation_says_its_time_once_and_no_place_in_the_code(log: io.StringIO) -> None:
    with tracing() as trace:
        log_invocation(now=1_795_609_885.786, latency_ms=2.881, fault=False, trace=trace, route="GET /api/exams")

    line = json.loads(log.getvalue())
    assert line["_aws"]["Timestamp"] == 1_795_609_885_786
    assert (line["route"], line["latency_ms"], line["requests"]) == ("GET /api/exams", 2.88, 1)
    assert not {"timestamp", "location", "faults", "version"} & line.keys()


def test_a_fault_is_counted_by_version_as_well(log: io.StringIO) -> None:
    with tracing() as trace:
        log_invocation(now=0, latency_ms=1, fault=True, trace=trace)

    line = json.loads(log.getvalue())
    requests, faults = line["_aws"]["CloudWatchMetrics"]
    for metrics in (requests, faults):
        named = {name for names in metrics["Dimensions"] for name in names}
        assert named | {metric["Name"] for metric in metrics["Metrics"]} <= line.keys()
    assert faults["Dimensions"] == [["service", "version"]]


def test_any_other_line_says_when_and_where(log: io.StringIO) -> None:
    logger().warning("stale")

    line = json.loads(log.getvalue())
    assert {"timestamp", "location"} <= line.keys()
    assert line["message"] == "stale"
