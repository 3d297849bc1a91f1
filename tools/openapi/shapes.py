"""Shapes as JSON Schema: msgspec's own, made stricter for shapes that are only sent or only received."""

import typing
from collections.abc import Iterable
from types import UnionType
from typing import Any

import msgspec
from msgspec import inspect as described

from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.http.numbers import MEANS
from tools.openapi import prose, vocabulary

Schema = dict[str, Any]
# A class variable of a loosely typed shape: the fields that the code requires, though the types do not.
NEEDED = "NEEDED"
# A class variable of a shape: what JSON Schema says of the whole beside its fields, such as `minProperties`.
RULES = "RULES"
_REFERENCE = "#/components/schemas/{name}"
_FILE: Schema = {"type": "string", "format": "binary"}
# What a loosely typed field says beside the type that it means
_KEPT = ("minItems", "maxItems", "default")
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


class Shapes:
    """The schemas of all shapes that routes use.

    A shape is a component with the name of its class, which therefore no other shape may have.

    Args:
        taken: shapes of bodies and query strings.
        answered: shapes of successes.
        mixed: those of `taken` that are read from JSON as well as from forms with files: the form gets a component of
            its own, because JSON has no files.

    Raises:
        ValueError: two shapes have the same name.
    """

    def __init__(self, taken: Iterable[Any], answered: Iterable[Any], mixed: Iterable[type] = ()) -> None:
        taken_structs = _structs(taken)
        answered_structs = _structs(answered)
        structs = sorted({*taken_structs, *answered_structs} - {UploadedFile}, key=_place)
        _refuse_namesakes(structs)
        found, components = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
        self._references = dict(zip(structs, found, strict=True))
        self.components: dict[str, Schema] = {}
        for struct in structs:
            name = struct.__name__
            schema = _finished(struct, components[name], sent=struct not in taken_structs)
            self.components[name] = schema
            if struct in mixed:
                self.components[name] = _without_files(schema)
                self.components[_form_name(name)] = {**schema, "title": _form_name(name)}
        self.components = dict(sorted(self.components.items()))
        # The components that requests have
        names = {struct.__name__ for struct in taken_structs}
        self.taken = [name for name in self.components if name in names or name.removesuffix("Form") in names]

    def schema(self, shape: Any, *, is_form: bool = False) -> Schema:
        """The schema of a shape, or of several, by reference."""
        alternatives = _alternatives(shape)
        if len(alternatives) > 1:
            return {"anyOf": [self.schema(each) for each in alternatives]}
        if shape in self._references:
            name = _form_name(shape.__name__)
            return {"$ref": _REFERENCE.format(name=name if is_form and name in self.components else shape.__name__)}
        return _tidy(msgspec.json.schema_components([shape], ref_template=_REFERENCE)[0][0])

    def fields(self, struct: type) -> Schema:
        """The schema itself of a shape."""
        return self.components[struct.__name__]

    def without_unused(self, used: Any) -> dict[str, Schema]:
        """The components that a document refers to, directly or through other components."""
        wanted: set[str] = set()
        waiting = _referenced(used)
        while waiting:
            name = waiting.pop()
            if name in self.components and name not in wanted:
                wanted.add(name)
                waiting |= _referenced(self.components[name])
        return {name: schema for name, schema in self.components.items() if name in wanted}


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
    if isinstance(node, described.Metadata) and MEANS in (node.extra or {}):
        return _mentioned(described.type_info(_meant(node)), seen)
    parts = [getattr(node, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    parts += [*getattr(node, "types", ()), *getattr(node, "item_types", ())]
    return set().union(*(_mentioned(part, seen) for part in parts if isinstance(part, described.Type)))


def _meant(node: described.Metadata) -> Any:
    return (node.extra or {})[MEANS]


def _declared_meaning(field: described.Field) -> Any:
    """The type that a loosely typed field means, or None."""
    kinds = getattr(field.type, "types", (field.type,))
    return next(
        (_meant(each) for each in kinds if isinstance(each, described.Metadata) and MEANS in (each.extra or {})), None
    )


def _described(struct: type) -> described.StructType:
    found = described.type_info(struct)
    if not isinstance(found, described.StructType):
        raise TypeError(f"{struct} is no Struct")
    return found


def _place(struct: type) -> tuple[str, str]:
    return struct.__module__, struct.__qualname__


def _plain_schema(kind: Any) -> Schema:
    schema: Schema = msgspec.json.schema_components([kind], ref_template=_REFERENCE)[0][0]
    return schema


def _form_name(name: str) -> str:
    return f"{name}Form"


def _refuse_namesakes(structs: Iterable[type]) -> None:
    known: dict[str, type] = {}
    for struct in structs:
        other = known.setdefault(struct.__name__, struct)
        if other is not struct:
            raise ValueError(f"{struct.__module__} and {other.__module__} both have a {struct.__name__}: rename one")


def _referenced(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"].rpartition("/")[2]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(_referenced, node.values()))
    return set().union(*map(_referenced, node)) if isinstance(node, list) else set()


def _finished(struct: type, schema: Schema, *, sent: bool) -> Schema:
    """A schema with descriptions, and files marked as such; fields that the server always sends are required."""
    whole, told = prose.fields(struct)
    if whole:
        schema["description"] = whole
    properties: dict[str, Schema] = schema.get("properties", {})
    fields = _described(struct).fields
    for field in fields:
        name = field.encode_name
        if UploadedFile in _mentioned(field.type):
            properties[name] = dict(_FILE)
        if (meant := _declared_meaning(field)) is not None:
            # What an empty field of a form has is no default.
            kept = {word: value for word, value in properties[name].items() if word in _KEPT and value != ""}
            properties[name] = {**_plain_schema(meant), **kept, **({"default": False} if meant is bool else {})}
        if sent:
            properties[name].pop("default", None)
            if name == "success" and isinstance(field.default, bool):
                properties[name] = {"type": "boolean", "const": field.default}
        tidy = _tidy(properties[name])
        properties[name] = _with_facets(tidy, vocabulary.facets(struct.__name__, name, tidy))
        if description := told.get(field.name) or vocabulary.description(struct.__name__, name):
            properties[name]["description"] = description
    required = _required(struct, schema, sent=sent)
    schema.pop("required", None)
    schema |= getattr(struct, RULES, {})
    return {**schema, "required": required} if required else schema


def _required(struct: type, schema: Schema, *, sent: bool) -> list[str]:
    fields = _described(struct).fields
    if sent and not typing.cast("Any", struct).__struct_config__.omit_defaults:
        return [field.encode_name for field in fields if not _may_be_unset(field)]
    needed = {*schema.get("required", ()), *getattr(struct, NEEDED, ())}
    return [field.encode_name for field in fields if field.encode_name in needed]


def _with_facets(schema: Schema, facets: Schema) -> Schema:
    if "enum" in facets and schema.get("type") == ["string", "null"]:
        rest = {name: value for name, value in schema.items() if name != "type"}
        return {**rest, "anyOf": [{"type": "string", **facets}, {"type": "null"}]}
    return {**facets, **schema}


def _without_files(schema: Schema) -> Schema:
    files = {name for name, field in schema["properties"].items() if field.get("format") == "binary"}
    rest = {
        **schema,
        "properties": {name: field for name, field in schema["properties"].items() if name not in files},
        "required": [name for name in schema.get("required", ()) if name not in files],
    }
    return {name: value for name, value in rest.items() if value != []}


def _tidy(schema: Schema) -> Schema:
    """A field's schema as code generators read it best: a type for everything that has one, and no null defaults."""
    schema = {name: _tidy_part(name, value) for name, value in schema.items()}
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    if None in schema.get("enum", ()):
        values = [value for value in schema.pop("enum") if value is not None]
        return {**schema, "anyOf": [_tidy({"enum": values}), {"type": "null"}]}
    for word, values in (("enum", schema.get("enum", [])), ("const", [schema["const"]] if "const" in schema else [])):
        kinds = {_TYPES[type(value)] for value in values if type(value) in _TYPES}
        if word in schema and "type" not in schema and len(kinds) == 1:
            schema["type"] = kinds.pop()
    alternatives: list[Schema] = schema.get("anyOf", [])
    if alternatives and all(set(each) == {"type"} for each in alternatives):
        schema.pop("anyOf")
        return {"type": [each["type"] for each in alternatives], **schema}
    some = [each for each in alternatives if each != {"type": "null"}]
    if len(some) == 1 and len(alternatives) > 1 and isinstance(some[0].get("type"), str) and "enum" not in some[0]:
        schema.pop("anyOf")
        return {**some[0], "type": [some[0]["type"], "null"], **schema}
    return schema


def _tidy_part(name: str, value: Any) -> Any:
    if name in {"items", "additionalProperties"} and isinstance(value, dict):
        return _tidy(value)
    if name in {"anyOf", "oneOf"}:
        return [_tidy(each) for each in value]
    return value


def _may_be_unset(field: described.Field) -> bool:
    has_default = field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
    return not field.required and not has_default
