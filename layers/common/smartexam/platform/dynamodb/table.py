"""The one way to the tables: PynamoDB's models and expressions over the shared client.

Every failed condition comes with the item that failed it, so a decision and its reason cost one round trip, and a
transaction's reasons come in the order of its operations.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from botocore.exceptions import ClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from smartexam.platform.dynamodb.engine import (
    ConditionFailed,
    RawItem,
    TransactionRefused,
    back_off,
    call,
    connection,
    reset,
)
from smartexam.platform.dynamodb.items import (
    VERB,
    Check,
    Count,
    Delete,
    FloatAttribute,
    IntAttribute,
    Item,
    ItemT,
    Operation,
    Put,
    TextMapAttribute,
    Update,
    arguments_of,
    key_of,
    serialized,
)
from smartexam.platform.errors import Unavailable
from smartexam.platform.settings import settings

__all__ = [
    "Check",
    "ConditionFailed",
    "Count",
    "Delete",
    "FloatAttribute",
    "IntAttribute",
    "Item",
    "ItemT",
    "Operation",
    "Page",
    "Put",
    "RawItem",
    "TextMapAttribute",
    "TransactionRefused",
    "Update",
    "batch_delete",
    "batch_get",
    "batch_put",
    "call",
    "connection",
    "counters",
    "delete",
    "exchange",
    "get",
    "put",
    "query",
    "query_all",
    "query_index",
    "reset",
    "retried",
    "skip",
    "transact",
    "update",
    "updated",
]

_ATTEMPTS = 8
_TRANSACTION_LIMIT = 100
_BATCH_GET_LIMIT = 100
_BATCH_WRITE_LIMIT = 25
_CONFLICT_CODES = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


T = TypeVar("T")


class Page(msgspec.Struct, Generic[ItemT], frozen=True):
    """Items of one query and, if there may be more, the sort key after which they go on."""

    items: list[ItemT]
    next_sk: str | None


def get(model: type[ItemT], pk: str, sk: str, *, consistent: bool = True) -> ItemT | None:
    """One item, or None."""
    response = call("GetItem", {**key_of(model, pk, sk), "ConsistentRead": consistent})
    return model.from_raw_data(response["Item"]) if "Item" in response else None


def put(item: Item, condition: Condition | None = None) -> None:
    """Write a whole item.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    arguments = arguments_of(Put(item, condition))
    try:
        call("PutItem", arguments)
    except ConditionFailed as failed:
        if not (failed.was_repeated and failed.item == arguments["Item"]):
            raise


def update(
    model: type[ItemT],
    pk: str,
    sk: str,
    actions: Sequence[Action],
    condition: Condition | None = None,
) -> ItemT:
    """Change an item's attributes and return all of it as it now is.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    arguments = arguments_of(Update(model, pk, sk, actions, condition))
    response = call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})
    return model.from_raw_data(response["Attributes"])


def exchange(
    model: type[ItemT],
    pk: str,
    sk: str,
    actions: Sequence[Action],
    condition: Condition | None = None,
) -> ItemT | None:
    """Change an item's attributes and return all of it as it was before, None if there was none.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    arguments = arguments_of(Update(model, pk, sk, actions, condition))
    response = call("UpdateItem", {**arguments, "ReturnValues": "ALL_OLD"})
    return model.from_raw_data(response["Attributes"]) if response.get("Attributes") else None


