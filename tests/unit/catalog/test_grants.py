"""What a student may: their own override wins, else the most generous of their batches', else the exam's rule."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from smartexam.catalog.exam import Exam
from smartexam.catalog.grants import Grants, Override, extra_seconds, granted, window
from tests.factories.clock import MORNING

ZONE = "Asia/Kolkata"
EXAM = Exam(
    id=7,
    name="Mock test",
    date="2026-01-05",
    start_time="10:00",
    duration=180,
    status="upcoming",
    instructions="",
    positive_marks=Fraction(4),
    negative_marks=Fraction(1),
    max_attempts=2,
    result_mode="instant",
    result_delay=0,
    category_id=None,
    created_at=0,
    closes_at=int(MORNING) + 6 * 3600,
)
START = int(MORNING)


def override(**fields: Any) -> Override:
    return Override(exam_id=7, user_id=None, batch_id=5, created_by=1, created_at=0, **fields)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


overrides = st.builds(
    override,
    extra_minutes=optional(st.integers(0, 600)),
    extra_percent=optional(st.decimals(0, 200, places=2).map(str)),
    opens_at=optional(st.integers(START - 9999, START + 9999)),
    closes_at=optional(st.integers(START, START + 99999)),
    max_attempts=optional(st.integers(0, 9)),
)


class TestFieldByField:
    def test_ones_own_wins_even_where_batches_are_more_generous(self) -> None:
        own = override(extra_minutes=5, max_attempts=1)
        batches = [override(extra_minutes=60, closes_at=START + 100), override(max_attempts=0)]

        assert granted(own, batches) == Grants(extra_minutes=5, closes_at=START + 100, max_attempts=1)

    def test_of_batches_the_most_generous_wins(self) -> None:
        one = override(extra_minutes=10, extra_percent="9.5", opens_at=START, closes_at=START + 5, max_attempts=3)
        two = override(extra_minutes=20, extra_percent="33.3", opens_at=START - 60, closes_at=START + 9, max_attempts=2)

        assert granted(None, [one, two]) == Grants(20, "33.3", START - 60, START + 9, 3)
        assert granted(None, [one, override(max_attempts=0)]).max_attempts == 0, "unlimited is the most generous"

    @given(overrides, overrides)
    def test_the_order_of_batches_does_not_matter(self, one: Override, two: Override) -> None:
        ours, theirs = granted(None, [one, two]), granted(None, [two, one])
        assert window(EXAM, ours, ZONE) == window(EXAM, theirs, ZONE)

    def test_nothing_granted_is_the_exam(self) -> None:
        rules = window(EXAM, granted(None, []), ZONE)

        assert (rules.opens_at, rules.closes_at, rules.seconds, rules.max_attempts) == (
            MORNING,
            EXAM.closes_at,
            180 * 60,
            2,
        )


class TestState:
    @pytest.mark.parametrize(
        ("status", "now", "state"),
        [
            ("upcoming", START - 1, "upcoming"),
            ("upcoming", START, "ongoing"),
            ("ongoing", START - 1, "ongoing"),
            ("ongoing", START + 6 * 3600 - 1, "ongoing"),
            ("ongoing", START + 6 * 3600, "completed"),
            ("completed", START, "completed"),
        ],
    )
    def test_follows_from_setting_and_clock(self, status: str, now: int, state: str) -> None:
        assert window(structs.replace(EXAM, status=status), Grants(), ZONE).state(now) == state

    def test_an_own_opening_holds_for_an_exam_that_is_open_to_all(self) -> None:
        rules = window(structs.replace(EXAM, status="ongoing"), Grants(opens_at=START + 60), ZONE)

        assert [rules.state(START), rules.state(START + 60)] == ["upcoming", "ongoing"]

    def test_an_own_closing_keeps_it_open(self) -> None:
        rules = window(EXAM, Grants(closes_at=START + 7 * 3600), ZONE)

        assert rules.state(START + 6 * 3600) == "ongoing"


class TestDeadline:
    def test_is_the_earlier_of_duration_and_closing(self) -> None:
        rules = window(EXAM, Grants(), ZONE)

        assert rules.deadline(START, rules.seconds) == START + 3 * 3600
        assert rules.deadline(START + 4 * 3600, rules.seconds) == START + 6 * 3600

    def test_extra_time_lengthens_the_duration_and_not_the_closing(self) -> None:
        rules = window(EXAM, Grants(extra_minutes=30, extra_percent="10"), ZONE)

        assert rules.deadline(START, rules.seconds) == START + 3 * 3600 + 30 * 60 + 18 * 60
        assert rules.deadline(START + 4 * 3600, rules.seconds) == START + 6 * 3600

    def test_added_time_goes_beyond_the_closing(self) -> None:
        rules = window(EXAM, Grants(), ZONE)

        assert rules.deadline(START + 4 * 3600, rules.seconds, added=600) == START + 6 * 3600 + 600

    def test_twenty_minutes_an_hour(self) -> None:
        assert extra_seconds(180 * 60, Grants(extra_percent="33.333333")) == 3600


class TestClockChanges:
    """Europe/Berlin skips 02:00 to 03:00 on 29 March 2026, and has it twice on 25 October."""

    def test_a_skipped_time_is_moved_forward_by_the_gap(self) -> None:
        skipped = structs.replace(EXAM, date="2026-03-29", start_time="02:30")
        after = structs.replace(EXAM, date="2026-03-29", start_time="03:30")

        assert skipped.opens_at("Europe/Berlin") == after.opens_at("Europe/Berlin")

    def test_of_a_repeated_time_the_first_is_meant(self) -> None:
        before = structs.replace(EXAM, date="2026-10-25", start_time="01:30").opens_at("Europe/Berlin")

        repeated = structs.replace(EXAM, date="2026-10-25", start_time="02:30").opens_at("Europe/Berlin")

        assert repeated - before == 3600
