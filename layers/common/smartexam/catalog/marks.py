"""Exact marks: fractions of any denominator.

Amounts are `Fraction`s where they are read, stored and shown, and rounded only by `display` and `percentage`, half up
to two decimals (half away from zero below zero). Grading counts in integers: a paper's `units` is the common
denominator of all its amounts, and every amount of it is in that many parts of a mark. Older papers and results without
`units` are in units of 1/300.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import Any, Final

# Parts of a mark in which amounts are stored as integers; other amounts are stored as text.
UNITS: Final = 300
MAX_MARKS: Final = 1000
# With more parts of a mark, sums would not fit DynamoDB's numbers.
MAX_UNITS: Final = 10**18

# Trailing zeros are allowed ("1.500"), so up to six decimals match; more than two significant ones are refused below.
_DECIMAL = re.compile(r"([+-]?)([0-9]{0,6})(?:\.([0-9]{0,6}))?")
_FRACTION = re.compile(r"([+-]?)([0-9]{1,6}) ?/ ?([0-9]{1,6})")
# What most texts that `parse_marks` reads look like, for descriptions
PATTERN: Final = r"^ *([0-9]{0,3}[0-9](\.[0-9]{1,2})?|[0-9]{1,6} ?/ ?[1-9][0-9]{0,5}|) *$"
# What JSON Schema says of an amount, as a number or a text
SCHEMA: Final[dict[str, Any]] = {"minimum": 0, "maximum": MAX_MARKS, "pattern": PATTERN}
_DECIMALS = 2
_HUNDREDTHS = 100
_LONGEST = 20
_EXPECTED = 'must be a number with up to two decimals, or a fraction such as "1/3"'

_LETTER_GRADES = ((90, "A+"), (80, "A"), (70, "B"), (60, "C"), (50, "D"))
_LOWEST_GRADE = "F"


class MarksError(ValueError):
    """An invalid amount of marks; its text is for the client."""


def parse_marks(value: object, *, lowest: int = 0, highest: int = MAX_MARKS) -> Fraction:
    """An amount of marks: a number, or text such as "4", "0.25" or "1/3".

    Amounts are not negative unless `lowest` allows it: negative marks are given as the amount that a wrong answer
    costs. "-1" is refused because it could mean that amount or a bonus of one.

    Raises MarksError.
    """
    amount = _amount(_text(value))
    if amount < lowest:
        raise MarksError(
            "must not be negative: give the amount that is subtracted" if lowest == 0 else f"must be at least {lowest}"
        )
    if amount > highest:
        raise MarksError(f"must be at most {highest}")
    return amount


def format_marks(amount: Fraction) -> str:
    """The canonical text, which `parse_marks` reads back to the same amount: "4", "0.25", "1/3"."""
    hundredths = amount * _HUNDREDTHS
    if hundredths.denominator != 1:
        return f"{amount.numerator}/{amount.denominator}"
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(hundredths.numerator), _HUNDREDTHS)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{sign}{whole}{decimals}"


def number_or_text(amount: Fraction) -> float | str:
    """Marks for an editor: a number if two decimals are exact, otherwise the canonical text ("1/3")."""
    return display(amount) if _HUNDREDTHS % amount.denominator == 0 else format_marks(amount)


def display(amount: Fraction) -> float:
    """Marks as a number for people, rounded half up to two decimals."""
    return _rounded_quotient(amount.numerator * _HUNDREDTHS, amount.denominator) / _HUNDREDTHS


def common_units(amounts: Iterable[Fraction]) -> int:
    """The common denominator of some amounts."""
    return lcm(*{amount.denominator for amount in amounts})


def in_units(amount: Fraction, units: int) -> int:
    """An amount as a whole number of parts of a mark; `units` make one mark, and the amount must be a multiple of a
    part."""
    scaled = amount * units
    if scaled.denominator != 1:
        raise ValueError(f"{amount} marks in units of 1/{units}")
    return scaled.numerator


def plain(number: float) -> str:
    """A number of at most two decimals as text, without trailing zeros ("12345.67", "40", "-0.5")."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def percentage(score: int, maximum: int) -> float:
    """`score` as a percentage of `maximum`, rounded half up to two decimals; 0 if the paper has no marks."""
    if maximum <= 0:
        return 0.0
    return _rounded_quotient(score * 10_000, maximum) / 100


def letter_grade(score: int, maximum: int) -> str:
    """The grade of the unrounded percentage; the lowest if the paper has no marks."""
    if maximum > 0:
        for percent, letter in _LETTER_GRADES:
            if score * 100 >= percent * maximum:
                return letter
    return _LOWEST_GRADE


def _text(value: object) -> str:
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, bool):
        text = ""
    elif isinstance(value, int):
        # The value is compared before it is formatted: Python refuses to format integers of thousands of digits.
        text = str(value) if abs(value) < 10**6 else ("-" if value < 0 else "") + "9" * 6
    elif isinstance(value, float):
        # The shortest text of this float is the text that its sender wrote.
        text = repr(value)
    else:
        text = ""
    if not text or len(text) > _LONGEST:
        raise MarksError(_EXPECTED)
    return text


def _amount(text: str) -> Fraction:
    decimal = _DECIMAL.fullmatch(text)
    if decimal is not None:
        sign, whole, decimals = decimal.groups()
        if not whole and not decimals:
            raise MarksError(_EXPECTED)
        hundredths = (decimals or "").rstrip("0")
        if len(hundredths) > _DECIMALS:
            raise MarksError(f'{_EXPECTED}; write other parts as a fraction ("1/3", "5/7")')
        size = Fraction(int(whole or "0") * _HUNDREDTHS + int(hundredths.ljust(_DECIMALS, "0")), _HUNDREDTHS)
    else:
        fraction = _FRACTION.fullmatch(text)
        if fraction is None:
            raise MarksError(_EXPECTED)
        sign, numerator, denominator = fraction.groups()
        if int(denominator) == 0:
            raise MarksError("must not be divided by zero")
        size = Fraction(int(numerator), int(denominator))
    return -size if sign == "-" else size


def _rounded_quotient(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size
