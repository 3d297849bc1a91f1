"""One table per bounded context, with the expiry and backups that it needs."""

import re
from typing import Any

import pytest

from tests.infrastructure import stack
from tools.cost.sitting import COUNTED_TOGETHER, SUBMIT

LEAST_READS, LEAST_WRITES = 12_000, 4_000
HOTTEST_WRITES = 1_000  # units per second that one partition can take
DUE_ROWS, EXAM_ROWS = 1, 2  # of a submission's writes

TABLES = {
    logical_id: resource
    for logical_id, resource in stack.source()["Resources"].items()
    if resource["Type"] == "AWS::DynamoDB::Table"
}


def _keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def _types(properties: dict[str, Any]) -> dict[str, str]:
    return {item["AttributeName"]: item["AttributeType"] for item in properties["AttributeDefinitions"]}


def test_there_is_one_per_context() -> None:
    contexts = ("Identity", "Ephemeral", "Catalog", "Attempts", "Messaging", "Discussions")
    assert set(TABLES) == {f"{context}Table" for context in contexts}


@pytest.mark.parametrize("table", TABLES)
class TestEveryTable:
    def test_is_paid_by_use(self, table: str) -> None:
        assert TABLES[table]["Properties"]["BillingMode"] == "PAY_PER_REQUEST"

    def test_has_string_keys(self, table: str) -> None:
        properties = TABLES[table]["Properties"]
        assert _keys(properties["KeySchema"]) == {"HASH": "pk", "RANGE": "sk"}
        assert _types(properties).items() >= {"pk": "S", "sk": "S"}.items()

    def test_is_encrypted_with_a_key_whose_use_is_recorded(self, table: str) -> None:
        assert TABLES[table]["Properties"]["SSESpecification"] == {"SSEEnabled": True}

    def test_outlives_the_stack_and_in_production_any_mistake(self, table: str) -> None:
        assert TABLES[table]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert TABLES[table]["UpdateReplacePolicy"] == "Retain"
        assert TABLES[table]["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}

    def test_can_be_restored_unless_all_in_it_runs_out(self, table: str) -> None:
        recovery = TABLES[table]["Properties"].get("PointInTimeRecoverySpecification")
        assert recovery == (None if table == "EphemeralTable" else {"PointInTimeRecoveryEnabled": True})

    def test_expires_items_where_the_context_has_such(self, table: str) -> None:
        expiry = TABLES[table]["Properties"].get("TimeToLiveSpecification")
        expires = table in {"EphemeralTable", "CatalogTable", "MessagingTable"}
        assert expiry == ({"AttributeName": "expires_at", "Enabled": True} if expires else None)

    def test_indexes_hold_keys_only(self, table: str) -> None:
        properties = TABLES[table]["Properties"]
        for index in properties.get("GlobalSecondaryIndexes", []) + properties.get("LocalSecondaryIndexes", []):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}, index["IndexName"]

    def test_its_name_is_an_output(self, table: str) -> None:
        assert stack.source()["Outputs"][f"{table}Name"] == {"Value": {"Ref": table}}


def test_attempts_are_found_by_deadline_and_by_exam() -> None:
    properties = TABLES["AttemptsTable"]["Properties"]
    indexes = {index["IndexName"]: _keys(index["KeySchema"]) for index in properties["GlobalSecondaryIndexes"]}
    assert indexes == {
        "due": {"HASH": "due_shard", "RANGE": "deadline"},
        "exam": {"HASH": "exam_shard", "RANGE": "exam_sk"},
    }
    assert _types(properties).items() >= {"due_shard": "S", "deadline": "N", "exam_shard": "S", "exam_sk": "S"}.items()


def test_running_attempts_of_a_student_can_be_read_consistently() -> None:
    (index,) = TABLES["AttemptsTable"]["Properties"]["LocalSecondaryIndexes"]
    assert (index["IndexName"], _keys(index["KeySchema"])) == ("running", {"HASH": "pk", "RANGE": "due_shard"})


def test_attempts_stream_what_was_and_what_is() -> None:
    stream = TABLES["AttemptsTable"]["Properties"]["StreamSpecification"]
    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_signing_key_is_made_by_aws_and_long() -> None:
    made = stack.deployed()["JwtSecret"]["Properties"]["GenerateSecretString"]
    assert (made["GenerateStringKey"], made["PasswordLength"]) == ("current", 64)


class TestPreparedTables:
    """Numbers of the mapping `WarmThroughput`, by the largest exam; docs/operations.md explains them."""

    units: dict[str, dict[str, int]] = stack.source()["Mappings"]["WarmThroughput"]

    def test_are_there_for_every_size_but_the_one_that_needs_none(self) -> None:
        sizes = stack.source()["Parameters"]["LargestExam"]
        assert set(self.units) == set(sizes["AllowedValues"]) - {sizes["Default"]}

    def test_are_not_asked_for_less_than_a_new_table_takes(self) -> None:
        for named in self.units.values():
            for name, units in named.items():
                assert units >= (LEAST_READS if name.endswith("Reads") else LEAST_WRITES), name

    def test_take_everybody_who_submits_within_ten_seconds(self) -> None:
        for students, units in self.units.items():
            submitted = int(students) / 10
            assert units["DueWrites"] >= submitted * DUE_ROWS
            assert units["ExamWrites"] >= submitted * EXAM_ROWS
            by_submitting = submitted * (SUBMIT.writes - DUE_ROWS - EXAM_ROWS)
            # The items of all results are in one partition, so the stream counts no more than this many per second.
            by_counting = HOTTEST_WRITES / 2 * COUNTED_TOGETHER
            assert units["AttemptsWrites"] >= by_submitting + by_counting

    def test_are_the_tables_own_numbers(self) -> None:
        found = re.findall(r"\['WarmThroughput', {'Ref': 'LargestExam'}, '(\w+)'\]", str(TABLES))
        assert sorted(found) == sorted(self.units["10000"])
