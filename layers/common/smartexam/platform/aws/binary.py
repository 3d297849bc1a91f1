"""Decodes bytes in DynamoDB's JSON, which are base64 in a `B`."""

from base64 import b64decode
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")

_MARKS = (b'"B":', b'"BS":')


def from_base64(content: bytes, value: ValueT) -> ValueT:
    """`value`, read from `content`, with its base64 decoded to bytes in place.

    Few items contain bytes, so the text is searched before the value is traversed.
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
