"""Makes an example of every shape from its schema and the vocabulary."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.openapi.vocabulary import SHAPES, WORDS

Schema = Mapping[str, Any]
_PREFIX = "#/components/schemas/"
_PLAIN: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "object": {},
    "array": [],
    "null": None,
}


class Examples:
    """Examples by schema; `components` are the schemas that others refer to."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def of(self, schema: Schema, field: str = "", shape: str = "") -> Any:
        """A value that the schema allows.

        Args:
            schema: what to give an example of.
            field: the field whose value it is.
            shape: the name of the shape that has the field.
        """
        for known in (SHAPES.get(shape, {}), WORDS):
            if field in known and _allows(schema, known[field]):
                return known[field]
        if "const" in schema:
            return schema["const"]
        for word in ("examples", "enum"):
            if word in schema:
                return schema[word][0]
        if "$ref" in schema:
            return self._shape(str(schema["$ref"]).removeprefix(_PREFIX))
        return self._made(schema, field, shape)

    def _made(self, schema: Schema, field: str, shape: str) -> Any:
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return self.of(schema[word][0], field, shape)
        kind = _kinds(schema)[0]
        if kind == "array":
            return [self.of(schema.get("items", {}), field, shape)]
        if kind == "object":
            fields = schema.get("properties", {})
            return {name: self.of(inner, name, str(schema.get("title", shape))) for name, inner in fields.items()}
        return schema["default"] if schema.get("default") is not None else _PLAIN[kind]

    def _shape(self, name: str) -> Any:
        whole = SHAPES.get(name, {}).get("*")
        return whole if whole is not None else self.of(self._components[name])


def _allows(schema: Schema, value: Any) -> bool:
    """Whether the schema allows the type of a value; True for references."""
    if "enum" in schema:
        return value in schema["enum"]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return any(_allows(each, value) for each in schema[word])
    if "$ref" in schema or "const" in schema or not _is_of(_kinds(schema), _kind(value)):
        return False
    inner = schema.get("items" if isinstance(value, list) else "additionalProperties", {})
    within = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return not isinstance(inner, Mapping) or all(_allows(inner, each) for each in within)


def _is_of(kinds: Sequence[str], kind: str) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _kinds(schema: Schema) -> Sequence[str]:
    kinds: str | Sequence[str] = schema.get("type", tuple(_PLAIN))
    return (kinds,) if isinstance(kinds, str) else kinds


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
