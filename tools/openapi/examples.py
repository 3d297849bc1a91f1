"""An example of every shape, made from its schema and the vocabulary."""

from collections.abc import Mapping
from typing import Any

from tools.openapi.vocabulary import SHAPES, WORDS

Schema = Mapping[str, Any]
_PREFIX = "#/components/schemas/"
_PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


class Examples:
    """Examples by schema.

    Args:
        components: the schemas that others refer to.
    """

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def of(self, schema: Schema, field: str = "", shape: str = "") -> Any:
        """A value that the schema allows.

        Args:
            schema: what to give an example of.
            field: the field whose value it is.
            shape: the name of the shape that has the field.
        """
        if "const" in schema:
            return schema["const"]
        for known in (SHAPES.get(shape, {}), WORDS):
            if field in known and _allows(schema, known[field]):
                return known[field]
        if "$ref" in schema:
            return self._shape(str(schema["$ref"]).removeprefix(_PREFIX))
        if "enum" in schema:
            return schema["enum"][0]
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return self.of(schema[word][0], field, shape)
        if schema.get("type") == "array":
            return [self.of(schema.get("items", {}), field, shape)]
        if schema.get("type") == "object":
            return {
                name: self.of(inner, name, str(schema.get("title", shape)))
                for name, inner in schema.get("properties", {}).items()
            }
        return schema["default"] if schema.get("default") is not None else _PLAIN.get(str(schema.get("type")), {})

    def _shape(self, name: str) -> Any:
        whole = SHAPES.get(name, {}).get("*")
        return whole if whole is not None else self.of(self._components[name])


def _allows(schema: Schema, value: Any) -> bool:
    """Whether a value is of one of the types that a schema names; of references only tests can tell."""
    if "enum" in schema:
        return value in schema["enum"]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return any(_allows(each, value) for each in schema[word])
    kinds = schema.get("type")
    if kinds is None:
        return "$ref" not in schema
    if kinds == "array":
        return isinstance(value, list) and all(_allows(schema.get("items", {}), each) for each in value)
    if kinds == "object":
        inner = schema.get("additionalProperties", {})
        return isinstance(value, dict) and (
            not isinstance(inner, Mapping) or all(_allows(inner, each) for each in value.values())
        )
    return _kind(value) in (("integer", "number") if kinds == "number" else (kinds,))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
