"""Numbers beyond 2^53 in bodies and queries."""

from typing import Any

import pytest
from msgspec import Struct

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


@pytest.mark.parametrize("digits", [17, 41, 2500, 5000])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("body", "field"),
    [('{{"id": {0}}}', "id"), ('{{"ids": [1, {0}]}}', "ids[1]"), ('{{"inner": [{{"id": {0}}}]}}', "inner[0].id")],
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
