"""Reading and writing tables: what the stores use, with PynamoDB's models and expressions over the shared client.

A failed condition is raised together with the stored item, so the caller learns the reason without a second round
trip. The reasons of a failed transaction are in the order of its operations.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

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
    TextMapListAttribute,
    Update,
    arguments_of,
    key_of,
    serialized,
)
from smartexam.platform.dynamodb.queries import Page, counters, query, query_all, query_index, skip
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
    "TextMapListAttribute",
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

# 200 simultaneous writers of one kind of row, at 15 ms a call: 8 were too few in 3 of 25 simulations, 10 in none.
_ATTEMPTS = 12
TRANSACTION_LIMIT = 100
_BATCH_GET_LIMIT = 100
_BATCH_WRITE_LIMIT = 25
_CONFLICT_CODES = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


T = TypeVar("T")


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
    """Change attributes of an item and return the whole item after the change.

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
    """Change attributes of an item and return the whole item before the change, None if there was none.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    arguments = arguments_of(Update(model, pk, sk, actions, condition))
    response = call("UpdateItem", {**arguments, "ReturnValues": "ALL_OLD"})
    return model.from_raw_data(response["Attributes"]) if response.get("Attributes") else None


def delete(model: type[ItemT], pk: str, sk: str, condition: Condition | None = None) -> ItemT | None:
    """Delete an item and return it, None if there was none.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    response = call("DeleteItem", {**arguments_of(Delete(model, pk, sk, condition)), "ReturnValues": "ALL_OLD"})
    return model.from_raw_data(response["Attributes"]) if response.get("Attributes") else None


def batch_get(wanted: Iterable[tuple[type[ItemT], str, str]]) -> dict[tuple[str, str], ItemT]:
    """Items by key from any tables, strongly consistent, in one round trip per 100.

    Returns:
        The items found, by (pk, sk).

    Raises:
        Unavailable: DynamoDB did not return all of them, after retries.
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
    """Write items without conditions; not atomic, safe to repeat."""
    _batch_write((settings().table(item.Meta.context), {"PutRequest": {"Item": serialized(item)}}) for item in items)


def batch_delete(context: str, keys: Iterable[tuple[str, str]]) -> None:
    """Delete items; not atomic, safe to repeat."""
    name = settings().table(context)
    _batch_write((name, {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}) for pk, sk in keys)


def transact(operations: Sequence[Operation]) -> None:
    """Do all of these operations or none; retried when it collides with another transaction.

    Raises:
        TransactionRefused: a condition did not hold.
        Unavailable: every retry collided, or DynamoDB is unreachable.
    """
    if len(operations) > TRANSACTION_LIMIT:
        raise ValueError(f"a transaction holds at most {TRANSACTION_LIMIT} operations")
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
    """Read an item and make the conditional write that depends on it; both are repeated if the item changed.

    Raises:
        Unavailable: the item changed during every attempt.
    """
    retried(lambda: write(read()), attempts=attempts)


def retried(attempt: Callable[[], T], *, attempts: int = _ATTEMPTS) -> T:
    """Call `attempt`, which reads and then writes conditionally, again if its condition failed.

    Raises:
        Unavailable: the condition failed in every attempt.
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
    """The responses of a batch call, which is repeated for the entries that DynamoDB did not process."""
    for attempt in range(_ATTEMPTS):
        response = call(operation, {"RequestItems": request})
        yield response
        request = response.get(rest, {})
        if not request:
            return
        back_off(attempt)
    raise Unavailable
