"""Deletes whole partitions, in pieces."""

from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings

PIECE = 200


def erase_partition(context: str, pk: str) -> bool:
    """Delete up to `PIECE` items of a partition; returns whether there may be more."""
    response = table.call(
        "Query",
        {
            "TableName": settings().table(context),
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ProjectionExpression": "pk, sk",
            "Limit": PIECE,
            "ConsistentRead": True,
        },
    )
    table.batch_delete(context, ((raw["pk"]["S"], raw["sk"]["S"]) for raw in response["Items"]))
    return "LastEvaluatedKey" in response
