"""Examples: from the vocabulary if it has the field, otherwise plain."""

from typing import Any

import pytest

from tools.openapi.examples import Examples
from tools.openapi.vocabulary import WORDS

EXAMPLES = Examples(
    {
        "Exam": {
            "title": "Exam",
            "type": "object",
            "properties": {"name": {"type": "string"}, "n": {"type": "integer"}},
        },
        "CategoryView": {"title": "CategoryView", "type": "object", "properties": {"name": {"type": "string"}}},
    }
)


@pytest.mark.parametrize(
    ("schema", "field", "expected"),
    [
        ({"type": "string"}, "username", WORDS["username"].example),
        ({"type": "integer"}, "username", 1),
        ({"type": "boolean"}, "score", True),
        ({"type": "number"}, "max_score", WORDS["max_score"].example),
        ({"type": ["integer", "null"]}, "unheard_of", 1),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "next_cursor", None),
        ({"enum": ["MCQ", "MSQ"]}, "question_type", "MCQ"),
        ({"enum": ["x"]}, "question_type", "x"),
        ({"const": True}, "success", True),
        ({"type": "integer", "default": 5}, "unheard_of", 5),
        ({"type": "string", "examples": ["mine"]}, "unheard_of", "mine"),
        ({"type": "array", "items": {"type": "integer"}}, "unheard_of", [1]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "answers", {}),
    ],
)
def test_a_field_has_a_value_of_its_type(schema: dict[str, Any], field: str, expected: Any) -> None:
    assert EXAMPLES.of(schema, field) == expected


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": ["string", "null"]}, {}])
def test_a_text_without_an_example_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(LookupError, match="`unheard_of` needs an example"):
        EXAMPLES.of(schema, "unheard_of", "Exam")


def test_shapes_are_made_of_their_fields() -> None:
    assert EXAMPLES.of({"$ref": "#/components/schemas/Exam"}) == {"name": WORDS["name"].example, "n": 1}


def test_a_shape_may_mean_something_else_by_a_field() -> None:
    assert EXAMPLES.of({"$ref": "#/components/schemas/CategoryView"}) == {"name": "Physics"}
