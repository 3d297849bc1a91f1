"""Limits that only AWS has, from DynamoDB's documentation; no emulator has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.dynamodb.database import MemoryDatabase
from tests.dynamodb.values import item_bytes, number

KEY = {"pk": {"S": "P"}, "sk": {"S": "S"}}
LARGEST_ITEM = 400 * 1024


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase({f"{name}_TABLE": name.lower() for name in _CONTEXTS})


_CONTEXTS = ("IDENTITY", "CATALOG", "ATTEMPTS", "MESSAGING", "DISCUSSIONS", "EPHEMERAL")


def item(sk: str = "S", **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": "P"}, "sk": {"S": sk}, **attributes}


def item_of(size: int, sk: str = "S") -> dict[str, Any]:
    """An item of this many bytes."""
    rest = size - item_bytes(item(sk, x={"S": ""}))
    return item(sk, x={"S": "x" * rest})


def put(database: MemoryDatabase, stored: dict[str, Any], table: str = "catalog", **more: Any) -> dict[str, Any]:
    return database.call("PutItem", {"TableName": table, "Item": stored, **more})


def update(database: MemoryDatabase, text: str, values: dict[str, Any] | None = None, **more: Any) -> Any:
    given = {"ExpressionAttributeValues": values} if values else {}
    arguments = {"TableName": "catalog", "Key": KEY, "UpdateExpression": text, **given, **more}
    return database.call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})["Attributes"]


def query(database: MemoryDatabase, text: str, values: dict[str, Any], table: str = "catalog", **more: Any) -> Any:
    arguments = {"TableName": table, "KeyConditionExpression": text, "ExpressionAttributeValues": values}
    return database.call("Query", {**arguments, **more})


@contextmanager
def refused(message: str = ".") -> Iterator[None]:
    """The block must be refused by a ValidationException with a matching message."""
    with pytest.raises(ClientError, match=message) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == "ValidationException"


class TestExpressions:
    def test_of_4_kb_is_the_longest(self, database: MemoryDatabase) -> None:
        def text(length: int) -> str:
            return f"SET {'a' * (length - len('SET =:v'))}=:v"

        update(database, text(4096), {":v": {"S": ""}})
        with refused("Expression size has exceeded the maximum allowed size; expression size: 4097"):
            update(database, text(4097), {":v": {"S": ""}})

    def test_have_300_operators_at_most(self, database: MemoryDatabase) -> None:
        def text(count: int) -> str:
            return "SET " + ",".join(f"a{each}=:v+:v" for each in range(count))

        update(database, text(300), {":v": {"N": "1"}})
        with refused("too many operators"):
            update(database, text(301), {":v": {"N": "1"}})

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("SET a = :v", {":v": {"S": ""}, ":unused": {"S": ""}}),
            ("SET a = :v, b = :undefined", {":v": {"S": ""}}),
            ("SET #a = :v", {":v": {"S": ""}}),
            ("SET name = :v", {":v": {"S": ""}}),
            ("SET a = :v SET b = :v", {":v": {"S": ""}}),
            ("SET a = :v, a = :v", {":v": {"S": ""}}),
            ("SET a.b = :v REMOVE a", {":v": {"S": ""}}),
            ("SET pk = :v", {":v": {"S": "Q"}}),
            ("SET a = b", {}),
            ("SET a = a + :v", {":v": {"N": "1"}}),
            ("SET a = :v + :v", {":v": {"S": "1"}}),
            ("ADD a :v", {":v": {"S": "1"}}),
            ("DELETE a :v", {":v": {"N": "1"}}),
            ("SET a.b = :v", {":v": {"S": ""}}),
            ("SET a = :v", {":v": {"S": "x", "N": "1"}}),
            ("SET a = :v", {":v": {}}),
            ("SET a = :v", {":v": {"SS": []}}),
            ("SET a = :v", {":v": {"SS": ["x", "x"]}}),
            ("SET a = :v", {":v": {"NS": ["1", "1.0"]}}),
            ("SET a = :v", {":v": {"N": "one"}}),
            ("SET a = :v", {":v": {"N": "1" * 39}}),
            ("SET a = :v", {":v": {"N": "1e126"}}),
            ("SET a = :v", {":v": {"N": "1e-131"}}),
            ("", {}),
        ],
    )
    def test_updates_are_refused(self, database: MemoryDatabase, text: str, values: dict[str, Any]) -> None:
        with refused():
            update(database, text, values)
        assert not database.table("catalog")

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("((attribute_exists (a)))", {}),
            ("a BETWEEN :w AND :v", {":v": {"N": "1"}, ":w": {"N": "2"}}),
            ("a < :v", {":v": {"BOOL": True}}),
            ("begins_with (a, :v)", {":v": {"N": "1"}}),
            ("a IN (" + ", ".join([":v"] * 101) + ")", {":v": {"N": "1"}}),
            ("unknown (a)", {}),
            ("a = ", {}),
        ],
    )
    def test_conditions_are_refused(self, database: MemoryDatabase, text: str, values: dict[str, Any]) -> None:
        arguments: dict[str, Any] = {"ConditionExpression": text}
        if values:
            arguments["ExpressionAttributeValues"] = values
        with refused():
            put(database, item(a={"N": "1"}), **arguments)

    def test_change_lists(self, database: MemoryDatabase) -> None:
        put(database, item(a={"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}, {"S": "3"}]}))

        after = update(database, "SET a[0] = :v, a[9] = :v REMOVE a[1], a[2]", {":v": {"S": "new"}})

        assert after["a"] == {"L": [{"S": "new"}, {"S": "3"}, {"S": "new"}]}


class TestItems:
    def test_are_of_400_kb_at_most(self, database: MemoryDatabase) -> None:
        put(database, item_of(LARGEST_ITEM))
        with refused("Item size has exceeded"):
            put(database, item_of(LARGEST_ITEM + 1))
        with refused("Item size to update has exceeded"):
            update(database, "SET y = :v", {":v": {"S": ""}})

    @pytest.mark.parametrize(
        ("value", "size"),
        [
            ({"S": "é"}, 2),
            ({"N": "0"}, 1),
            ({"N": "-12345"}, 5),
            ({"B": "AAAA"}, 3),
            ({"BOOL": True}, 1),
            ({"L": [{"S": "ab"}]}, 6),
            ({"M": {"k": {"S": "ab"}}}, 7),
            ({"SS": ["a", "bc"]}, 3),
        ],
    )
    def test_weigh_their_names_and_values(self, value: dict[str, Any], size: int) -> None:
        assert item_bytes({"x": value}) == 1 + size

    @pytest.mark.parametrize(
        "key",
        [
            {"pk": {"S": ""}, "sk": {"S": "S"}},
            {"pk": {"S": "P"}, "sk": {"S": ""}},
            {"pk": {"S": "x" * 2049}, "sk": {"S": "S"}},
            {"pk": {"S": "P"}, "sk": {"S": "x" * 1025}},
            {"pk": {"N": "1"}, "sk": {"S": "S"}},
            {"pk": {"S": "P"}},
        ],
    )
    def test_need_keys_that_fit(self, database: MemoryDatabase, key: dict[str, Any]) -> None:
        with refused():
            put(database, key)
        with refused():
            database.call("GetItem", {"TableName": "catalog", "Key": key})

    def test_have_keys_up_to_the_limits(self, database: MemoryDatabase) -> None:
        put(database, {"pk": {"S": "x" * 2048}, "sk": {"S": "x" * 1024}})

    @pytest.mark.parametrize(
        "attributes", [{"due_shard": {"S": ""}}, {"due_shard": {"N": "1"}}, {"deadline": {"S": "x"}}]
    )
    def test_need_index_keys_that_fit(self, database: MemoryDatabase, attributes: dict[str, Any]) -> None:
        with refused("ey"):
            put(database, item(**attributes), "attempts")

    @pytest.mark.parametrize(
        ("given", "stored"), [("1.0", "1"), ("-0", "0"), ("1e3", "1000"), ("9.99e125", "999" + "0" * 123), ("007", "7")]
    )
    def test_hold_numbers_without_what_says_nothing(self, given: str, stored: str) -> None:
        assert number(given) == stored


class TestQueries:
    def test_pages_end_at_1_mb(self, database: MemoryDatabase) -> None:
        for at in range(4):
            put(database, item_of(LARGEST_ITEM, str(at)))

        first = query(database, "pk = :pk", {":pk": {"S": "P"}})
        counted = query(database, "pk = :pk", {":pk": {"S": "P"}}, Select="COUNT")
        rest = query(database, "pk = :pk", {":pk": {"S": "P"}}, ExclusiveStartKey=first["LastEvaluatedKey"])

        assert [len(page["Items"]) for page in (first, rest)] == [2, 2]
        assert counted["Count"] == 2
        assert "LastEvaluatedKey" not in rest

    @pytest.mark.parametrize(
        ("text", "values", "more"),
        [
            ("pk = :pk", {":pk": {"S": ""}}, {}),
            ("pk = :pk", {":pk": {"N": "1"}}, {}),
            ("sk = :pk", {":pk": {"S": "P"}}, {}),
            ("pk = :pk AND other = :x", {":pk": {"S": "P"}, ":x": {"S": "P"}}, {}),
            ("pk = :pk AND sk BETWEEN :b AND :a", {":pk": {"S": "P"}, ":a": {"S": "a"}, ":b": {"S": "b"}}, {}),
            ("pk = :pk OR sk = :pk", {":pk": {"S": "P"}}, {}),
            ("pk = :pk", {":pk": {"S": "P"}}, {"Limit": 0}),
            ("pk = :pk", {":pk": {"S": "P"}}, {"IndexName": "unknown"}),
            ("pk = :pk", {":pk": {"S": "P"}}, {"ExclusiveStartKey": {"pk": {"S": "P"}}}),
            ("pk = :pk", {":pk": {"S": "P"}}, {"ExclusiveStartKey": {"pk": {"S": "Q"}, "sk": {"S": "S"}}}),
            ("pk = :pk", {":pk": {"S": "P"}}, {"IndexName": "running", "ProjectionExpression": "draft"}),
            ("due_shard = :pk", {":pk": {"S": "P"}}, {"IndexName": "due", "ProjectionExpression": "draft"}),
            ("due_shard = :pk", {":pk": {"S": "P"}}, {"IndexName": "due", "Select": "ALL_ATTRIBUTES"}),
            ("due_shard = :pk", {":pk": {"S": "P"}}, {"IndexName": "due", "ConsistentRead": True}),
        ],
    )
    def test_are_refused(self, database: MemoryDatabase, text: str, values: Any, more: dict[str, Any]) -> None:
        with refused():
            query(database, text, values, "attempts", **more)


class TestTransactions:
    def transact(self, database: MemoryDatabase, items: list[dict[str, Any]]) -> None:
        entries = [{"Put": {"TableName": "catalog", "Item": each}} for each in items]
        database.call("TransactWriteItems", {"TransactItems": entries})

    def test_hold_100_items_at_most(self, database: MemoryDatabase) -> None:
        self.transact(database, [item(str(at)) for at in range(100)])
        with refused():
            self.transact(database, [item(str(at)) for at in range(101)])

    def test_are_of_4_mb_at_most(self, database: MemoryDatabase) -> None:
        self.transact(database, [item_of(LARGEST_ITEM, str(at)) for at in range(10)])
        with refused("4 MB"):
            self.transact(database, [item_of(LARGEST_ITEM, str(at)) for at in range(11)])

    def test_hold_an_item_once(self, database: MemoryDatabase) -> None:
        with refused("duplicates"):
            self.transact(database, [item(), item()])

    def test_tell_which_update_does_not_fit_its_item(self, database: MemoryDatabase) -> None:
        put(database, item(a={"S": "text"}))
        change = {
            "TableName": "catalog",
            "Key": KEY,
            "UpdateExpression": "ADD a :v",
            "ExpressionAttributeValues": {":v": {"N": "1"}},
        }

        with pytest.raises(ClientError) as caught:
            database.call("TransactWriteItems", {"TransactItems": [{"Update": change}]})

        assert [reason["Code"] for reason in caught.value.response["CancellationReasons"]] == ["ValidationError"]


class TestBatches:
    def test_write_25_items_at_most(self, database: MemoryDatabase) -> None:
        def write(count: int) -> None:
            requests = [{"PutRequest": {"Item": item(str(at))}} for at in range(count)]
            database.call("BatchWriteItem", {"RequestItems": {"catalog": requests}})

        write(25)
        for count in (0, 26):
            with refused():
                write(count)

    def test_read_100_items_and_16_mb_at_most(self, database: MemoryDatabase) -> None:
        def read(count: int) -> Any:
            keys = [{"pk": {"S": "P"}, "sk": {"S": str(at)}} for at in range(count)]
            return database.call("BatchGetItem", {"RequestItems": {"catalog": {"Keys": keys}}})

        for at in range(41):
            put(database, item_of(LARGEST_ITEM, str(at)))
        answer = read(100)

        assert len(answer["Responses"]["catalog"]) == 40
        assert {"pk": {"S": "P"}, "sk": {"S": "40"}} in answer["UnprocessedKeys"]["catalog"]["Keys"]
        with refused():
            read(101)

    def test_hold_an_item_once(self, database: MemoryDatabase) -> None:
        with refused("duplicates"):
            database.call("BatchGetItem", {"RequestItems": {"catalog": {"Keys": [KEY, KEY]}}})
