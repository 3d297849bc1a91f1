"""An in-memory DynamoDB: fast, atomic, restorable, and refusing what DynamoDB refuses.

It supports tables with string keys `pk` and `sk` and the keys-only indexes of the template.
`tests/model/test_database.py` and `tests/faults/test_memory_database.py` compare it with other engines;
`tests/unit/test_memory_database.py` tests the limits that only AWS has.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from smartexam.platform.aws.binary import from_base64
from tests.dynamodb import expressions
from tests.dynamodb.expressions import KeyCondition, Scope
from tests.dynamodb.values import Invalid, Item, Value, checked, checked_item, equal, item_bytes
from tests.factories.tables import definitions

Body = Mapping[str, Any]
Key = tuple[str, str]
Place = tuple[str, str, str]
Row = dict[str, Any]
Rows = dict[Key, Row]
Snapshot = dict[str, dict[str, dict[str, "StoredItem"]]]

KEY_NAMES = ("pk", "sk")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_MOST_KEY_BYTES = {"HASH": 2048, "RANGE": 1024}
_MOST_ITEM_BYTES = 400 * 1024
_PAGE_BYTES = 1024 * 1024
_BATCH_BYTES = 16 * 1024 * 1024
_TRANSACTION_BYTES = 4 * 1024 * 1024
_BATCH_GET_LIMIT, _BATCH_WRITE_LIMIT, _TRANSACTION_LIMIT = 100, 25, 100
_RETURNED = {
    "PutItem": ("NONE", "ALL_OLD"),
    "UpdateItem": ("NONE", "ALL_OLD", "ALL_NEW"),
    "DeleteItem": ("NONE", "ALL_OLD"),
}
_TEXTS = (
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
_VERBS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheck"}


class Refused(Exception):
    """A DynamoDB error, with the other fields of its body."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class StoredItem(dict[str, Value]):
    """A stored item, which never changes, with its size in bytes."""

    __slots__ = ("size",)

    def __init__(self, item: Mapping[str, Value]) -> None:
        super().__init__(item)
        self.size = item_bytes(item)


@dataclass(frozen=True, slots=True)
class _Index:
    hash_name: str
    range_name: str
    is_global: bool = False

    def holds(self, item: Item) -> bool:
        return self.hash_name in item and self.range_name in item

    def rank(self, item: Item) -> tuple[Any, str, str]:
        """The order of items in one partition of the index."""
        value = item[self.range_name]
        return Decimal(value["N"]) if "N" in value else value["S"], item["pk"]["S"], item["sk"]["S"]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*KEY_NAMES, self.hash_name, self.range_name)))


_PRIMARY = _Index(*KEY_NAMES)


@dataclass(slots=True)
class _Table:
    types: Mapping[str, str]
    indexes: Mapping[str, _Index]
    partitions: dict[str, dict[str, StoredItem]] = field(default_factory=dict)
    _order: dict[str, list[str]] = field(default_factory=dict)

    def get(self, key: Key) -> StoredItem | None:
        return self.partitions.get(key[0], {}).get(key[1])

    def items(self) -> Iterator[StoredItem]:
        return (item for partition in self.partitions.values() for item in partition.values())

    def store(self, key: Key, item: StoredItem | None) -> None:
        partition = self.partitions.setdefault(key[0], {})
        if item is None or key[1] not in partition:
            self._order.pop(key[0], None)
        if item is not None:
            partition[key[1]] = item
            return
        partition.pop(key[1], None)
        if not partition:
            del self.partitions[key[0]]

    def ordered(self, pk: str) -> list[str]:
        """The sort keys of a partition."""
        if pk not in self._order:
            self._order[pk] = sorted(self.partitions.get(pk, ()))
        return self._order[pk]

    def restore(self, partitions: Mapping[str, dict[str, StoredItem]]) -> None:
        self.partitions = {pk: dict(partition) for pk, partition in partitions.items()}
        self._order.clear()


