"""The stream of the attempts table, as Lambda delivers it."""

import itertools
from collections.abc import Iterable
from typing import Any

from smartexam.platform.settings import settings
from tests.factories.tables import stored_items

_numbers = itertools.count(1)


def stream_record(pk: str, sk: str, kind: str = "INSERT") -> dict[str, Any]:
    """A record of a change; only its keys matter."""
    number = next(_numbers)
    return {
        "eventID": f"{number:032x}",
        "eventName": kind,
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767587400.0,
            "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/attempts/stream/2026-01-01T00:00:00.000",
    }


def stream_event(records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """An event with records."""
    return {"Records": list(records)}


def stored_records() -> list[dict[str, Any]]:
    """A record for every stored result and sitting, as if all had just been written."""
    name = settings().table("attempts")
    return [
        stream_record(item["pk"]["S"], item["sk"]["S"])
        for item in stored_items(name)
        if item["sk"]["S"].startswith(("RESULT#", "SITTING#"))
    ]
