"""Capacity units by DynamoDB's published rules."""

from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from bench.capacity import item_size, metered, partition_keys, read_units

KEY = {"pk": {"S": "P"}, "sk": {"S": "S"}}


@pytest.fixture(scope="module")
def client() -> Any:
    return botocore.session.get_session().create_client("dynamodb", region_name="us-east-1")


@pytest.fixture(scope="module")
def other() -> Any:
    return botocore.session.get_session().create_client("dynamodb", region_name="us-east-1")


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "häh"}, 4),
        ({"N": "7"}, 2),
        ({"N": "-1234.5"}, 5),
        ({"N": "1000000"}, 2),
        ({"N": "0"}, 1),
        ({"B": b"abc"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "a"}, {"N": "1"}]}, 3 + 2 + 1 + 2),
        ({"M": {"xy": {"S": "a"}}}, 3 + 1 + 2 + 1),
    ],
)
def test_sizes(value: dict[str, Any], size: int) -> None:
    assert item_size({"name": value}) == 4 + size


def test_reading_is_rounded_up_to_four_kilobytes() -> None:
    assert [read_units(size, consistent=True) for size in (0, 1, 4096, 4097)] == [1, 1, 1, 2]
    assert read_units(4097, consistent=False) == 1


def test_a_query_is_rounded_once_and_a_batch_for_each_item(client: Any, other: Any) -> None:
    item = {**KEY, "text": {"S": "x" * 3000}}
    with Stubber(client) as stub, metered(client, other) as usage:
        stub.add_response("query", {"Items": [item, item]})
        client.query(TableName="t", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "P"}})
        assert (usage.reads, usage.writes) == (1.0, 0)

        stub.add_response("batch_get_item", {"Responses": {"t": [item, item]}, "UnprocessedKeys": {}})
        keys = [{"pk": {"S": "P"}, "sk": {"S": str(number)}} for number in range(3)]
        client.batch_get_item(RequestItems={"t": {"Keys": keys, "ConsistentRead": True}})

    assert usage.reads == 1.0 + 3, "two found, one not there"
    assert usage.operations == ["Query", "BatchGetItem"]
    assert usage.keys == {"t: P": 4}


def test_a_count_costs_what_it_reads_and_not_what_it_sends(client: Any, other: Any) -> None:
    wanted = {"TableName": "t", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "P"}}}
    items = [{**KEY, "text": {"S": "x" * 5000}}] * 3
    with Stubber(client) as stub, Stubber(other) as asked_again, metered(client, other) as usage:
        stub.add_response("query", {"Count": 3})
        asked_again.add_response("query", {"Items": items}, {**wanted, "ReturnConsumedCapacity": "TOTAL"})
        client.query(**wanted, Select="COUNT")

    assert usage.reads == 2.0


def test_writes_are_what_the_engine_says_and_refusals_what_is_stored(client: Any, other: Any) -> None:
    with Stubber(client) as stub, metered(client, other) as usage:
        stub.add_response("put_item", {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 3.0}})
        client.put_item(TableName="t", Item=KEY)
        stub.add_response(
            "transact_write_items",
            {"ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 4.0}, {"TableName": "u", "CapacityUnits": 2.0}]},
        )
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": KEY}}])
        assert usage.writes == 9.0

        stored = {**KEY, "text": {"S": "x" * 1500}}
        stub.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": stored})
        with pytest.raises(client.exceptions.ConditionalCheckFailedException):
            client.put_item(TableName="t", Item=KEY)

    assert usage.writes == 9.0 + 2


def test_the_feed_of_revocations_is_no_cost_of_a_request(client: Any, other: Any) -> None:
    with Stubber(client) as stub, metered(client, other) as usage:
        stub.add_response("get_item", {})
        client.get_item(TableName="t", Key={"pk": {"S": "REVOCATIONS"}, "sk": {"S": "FEED"}})
    assert usage.calls == 0


def test_the_partitions_of_a_request() -> None:
    transaction = {
        "TransactItems": [
            {"Put": {"TableName": "t", "Item": KEY}},
            {"Update": {"TableName": "u", "Key": {"pk": {"S": "Q"}, "sk": {"S": "S"}}}},
        ]
    }
    index = {"TableName": "t", "IndexName": "due", "ExpressionAttributeValues": {":h": {"S": "DUE#1"}}}

    assert list(partition_keys("TransactWriteItems", transaction)) == ["t: P", "u: Q"]
    assert list(partition_keys("Query", index)) == ["t.due: DUE#1"]
    assert list(partition_keys("GetItem", {"TableName": "t", "Key": KEY})) == ["t: P"]
    removed = {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}
    assert list(partition_keys("BatchWriteItem", removed)) == ["t: P"]