@dataclass(frozen=True, slots=True)
class _Write:
    """A write or check that DynamoDB would look the item up for."""

    operation: str
    place: Place
    item: StoredItem | None
    condition: expressions.Condition | None
    update: expressions.Update | None
    names: Mapping[str, str]
    values: Mapping[str, Value]
    shows_item: bool


class MemoryDatabase:
    """Tables in memory; safe to use from several threads, which run one call at a time.

    Args:
        names: the environment variables that name tables, such as `{"ATTEMPTS_TABLE": "attempts-test"}`.
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.names = dict(names or table_names("test"))
        self._tables = {
            self.names[f"{context.upper()}_TABLE"]: _Table(_types(declared), _indexes(declared))
            for context, declared in definitions().items()
        }
        self._tokens: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self.operations: dict[str, Callable[[Body], dict[str, Any]]] = {
            "GetItem": self._get,
            "PutItem": lambda body: self._write("PutItem", body),
            "UpdateItem": lambda body: self._write("UpdateItem", body),
            "DeleteItem": lambda body: self._write("DeleteItem", body),
            "Query": self._query,
            "Scan": self._scan,
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "TransactWriteItems": self._transact,
        }

    def snapshot(self) -> Snapshot:
        """Everything that is stored now, to be restored later."""
        return {
            name: {pk: dict(partition) for pk, partition in table.partitions.items()}
            for name, table in self._tables.items()
        }

    def restore(self, snapshot: Snapshot) -> None:
        """Restore a snapshot."""
        for name, table in self._tables.items():
            table.restore(snapshot.get(name, {}))
        self._tokens = {}

    def clear(self) -> None:
        """Delete everything."""
        self.restore({})

    def expire(self, now: float) -> None:
        """Delete expired items, as DynamoDB does some time later."""
        table = self._tables[self.names["EPHEMERAL_TABLE"]]
        for item in list(table.items()):
            if "expires_at" in item and float(item["expires_at"]["N"]) <= now:
                table.store(_key(item), None)

    def table(self, context: str) -> dict[Key, StoredItem]:
        """What is stored in a context's table, by key."""
        return {_key(item): item for item in self._tables[self.names[f"{context.upper()}_TABLE"]].items()}

    def rows(self) -> dict[str, Rows]:
        """Every item by context and key, its values as plain Python."""
        contexts = {name: variable.removesuffix("_TABLE").lower() for variable, name in self.names.items()}
        return {contexts[name]: dict(map(_row, table.items())) for name, table in self._tables.items()}

    def call(self, operation: str, arguments: Body) -> dict[str, Any]:
        """Replaces a client's `_make_api_call`; bytes may be given as such.

        Raises:
            ClientError: as botocore raises it.
        """
        status, _, content = self.answer(operation, _decode(_encode(arguments)))
        answer: dict[str, Any] = from_base64(content, _decode(content))
        if status != 200:
            code = answer.pop("__type").rpartition("#")[2]
            raise ClientError(
                {**answer, "Error": {"Code": code, "Message": answer.get("message", "")}},
                operation,
            )
        return answer

    def answer(self, operation: str, body: Body) -> tuple[int, dict[str, str], bytes]:
        """Answer a request: status, headers, body."""
        try:
            with self._lock:
                return 200, {}, _encode(self.operations[operation](body))
        except Invalid as error:
            refused = Refused("ValidationException", message=str(error))
        except Refused as error:
            refused = error
        return 400, {}, _encode({"__type": f"com.amazonaws.dynamodb.v20120810#{refused.code}", **refused.more})

    def touched(self, operation: str, body: Body) -> list[Place]:
        """The items that a write affects, to simulate conflicts; none for a read."""
        if operation == "TransactWriteItems":
            parts = [part for entry in body["TransactItems"] for part in entry.values()]
        else:
            parts = [body] if operation in _RETURNED else []
        return [(part["TableName"], *_key(part.get("Key") or part["Item"])) for part in parts]

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            raise Refused("ResourceNotFoundException", message=f"Requested resource not found: Table: {name}")
        return self._tables[name]

    def _get(self, body: Body) -> dict[str, Any]:
        _check_placeholders(body)
        found = self._table(body["TableName"]).get(_checked_key(body["Key"]))
        return {} if found is None else {"Item": _projected(found, body)}

    def _write(self, operation: str, body: Body) -> dict[str, Any]:
        returned = body.get("ReturnValues", "NONE")
        if returned not in _RETURNED[operation]:
            raise Invalid(f"Return values set to invalid value {returned}")
        write = self._prepared(operation, body)
        before, after = self._outcome(write)
        self._apply([(write.place, after)])
        wanted = {"ALL_OLD": before, "ALL_NEW": after}.get(returned)
        return {} if wanted is None else {"Attributes": wanted}

    def _prepared(self, operation: str, body: Body) -> _Write:
        """A write after the checks that do not depend on stored items."""
        _check_placeholders(body)
        table = self._table(body["TableName"])
        item = None
        if operation == "PutItem":
            item = _storable(table, checked_item(body["Item"]), "Item size has exceeded the maximum allowed size")
            key = _key_in(item)
        else:
            key = _checked_key(body["Key"])
        names = body.get("ExpressionAttributeNames", {})
        values = checked_item(body.get("ExpressionAttributeValues", {}))
        condition = update = None
        if "ConditionExpression" in body:
            condition = expressions.condition(body["ConditionExpression"])
            for check in condition.checks:
                check(values)
        elif operation == "ConditionCheck":
            raise Invalid("ConditionCheck needs a ConditionExpression")
        if operation == "UpdateItem" and "UpdateExpression" in body:
            update = expressions.update(body["UpdateExpression"])
            update.check(names, values)
        shows_item = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        place = (body["TableName"], *key)
        return _Write(operation, place, item, condition, update, names, values, shows_item)

    def _outcome(self, write: _Write) -> tuple[StoredItem | None, StoredItem | None]:
        """The item before and after a write."""
        name, pk, sk = write.place
        table = self._table(name)
        before = table.get((pk, sk))
        scope = Scope(before or {}, write.names, write.values)
        if write.condition is not None and not write.condition.holds(scope):
            shown = {"Item": before} if write.shows_item and before is not None else {}
            raise Refused("ConditionalCheckFailedException", message="The conditional request failed", **shown)
        if write.operation == "ConditionCheck":
            return before, before
        if write.operation != "UpdateItem":
            return before, write.item
        start: Item = {"pk": {"S": pk}, "sk": {"S": sk}} if before is None else before
        after = start if write.update is None else write.update.applied(scope._replace(item=start))
        return before, _storable(table, after, "Item size to update has exceeded the maximum allowed size")

    def _apply(self, changes: Iterable[tuple[Place, StoredItem | None]]) -> None:
        for (table, pk, sk), after in changes:
            self._tables[table].store((pk, sk), after)

    def _query(self, body: Body) -> dict[str, Any]:
        _check_placeholders(body)
        table = self._table(body["TableName"])
        index = _index_of(table, body)
        names = body.get("ExpressionAttributeNames", {})
        values = checked_item(body.get("ExpressionAttributeValues", {}))
        wanted = expressions.key_condition(body["KeyConditionExpression"])
        _check_key_condition(table, index, wanted, names, values)
        partition = values[wanted.hash_value]
        start = body.get("ExclusiveStartKey")
        if start is not None:
            _check_start(index, start)
            if not wanted.condition.holds(Scope(start, names, values)):
                raise Invalid("The provided starting key is outside query boundaries based on provided conditions")
        backwards = not body.get("ScanIndexForward", True)
        if index is _PRIMARY:
            low = values[wanted.low]["S"] if wanted.low is not None else ""
            candidates = _from_partition(table, partition["S"], low, start, backwards=backwards)
        else:
            held = [item for item in table.items() if index.holds(item) and equal(item[index.hash_name], partition)]
            candidates = _after(sorted(held, key=index.rank, reverse=backwards), index, start, backwards=backwards)
        return _page(body, _matching(candidates, wanted, names, values), index)

    def _scan(self, body: Body) -> dict[str, Any]:
        _check_placeholders(body)
        table = self._table(body["TableName"])
        index = _index_of(table, body)
        start = body.get("ExclusiveStartKey")
        if start is not None:
            _check_start(index, start)
        held = sorted(filter(index.holds, table.items()), key=index.rank)
        return _page(body, iter(_after(held, index, start, backwards=False)), index)

    def _batch_get(self, body: Body) -> dict[str, Any]:
        wanted = body["RequestItems"]
        places = []
        for name, entry in wanted.items():
            _check_placeholders(entry)
            self._table(name)
            if not entry["Keys"]:
                raise Invalid("1 validation error detected: 'keys' must have length greater than or equal to 1")
            places += [(name, key, _checked_key(key)) for key in entry["Keys"]]
        _check_batch([(name, *key) for name, _, key in places], _BATCH_GET_LIMIT)
        found: dict[str, list[Item]] = {name: [] for name in wanted}
        rest: dict[str, Any] = {}
        room = _BATCH_BYTES
        for name, raw, key in places:
            item = self._table(name).get(key)
            room -= item.size if item is not None else 0
            if room < 0:
                rest.setdefault(name, {**wanted[name], "Keys": []})["Keys"].append(raw)
            elif item is not None:
                found[name].append(_projected(item, wanted[name]))
        return {"Responses": found, "UnprocessedKeys": rest}

    def _batch_write(self, body: Body) -> dict[str, Any]:
        changes: list[tuple[Place, StoredItem | None]] = []
        for name, entries in body["RequestItems"].items():
            table = self._table(name)
            if not entries:
                raise Invalid("1 validation error detected: the batch of a table is empty")
            for entry in entries:
                item = None
                if "PutRequest" in entry:
                    put = checked_item(entry["PutRequest"]["Item"])
                    item = _storable(table, put, "Item size has exceeded the maximum allowed size")
                key = _checked_key(entry["DeleteRequest"]["Key"]) if item is None else _key_in(item)
                changes.append(((name, *key), item))
        _check_batch([place for place, _ in changes], _BATCH_WRITE_LIMIT)
        if sum(item.size for _, item in changes if item is not None) > _BATCH_BYTES:
            raise Invalid("The batch write request size exceeds the maximum size")
        self._apply(changes)
        return {"UnprocessedItems": {}}

    def _transact(self, body: Body) -> dict[str, Any]:
        token, content = body.get("ClientRequestToken"), _encode(body["TransactItems"])
        if token is not None and token in self._tokens:
            if self._tokens[token] != content:
                raise Refused("IdempotentParameterMismatchException", message="another transaction has this token")
            return {}
        if any(len(entry) != 1 for entry in body["TransactItems"]):
            raise Invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        parts = [part for entry in body["TransactItems"] for part in entry.items()]
        writes = [self._prepared(_VERBS[verb], part) for verb, part in parts]
        _check_batch([write.place for write in writes], _TRANSACTION_LIMIT)
        changes: list[tuple[Place, StoredItem | None]] = []
        reasons: list[dict[str, Any]] = []
        for write in writes:
            try:
                changes.append((write.place, self._outcome(write)[1]))
                reasons.append({"Code": "None"})
            except Invalid as error:
                reasons.append({"Code": "ValidationError", "Message": str(error)})
            except Refused as refused:
                refused.more["Message"] = refused.more.pop("message")
                reasons.append({"Code": refused.code.removesuffix("Exception"), **refused.more})
        if any(reason["Code"] != "None" for reason in reasons):
            raise Refused("TransactionCanceledException", message="Canceled", CancellationReasons=reasons)
        if sum(item.size for _, item in changes if item is not None) > _TRANSACTION_BYTES:
            raise Invalid("The aggregate size of the items in the transaction exceeds 4 MB")
        self._apply(changes)
        if token is not None:
            self._tokens[token] = content
        return {}


