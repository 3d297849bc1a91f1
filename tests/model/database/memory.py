"""A DynamoDB in this process: what the product's calls need of it, in a hundredth of the time of a server.

Histories by the thousand cannot afford a server, or moto's way through HTTP: they would take a quarter of an hour.
Calls are atomic because one comes after the other; what other engines refuse (an item twice in a transaction, names
that are not used, keys that are changed) is refused here as well. `test_database` holds it to moto's answers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.factories.tables import definitions
from tests.model.database import expressions
from tests.model.database.expressions import Condition, Invalid, Scope, StoredItem

_MOST_IN_TRANSACTION, _MOST_IN_BATCH_GET, _MOST_IN_BATCH_WRITE = 100, 100, 25
_PLACEHOLDERS = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_EXPRESSIONS = ("ConditionExpression", "UpdateExpression", "KeyConditionExpression", "ProjectionExpression")

Key = tuple[str, str]
Table = dict[Key, StoredItem]
Arguments = Mapping[str, Any]


class MemoryDynamoDB:
    """Tables in memory, by their physical names.

    Args:
        names: the environment variables that name tables, such as `{"ATTEMPTS_TABLE": "attempts-test"}`.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self._tables: dict[str, Table] = {name: {} for name in names.values()}
        self._indexes: dict[str, dict[str, tuple[str, str]]] = {
            names[f"{context.upper()}_TABLE"]: _indexes(arguments) for context, arguments in definitions().items()
        }
        self._operations: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "DeleteItem": self._delete,
            "Query": self._query,
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "TransactWriteItems": self._transact,
        }

    def call(self, operation: str, arguments: Arguments) -> dict[str, Any]:
        """In place of a client's `_make_api_call`.

        Raises:
            ClientError: as botocore raises it.
        """
        try:
            return self._operations[operation](arguments)
        except Invalid as fault:
            raise _refusal(operation, "ValidationException", str(fault)) from None

    def table(self, context: str) -> Table:
        """What is stored in a context's table, by key; not to be changed."""
        return self._tables[self._names[f"{context.upper()}_TABLE"]]

    def snapshot(self) -> dict[str, Table]:
        """Everything that is stored now; items are never changed in place, so it stays what it is."""
        return {name: dict(items) for name, items in self._tables.items()}

    def restore(self, snapshot: Mapping[str, Table]) -> None:
        """Store what was stored then, and nothing else."""
        self._tables = {name: dict(items) for name, items in snapshot.items()}

    def expire(self, now: float) -> None:
        """Remove what has run out, as DynamoDB does some time after."""
        table = self._names["EPHEMERAL_TABLE"]
        kept = {
            key: item for key, item in self._tables[table].items() if float(item.get("expires_at", _NEVER)["N"]) > now
        }
        self._tables[table] = kept

    def _get(self, arguments: Arguments) -> dict[str, Any]:
        item = self._tables[arguments["TableName"]].get(_key(arguments["Key"]))
        return {} if item is None else {"Item": dict(item)}

    def _put(self, arguments: Arguments) -> dict[str, Any]:
        return self._write(arguments, _put)

    def _update(self, arguments: Arguments) -> dict[str, Any]:
        return self._write(arguments, _updated)

    def _delete(self, arguments: Arguments) -> dict[str, Any]:
        return self._write(arguments, _deleted)

    def _write(
        self, arguments: Arguments, change: Callable[[Arguments, StoredItem | None], StoredItem | None]
    ) -> dict[str, Any]:
        _check_placeholders(arguments)
        table, key = self._tables[arguments["TableName"]], _key(arguments.get("Key") or arguments["Item"])
        before = table.get(key)
        if not _holds(arguments, before):
            item = _shown(arguments, before)
            raise _refusal("Write", "ConditionalCheckFailedException", "The conditional request failed", **item)
        after = change(arguments, before)
        _store(table, key, after)
        kind = arguments.get("ReturnValues", "NONE")
        shown = {"ALL_OLD": before, "ALL_NEW": after}.get(kind)
        return {} if shown is None else {"Attributes": dict(shown)}

    def _query(self, arguments: Arguments) -> dict[str, Any]:
        _check_placeholders(arguments)
        table = arguments["TableName"]
        hash_name, range_name = ("pk", "sk")
        if (index := arguments.get("IndexName")) is not None:
            hash_name, range_name = self._indexes[table][index]
        names, values = (arguments.get(each, {}) for each in _PLACEHOLDERS)
        text = arguments["KeyConditionExpression"]
        holds = expressions.condition(text)
        # It begins with the partition; looking at that first leaves little to evaluate.
        partition = values[text.split(maxsplit=3)[2]]
        found = [
            item
            for item in self._tables[table].values()
            if item.get(hash_name) == partition and range_name in item and holds(Scope(item, names, values))
        ]
        ascending = arguments.get("ScanIndexForward", True)
        found.sort(key=lambda item: _order(item, range_name), reverse=not ascending)
        if (start := arguments.get("ExclusiveStartKey")) is not None:
            if not holds(Scope(start, names, values)):
                raise Invalid("The provided starting key is outside query boundaries based on provided conditions")
            after = _order(start, range_name)
            orders = [_order(item, range_name) for item in found]
            found = [
                item
                for item, order in zip(found, orders, strict=True)
                if order != after and (order > after) is ascending
            ]
        limit = arguments.get("Limit", len(found) + 1)
        page = found[:limit]
        answer: dict[str, Any] = {"Count": len(page)}
        if arguments.get("Select") != "COUNT":
            keys_only = index is not None or "ProjectionExpression" in arguments
            answer["Items"] = [_keys(item) if keys_only else dict(item) for item in page]
        # DynamoDB says so as well when the page is full and nothing follows.
        if len(page) == limit:
            answer["LastEvaluatedKey"] = {**_keys(page[-1]), hash_name: page[-1][hash_name]}
            answer["LastEvaluatedKey"][range_name] = page[-1][range_name]
        return answer

    def _batch_get(self, arguments: Arguments) -> dict[str, Any]:
        keys = [(table, _key(key)) for table, wanted in arguments["RequestItems"].items() for key in wanted["Keys"]]
        _check_batch(keys, _MOST_IN_BATCH_GET)
        responses: dict[str, list[StoredItem]] = {}
        for table, key in keys:
            if (item := self._tables[table].get(key)) is not None:
                responses.setdefault(table, []).append(dict(item))
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _batch_write(self, arguments: Arguments) -> dict[str, Any]:
        writes: list[tuple[str, Key, StoredItem | None]] = []
        for table, requests in arguments["RequestItems"].items():
            for request in requests:
                item = request["PutRequest"]["Item"] if "PutRequest" in request else None
                writes.append((table, _key(item or request["DeleteRequest"]["Key"]), item))
        _check_batch([(table, key) for table, key, _ in writes], _MOST_IN_BATCH_WRITE)
        for table, key, item in writes:
            _store(self._tables[table], key, item)
        return {"UnprocessedItems": {}}

    def _transact(self, arguments: Arguments) -> dict[str, Any]:
        operations = [next(iter(entry.items())) for entry in arguments["TransactItems"]]
        keys = [(each["TableName"], _key(each.get("Key") or each["Item"])) for _, each in operations]
        _check_batch(keys, _MOST_IN_TRANSACTION)
        stored = [self._tables[table].get(key) for table, key in keys]
        for _, each in operations:
            _check_placeholders(each)
        # All of them are worked out before any is stored: whatever is wrong with one, nothing is left of the others.
        outcomes = [_transacted(verb, each, item) for (verb, each), item in zip(operations, stored, strict=True)]
        reasons = [reason for _, reason in outcomes]
        if any(reason["Code"] != "None" for reason in reasons):
            raise _refusal(
                "TransactWriteItems", "TransactionCanceledException", "Canceled", CancellationReasons=reasons
            )
        for (table, key), (item, _) in zip(keys, outcomes, strict=True):
            _store(self._tables[table], key, item)
        return {}


