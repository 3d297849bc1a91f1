"""Makes an example of every shape from its schema and the vocabulary."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.openapi.vocabulary import REQUESTS, SHAPES, WORDS

Schema = Mapping[str, Any]
_PREFIX = "#/components/schemas/"
_PLAIN: dict[str, Any] = {
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "object": {},
    "array": [],
    "null": None,
}
# Texts have no plain value: no made-up text would tell what is meant, or be accepted.
_KINDS = ("string", *_PLAIN)


class Examples:
    """Examples by schema; `components` are the schemas that others refer to."""

    def __init__(self, components: dict[str, dict[str, Any]]) -> None:
        self._components = components

    def of(self, schema: Schema, field: str = "", shape: str = "") -> Any:
        """A value that the schema allows.

        Args:
            schema: what to give an example of.
            field: the field whose value it is.
            shape: the name of the shape that has the field.
        """
        own, word = SHAPES.get(shape, {}), WORDS.get(field)
        if field in own and _allows(schema, own[field]):
            return own[field]
        if word is not None and word.has_example and _allows(schema, word.example):
            return word.example
        if "const" in schema:
            return schema["const"]
        for keyword in ("examples", "enum"):
            if keyword in schema:
                return schema[keyword][0]
        if "$ref" in schema:
            return self._shape(str(schema["$ref"]).removeprefix(_PREFIX))
        return self._made(schema, field, shape)

    def media(self, schema: Schema) -> dict[str, Any]:
        """`example` or `examples` of a body with a schema."""
        if "anyOf" in schema:
            named = {str(each["$ref"]).rpartition("/")[2]: self.of(each) for each in schema["anyOf"]}
        else:
            named = REQUESTS.get(str(schema.get("$ref", "")).removeprefix(_PREFIX), {})
        if len(named) > 1:
            return {"examples": {name: {"value": value} for name, value in named.items()}}
        return {"example": next(iter(named.values()), None) or self.of(schema)}

    def add_to_fields(self, name: str) -> None:
        """Give the plain fields of a component the examples of the vocabulary."""
        own = SHAPES.get(name.removesuffix("Form"), {})
        for field, schema in self._components[name].get("properties", {}).items():
            known = [own[field]] if field in own else []
            word = WORDS.get(field)
            known += [word.example] if word is not None and word.has_example else []
            fitting = [value for value in known if value not in (None, "", [], {}) and _allows(schema, value)]
            tells_itself = {"$ref", "enum", "const"} & set(schema) or {"boolean", "array"} & set(_kinds(schema))
            if fitting and not tells_itself:
                schema["examples"] = fitting[:1]

    def _made(self, schema: Schema, field: str, shape: str) -> Any:
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return self.of(schema[word][0], field, shape)
        kind = _kinds(schema)[0]
        if kind == "array":
            return [self.of(schema.get("items", {}), field, shape)]
        if kind == "object":
            fields = schema.get("properties", {})
            whose = str(schema.get("title", shape)).removesuffix("Form")
            return {name: self.of(inner, name, whose) for name, inner in fields.items()}
        if schema.get("default") is not None:
            return schema["default"]
        if kind not in _PLAIN:
            raise LookupError(f"{shape or 'A body'}: the {kind} `{field}` needs an example, in the vocabulary")
        return _PLAIN[kind]

    def _shape(self, name: str) -> Any:
        whole = next(iter(REQUESTS.get(name, {}).values()), None) or SHAPES.get(name, {}).get("*")
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
    kinds: str | Sequence[str] = schema.get("type", _KINDS)
    return (kinds,) if isinstance(kinds, str) else kinds


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