def _storable(table: _Table, item: Item, too_large: str) -> StoredItem:
    """An item as it is stored; one that is too large or whose index keys are of a wrong type is refused."""
    stored = StoredItem(item)
    if stored.size > _MOST_ITEM_BYTES:
        raise Invalid(too_large)
    for index in table.indexes.values():
        for name, role in ((index.hash_name, "HASH"), (index.range_name, "RANGE")):
            if name in item and name not in KEY_NAMES:
                _check_key_value(name, item[name], table.types[name], role)
    return stored


def table_names(suffix: str) -> dict[str, str]:
    """The environment variables that name tables, and names for them."""
    return {f"{context.upper()}_TABLE": f"{context}-{suffix}" for context in definitions()}


def _types(declared: Mapping[str, Any]) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in declared["AttributeDefinitions"]}


def _indexes(declared: Mapping[str, Any]) -> dict[str, _Index]:
    found = {}
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for index in declared.get(kind, ()):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}, "other projections are not known here"
            names = [key["AttributeName"] for key in index["KeySchema"]]
            found[index["IndexName"]] = _Index(names[0], names[1], kind.startswith("Global"))
    return found


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _checked_key(key: Item) -> Key:
    if set(key) != set(KEY_NAMES):
        raise Invalid("The provided key element does not match the schema")
    return _key_in(key)


