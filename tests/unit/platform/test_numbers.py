"""Numbers beyond 2^53 in bodies and queries."""

from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from smartexam.platform.errors import BadRequest, InvalidFields
from smartexam.platform.http import bodies


class Inner(Struct):
    """A member."""

    id: int = 0


class Body(Struct):
    """A body with numbers in every place."""

    id: int | None = None
    ids: list[int] = []
    inner: list[Inner] = []
    marks: float = 0.0
    name: str = ""
    answers: dict[str, Any] = {}
    marked: list[Any] = []
    changes: Annotated[list[Any], Meta(extra={"means": list[Inner]})] = []


@pytest.mark.parametrize("digits", [17, 41, 2500, 5000])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{{"id": {0}}}', "id"),
        ('{{"ids": [1, {0}]}}', "ids[1]"),
        ('{{"inner": [{{"id": {0}}}]}}', "inner[0].id"),
        ('{{"changes": [7, {{"id": {0}}}]}}', "changes[1].id"),
    ],
)
def test_huge_ones_are_refused_by_name(body: str, field: str, sign: str, digits: int) -> None:
    with pytest.raises(InvalidFields) as refused:
        bodies.decode(body.format(sign + "9" * digits).encode(), Body)

    assert refused.value.details["errors"][0]["field"] == field


@pytest.mark.parametrize("number", [2**53, -(2**53), 0, 12345])
def test_others_are_taken(number: int) -> None:
    assert bodies.decode(b'{"id": %d, "name": "%s"}' % (number, b"9" * 50), Body).id == number


@pytest.mark.parametrize("text", [str(2**53 + 1), "9" * 41, "9" * 2500, "-" + "9" * 41, "null", "1e17", "NaN", "٣"])
def test_queries_are_refused_alike(text: str) -> None:
    with pytest.raises(BadRequest):
        bodies.convert({"id": text}, Inner)


def test_what_may_hold_anything_is_left_to_its_rules() -> None:
    huge = "9" * 41
    read = bodies.decode(f'{{"answers": {{"1": {huge}}}, "marked": [{huge}]}}'.encode(), Body)

    assert read.marked == [int(huge)]


def test_members_that_are_read_later_are_refused_then() -> None:
    with pytest.raises(InvalidFields):
        bodies.convert_json({"id": 2**60}, Inner)


@pytest.mark.parametrize(
    ("text", "number"), [("7.0", 7), ("7.000", 7), ("7e0", 7), ("70E-1", 7), ("0.7e+1", 7), ("-7.0", -7), ("-0.0", 0)]
)
def test_whole_numbers_may_be_spelled_as_any_json_number(text: str, number: int) -> None:
    raw = f'{{"id": {text}, "ids": [{text}], "inner": [{{"id": {text}}}], "marks": {text}, "answers": {{"1": {text}}}}}'
    read = bodies.decode(raw.encode(), Body)

    assert (read.id, read.ids, read.inner[0].id, read.marks, read.answers) == (
        number,
        [number],
        number,
        number,
        {"1": number},
    )


@pytest.mark.parametrize(
    "text", ["7.5", "7.05", "1e17", "1e400", "-1e17", "1e-2", '"7.0"', "7.", "7.0.0", "NaN", "-Infinity"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        bodies.decode(f'{{"id": {text}}}'.encode(), Body)


def test_a_body_in_another_encoding_is_malformed() -> None:
    with pytest.raises(BadRequest) as refused:
        bodies.decode('{"id": 7.0, "name": "é"}'.encode("utf-16"), Body)

    assert refused.value.code == "malformed_json"
