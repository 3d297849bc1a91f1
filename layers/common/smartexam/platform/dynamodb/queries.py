"""Queries of tables and of their indexes, page by page."""

from collections.abc import Iterator
from typing import Any, Generic

import msgspec
from pynamodb.expressions.condition import Condition

from smartexam.platform.dynamodb.engine import RawItem, call
from smartexam.platform.dynamodb.items import ItemT
from smartexam.platform.settings import settings


class Page(msgspec.Struct, Generic[ItemT], frozen=True):
    """Items of one query, and the sort key after which the next page starts, None at the end."""

    items: list[ItemT]
    next_sk: str | None


def query(
    model: type[ItemT],
    pk: str,
    *,
    limit: int,
    prefix: str = "",
    after: str | None = None,
    since: str | None = None,
    until: str | None = None,
    matching: Condition | None = None,
    newest_first: bool = False,
    consistent: bool = True,
) -> Page[ItemT]:
    """Up to `limit` items of one partition, by sort key.

    Args:
        limit: the most items, whatever their size; with `matching`, how many are looked at.
        matching: only items for which this holds; the others are read, but not returned.
        prefix: only sort keys with this prefix.
        after: only sort keys behind this one, in the direction of the query.
        since: only sort keys from this one on (not together with `prefix`).
        until: only sort keys up to this one (not together with `prefix`).
        newest_first: descending by sort key.
    """
    arguments = _range_arguments(
        model.Meta.context, pk, prefix, since, until, newest_first=newest_first, consistent=consistent
    )
    if after is not None:
        arguments["ExclusiveStartKey"] = {"pk": {"S": pk}, "sk": {"S": after}}
    if matching is not None:
        names: dict[str, str] = {}
        arguments["FilterExpression"] = matching.serialize(names, arguments["ExpressionAttributeValues"])
        arguments["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    found: list[ItemT] = []
    examined = 0
    while True:
        response = call("Query", {**arguments, "Limit": limit - examined})
        found += [model.from_raw_data(raw) for raw in response["Items"]]
        examined += response["ScannedCount"]
        last = response.get("LastEvaluatedKey")
        # A page of DynamoDB ends at 1 MB even if it has fewer than `limit` items.
        if last is None or examined >= limit:
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
    """The sort key of item number `count` of a partition, to jump to a page by its number.

    DynamoDB returns only that key, but reads all items before it: one read unit per 8 KB and one round trip per 1 MB,
    about 100 and 10,000 rows of keys. A cursor costs the same on every page.

    Returns:
        The key to continue after; None if there are no more than `count` items.
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
    """(sort key, amounts by name) for each item of a partition of counters; see `Count`."""
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


def query_all(
    model: type[ItemT],
    pk: str,
    *,
    prefix: str = "",
    since: str | None = None,
    matching: Condition | None = None,
    page_size: int = 500,
) -> Iterator[ItemT]:
    """All items of a partition with a prefix, or from a sort key on; only for partitions of bounded size."""
    after: str | None = None
    while True:
        page = query(model, pk, limit=page_size, prefix=prefix, since=since, matching=matching, after=after)
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
        context: the table's name in the settings.
        hash_key: (attribute, value) of the index's partition.
        range_up_to: (attribute, DynamoDB type, value): only range keys up to this value; or
        range_prefix: (attribute, text): only range keys with this prefix.
        start: the second return value of the previous page.
        consistent: strongly consistent, which only local indexes can be; a global index lags behind its table.

    Returns:
        (pk, sk) pairs, and where the next page starts (None at the end).
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