def _key_in(item: Item) -> Key:
    for name, role in zip(KEY_NAMES, _MOST_KEY_BYTES, strict=True):
        if name not in item:
            raise Invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
        _check_key_value(name, checked(item[name]), "S", role)
    return _key(item)


def _check_key_value(name: str, value: Value, kind: str, role: str) -> None:
    if kind not in value:
        raise Invalid(f"One or more parameter values were invalid: Type mismatch for key {name} expected: {kind}")
    if value[kind] == "":
        raise Invalid(f"The AttributeValue for a key attribute cannot contain an empty string value. Key: {name}")
    if kind == "S" and len(value["S"].encode()) > _MOST_KEY_BYTES[role]:
        raise Invalid(f"Size of {role.lower()}key has exceeded the maximum size limit of {_MOST_KEY_BYTES[role]} bytes")


def _check_placeholders(body: Body) -> None:
    used = expressions.placeholders(*(body[name] for name in _TEXTS if name in body))
    given = {*body.get("ExpressionAttributeNames", ()), *body.get("ExpressionAttributeValues", ())}
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if name in body and not body[name]:
            raise Invalid(f"{name} must not be empty")
    if used - given:
        raise Invalid(f"An expression attribute name or value is not defined: {sorted(used - given)}")
    if given - used:
        raise Invalid(f"A name or value provided is unused in expressions: {sorted(given - used)}")