def _transacted(verb: str, arguments: Arguments, before: StoredItem | None) -> tuple[StoredItem | None, dict[str, Any]]:
    """What an operation makes of an item, and the reason for which it cannot."""
    if not _holds(arguments, before):
        return None, {"Code": "ConditionalCheckFailed", **_shown(arguments, before)}
    try:
        after = before if verb == "ConditionCheck" else _CHANGES[verb](arguments, before)
    except Invalid as fault:
        return None, {"Code": "ValidationError", "Message": str(fault)}
    return after, {"Code": "None"}


_NEVER = {"N": "1e15"}


def _indexes(arguments: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    listed = [*arguments.get("GlobalSecondaryIndexes", ()), *arguments.get("LocalSecondaryIndexes", ())]
    return {index["IndexName"]: tuple(part["AttributeName"] for part in index["KeySchema"]) for index in listed}


def _key(item: Mapping[str, Any]) -> Key:
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    if not pk or not sk:
        raise Invalid("a key is empty")
    return pk, sk


def _keys(item: Mapping[str, Any]) -> StoredItem:
    return {"pk": item["pk"], "sk": item["sk"]}


def _order(item: Mapping[str, Any], name: str) -> tuple[Any, str, str]:
    value = item[name]
    first = value["S"].encode() if "S" in value else float(value["N"])
    return first, item["pk"]["S"], item["sk"]["S"]


def _store(table: Table, key: Key, item: StoredItem | None) -> None:
    if item is None:
        table.pop(key, None)
    else:
        table[key] = item


def _scope(arguments: Arguments, item: StoredItem | None) -> Scope:
    names, values = (arguments.get(each, {}) for each in _PLACEHOLDERS)
    return Scope(item or {}, names, values)


def _holds(arguments: Arguments, item: StoredItem | None) -> bool:
    text = arguments.get("ConditionExpression")
    if text is None:
        return True
    parsed: Condition = expressions.condition(text)
    return parsed(_scope(arguments, item))


def _put(arguments: Arguments, _: StoredItem | None) -> StoredItem:
    return dict(arguments["Item"])


def _deleted(_arguments: Arguments, _item: StoredItem | None) -> None:
    return None


def _updated(arguments: Arguments, before: StoredItem | None) -> StoredItem:
    key = arguments["Key"]
    old = before or {}
    new = {**old, **key}
    scope = Scope(old, *(arguments.get(each, {}) for each in _PLACEHOLDERS))
    for action in expressions.update(arguments["UpdateExpression"]):
        action(scope, new)
    if _keys(new) != key:
        raise Invalid("Cannot update attribute pk or sk. This attribute is part of the key")
    return new


_CHANGES: dict[str, Callable[[Arguments, StoredItem | None], StoredItem | None]] = {
    "Put": _put,
    "Update": _updated,
    "Delete": _deleted,
}


def _check_placeholders(arguments: Arguments) -> None:
    used = expressions.placeholders(*(arguments[each] for each in _EXPRESSIONS if each in arguments))
    given = {name for each in _PLACEHOLDERS for name in arguments.get(each, ())}
    if used != given:
        raise Invalid(f"placeholders unused or undefined: {sorted(used ^ given)}")


def _check_batch(keys: list[tuple[str, Key]], most: int) -> None:
    if not 0 < len(keys) <= most:
        raise Invalid(f"{len(keys)} operations of at most {most}")
    if len(set(keys)) < len(keys):
        raise Invalid("several operations on one item")


def _shown(arguments: Arguments, item: StoredItem | None) -> dict[str, Any]:
    wanted = arguments.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item is not None
    return {"Item": dict(item or {})} if wanted else {}


def _refusal(operation: str, code: str, message: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}, **more}, operation)
