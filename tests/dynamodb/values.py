"""Attribute values in DynamoDB's JSON (`{"S": "text"}`): validity, sizes and comparison."""

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]

SETS = ("SS", "NS", "BS")
ORDERED = ("S", "N", "B")
_MOST_DIGITS = 38
_LARGEST_EXPONENT, _SMALLEST_EXPONENT = 125, -130
_DEEPEST = 32
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_EXACT = Context(prec=600)


class Invalid(Exception):
    """DynamoDB refuses this with a `ValidationException`."""


def checked_item(item: Mapping[str, Any]) -> Item:
    """An item with its numbers in DynamoDB's notation.

    Raises:
        Invalid: DynamoDB does not take one of the values.
    """
    return {name: checked(value) for name, value in item.items()}


def checked(value: Any, depth: int = 1) -> Value:
    """A value with its numbers in DynamoDB's notation.

    Raises:
        Invalid: DynamoDB does not take it.
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise Invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    if depth > _DEEPEST:
        raise Invalid("Nesting Levels have exceeded supported limits")
    ((kind, content),) = value.items()
    if kind == "N" and isinstance(content, str):
        return {"N": number(content)}
    if kind == "M" and isinstance(content, dict):
        return {"M": {name: checked(inner, depth + 1) for name, inner in content.items()}}
    if kind == "L" and isinstance(content, list):
        return {"L": [checked(inner, depth + 1) for inner in content]}
    if kind in SETS and isinstance(content, list):
        return {kind: _checked_set(kind, content)}
    if not _is_simple(kind, content):
        raise Invalid(f"Supplied AttributeValue is of no supported datatype: {kind}")
    return value


@lru_cache(maxsize=4096)
def number(text: str) -> str:
    """A number as DynamoDB returns it: without exponent, leading or trailing zeros.

    Raises:
        Invalid: it is no number, has more than 38 significant digits or is out of range.
    """
    if not _NUMBER.fullmatch(text):
        raise Invalid("The parameter cannot be converted to a numeric value")
    found = Decimal(text).normalize(_EXACT)
    if not found:
        return "0"
    if len(found.as_tuple().digits) > _MOST_DIGITS:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    if found.adjusted() > _LARGEST_EXPONENT:
        raise Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if found.adjusted() < _SMALLEST_EXPONENT:
        raise Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    return f"{found:f}"


def added(one: Value | None, other: Value | None, sign: int) -> Value:
    """The sum or difference of two numbers.

    Raises:
        Invalid: one of them is no number, or the result cannot be stored.
    """
    if one is None or other is None:
        raise Invalid("The provided expression refers to an attribute that does not exist in the item")
    if "N" not in one or "N" not in other:
        raise Invalid("An operand in the update expression has an incorrect data type")
    return {"N": number(str(_EXACT.add(Decimal(one["N"]), sign * Decimal(other["N"]))))}


def comparable(value: Value) -> Any:
    """A value as it compares with others of its type; of `ORDERED` types only."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return base64.b64decode(content) if kind == "B" else content


def equal(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same; what does not exist equals nothing."""
    if one is None or other is None or one.keys() != other.keys():
        return False
    ((kind, content),) = one.items()
    if kind in SETS:
        return set(content) == set(other[kind])
    if kind == "M":
        return content.keys() == other["M"].keys() and all(equal(content[name], other["M"][name]) for name in content)
    if kind == "L":
        return len(content) == len(other["L"]) and all(map(equal, content, other["L"]))
    return bool(content == other[kind])


def item_bytes(item: Mapping[str, Value]) -> int:
    """The size of an item for DynamoDB's limits: names and values."""
    return sum(_bytes(name) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Value) -> int:
    """The size of a value according to DynamoDB's documentation."""
    ((kind, content),) = value.items()
    if kind == "S":
        return _bytes(content)
    if kind == "N":
        return _number_bytes(content)
    if kind == "M":
        return 3 + sum(1 + _bytes(name) + value_bytes(inner) for name, inner in content.items())
    if kind == "L":
        return 3 + sum(1 + value_bytes(inner) for inner in content)
    if kind in SETS:
        return sum(value_bytes({kind[0]: each}) for each in content)
    return len(_decoded(content)) if kind == "B" else 1


def _checked_set(kind: str, content: list[Any]) -> list[str]:
    if not content:
        raise Invalid("One or more parameter values were invalid: An empty set is not allowed")
    found = [next(iter(checked({kind[0]: each}).values())) for each in content]
    if len(set(found)) < len(found):
        raise Invalid(f"One or more parameter values were invalid: Input collection {found} contains duplicates")
    return found


def _is_simple(kind: str, content: Any) -> bool:
    if kind == "B" and isinstance(content, str):
        _decoded(content)
        return True
    return (
        (kind == "S" and isinstance(content, str))
        or (kind == "BOOL" and isinstance(content, bool))
        or (kind == "NULL" and content is True)
    )


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("Supplied bytes are not base64") from None


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _number_bytes(text: str) -> int:
    digits = text.replace(".", "").strip("-0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