def delete(model: type[ItemT], pk: str, sk: str, condition: Condition | None = None) -> ItemT | None:
    """Remove an item and return it as it was, None if there was none.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    response = call("DeleteItem", {**arguments_of(Delete(model, pk, sk, condition)), "ReturnValues": "ALL_OLD"})
    return model.from_raw_data(response["Attributes"]) if response.get("Attributes") else None


def query(
    model: type[ItemT],
    pk: str,
    *,
    limit: int,
    prefix: str = "",
    after: str | None = None,
    since: str | None = None,
    until: str | None = None,
    newest_first: bool = False,
    consistent: bool = True,
) -> Page[ItemT]:
    """Up to `limit` items of one partition, by sort key.

    Args:
        model: how to read them.
        pk: the partition.
        limit: how many at most, whatever they weigh.
        prefix: only sort keys that begin so.
        after: go on behind this sort key (in the direction of travel).
        since: only sort keys from this one on (not together with `prefix`).
        until: only sort keys up to this one (not together with `prefix`).
        newest_first: from the highest sort key down.
        consistent: whether writes that were acknowledged before must be seen.
    """
    arguments = _range_arguments(
        model.Meta.context, pk, prefix, since, until, newest_first=newest_first, consistent=consistent
    )
    if after is not None:
        arguments["ExclusiveStartKey"] = {"pk": {"S": pk}, "sk": {"S": after}}
    found: list[ItemT] = []
    while True:
        response = call("Query", {**arguments, "Limit": limit - len(found)})
        found += [model.from_raw_data(raw) for raw in response["Items"]]
        last = response.get("LastEvaluatedKey")
        # A page of DynamoDB ends at 1 MB even if fewer than `limit` items fit.
        if last is None or len(found) >= limit:
            return Page(found, last["sk"]["S"] if last else None)
        arguments["ExclusiveStartKey"] = last


def skip(
    context: str,
    pk: str,
    count: int,
    *,
    prefix: str = "",
    since: str | None = None,
    until: str | None = None,
    newest_first: bool = False,
) -> str | None:
    """The sort key of the item number `count` of a partition, for those who want a page in the middle.

    Nothing is sent but that key, yet what lies before is read: a read unit for 8 KB, a round trip for 1 MB, which are
    about a hundred and about ten thousand rows of keys. A cursor costs the same wherever it leads.

    Returns:
        The key to go on after; None if there are no more than `count` items.
    """
    arguments = _range_arguments(context, pk, prefix, since, until, newest_first=newest_first, consistent=False)
    arguments["Select"] = "COUNT"
    left = count
    while left > 0:
        response = call("Query", {**arguments, "Limit": left})
        left -= response["Count"]
        last = response.get("LastEvaluatedKey")
        if last is None:
            return None
        arguments["ExclusiveStartKey"] = last
    place: str = arguments["ExclusiveStartKey"]["sk"]["S"]
    return place


def counters(
    context: str,
    pk: str,
    *,
    prefix: str = "",
    since: str | None = None,
    until: str | None = None,
    consistent: bool = False,
) -> Iterator[tuple[str, dict[str, int]]]:
    """(sort key, amounts by name) of a partition of counters; see `Count`."""
    arguments = _range_arguments(context, pk, prefix, since, until, newest_first=False, consistent=consistent)
    while True:
        response = call("Query", arguments)
        for raw in response["Items"]:
            yield raw["sk"]["S"], {name: int(value["N"]) for name, value in raw.items() if "N" in value}
        if "LastEvaluatedKey" not in response:
            return
        arguments["ExclusiveStartKey"] = response["LastEvaluatedKey"]


def _range_arguments(
    context: str,
    pk: str,
    prefix: str,
    since: str | None,
    until: str | None,
    *,
    newest_first: bool,
    consistent: bool,
) -> dict[str, Any]:
    values: dict[str, dict[str, str]] = {":pk": {"S": pk}}
    condition = "pk = :pk"
    if prefix:
        condition += " AND begins_with(sk, :sk)"
        values[":sk"] = {"S": prefix}
    elif since is not None and until is not None:
        condition += " AND sk BETWEEN :since AND :until"
        values |= {":since": {"S": since}, ":until": {"S": until}}
    elif since is not None:
        condition += " AND sk >= :since"
        values[":since"] = {"S": since}
    elif until is not None:
        condition += " AND sk <= :until"
        values[":until"] = {"S": until}
    return {
        "TableName": settings().table(context),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": not newest_first,
        "ConsistentRead": consistent,
    }


def query_all(model: type[ItemT], pk: str, *, prefix: str = "", page_size: int = 500) -> Iterator[ItemT]:
    """All items of one partition with a prefix, for partitions that are bounded by design."""
    after: str | None = None
    while True:
        page = query(model, pk, limit=page_size, prefix=prefix, after=after)
        yield from page.items
        if page.next_sk is None:
            return
        after = page.next_sk


def query_index(
    context: str,
    index: str,
    hash_key: tuple[str, str],
    *,
    limit: int,
    range_up_to: tuple[str, str, str] | None = None,
    range_prefix: tuple[str, str] | None = None,
    start: RawItem | None = None,
    consistent: bool = False,
) -> tuple[list[tuple[str, str]], RawItem | None]:
    """Primary keys of items in a keys-only index.

    Args:
        context: the table.
        index: its index.
        hash_key: (attribute, value) of the index's partition.
        limit: how many at most.
        range_up_to: (attribute, DynamoDB type, value): only range keys up to this value; or
        range_prefix: (attribute, text): only range keys that begin so.
        start: where the last page ended.
        consistent: of an index that is local to its partition, whether it must not lag.

    Returns:
        (pk, sk) pairs and where to go on, None at the end. Other indexes lag: what is listed may have changed.
    """
    names, values = {"#h": hash_key[0]}, {":h": {"S": hash_key[1]}}
    condition = "#h = :h"
    if range_up_to is not None:
        attribute, kind, value = range_up_to
        names["#r"], values[":r"] = attribute, {kind: value}
        condition += " AND #r <= :r"
    elif range_prefix is not None:
        names["#r"], values[":r"] = range_prefix[0], {"S": range_prefix[1]}
        condition += " AND begins_with(#r, :r)"
    arguments: dict[str, Any] = {
        "TableName": settings().table(context),
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "Limit": limit,
        "ConsistentRead": consistent,
    }
    if start is not None:
        arguments["ExclusiveStartKey"] = start
    response = call("Query", arguments)
    keys = [(raw["pk"]["S"], raw["sk"]["S"]) for raw in response["Items"]]
    return keys, response.get("LastEvaluatedKey")


def batch_get(wanted: Iterable[tuple[type[ItemT], str, str]]) -> dict[tuple[str, str], ItemT]:
    """Many items by key, from any tables, at most 100 a round trip.

    Returns:
        What was found, by (pk, sk), strongly consistent.

    Raises:
        Unavailable: DynamoDB kept some back, after retries.
    """
    models: dict[tuple[str, str, str], type[ItemT]] = {}
    for model, pk, sk in wanted:
        models[settings().table(model.Meta.context), pk, sk] = model
    keys = list(models)
    found: dict[tuple[str, str], ItemT] = {}
    for at in range(0, len(keys), _BATCH_GET_LIMIT):
        request: dict[str, Any] = {}
        for table, pk, sk in keys[at : at + _BATCH_GET_LIMIT]:
            entry = request.setdefault(table, {"Keys": [], "ConsistentRead": True})
            entry["Keys"].append({"pk": {"S": pk}, "sk": {"S": sk}})
        for response in _until_processed("BatchGetItem", request, "UnprocessedKeys"):
            for table, items in response["Responses"].items():
                for raw in items:
                    pk, sk = raw["pk"]["S"], raw["sk"]["S"]
                    found[pk, sk] = models[table, pk, sk].from_raw_data(raw)
    return found


def batch_put(items: Iterable[Item]) -> None:
    """Write many items without conditions; not atomic, safe to repeat."""
    _batch_write((settings().table(item.Meta.context), {"PutRequest": {"Item": serialized(item)}}) for item in items)


def batch_delete(context: str, keys: Iterable[tuple[str, str]]) -> None:
    """Remove many items; not atomic, safe to repeat."""
    name = settings().table(context)
    _batch_write((name, {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}) for pk, sk in keys)


def transact(operations: Sequence[Operation]) -> None:
    """All of these or none.

    Transactions that collide with another are tried again: that is contention, not an answer.

    Raises:
        TransactionRefused: a condition did not hold.
        Unavailable: it kept colliding, or DynamoDB is unreachable.
    """
    if len(operations) > _TRANSACTION_LIMIT:
        raise ValueError(f"a transaction holds at most {_TRANSACTION_LIMIT} operations")
    items = [{VERB[type(operation)]: arguments_of(operation)} for operation in operations]
    for attempt in range(_ATTEMPTS):
        try:
            call("TransactWriteItems", {"TransactItems": items})
        except ClientError as error:
            reasons = error.response.get("CancellationReasons", [])
            codes = [reason.get("Code", "None") for reason in reasons]
            if "ConditionalCheckFailed" in codes:
                raise TransactionRefused(
                    [code == "ConditionalCheckFailed" for code in codes],
                    [reason.get("Item") or None for reason in reasons],
                ) from None
            if not _CONFLICT_CODES.intersection(codes):
                raise
            back_off(attempt)
        else:
            return
    raise Unavailable


def updated(
    read: Callable[[], ItemT | None], write: Callable[[ItemT | None], None], *, attempts: int = _ATTEMPTS
) -> None:
    """Read an item and write what follows from it, again from the start if it changed in between.

    Args:
        read: the item as it is.
        write: the conditional write that follows; raises `ConditionFailed` or `TransactionRefused` if it came late.
        attempts: how often before giving up.

    Raises:
        Unavailable: others kept coming first.
    """
    retried(lambda: write(read()), attempts=attempts)


def retried(attempt: Callable[[], T], *, attempts: int = _ATTEMPTS) -> T:
    """What `attempt` returns, which reads something and writes what follows from it.

    Args:
        attempt: raises `ConditionFailed` or `TransactionRefused` if its write came late; then it is called again.
        attempts: how often before giving up.

    Raises:
        Unavailable: others kept coming first.
    """
    for number in range(attempts):
        try:
            return attempt()
        except (ConditionFailed, TransactionRefused):
            back_off(number)
    raise Unavailable


def _batch_write(requests: Iterable[tuple[str, dict[str, Any]]]) -> None:
    pending = list(requests)
    for at in range(0, len(pending), _BATCH_WRITE_LIMIT):
        request: dict[str, list[dict[str, Any]]] = {}
        for table, entry in pending[at : at + _BATCH_WRITE_LIMIT]:
            request.setdefault(table, []).append(entry)
        for _ in _until_processed("BatchWriteItem", request, "UnprocessedItems"):
            pass


def _until_processed(operation: str, request: dict[str, Any], rest: str) -> Iterator[dict[str, Any]]:
    """A batch call's responses, repeated for what DynamoDB left undone."""
    for attempt in range(_ATTEMPTS):
        response = call(operation, {"RequestItems": request})
        yield response
        request = response.get(rest, {})
        if not request:
            return
        back_off(attempt)
    raise Unavailable
