"""Whole numbers that no client means: beyond 2^53, where JavaScript cannot tell neighbours apart.

In a body they are looked for where its text has so many digits in a row: for all other bodies that is one look at the
text. Fields that may hold anything, such as answers, are left to the rules that read them.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from smartexam.platform.errors import InvalidFields

HIGHEST = 2**53
_LONG = re.compile(rb"[0-9]{16}")
_REFUSAL = "must be a whole number between -2^53 and 2^53"


def may_be_huge(content: bytes) -> bool:
    """Whether JSON has so many digits in a row that a number in it may be beyond 2^53."""
    return _LONG.search(content) is not None


def refuse_huge(value: Any) -> None:
    """Refuse a decoded shape with a whole number beyond 2^53.

    Raises:
        InvalidFields: naming the fields.
    """
    faults = [(name, _REFUSAL) for name in _huge(value, "")]
    if faults:
        raise InvalidFields(faults)


def _huge(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, int) and not -HIGHEST <= value <= HIGHEST:
        yield name
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            if not _is_open(field.type):
                yield from _huge(getattr(value, field.name), f"{name}.{field.encode_name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _huge(each, f"{name}[{at}]")


def _is_open(kind: Any) -> bool:
    """Whether a type lets anything in."""
    return kind is Any or any(_is_open(each) for each in get_args(kind))
