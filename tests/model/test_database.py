"""The in-memory database gives the same answers as moto."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dynamodb.database import MemoryDatabase

REGION = "us-east-1"
TABLE = "attempts-test"
Call = tuple[str, dict[str, Any]]

_SKS = ("A#1", "A#2", "B#1", "B#2")
_sks = st.sampled_from(_SKS)
_keys = st.builds(lambda pk, sk: {"pk": {"S": pk}, "sk": {"S": sk}}, st.sampled_from(["P", "Q"]), _sks)
_values = st.one_of(
    st.sampled_from(["", "x", "y"]).map(lambda text: {"S": text}),
    st.integers(-2, 2).map(lambda number: {"N": str(number)}),
)
_attributes = st.sampled_from(["n", "t", "due_shard", "deadline"])
_contents: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "n": st.integers(-2, 2).map(lambda number: {"N": str(number)}),
    "t": st.sampled_from(["x", "y", "xy"]).map(lambda text: {"S": text}),
    "m": st.dictionaries(st.sampled_from(["1", "2"]), st.just({"S": "z"}), max_size=2).map(lambda each: {"M": each}),
    "s": st.sets(st.sampled_from(["e", "f"]), min_size=1).map(lambda each: {"SS": sorted(each)}),
    "due_shard": st.sampled_from(["D1", "D2"]).map(lambda text: {"S": text}),
    "deadline": st.integers(0, 3).map(lambda number: {"N": str(number)}),
}
_items = st.builds(lambda key, more: {**key, **more}, _keys, st.fixed_dictionaries({}, optional=_contents))
_conditions = st.sampled_from(
    [
        None,
        "attribute_exists (#a)",
        "attribute_not_exists (#a)",
        "#a = :v",
        "#a <> :v",
        "#a < :v",
        "(#a >= :v OR attribute_not_exists (#a))",
        "(#a <= :v AND (NOT attribute_exists (#b)))",
        "attribute_not_exists (#a) OR #b = :v AND #a > :v",
    ]
)
_updates = st.sampled_from(
    [
        "SET #c = :w",
        "SET #n = #n + :one",
        "SET #n = if_not_exists(#n, :one) - :one, #c = :w",
        "ADD #n :one",
        "ADD #s :set",
        "DELETE #s :set",
        "REMOVE #c, #n",
        "SET #m.#p = :w",
        "SET #c = :w REMOVE #n ADD #s :set",
        "SET #m = :map",
    ]
)
_NAMES = {"#c": "t", "#n": "n", "#s": "s", "#m": "m", "#p": "1"}
_VALUES = {":one": {"N": "1"}, ":set": {"SS": ["e"]}, ":map": {"M": {}}}


@st.composite
def _conditioned(draw: st.DrawFn, arguments: dict[str, Any]) -> dict[str, Any]:
    condition = draw(_conditions)
    texts = arguments.get("UpdateExpression", "") + " " + (condition or "")
    names = {**_NAMES, "#a": draw(_attributes), "#b": draw(_attributes)}
    values = {**_VALUES, ":v": draw(_values), ":w": draw(_values)}
    # Letters may be the beginning of a longer name: what is not a whole word does not count.
    words = set(texts.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").split())
    used = {name: value for name, value in names.items() if name in words}
    given_values = {name: value for name, value in values.items() if name in words}
    filled = dict(arguments)
    if condition is not None:
        filled["ConditionExpression"] = condition
        filled["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if used:
        filled["ExpressionAttributeNames"] = used
    if given_values:
        filled["ExpressionAttributeValues"] = given_values
    return filled


_puts = _items.flatmap(lambda item: _conditioned({"TableName": TABLE, "Item": item}))
_update_calls = st.tuples(_keys, _updates).flatmap(
    lambda drawn: _conditioned({"TableName": TABLE, "Key": drawn[0], "UpdateExpression": drawn[1]})
)
_deletes = _keys.flatmap(lambda key: _conditioned({"TableName": TABLE, "Key": key}))


@st.composite
def _queries(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["all", "prefix", "between", "index"]))
    values: dict[str, Any] = {":pk": {"S": draw(st.sampled_from(["P", "Q"]))}}
    arguments: dict[str, Any] = {"TableName": TABLE, "KeyConditionExpression": "pk = :pk"}
    if kind == "prefix":
        arguments["KeyConditionExpression"] += " AND begins_with(sk, :sk)"
        values[":sk"] = {"S": draw(st.sampled_from(["A#", "B"]))}
    elif kind == "between":
        arguments["KeyConditionExpression"] += " AND sk BETWEEN :since AND :until"
        values |= {":since": {"S": draw(_sks)}, ":until": {"S": "B#2"}}
    elif kind == "index":
        values = {":h": {"S": draw(st.sampled_from(["D1", "D2"]))}, ":r": {"N": str(draw(st.integers(0, 3)))}}
        arguments |= {"IndexName": "due", "KeyConditionExpression": "#h = :h AND #r <= :r"}
        arguments["ExpressionAttributeNames"] = {"#h": "due_shard", "#r": "deadline"}
    if kind != "index":
        arguments["ScanIndexForward"] = draw(st.booleans())
        # After a full last page moto does not say that there may be more; DynamoDB does.
        if draw(st.booleans()):
            arguments["ExclusiveStartKey"] = {"pk": values[":pk"], "sk": {"S": draw(_sks)}}
    return {**arguments, "ExpressionAttributeValues": values}


@st.composite
def _transactions(draw: st.DrawFn) -> dict[str, Any]:
    kinds = {"Put": _puts, "Update": _update_calls, "Delete": _deletes}
    entries = []
    seen = set()
    for verb in draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=3)):
        arguments = draw(kinds[verb])
        key = str([(arguments.get("Key") or arguments["Item"])[name] for name in ("pk", "sk")])
        if key not in seen:
            entries.append({verb: arguments})
        seen.add(key)
    return {"TransactItems": entries}


def _returning(kind: str) -> Callable[[dict[str, Any]], Call]:
    wanted = {"UpdateItem": "ALL_NEW", "DeleteItem": "ALL_OLD"}.get(kind)
    return lambda arguments: (kind, {**arguments, "ReturnValues": wanted} if wanted else arguments)


_calls: st.SearchStrategy[Call] = st.one_of(
    _puts.map(_returning("PutItem")),
    _update_calls.map(_returning("UpdateItem")),
    _deletes.map(_returning("DeleteItem")),
    _keys.map(lambda key: ("GetItem", {"TableName": TABLE, "Key": key})),
    _queries().map(lambda arguments: ("Query", arguments)),
    _transactions().map(lambda arguments: ("TransactWriteItems", arguments)),
    st.lists(_keys, min_size=1, max_size=3, unique_by=str).map(
        lambda keys: ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": keys}}})
    ),
    st.lists(_items, min_size=1, max_size=3, unique_by=lambda item: str((item["pk"], item["sk"]))).map(
        lambda items: ("BatchWriteItem", {"RequestItems": {TABLE: [{"PutRequest": {"Item": each}} for each in items]}})
    ),
)


@pytest.fixture
def client(engine: str, engine_tables: dict[str, str]) -> Iterator[Any]:
    found = boto3.client("dynamodb", region_name=REGION, endpoint_url=engine)
    yield found
    found.close()


def test_answers_are_those_of_an_engine(client: Any, engine_tables: dict[str, str]) -> None:
    table = engine_tables["ATTEMPTS_TABLE"]

    @settings(
        max_examples=60,
        derandomize=True,
        database=None,
        deadline=None,
        # A call has many parts to draw, and the engine may be busy.
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(calls=st.lists(_calls, min_size=1, max_size=12))
    def check(calls: list[Call]) -> None:
        for key in [{"pk": {"S": pk}, "sk": {"S": sk}} for pk in "PQ" for sk in _SKS]:
            client.delete_item(TableName=table, Key=key)
        memory = MemoryDatabase({**engine_tables, "ATTEMPTS_TABLE": TABLE})
        for operation, arguments in calls:
            there = json.loads(json.dumps(arguments).replace(TABLE, table))
            expected = _outcome(client._make_api_call, operation, there, table)
            assert _outcome(memory.call, operation, arguments, TABLE) == expected

    check()


def _outcome(call: Callable[[str, Any], dict[str, Any]], operation: str, arguments: dict[str, Any], table: str) -> Any:
    """An answer or a refusal, as far as the product looks at it."""
    try:
        answer = call(operation, arguments)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        held = [(reason["Code"], _plain(reason.get("Item"))) for reason in reasons]
        return error.response["Error"]["Code"], held, _plain(error.response.get("Item"))
    found = [_plain(answer.get(name)) for name in ("Item", "Attributes", "Count")]
    if operation == "BatchGetItem":
        return sorted(map(str, map(_plain, answer["Responses"].get(table, []))))
    items = [_plain(item) for item in answer.get("Items", ())]
    if "IndexName" in arguments:
        # The order within one key of an index is not guaranteed.
        items = sorted(({name: item[name] for name in ("pk", "sk")} for item in items), key=str)
    return [*found, items]


def _plain(value: Any) -> Any:
    """A value whose sets have an order, and numbers one way of writing."""
    if isinstance(value, dict):
        return {
            name: sorted(each) if name == "SS" else str(float(each)) if name == "N" else _plain(each)
            for name, each in value.items()
        } or None
    return value
