"""Counters that many callers write, spread over several items.

DynamoDB rejects a transaction that touches an item of another one in progress, so a single counter in the transaction
of every sign-up fails for dozens of simultaneous callers. Each writer adds to one shard; readers sum all shards.
"""

from collections import Counter
from collections.abc import Mapping

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Count, ItemT

SHARDS = 16


def addition(model: type[ItemT], pk: str, sk: str, spread: int, amounts: Mapping[str, int]) -> Count:
    """The write that adds to a counter; `spread` is any number that differs between writers, such as an id."""
    return Count(model.Meta.context, pk, f"{sk}#{spread % SHARDS:02d}", amounts)


def totals(model: type[ItemT], pk: str, sk: str) -> Mapping[str, int]:
    """The sums of a counter's attributes, over its shards and the item without a shard; one round trip."""
    keys = [sk, *(f"{sk}#{shard:02d}" for shard in range(SHARDS))]
    found = Counter[str]()
    for item in table.batch_get((model, pk, key) for key in keys).values():
        for name in model.get_attributes().keys() - {"pk", "sk"}:
            found[name] += getattr(item, name)
    return found
