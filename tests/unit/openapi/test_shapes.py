"""Shapes as schemas: sent shapes always have all fields, received ones may omit some."""

from typing import Annotated, Any, ClassVar

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.texts import visible
from tools.openapi import shapes
from tools.openapi.shapes import Shapes


class Inner(Struct):
    """Within.

    Told at length.
    """

    id: int


class Sent(Struct):
    inner: list[Inner]
    note: str | UnsetType = UNSET
    count: int = 0
    success: bool = True


class Other(Struct):
    success: bool = False


class Taken(Struct):
    name: str
    size: int = 3


class Upload(Struct):
    image: UploadedFile
    spare: UploadedFile | None = None
    name: str = ""


def types(schema: dict[str, Any]) -> dict[str, Any]:
    """The types of an object's fields, without their descriptions."""
    return {
        name: {word: value for word, value in field.items() if word not in {"description", "examples"}}
        for name, field in schema["properties"].items()
    }


KNOWN = Shapes([Taken, Upload], [Sent, Sent | Other])


def test_what_is_sent_is_always_there_unless_it_may_be_unset() -> None:
    schema = KNOWN.components["Sent"]
    assert schema["required"] == ["inner", "count", "success"]
    assert types(schema)["success"] == {"type": "boolean", "const": True}
    assert "default" not in schema["properties"]["count"]


def test_what_is_taken_may_leave_out_what_has_a_default() -> None:
    schema = KNOWN.components["Taken"]
    assert schema["required"] == ["name"]
    assert schema["properties"]["size"]["default"] == 3


def test_shapes_within_are_known_too_and_described() -> None:
    assert KNOWN.components["Inner"]["description"] == "Within.\n\nTold at length."
    assert KNOWN.schema(Inner) == {"$ref": "#/components/schemas/Inner"}


def test_several_shapes_are_alternatives() -> None:
    assert KNOWN.schema(Sent | Other) == {
        "anyOf": [{"$ref": "#/components/schemas/Sent"}, {"$ref": "#/components/schemas/Other"}]
    }


def test_files_are_files() -> None:
    properties = types(KNOWN.components["Upload"])
    assert properties["image"] == {"type": "string", "format": "binary"}
    assert properties["spare"] == properties["image"]
    assert "UploadedFile" not in KNOWN.components
    assert shapes.has_files(Upload)
    assert not shapes.has_files(Taken)


def test_a_shape_with_files_that_may_be_json_has_a_shape_for_each() -> None:
    mixed = Shapes([Upload], [], mixed=[Upload])
    assert set(mixed.components["Upload"]["properties"]) == {"name"}
    assert set(mixed.components["UploadForm"]["properties"]) == {"image", "spare", "name"}
    assert mixed.schema(Upload) == {"$ref": "#/components/schemas/Upload"}
    assert mixed.schema(Upload, is_form=True) == {"$ref": "#/components/schemas/UploadForm"}


def test_two_shapes_with_one_name_are_refused() -> None:
    namesake = type("Taken", (Struct,), {"__annotations__": {"id": int}, "__module__": "elsewhere"})
    with pytest.raises(ValueError, match="both have a Taken"):
        Shapes([Taken], [namesake])


class Loose(Struct):
    items: Annotated[list[Any], Meta(max_length=9, extra={"means": list[Inner]})]
    kind: Annotated[Any, Meta(extra_json_schema={"enum": ["a", "b"]})] = UNSET
    chosen: Annotated[str, Meta(extra_json_schema={"enum": ["a", "b"]})] | None = None
    count: int | None = None
    amount: float | str | None = None


def test_fields_are_written_as_generators_read_them_best() -> None:
    known = Shapes([Loose], [])
    assert "Inner" in known.components
    assert types(known.fields(Loose)) == {
        "items": {"type": "array", "maxItems": 9, "items": {"$ref": "#/components/schemas/Inner"}},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "chosen": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]},
        "count": {"type": ["integer", "null"]},
        "amount": {"type": ["number", "string", "null"]},
    }


def test_only_shapes_in_use_are_kept() -> None:
    assert set(KNOWN.without_unused([{"$ref": "#/components/schemas/Sent"}])) == {"Sent", "Inner"}


class Told(Struct):
    """Something told.

    Attributes:
        note: what its shape says.
    """

    note: str
    email: str | None
    created_at: str


def test_fields_are_described_by_their_shape_or_by_the_vocabulary() -> None:
    told = Shapes([], [Told]).fields(Told)
    assert told["description"] == "Something told."
    assert told["properties"]["note"] == {"type": "string", "description": "What its shape says."}
    assert told["properties"]["email"]["description"].startswith("Email address")
    assert told["properties"]["email"]["format"] == "email"


def test_a_word_about_a_subject_says_nothing_of_a_shape_without_one() -> None:
    assert "description" not in Shapes([], [Told]).fields(Told)["properties"]["created_at"]


class Begun(Struct):
    NEEDED: ClassVar = ("exam_id",)
    exam_id: Annotated[Any, Meta(extra_json_schema={"type": "integer"})] = UNSET
    note: str = ""


def test_what_the_code_requires_is_required_though_its_type_is_loose() -> None:
    assert Shapes([Begun], []).fields(Begun)["required"] == ["exam_id"]


class Change(Struct):
    RULES: ClassVar[dict[str, Any]] = {"minProperties": 1}
    note: Annotated[str, visible(20)] | None = None


def test_rules_of_a_whole_shape_and_texts_that_must_be_visible_are_said() -> None:
    schema = Shapes([Change], []).fields(Change)
    assert schema["minProperties"] == 1
    assert schema["properties"]["note"] == {
        "type": ["string", "null"],
        "minLength": 1,
        "maxLength": 20,
        "pattern": r"\S",
    }
