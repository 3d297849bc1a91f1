"""Numbers in bodies that decoders take otherwise than JSON means them.

Whole numbers beyond 2^53 are refused, because JavaScript cannot tell them from their neighbours; where a field may hold
anything, such as an answer, that is left to the rules that read it. `1.0` and `1e2` are whole numbers, as in JSON
Schema. For bodies without any of these, this is one look at the text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, get_args, get_origin

import msgspec

from smartexam.platform.errors import InvalidFields

HIGHEST = 2**53
# The key under which a loosely typed field, whose values the code reads itself, has the type that it means:
# `Annotated[list[Any], Meta(extra={"means": list[Change]})]`.
MEANS: Final = "means"
_SPECIAL = re.compile(rb"[0-9]{16}|[0-9]\.0|[0-9][eE][-+0-9]")
# Searching for a fixed text is ten times as fast as for a pattern, so a body is first searched with all digits alike.
_ALIKE = bytes.maketrans(b"012345678E", b"999999999e")
_LONG, _EXPONENT, _WHOLE = b"9" * 16, b"9e", b".0"
_MOST_DIGITS = 400
_REFUSAL = "must be a whole number between -2^53 and 2^53"


def may_be_special(content: bytes) -> bool:
    """Whether a number in JSON may be beyond 2^53, or be whole without looking so."""
    alike = content.translate(_ALIKE)
    may_be = _LONG in alike or _EXPONENT in alike or _WHOLE in content
    return may_be and _SPECIAL.search(content) is not None


def parse(content: bytes) -> Any:
    """JSON with whole numbers of any size and spelling as integers.

    One with very many digits is cut off, which leaves it too large: it may be one answer of many, and must not make
    the others fail.

    Raises:
        ValueError: malformed JSON, or a lone surrogate.
    """
    parsed = json.loads(content.decode(), parse_int=_integer, parse_float=_number, parse_constant=_refuse)
    json.dumps(parsed, ensure_ascii=False).encode()  # refuses lone surrogates, as msgspec does
    return parsed


def _integer(digits: str) -> int:
    return int(digits[:_MOST_DIGITS])


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= HIGHEST else number


def _refuse(name: str) -> Any:
    raise ValueError(name)


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
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _huge(each, f"{name}.{key}")


def _is_open(kind: Any) -> bool:
    """Whether a type lets anything in; not so a list whose members are read one by one, each as what it means."""
    parts = get_args(kind)
    meant = next((each.extra[MEANS] for each in parts if isinstance(each, msgspec.Meta) and each.extra), None)
    return kind is Any or (get_origin(meant) is not list and any(map(_is_open, parts)))
