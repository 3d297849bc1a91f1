"""Marks are exact, and inexact ones are refused."""

import contextlib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexam.catalog.marks import (
    MAX_MARKS,
    UNITS,
    MarksError,
    display,
    format_marks,
    letter_grade,
    parse_marks,
    percentage,
    plain,
)
from tests.unit.catalog.strategies import hostile

LIMIT = MAX_MARKS


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (4, 1200),
        (0, 0),
        (1000, 300_000),
        (0.25, 75),
        (0.33, 99),
        (4.0, 1200),
        (-0.0, 0),
        ("4", 1200),
        ("+4", 1200),
        (" 2.5 ", 750),
        ("0.10", 30),
        (".5", 150),
        ("5.", 1500),
        ("1.500000", 450),
        ("1/3", 100),
        ("2 / 3", 200),
        ("4/3", 400),
        ("1/4", 75),
        ("0/3", 0),
        ("1/300", 1),
        ("1/7", Fraction(300, 7)),
    ],
)
def test_reads_decimals_and_fractions(value: object, units: Fraction) -> None:
    assert parse_marks(value) == Fraction(units, UNITS)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        " ",
        ".",
        "-",
        "/",
        "one",
        "NaN",
        "nan",
        "Infinity",
        "1e2",
        "1e999",
        "9" * 5000,
        "1_0",
        "٣",
        "½",
        "\u22121",
        "1,5",
        "1//3",
        "1/0",
        "1 1/3",
        "0x10",
        "0.333",
        "1.005",
        -1,
        "-1",
        "-1/3",
        -0.25,
        0.1 + 0.2,
        1001,
        "1000.01",
        pytest.param(10**5000, id="huge"),
        pytest.param(-(10**5000), id="hugely negative"),
        1e300,
        float("nan"),
        float("inf"),
        [4],
        {},
        b"4",
        Decimal(4),
    ],
)
def test_refuses_the_rest(value: object) -> None:
    with pytest.raises(MarksError):
        parse_marks(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, "the amount that is subtracted"),
        (2000, "at most 1000"),
        ("0.333", '"1/3"'),
        ("1/1234567", "fraction"),
        ("1/0", "divided by zero"),
        ("x", "two decimals"),
    ],
)
def test_says_why(value: object, words: str) -> None:
    with pytest.raises(MarksError, match=words):
        parse_marks(value)


def test_negative_amounts_are_read_where_they_are_allowed() -> None:
    assert parse_marks("-1/3", lowest=-LIMIT) == Fraction(-1, 3)
    assert parse_marks("-0.25", lowest=-LIMIT) == Fraction(-1, 4)
    with pytest.raises(MarksError, match="at least -1"):
        parse_marks(-2, lowest=-1)


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0"),
        (1200, "4"),
        (75, "0.25"),
        (150, "0.5"),
        (15, "0.05"),
        (100, "1/3"),
        (-100, "-1/3"),
        (400, "4/3"),
        (-75, "-0.25"),
        (1, "1/300"),
    ],
)
def test_writes_the_shortest_exact_text(units: int, text: str) -> None:
    assert format_marks(Fraction(units, UNITS)) == text


@given(st.fractions(-LIMIT, LIMIT, max_denominator=999))
def test_text_reads_back_to_the_same_amount(amount: Fraction) -> None:
    assert parse_marks(format_marks(amount), lowest=-LIMIT) == amount
    assert Fraction(format_marks(amount)) == amount


@given(hostile)
def test_never_fails_otherwise(value: object) -> None:
    with contextlib.suppress(MarksError):
        assert 0 <= parse_marks(value) <= LIMIT


def test_three_thirds_are_one() -> None:
    assert 3 * -parse_marks("1/3") == -parse_marks(1)


def _half_up(exact: Fraction) -> Decimal:
    # 60 digits are enough to decide all ties of these fractions.
    places = Decimal(
        exact.numerator * 10**60 // exact.denominator
        if exact >= 0
        else -(-exact.numerator * 10**60 // exact.denominator)
    )
    return places.scaleb(-60).quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(st.fractions(-10 * LIMIT, 10 * LIMIT, max_denominator=10_000))
def test_display_rounds_half_up(amount: Fraction) -> None:
    assert display(amount) == float(_half_up(amount))


@given(st.integers(-10 * LIMIT, 10 * LIMIT), st.integers(1, 10 * LIMIT))
def test_percentage_rounds_half_up(score: int, maximum: int) -> None:
    assert percentage(score, maximum) == float(_half_up(Fraction(100 * score, maximum)))


@pytest.mark.parametrize(
    ("score", "maximum", "percent"),
    [
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 800, 0.13),
        (-1, 800, -0.13),
        (1, 1600, 0.06),
        (3, 3, 100.0),
        (5, 0, 0.0),
        (-5, 0, 0.0),
    ],
)
def test_percentages(score: int, maximum: int, percent: float) -> None:
    assert percentage(score, maximum) == percent


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (1000, "A+"),
        (900, "A+"),
        (899, "A"),
        (800, "A"),
        (799, "B"),
        (700, "B"),
        (699, "C"),
        (600, "C"),
        (599, "D"),
        (500, "D"),
        (499, "F"),
        (0, "F"),
        (-300, "F"),
    ],
)
def test_letter_grades(score: int, grade: str) -> None:
    assert letter_grade(score, 1000) == grade


def test_the_grade_is_by_the_percentage_before_rounding() -> None:
    assert percentage(89_999, 100_000) == 90.0
    assert letter_grade(89_999, 100_000) == "A"


def test_a_paper_without_marks_has_the_lowest_grade() -> None:
    assert letter_grade(0, 0) == "F"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (40.0, "40"), (-0.5, "-0.5"), (12345.67, "12345.67"), (1_000_000.0, "1000000"), (100.0, "100")],
)
def test_plain_shows_every_digit_and_no_more(number: float, text: str) -> None:
    assert plain(number) == text
