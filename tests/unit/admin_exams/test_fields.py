"""Reading an exam's fields."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_exams import fields
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import number_or_text, parse_marks
from smartexam.platform.errors import InvalidFields
from smartexam.platform.times import iso

LEAST = {"name": "Physics", "date": "2026-02-28", "start_time": "09:30", "duration": 90}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
any_fields = st.dictionaries(st.sampled_from([*fields.REQUIRED, *fields.DEFAULTS]), json_values)

PLAIN_EXAM = Exam(
    id=7, created_at=0, **fields.read_new({"name": "E", "date": "2026-01-05", "start_time": "09:00", "duration": 60})
)


def faults(raw: dict[str, Any]) -> set[str]:
    with pytest.raises(InvalidFields) as caught:
        fields.read_new(raw)
    return {error["field"] for error in caught.value.details["errors"]}


@given(any_fields)
@pytest.mark.parametrize("read", [fields.read_new, lambda raw: fields.read_changes(raw, PLAIN_EXAM)])
def test_whatever_comes_is_read_or_refused(
    read: Callable[[dict[str, Any]], dict[str, Any]], raw: dict[str, Any]
) -> None:
    known = {*fields.REQUIRED, *fields.DEFAULTS}
    try:
        named = set(read(raw))
    except InvalidFields as refused:
        named = {error["field"] for error in refused.details["errors"]} - {""}

    assert named <= known


@given(any_fields)
def test_what_was_read_is_read_again_as_the_same(raw: dict[str, Any]) -> None:
    try:
        values = fields.read_new({**LEAST, **raw})
    except InvalidFields:
        return
    # The code of an exam is shown to nobody.
    values.pop("access_code")
    closes_at = values["closes_at"]
    shown = {
        **values,
        **{name: number_or_text(values[name]) for name in ("positive_marks", "negative_marks")},
        "batch_ids": list(values["batch_ids"]),
        "closes_at": None if closes_at is None else iso(closes_at),
    }

    assert fields.read_new(shown) == {**values, "access_code": ""}
    assert fields.read_changes(shown, PLAIN_EXAM) == values


@given(st.dates(), st.times())
def test_every_minute_of_the_calendar_is_read(day: date, time: Any) -> None:
    read = fields.read_new({**LEAST, "date": f"{day.year:04d}{day:-%m-%d}", "start_time": f"{time:%H:%M}"})

    assert date.fromisoformat(read["date"]) == day


@given(st.fractions(0, 1000, max_denominator=999))
def test_marks_go_out_and_come_back(amount: Fraction) -> None:
    assert parse_marks(number_or_text(amount)) == amount


def test_defaults_fill_what_is_missing_or_empty() -> None:
    assert fields.read_new({**LEAST, "status": "", "positive_marks": None}) == {**LEAST, **fields.DEFAULTS}


def test_every_fault_is_named() -> None:
    assert faults({"name": "", "date": "x", "duration": 0, "status": "y"}) == {
        "name",
        "date",
        "start_time",
        "duration",
        "status",
    }


def test_names_are_one_line() -> None:
    assert fields.read_new({**LEAST, "name": "  Physics \r\n mock\ttest "})["name"] == "Physics mock test"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("on", True), ("0", False), ("", False), (1, True), ("No", False), (None, False)],
)
def test_flags_come_from_boxes_and_from_json(value: Any, expected: bool) -> None:
    assert fields.read_new({**LEAST, "allow_assistant": value})["allow_assistant"] is expected


class TestChanges:
    def test_only_what_is_named_changes(self) -> None:
        assert fields.read_changes({"duration": "45"}, PLAIN_EXAM) == {"duration": 45}

    def test_emptying_means_none_where_there_can_be_none(self) -> None:
        assert fields.read_changes({"category_id": "", "max_attempts": None, "status": ""}, PLAIN_EXAM) == {
            "category_id": None,
            "max_attempts": 0,
        }

    @pytest.mark.parametrize("raw", [{}, {"name": " "}, {"duration": None}])
    def test_nothing_and_impossible_emptiness_are_refused(self, raw: dict[str, Any]) -> None:
        with pytest.raises(InvalidFields):
            fields.read_changes(raw, PLAIN_EXAM)
