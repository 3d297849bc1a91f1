"""Functions without a waiting caller: no failure is silent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure import stack

FOURTEEN_DAYS = 1_209_600


def _events(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for function in stack.function_ids():
        for event in stack.events(function).values():
            if event["Type"] == kind:
                yield function, event["Properties"]


def _queue(arn: dict[str, list[str]]) -> tuple[str, dict[str, Any]]:
    logical_id = arn["Fn::GetAtt"][0]
    assert stack.deployed()[logical_id]["Type"] == "AWS::SQS::Queue"
    return logical_id, stack.deployed()[logical_id]["Properties"]


def _dead_letter_queues() -> set[str]:
    queues = {_queue(settings["DeadLetterConfig"]["Arn"])[0] for _, settings in _events("Schedule")}
    for _, settings in _events("SQS"):
        queues.add(_queue(_queue(settings["Queue"])[1]["RedrivePolicy"]["deadLetterTargetArn"])[0])
    for _, settings in _events("DynamoDB"):
        queues.add(_queue(settings["DestinationConfig"]["OnFailure"]["Destination"])[0])
    return queues


def test_every_kind_of_event_is_known_here() -> None:
    kinds = {event["Type"] for function in stack.function_ids() for event in stack.events(function).values()}
    assert kinds == {"DynamoDB", "S3", "Schedule", "SQS"}, "routes belong to the definition of HttpApi"


@pytest.mark.parametrize(("function", "settings"), list(_events("SQS")))
class TestEveryQueue:
    def test_waits_longer_than_retries_within_the_poller_take(self, function: str, settings: dict[str, Any]) -> None:
        _, queue = _queue(settings["Queue"])
        assert queue["VisibilityTimeout"] >= 6 * stack.deployed()[function]["Properties"]["Timeout"]

    def test_gives_up_into_a_dead_letter_queue(self, function: str, settings: dict[str, Any]) -> None:
        _, queue = _queue(settings["Queue"])
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
        _, dead_letters = _queue(queue["RedrivePolicy"]["deadLetterTargetArn"])
        assert dead_letters["MessageRetentionPeriod"] == FOURTEEN_DAYS

    def test_takes_back_only_the_messages_that_failed(self, function: str, settings: dict[str, Any]) -> None:
        assert settings["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("function", "settings"), list(_events("DynamoDB")))
class TestEveryStream:
    def test_takes_back_only_the_records_that_failed(self, function: str, settings: dict[str, Any]) -> None:
        assert settings["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert settings["BisectBatchOnFunctionError"] is True

    def test_begins_with_the_oldest_record_and_does_not_stop_forever_at_a_bad_one(
        self, function: str, settings: dict[str, Any]
    ) -> None:
        assert settings["StartingPosition"] == "TRIM_HORIZON"
        assert 5 <= settings["MaximumRetryAttempts"] <= 100
        assert _queue(settings["DestinationConfig"]["OnFailure"]["Destination"])

    def test_is_not_called_for_every_answer_saved(self, function: str, settings: dict[str, Any]) -> None:
        patterns = [json.loads(entry["Pattern"]) for entry in settings["FilterCriteria"]["Filters"]]
        prefixes = [pattern["dynamodb"]["Keys"]["sk"]["S"][0]["prefix"] for pattern in patterns]
        assert set(prefixes) == {"RESULT#", "SITTING#"}
        for pattern, prefix in zip(patterns, prefixes, strict=True):
            assert prefix != "SITTING#" or "NewImage" in pattern["dynamodb"] or pattern["eventName"] == ["REMOVE"]


@pytest.mark.parametrize(("function", "settings"), list(_events("Schedule")))
class TestEverySchedule:
    def test_keeps_what_could_not_be_delivered(self, function: str, settings: dict[str, Any]) -> None:
        assert _queue(settings["DeadLetterConfig"]["Arn"])

    def test_keeps_what_failed_in_the_function(self, function: str, settings: dict[str, Any]) -> None:
        declared = stack.source()["Resources"][function]["Properties"]["EventInvokeConfig"]
        assert _queue(declared["DestinationConfig"]["OnFailure"]["Destination"])


@pytest.mark.parametrize(("function", "settings"), list(_events("S3")))
class TestEveryUpload:
    def test_is_tried_again_and_kept_when_it_fails(self, function: str, settings: dict[str, Any]) -> None:
        declared = stack.source()["Resources"][function]["Properties"]["EventInvokeConfig"]
        assert declared["MaximumRetryAttempts"] == 2
        assert _queue(declared["DestinationConfig"]["OnFailure"]["Destination"])

    def test_comes_from_a_bucket_that_is_closed_and_forgets(self, function: str, settings: dict[str, Any]) -> None:
        bucket = stack.deployed()[settings["Bucket"]["Ref"]]["Properties"]
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["BucketEncryption"]
        assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] <= 7

    def test_may_read_what_came_and_no_more(self, function: str, settings: dict[str, Any]) -> None:
        bucket = settings["Bucket"]["Ref"]
        allowed = {
            str(resource): item.actions
            for item in stack.statements(function)
            for resource in item.resources
            if bucket in str(resource)
        }
        assert allowed == {
            str({"Fn::Sub": f"${{{bucket}.Arn}}/uploads/*"}): ("s3:GetObject",),
            str({"Fn::GetAtt": [bucket, "Arn"]}): ("s3:ListBucket",),
        }


def test_overdue_attempts_are_closed_within_five_minutes() -> None:
    ((_, settings),) = [found for found in _events("Schedule") if found[0] == "AttemptSweeperFunction"]
    assert settings["Schedule"] == "rate(2 minutes)"
    assert stack.deployed()["AttemptSweeperFunction"]["Properties"]["Timeout"] <= 120


def test_every_queue_is_encrypted() -> None:
    for queue, properties in stack.deployed_of("AWS::SQS::Queue"):
        assert properties["SqsManagedSseEnabled"] is True, queue


def test_every_dead_letter_queue_has_an_alarm() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for _, alarm in stack.deployed_of("AWS::CloudWatch::Alarm")
        for dimension in alarm.get("Dimensions", [])
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }
    assert watched == _dead_letter_queues()


def test_every_alarm_tells_the_operators() -> None:
    for alarm, properties in stack.deployed_of("AWS::CloudWatch::Alarm"):
        assert properties["AlarmActions"] == [
            {"Fn::If": ["HasAlarmEmail", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}
        ], alarm
