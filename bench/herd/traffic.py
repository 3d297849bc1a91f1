"""A crowd's load on the database: the partitions it meets, and how often within a second."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.capacity import partition_keys

_READS = {"GetItem", "Query", "BatchGetItem"}
_DUE = re.compile(r"DUE#\d+")
_EXAM_SHARD = re.compile(r"\d+#\d")
# The most that a partition of a table or of an index can serve in a second.
READS_PER_SECOND, WRITES_PER_SECOND = 3000, 1000


@dataclass(frozen=True, slots=True)
class Access:
    """One request to a partition; `at` in seconds, `units` as for items of the smallest size."""

    at: float
    key: str
    is_write: bool
    units: int


@dataclass(frozen=True, slots=True)
class Heat:
    """The units requested of a partition in total, and at most within one second."""

    key: str
    is_write: bool
    total: int
    peak: int


@dataclass
class Traffic:
    """The requests of one process, recorded from its client's events.

    `contexts` maps the names of tables to the names of contexts.
    """

    contexts: Mapping[str, str]
    now: Any
    accesses: list[Access] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def retries(self) -> int:
        """How often a request was sent again."""
        return self.sent - self.calls.total()

    def listen(self, client: Any) -> None:
        """Record a botocore client's requests from now on."""
        client.meta.events.register("before-parameter-build.dynamodb", self._keep)
        client.meta.events.register("before-send.dynamodb", self._send)
        client.meta.events.register("after-call.dynamodb", self._note)

    def _keep(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["herd_params"] = params

    def _send(self, **_: Any) -> None:
        self.sent += 1

    def _note(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        operation, params, at = model.name, context["herd_params"], self.now()
        self.calls[operation] += 1
        if "Error" in parsed:
            self.failures[parsed["Error"].get("Code", "?")] += 1
        is_write = operation not in _READS
        units = 2 if operation == "TransactWriteItems" else 1
        for key in (*partition_keys(operation, params), *_index_keys(operation, params)):
            place, rest = key.split(": ", 1)
            name, index = place.split(".", 1) if "." in place else (place, "")
            context_name = self.contexts[name] + (f".{index}" if index else "")
            self.accesses.append(Access(at, f"{context_name}: {rest}", is_write, units))


def hottest(accesses: Sequence[Access], count: int) -> list[Heat]:
    """The partitions with the most requests within one second."""
    by_key: dict[tuple[str, bool], list[Access]] = defaultdict(list)
    for access in accesses:
        by_key[access.key, access.is_write].append(access)
    heats = [
        Heat(key, is_write, sum(access.units for access in some), _peak(some))
        for (key, is_write), some in by_key.items()
    ]
    return sorted(heats, key=lambda heat: (heat.peak, heat.total, heat.key), reverse=True)[:count]


def _peak(some: Sequence[Access]) -> int:
    """The units of these that lie within one second, at most."""
    ordered = sorted(some, key=lambda access: access.at)
    most = first = units = 0
    for access in ordered:
        units += access.units
        while ordered[first].at < access.at - 1:
            units -= ordered[first].units
            first += 1
        most = max(most, units)
    return most


def _index_keys(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The partitions of indexes that a start writes to: those whose keys it sets."""
    if operation == "UpdateItem":
        for value in params.get("ExpressionAttributeValues", {}).values():
            text = value.get("S", "")
            if _DUE.fullmatch(text):
                yield f"{params['TableName']}.due: {text}"
            elif _EXAM_SHARD.fullmatch(text):
                yield f"{params['TableName']}.exam: {text}"
