"""Computes the DynamoDB units of requests by the published rules, for any engine.

Local engines count reads roughly: one per call, however much it read. So read units are computed here from the items. A
query that returns only a part of what it reads (a count, some attributes) is repeated for all of it, with a separate
client that is not metered.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient

READ_BYTES = 4096
WRITE_BYTES = 1024
_READ_OPERATIONS = {"GetItem", "Query", "BatchGetItem"}
# A warm process reads the feed of revocations once in five seconds, so it is not a cost of one request.
_FEED = ": REVOCATIONS"
# A failed condition in a transaction returns nothing else: two units each, the least.
_LEAST_IN_TRANSACTION = 2

RawItem = Mapping[str, Mapping[str, Any]]


@dataclass
class Usage:
    """The cost of a block: round trips by operation in order, units, and requests by partition key."""

    operations: list[str] = field(default_factory=list)
    reads: float = 0.0
    writes: float = 0.0
    keys: Counter[str] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """Round trips."""
        return len(self.operations)


def item_size(item: RawItem) -> int:
    """Bytes of an item as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool) -> float:
    """Read units of this many bytes; the least if nothing was found."""
    return max(1, math.ceil(size / READ_BYTES)) * (1.0 if consistent else 0.5)


@contextmanager
def metered(client: BaseClient, unmetered: BaseClient) -> Iterator[Usage]:
    """The usage of a client within the block, in all threads.

    Args:
        client: a botocore client of DynamoDB.
        unmetered: another client of the same tables, which repeats queries.
    """
    meter = _Meter(unmetered)
    events = client.meta.events
    events.register("before-parameter-build.dynamodb", meter.ask)
    events.register("after-call.dynamodb", meter.note)
    try:
        yield meter.usage
    finally:
        events.unregister("before-parameter-build.dynamodb", meter.ask)
        events.unregister("after-call.dynamodb", meter.note)


class _Meter:
    def __init__(self, unmetered: BaseClient) -> None:
        self.usage = Usage()
        self._unmetered = unmetered
        self._lock = threading.Lock()

    def ask(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Before a call: ask the engine for its counts, and remember the request."""
        params["ReturnConsumedCapacity"] = "TOTAL"
        context["metered_params"] = params

    def note(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """After a call: add it up."""
        params, operation = context["metered_params"], model.name
        keys = list(partition_keys(operation, params))
        if all(key.endswith(_FEED) for key in keys):
            return
        reads = self._reads(operation, params, parsed) if operation in _READ_OPERATIONS else 0.0
        writes = 0.0 if operation in _READ_OPERATIONS else _writes(operation, params, parsed)
        with self._lock:
            self.usage.operations.append(operation)
            self.usage.reads += reads
            self.usage.writes += writes
            self.usage.keys.update(keys)

    def _reads(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> float:
        if operation == "GetItem":
            return read_units(item_size(parsed.get("Item", {})), consistent=params.get("ConsistentRead", False))
        if operation == "Query":
            return read_units(self._read_by(params, parsed), consistent=params.get("ConsistentRead", False))
        units = 0.0
        for table, wanted in params["RequestItems"].items():
            consistent = wanted.get("ConsistentRead", False)
            found = [read_units(item_size(item), consistent=consistent) for item in parsed["Responses"].get(table, [])]
            # Each item is rounded up separately, and each missing one costs the least.
            missing = len(wanted["Keys"]) - len(found)
            units += sum(found) + missing * read_units(0, consistent=consistent)
        return units

    def _read_by(self, params: dict[str, Any], parsed: dict[str, Any]) -> int:
        partly = {"Select", "ProjectionExpression", "FilterExpression"} & params.keys()
        if partly:
            whole = {name: value for name, value in params.items() if name not in partly}
            for given in {"ExpressionAttributeNames", "ExpressionAttributeValues"} & whole.keys():
                # DynamoDB refuses what no expression uses.
                used = re.findall(r"[#:]\w+", params["KeyConditionExpression"])
                whole[given] = {name: value for name, value in whole[given].items() if name in used}
            whole = {name: value for name, value in whole.items() if value != {}}
            parsed = self._unmetered.query(**whole)
        return sum(item_size(item) for item in parsed["Items"])


def _writes(operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> float:
    if "Error" in parsed:
        if operation == "TransactWriteItems":
            return float(_LEAST_IN_TRANSACTION * len(params["TransactItems"]))
        # A write whose condition failed costs the size of the stored item.
        return float(max(1, math.ceil(item_size(parsed.get("Item") or {}) / WRITE_BYTES)))
    consumed = parsed.get("ConsumedCapacity") or []
    return float(sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed])))


def partition_keys(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The partitions that a request goes to, as `table: key`, or as `table.index: key` where an index is queried."""
    if operation == "Query":
        values = params["ExpressionAttributeValues"]
        index = f".{params['IndexName']}" if "IndexName" in params else ""
        yield f"{params['TableName']}{index}: {values.get(':pk', values.get(':h'))['S']}"
    for table, key in _written_or_read(operation, params):
        yield f"{table}: {key['pk']['S']}"


def _written_or_read(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, RawItem]]:
    """Tables and keys (or whole items) that a request names."""
    if operation == "BatchGetItem":
        for table, wanted in params["RequestItems"].items():
            yield from ((table, key) for key in wanted["Keys"])
    elif operation == "BatchWriteItem":
        for table, requests in params["RequestItems"].items():
            for request in requests:
                put, delete = request.get("PutRequest"), request.get("DeleteRequest")
                yield table, put["Item"] if put else delete["Key"]
    elif operation == "TransactWriteItems":
        for entry in params["TransactItems"]:
            for written in entry.values():
                yield written["TableName"], written.get("Key") or written["Item"]
    elif operation != "Query":
        yield params["TableName"], params.get("Key") or params["Item"]


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in _SIZES:
        return _SIZES[kind](content)
    if kind == "L":
        return 3 + sum(1 + _value_size(each) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(each) for name, each in content.items())
    raise ValueError(f"no such type: {kind}")


def _number_size(text: str) -> int:
    """About one byte for two significant digits, and one more; another one for the sign."""
    digits = text.lstrip("-").partition("E")[0].replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")


def _set_size(size: Callable[[Any], int]) -> Callable[[Iterable[Any]], int]:
    return lambda members: sum(size(member) for member in members)


def _text_size(text: str) -> int:
    return len(text.encode())


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "N": _number_size,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": _set_size(_text_size),
    "NS": _set_size(_number_size),
    "BS": _set_size(len),
}
