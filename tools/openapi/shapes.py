"""Shapes as JSON Schema: msgspec's own, made stricter for shapes that are only sent or only received."""

import inspect
import typing
from collections.abc import Iterable
from types import UnionType
from typing import Any

import msgspec
from msgspec import inspect as described

from smartexam.platform.http.bodies import UploadedFile

Schema = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"
_FILE: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}


class Shapes:
    """The schemas of all shapes that routes use.

    Args:
        taken: shapes of bodies and query strings.
        answered: shapes of successes.
    """

    def __init__(self, taken: Iterable[Any], answered: Iterable[Any]) -> None:
        taken_structs = _structs(taken)
        answered_structs = _structs(answered)
        structs = sorted({*taken_structs, *answered_structs} - {UploadedFile}, key=_place)
        found, components = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
        self._references = dict(zip(structs, found, strict=True))
        self.components: dict[str, Schema] = {}
        for struct in structs:
            name = self.name(struct)
            self.components[name] = _finished(struct, components[name], sent=struct not in taken_structs)
        self.components = dict(sorted(self.components.items()))

    def name(self, struct: type) -> str:
        """The name of a shape among the components."""
        reference: str = self._references[struct]["$ref"]
        return reference.rpartition("/")[2]

    def schema(self, shape: Any) -> Schema:
        """The schema of a shape, or of several, by reference."""
        alternatives = _alternatives(shape)
        if len(alternatives) > 1:
            return {"anyOf": [self.schema(each) for each in alternatives]}
        if shape in self._references:
            return dict(self._references[shape])
        return msgspec.json.schema_components([shape], ref_template=_REFERENCE)[0][0]

    def fields(self, struct: type) -> Schema:
        """The schema itself of a shape."""
        return self.components[self.name(struct)]


def has_files(shape: Any) -> bool:
    """Whether a body's shape has files among its fields."""
    return any(UploadedFile in _mentioned(field.type) for field in _described(shape).fields)


def _alternatives(shape: Any) -> tuple[Any, ...]:
    is_union = isinstance(shape, UnionType) or typing.get_origin(shape) is typing.Union
    return typing.get_args(shape) if is_union else (shape,)


def _structs(declared: Iterable[Any]) -> set[type]:
    """Every struct in declared shapes, however deep."""
    found: set[type] = set()
    for shape in declared:
        for alternative in _alternatives(shape):
            found |= _mentioned(described.type_info(alternative))
    return found


def _mentioned(node: Any, seen: frozenset[type] = frozenset()) -> set[type]:
    """The structs in a described type and in their fields."""
    if isinstance(node, described.StructType):
        if node.cls in seen:
            return set()
        inner = (_mentioned(field.type, seen | {node.cls}) for field in node.fields)
        return {node.cls}.union(*inner)
    parts = [getattr(node, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    parts += [*getattr(node, "types", ()), *getattr(node, "item_types", ())]
    return set().union(*(_mentioned(part, seen) for part in parts if isinstance(part, described.Type)))


def _described(struct: type) -> described.StructType:
    found = described.type_info(struct)
    if not isinstance(found, described.StructType):
        raise TypeError(f"{struct} is no Struct")
    return found


def _place(struct: type) -> tuple[str, str]:
    return struct.__module__, struct.__qualname__


def _finished(struct: type, schema: Schema, *, sent: bool) -> Schema:
    """A schema with files marked as such; fields that the server always sends are required."""
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    properties: dict[str, Schema] = schema.get("properties", {})
    fields = _described(struct).fields
    for field in fields:
        if UploadedFile in _mentioned(field.type):
            properties[field.encode_name] = dict(_FILE)
        if sent:
            properties[field.encode_name].pop("default", None)
            if field.encode_name == "success" and isinstance(field.default, bool):
                properties["success"] = {"const": field.default}
    if sent and not typing.cast("Any", struct).__struct_config__.omit_defaults:
        schema["required"] = [field.encode_name for field in fields if not _may_be_unset(field)]
    if not schema.get("required"):
        schema.pop("required", None)
    return schema


def _may_be_unset(field: described.Field) -> bool:
    has_default = field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
    return not field.required and not has_default