def _check_batch(places: list[Place], limit: int) -> None:
    if not 1 <= len(places) <= limit:
        raise Invalid(f"Too many items requested: {len(places)}, not 1 to {limit}")
    if len(set(places)) < len(places):
        raise Invalid("Provided list of item keys contains duplicates")


def _index_of(table: _Table, body: Body) -> _Index:
    """The index that a query or scan reads, after checking its projection."""
    if body.get("Limit", 1) < 1:
        raise Invalid("Value at 'limit' failed to satisfy constraint: Member must be greater than or equal to 1")
    name = body.get("IndexName")
    if name is None:
        return _PRIMARY
    if name not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {name}")
    index = table.indexes[name]
    if index.is_global and body.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    if body.get("Select") == "ALL_ATTRIBUTES":
        raise Invalid(f"Select type ALL_ATTRIBUTES is not supported for {name}: its projection is not ALL")
    # DynamoDB would read other attributes of a local index from the table, at one more read each.
    names = body.get("ExpressionAttributeNames", {})
    for path in expressions.projection(body["ProjectionExpression"]) if "ProjectionExpression" in body else ():
        if path.resolved(names)[0] not in index.names:
            raise Invalid(f"One or more parameter values were invalid: index {name} does not project {path.steps[0]}")
    return index


