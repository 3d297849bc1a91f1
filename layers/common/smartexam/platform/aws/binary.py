"""Bytes in DynamoDB's JSON: base64 in a `B`."""

from base64 import b64decode
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")

_MARKS = (b'"B":', b'"BS":')


def from_base64(content: bytes, value: ValueT) -> ValueT:
    """What was read from `content`, with bytes where it holds base64; changed in place.

    Nearly no item holds bytes: where the text shows none, nothing is walked through.
    """
    if any(mark in content for mark in _MARKS):
        _walk(value)
    return value


def _walk(value: Any) -> None:
    if isinstance(value, list):
        for each in value:
            _walk(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "B" and isinstance(inner, str):
                value[name] = b64decode(inner)
            elif name == "BS" and isinstance(inner, list):
                value[name] = [b64decode(each) if isinstance(each, str) else each for each in inner]
            else:
                _walk(inner)
