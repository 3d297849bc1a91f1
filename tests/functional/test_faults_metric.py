"""Failures of background functions are counted by the metric that alarms watch, for the version that ran."""

import contextlib
import importlib
import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from local import template
from smartexam.platform.dynamodb import table
from tests.factories.events import FakeContext

ROOT = Path(__file__).parents[2]
BY_THEMSELVES = {"DynamoDB", "S3", "Schedule", "SQS"}
PACKAGES = [
    properties["Handler"].partition(".")[0]
    for _, properties in template.functions(template.load(ROOT / "template.yaml"))
    if {event["Type"] for event in properties.get("Events", {}).values()} & BY_THEMSELVES
]


@pytest.fixture
def database_is_down(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(operation: str, arguments: dict[str, Any]) -> NoReturn:
        del arguments
        answer: Any = {"Error": {"Code": "ServiceUnavailable"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
        raise ClientError(answer, operation)

    monkeypatch.setattr(table.connection().client, "_make_api_call", fail)


@pytest.mark.usefixtures("database_is_down")
@pytest.mark.parametrize("package", PACKAGES)
def test_work_that_could_not_be_done_counts_as_a_fault(package: str, caplog: pytest.LogCaptureFixture) -> None:
    handler = importlib.import_module(f"{package}.app").lambda_handler
    event = json.loads(min((ROOT / "events" / package).glob("*.json")).read_text(encoding="utf-8"))
    caplog.set_level("INFO")

    with contextlib.suppress(Exception):  # some functions must raise so that Lambda repeats their events
        handler(event, FakeContext(remaining_ms=lambda: 60_000))

    (line,) = (vars(record) for record in caplog.records if record.getMessage() == "invocation")
    assert (line["faults"], line["version"]) == (1, "12")
    assert line["_aws"]["CloudWatchMetrics"][1] == {
        "Namespace": "smartexam-prod",
        "Dimensions": [["service", "version"]],
        "Metrics": [{"Name": "faults", "Unit": "Count"}],
    }