def _check_key_condition(
    table: _Table, index: _Index, wanted: KeyCondition, names: Mapping[str, str], values: Mapping[str, Value]
) -> None:
    if names.get(wanted.hash_name, wanted.hash_name) != index.hash_name:
        raise Invalid(f"Query condition missed key schema element: {index.hash_name}")
    _check_key_value(index.hash_name, values[wanted.hash_value], table.types[index.hash_name], "HASH")
    if wanted.range_name is None:
        return
    if names.get(wanted.range_name, wanted.range_name) != index.range_name:
        raise Invalid(f"Query condition missed key schema element: {index.range_name}")
    for name in wanted.range_values:
        _check_key_value(index.range_name, values[name], table.types[index.range_name], "RANGE")
    for check in wanted.condition.checks:
        check(values)


def _check_start(index: _Index, start: Item) -> None:
    if set(start) != set(index.names):
        raise Invalid("The provided starting key is invalid")
    checked_item(start)


def _from_partition(table: _Table, pk: str, low: str, start: Item | None, *, backwards: bool) -> Iterator[StoredItem]:
    """The items of a partition from a sort key on, after the key where the last page ended."""
    partition, order = table.partitions.get(pk, {}), table.ordered(pk)
    first, last = bisect_left(order, low), len(order)
    if start is not None and backwards:
        last = bisect_left(order, start["sk"]["S"])
    elif start is not None:
        first = max(first, bisect_right(order, start["sk"]["S"]))
    found = range(last - 1, first - 1, -1) if backwards else range(first, last)
    return (partition[order[at]] for at in found)


def _after(items: list[StoredItem], index: _Index, start: Item | None, *, backwards: bool) -> Iterator[StoredItem]:
    """The items after the key where the last page ended."""
    if start is None:
        return iter(items)
    end = index.rank(start)
    return (item for item in items if (index.rank(item) < end if backwards else index.rank(item) > end))


def _matching(
    candidates: Iterator[StoredItem], wanted: KeyCondition, names: Mapping[str, str], values: Mapping[str, Value]
) -> Iterator[StoredItem]:
    """The matching candidates; they are contiguous, so the first miss after a match is the end."""
    has_matched = False
    for item in candidates:
        if wanted.condition.holds(Scope(item, names, values)):
            has_matched = True
            yield item
        elif has_matched:
            return


def _page(body: Body, found: Iterator[StoredItem], index: _Index) -> dict[str, Any]:
    """Up to `Limit` items and 1 MB, and where to continue."""
    limit, room = body.get("Limit"), _PAGE_BYTES
    page: list[Item] = []
    is_full = False
    for item in found:
        shown = item if index is _PRIMARY else StoredItem({name: item[name] for name in index.names})
        if shown.size > room and page:
            is_full = True
            break
        room -= shown.size
        page.append(shown)
        if len(page) == limit:
            is_full = True
            break
    names = body.get("ExpressionAttributeNames", {})
    kept = page
    if "FilterExpression" in body:
        values = checked_item(body.get("ExpressionAttributeValues", {}))
        holds = expressions.condition(body["FilterExpression"]).holds
        kept = [item for item in page if holds(Scope(item, names, values))]
    answer: dict[str, Any] = {"Count": len(kept), "ScannedCount": len(page)}
    if body.get("Select") != "COUNT":
        answer["Items"] = [_projected(item, body) for item in kept]
    if is_full:
        answer["LastEvaluatedKey"] = {name: page[-1][name] for name in index.names}
    return answer


def _projected(item: Item, body: Body) -> Item:
    if "ProjectionExpression" not in body:
        return item
    names = body.get("ExpressionAttributeNames", {})
    found: Item = {}
    for path in expressions.projection(body["ProjectionExpression"]):
        (name, *deeper) = path.resolved(names)
        assert not deeper, "projections of parts of attributes are not known here"
        if name in item:
            found[str(name)] = item[str(name)]
    return found


def _row(item: Item) -> tuple[Key, Row]:
    return _key(item), {name: _plain(value) for name, value in item.items() if name not in KEY_NAMES}


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
