"""Shapes as schemas: sent shapes always have all fields, received ones may omit some."""

from msgspec import UNSET, Struct, UnsetType

from smartexam.platform.http.bodies import UploadedFile
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


KNOWN = Shapes([Taken, Upload], [Sent, Sent | Other])


def test_what_is_sent_is_always_there_unless_it_may_be_unset() -> None:
    schema = KNOWN.components["Sent"]
    assert schema["required"] == ["inner", "count", "success"]
    assert schema["properties"]["success"] == {"const": True}
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
    properties = KNOWN.components["Upload"]["properties"]
    assert properties["image"] == {"type": "string", "contentMediaType": "application/octet-stream"}
    assert properties["spare"] == properties["image"]
    assert "UploadedFile" not in KNOWN.components
    assert shapes.has_files(Upload)
    assert not shapes.has_files(Taken)
