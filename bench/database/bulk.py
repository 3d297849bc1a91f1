"""Writes very many items, in several processes and without botocore, which would take most of the time."""

import http.client
import json
import multiprocessing
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from smartexam.platform.dynamodb.items import Item, serialized
from smartexam.platform.settings import settings

# Enough to keep a local engine busy, which serves one request at a time.
PROCESSES = 2
_BATCH = 25
# Starting processes takes longer than writing this many.
_FEW = 2000
# Local engines read the region from it and do not check the signature.
_HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.BatchWriteItem",
    "authorization": (
        "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    ),
}

Maker = Callable[[range], Iterable[Item]]
Work = tuple[Maker, range]


def write(works: Sequence[Work], piece: int = 500) -> None:
    """Write the items that makers create for ranges of numbers; makers must be module functions, to be sent to
    processes."""
    pieces = [(maker, part) for maker, numbers in works for part in _parts(numbers, piece)]
    if sum(len(numbers) for _, numbers in works) <= _FEW:
        for maker, numbers in works:
            put(maker(numbers))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        for _ in pool.map(_write_piece, *zip(*pieces, strict=True)):
            pass


def put(items: Iterable[Item]) -> None:
    """Write items from this process."""
    endpoint = urlsplit(settings().environment["AWS_ENDPOINT_URL_DYNAMODB"])
    connection = http.client.HTTPConnection(endpoint.hostname or "", endpoint.port, timeout=120)
    for some in _batched(items):
        request: dict[str, list[Any]] = {}
        for item in some:
            put_request = {"PutRequest": {"Item": serialized(item)}}
            request.setdefault(settings().table(item.Meta.context), []).append(put_request)
        connection.request("POST", "/", json.dumps({"RequestItems": request}, default=_encoded), _HEADERS)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200 or body.get("UnprocessedItems"):
            raise RuntimeError(f"not written: {answer.status} {str(body)[:500]}")
    connection.close()


def _write_piece(maker: Maker, numbers: range) -> None:
    put(maker(numbers))


def _parts(numbers: range, size: int) -> Iterator[range]:
    for at in range(0, len(numbers), size):
        yield numbers[at : at + size]


def _batched(items: Iterable[Item]) -> Iterator[Sequence[Item]]:
    # A batch may name no key twice; makers do not.
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _encoded(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(type(value).__name__)
