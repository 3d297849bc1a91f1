"""Removing whole partitions, in pieces."""

from smartexam.data import table
from smartexam.settings import settings


def erase_partition(context: str, pk: str, *, limit: int) -> bool:
    """Remove up to `limit` items of a partition, whatever they are.

    Returns:
        Whether there may be more.
    """
    response = table.call(
        "Query",
        {
            "TableName": settings().table(context),
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ProjectionExpression": "pk, sk",
            "Limit": limit,
            "ConsistentRead": True,
        },
    )
    table.batch_delete(context, ((raw["pk"]["S"], raw["sk"]["S"]) for raw in response["Items"]))
    return "LastEvaluatedKey" in response
