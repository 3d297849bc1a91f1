"""DynamoDB in memory, as far as the product uses it: quick, atomic, and with states that can be put back.

It answers requests at the level of HTTP. Transactions are all or nothing and known again by their token, which moto's
are not. `tests/faults/test_memory_database.py` holds it against an engine of somebody else's.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.factories.expressions import InvalidExpression, Item, Value, condition, ordered, updated
from tests.factories.tables import definitions

Body = Mapping[str, Any]
Place = tuple[str, str, str]
Row = dict[str, Any]
Rows = dict[tuple[str, str], Row]

_NOTHING: dict[str, Any] = {}
_BATCH_GET_LIMIT, _BATCH_WRITE_LIMIT, _TRANSACTION_LIMIT = 100, 25, 100


class Refused(Exception):
    """An error of DynamoDB's, with what comes in its body."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True, slots=True)
class _Index:
    hash_name: str
    range_name: str


class MemoryDatabase:
    """Tables of string keys `pk` and `sk`, with the indexes that the template declares."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[tuple[str, str], Item]] = {}
        self._indexes: dict[str, dict[str, _Index]] = {}
        self._tokens: dict[str, str] = {}
        self.operations: dict[str, Callable[[Body], dict[str, Any]]] = {
            "GetItem": self._get,
            "PutItem": self._write,
            "UpdateItem": self._write,
            "DeleteItem": self._write,
            "Query": self._query,
            "Scan": self._scan,
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "TransactWriteItems": self._transact,
        }

    def create_tables(self, suffix: str) -> dict[str, str]:
        """Make the product's tables, and return the environment variables that name them."""
        environment = {}
        for context, declared in definitions().items():
            name = f"{context}-{suffix}"
            indexes = [*declared.get("LocalSecondaryIndexes", ()), *declared.get("GlobalSecondaryIndexes", ())]
            self._tables[name] = {}
            self._indexes[name] = {
                index["IndexName"]: _Index(*(key["AttributeName"] for key in index["KeySchema"])) for index in indexes
            }
            environment[f"{context.upper()}_TABLE"] = name
        return environment

    def keep(self) -> dict[str, dict[tuple[str, str], Item]]:
        """What is stored now, to be put back later. Items are never changed in place."""
        return {name: dict(items) for name, items in self._tables.items()}

    def put_back(self, kept: Mapping[str, dict[tuple[str, str], Item]]) -> None:
        """Make what is stored what it was."""
        self._tables = {name: dict(items) for name, items in kept.items()}
        self._tokens = {}

    def rows(self) -> dict[str, Rows]:
        """Every item by context and key, its values as plain Python."""
        return {name.partition("-")[0]: dict(map(_row, items.values())) for name, items in self._tables.items()}

    def answer(self, operation: str, body: Body) -> tuple[int, dict[str, str], str]:
        """Answer a request: status, headers, body."""
        try:
            return 200, {}, json.dumps(self.operations[operation](body))
        except InvalidExpression as error:
            refused = Refused("ValidationException", message=str(error))
        except Refused as error:
            refused = error
        return 400, {}, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{refused.code}", **refused.more})

    def _items(self, table: str) -> dict[tuple[str, str], Item]:
        if table not in self._tables:
            raise Refused("ResourceNotFoundException", message=f"no table {table}")
        return self._tables[table]

    def _get(self, body: Body) -> dict[str, Any]:
        found = self._items(body["TableName"]).get(_key(body["Key"]))
        return {} if found is None else {"Item": _projected(found, body)}

    def _write(self, body: Body) -> dict[str, Any]:
        place, before, after = self._outcome(body)
        self._apply([(place, after)])
        wanted = {"ALL_OLD": before, "ALL_NEW": after}.get(body.get("ReturnValues", "NONE"))
        return {} if wanted is None else {"Attributes": wanted}

    def _outcome(self, body: Body) -> tuple[Place, Item | None, Item | None]:
        """Where a write goes, what is there before it and what after."""
        table, key = body["TableName"], body.get("Key") or body["Item"]
        place = (table, *_key(key))
        before = self._items(table).get(place[1:])
        scope = before or {}, body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
        if "ConditionExpression" in body and not condition(body["ConditionExpression"])(scope):
            shown = before if body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None
            more = {} if shown is None else {"Item": shown}
            raise Refused("ConditionalCheckFailedException", message="The conditional request failed", **more)
        if "UpdateExpression" in body:
            start = {name: key[name] for name in ("pk", "sk")} if before is None else before
            return place, before, updated(body["UpdateExpression"], (start, *scope[1:]))
        return place, before, body.get("Item")

    def _apply(self, changes: Iterable[tuple[Place, Item | None]]) -> None:
        for (table, pk, sk), after in changes:
            if after is None:
                self._tables[table].pop((pk, sk), None)
            else:
                self._tables[table][pk, sk] = after

    def _query(self, body: Body) -> dict[str, Any]:
        index = self._indexes[body["TableName"]][body["IndexName"]] if "IndexName" in body else _Index("pk", "sk")
        names, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
        matches = condition(body["KeyConditionExpression"])
        given = {value.get("S") for value in values.values()}
        found = [
            item
            for item in self._items(body["TableName"]).values()
            # The hash key is one of the values: most items need no further look.
            if item.get(index.hash_name, _NOTHING).get("S") in given
            and index.range_name in item
            and matches((item, names, values))
        ]
        return self._page(body, found, index)

    def _scan(self, body: Body) -> dict[str, Any]:
        return self._page(body, list(self._items(body["TableName"]).values()), _Index("pk", "sk"))

    def _page(self, body: Body, found: list[Item], index: _Index) -> dict[str, Any]:
        def rank(item: Item) -> tuple[Any, ...]:
            return ordered(item[index.range_name]), item["pk"]["S"], item["sk"]["S"]

        backwards = not body.get("ScanIndexForward", True)
        found.sort(key=rank, reverse=backwards)
        if "ExclusiveStartKey" in body:
            start = rank(body["ExclusiveStartKey"])
            found = [item for item in found if (rank(item) < start if backwards else rank(item) > start)]
        page = found[: body.get("Limit")]
        own = ("pk", "sk", index.hash_name, index.range_name)
        if "IndexName" in body:  # all of them hold keys only
            page = [{name: item[name] for name in own} for item in page]
        answer: dict[str, Any] = {"Count": len(page), "ScannedCount": len(page)}
        if body.get("Select") != "COUNT":
            answer["Items"] = [_projected(item, body) for item in page]
        if page and len(page) == body.get("Limit"):
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in own}
        return answer

    def _batch_get(self, body: Body) -> dict[str, Any]:
        wanted = body["RequestItems"]
        places = [(table, *_key(key)) for table, entry in wanted.items() for key in entry["Keys"]]
        _refuse_bad_batch(places, _BATCH_GET_LIMIT)
        found: dict[str, list[Item]] = {table: [] for table in wanted}
        for table, pk, sk in places:
            if (pk, sk) in self._items(table):
                found[table].append(_projected(self._items(table)[pk, sk], wanted[table]))
        return {"Responses": found, "UnprocessedKeys": {}}

    def _batch_write(self, body: Body) -> dict[str, Any]:
        changes: list[tuple[Place, Item | None]] = []
        for table, entries in body["RequestItems"].items():
            self._items(table)
            for entry in entries:
                item = entry["PutRequest"]["Item"] if "PutRequest" in entry else None
                changes.append(((table, *_key(item or entry["DeleteRequest"]["Key"])), item))
        _refuse_bad_batch([place for place, _ in changes], _BATCH_WRITE_LIMIT)
        self._apply(changes)
        return {"UnprocessedItems": {}}

    def _transact(self, body: Body) -> dict[str, Any]:
        token, content = body.get("ClientRequestToken"), json.dumps(body["TransactItems"], sort_keys=True)
        if token is not None and token in self._tokens:
            if self._tokens[token] != content:
                raise Refused("IdempotentParameterMismatchException", message="another transaction has this token")
            return {}
        changes: list[tuple[Place, Item | None]] = []
        reasons: list[dict[str, Any]] = []
        for entry in body["TransactItems"]:
            ((verb, operation),) = entry.items()
            try:
                place, before, after = self._outcome(operation)
                changes.append((place, before if verb == "ConditionCheck" else after))
                reasons.append({"Code": "None"})
            except Refused as refused:
                reasons.append({"Code": refused.code.removesuffix("Exception"), "Message": "", **refused.more})
        if any(reason["Code"] != "None" for reason in reasons):
            for reason in reasons:
                reason.pop("message", None)
            raise Refused("TransactionCanceledException", message="cancelled", CancellationReasons=reasons)
        _refuse_bad_batch([place for place, _ in changes], _TRANSACTION_LIMIT)
        self._apply(changes)
        if token is not None:
            self._tokens[token] = content
        return {}


def _key(key: Item) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _row(item: Item) -> tuple[tuple[str, str], Row]:
    return _key(item), {name: _plain(value) for name, value in item.items() if name not in {"pk", "sk"}}


def _plain(value: Value) -> Any:
    ((kind, content),) = value.items()
    if kind == "N":
        number = Decimal(content)
        return int(number) if number == int(number) else float(number)
    if kind == "M":
        return {name: _plain(inner) for name, inner in content.items()}
    if kind == "L":
        return [_plain(inner) for inner in content]
    return set(content) if kind in {"SS", "NS"} else content


def _projected(item: Item, body: Body) -> Item:
    if "ProjectionExpression" not in body:
        return item
    names = body.get("ExpressionAttributeNames", {})
    wanted = [names.get(name.strip(), name.strip()) for name in body["ProjectionExpression"].split(",")]
    return {name: item[name] for name in wanted if name in item}


def _refuse_bad_batch(places: list[Place], limit: int) -> None:
    if not 1 <= len(places) <= limit or len(set(places)) < len(places):
        raise Refused("ValidationException", message=f"not 1 to {limit} different items")
