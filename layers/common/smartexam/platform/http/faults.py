"""Describes what is wrong with a body or a query in the API's words.

msgspec stops at the first error, and describes it in terms of Python types.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from smartexam.platform.errors import Fault, InvalidFields

_REQUIRED = "This field is required"
_PLACE = " - at `"
_LONGEST_REASON = 200
_MISSING = re.compile(r"^Object missing required field `(.+?)`")
_EXPECTED = re.compile(r"^Expected `(.+?)`(.*?)(?:, got `.+`)?$")
_BOUND = re.compile(r" ([<>]=?) (\S+)")
_NOT_LISTED = "Invalid enum value"
_STEP = re.compile(r"[^.\[\]]+|\[[^\[\]]*\]")
_PATTERN = re.compile(r" matching regex .*")
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
}
_BOUNDS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}


def invalid(
    error: msgspec.ValidationError, shape: Any, given: Mapping[str, Any] | None, *, of_text: bool = False
) -> InvalidFields:
    """The error for values that do not fit a shape.

    Args:
        error: msgspec's error.
        shape: what was expected.
        given: the values, to name all missing fields and not only the first; None if they are not an object.
        of_text: whether they come from a form or a query: nothing is null there, and the only objects are files.
    """
    reason, field = _placed(str(error))
    missing = _MISSING.match(reason)
    if missing is None:
        worded = _listed(shape, field) if reason.startswith(_NOT_LISTED) else _worded(reason, of_text=of_text)
        return InvalidFields([(field, worded if field else f"The body {worded}")])
    if field or given is None:
        return InvalidFields([(f"{field}.{missing.group(1)}" if field else missing.group(1), _REQUIRED)])
    required = (each.encode_name for each in msgspec.structs.fields(shape) if each.required)
    return InvalidFields([Fault(name, _REQUIRED) for name in required if name not in given])


def _placed(text: str) -> tuple[str, str]:
    """The field and the fault in words such as "Expected `int` - at `$.ids[0]`".

    The words may quote what was sent, which may look like a field and have any length.
    """
    reason, found, place = text.rpartition(_PLACE)
    if not found:
        reason, place = text, ""
    field = place.removesuffix("`").removeprefix("key in ").removeprefix("$").removeprefix(".")
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…", field


def _listed(shape: Any, field: str) -> str:
    """The words that a field may have, by its place such as `items[0].action`; or a number, where it may be one too."""
    from msgspec import inspect  # noqa: PLC0415 - only refusals need it

    kinds: list[Any] = [inspect.type_info(shape)]
    for step in _STEP.findall(field):
        kinds = [inner for kind in _alternatives(kinds) for inner in _inside(kind, step)]
    found = list(_alternatives(kinds))
    words = ", ".join(str(word) for kind in found for word in getattr(kind, "values", ()) if word != "")
    named = [_KINDS["int"]] if any(isinstance(kind, inspect.IntType) for kind in found) else []
    return f"must be {' or '.join([*named, *([f'one of {words}'] if words else [])])}"


def _alternatives(kinds: list[Any]) -> Iterator[Any]:
    for kind in kinds:
        yield from getattr(kind, "types", (kind,))


def _inside(kind: Any, step: str) -> Iterator[Any]:
    """The types of a member of a type from `msgspec.inspect`: a field by name, or an element."""
    if not step.startswith("["):
        yield from (each.type for each in getattr(kind, "fields", ()) if each.encode_name == step)
    else:
        yield from (getattr(kind, name) for name in ("item_type", "value_type") if hasattr(kind, name))


def _worded(reason: str, *, of_text: bool) -> str:
    expected = _EXPECTED.match(reason)
    if expected is None:
        return reason
    kinds = [_KINDS.get(kind, kind) for kind in expected.group(1).split(" | ")]
    if of_text:
        kinds = ["a file" if kind == _KINDS["object"] else kind for kind in kinds if kind != "null"]
    listed = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    bound = _BOUND.sub(lambda found: f" {_BOUNDS[found[1]]} {found[2]}", expected.group(2))
    return f"must be {listed}{_PATTERN.sub(' of the expected form', bound)}"
