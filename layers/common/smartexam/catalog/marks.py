"""Exact marks: integers in units of 1/300 of a mark.

Hundredths and thirds are whole multiples of a unit, so "0.25", "1/3" and their sums are exact. Amounts are rounded only
by `display` and `percentage`, half up to two decimals (half away from zero below zero).
"""

import math
import re
from typing import Final

UNITS: Final = 300
MAX_MARKS: Final = 1000

# Trailing zeros are allowed ("1.500"), so up to six decimals match; more than two significant ones are refused below.
_DECIMAL = re.compile(r"([+-]?)([0-9]{0,6})(?:\.([0-9]{0,6}))?")
_FRACTION = re.compile(r"([+-]?)([0-9]{1,6}) ?/ ?([0-9]{1,6})")
_DECIMALS = 2
_LONGEST = 20
_EXPECTED = 'must be a number with up to two decimals, or a fraction such as "1/3"'

_LETTER_GRADES = ((90, "A+"), (80, "A"), (70, "B"), (60, "C"), (50, "D"))
_LOWEST_GRADE = "F"


class MarksError(ValueError):
    """An amount of marks that cannot be used; the message is for the client."""


def parse_marks(value: object, *, lowest: int = 0, highest: int = MAX_MARKS * UNITS) -> int:
    """The units of an amount of marks: a number, or text such as "4", "0.25" or "1/3".

    Amounts must not be negative unless `lowest` (in units) allows it. Negative marks are given as the amount that a
    wrong answer costs; "-1" is refused, because it could mean that amount or a bonus.

    Raises MarksError.
    """
    units = _units(_text(value))
    if units < lowest:
        raise MarksError(
            "must not be negative: give the amount that is subtracted"
            if lowest == 0
            else f"must be at least {format_marks(lowest)}"
        )
    if units > highest:
        raise MarksError(f"must be at most {format_marks(highest)}")
    return units


def format_marks(units: int) -> str:
    """The canonical text, which `parse_marks` reads back to the same units: "4", "0.25", "1/3"."""
    sign = "-" if units < 0 else ""
    size = abs(units)
    if size % 3 == 0:
        whole, hundredths = divmod(size // 3, 100)
        decimals = f".{hundredths:02d}".rstrip("0") if hundredths else ""
        return f"{sign}{whole}{decimals}"
    divisor = math.gcd(size, UNITS)
    return f"{sign}{size // divisor}/{UNITS // divisor}"


def number_or_text(units: int) -> float | str:
    """Marks for editing: a number if two decimals are exact, else the canonical text ("1/3")."""
    return display(units) if units % (UNITS // 100) == 0 else format_marks(units)


def display(units: int) -> float:
    """Marks for display, rounded half up to two decimals."""
    return _rounded_quotient(units, UNITS // 100) / 100


def plain(number: float) -> str:
    """A number of at most two decimals as text, without trailing zeros ("12345.67", "40", "-0.5")."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def percentage(score: int, maximum: int) -> float:
    """`score` as a percentage of `maximum`, rounded half up to two decimals; 0 for a paper without marks."""
    if maximum <= 0:
        return 0.0
    return _rounded_quotient(score * 10_000, maximum) / 100


def letter_grade(score: int, maximum: int) -> str:
    """The grade from the percentage before rounding; the lowest grade for a paper without marks."""
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
        # Python refuses to convert integers of thousands of digits to text, so the size is compared first.
        text = str(value) if abs(value) < 10**6 else ("-" if value < 0 else "") + "9" * 6
    elif isinstance(value, float):
        # The shortest text that gives this float is what its sender wrote.
        text = repr(value)
    else:
        text = ""
    if not text or len(text) > _LONGEST:
        raise MarksError(_EXPECTED)
    return text


def _units(text: str) -> int:
    decimal = _DECIMAL.fullmatch(text)
    if decimal is not None:
        sign, whole, decimals = decimal.groups()
        if not whole and not decimals:
            raise MarksError(_EXPECTED)
        hundredths = (decimals or "").rstrip("0")
        if len(hundredths) > _DECIMALS:
            raise MarksError(f'{_EXPECTED}; write thirds as a fraction ("1/3")')
        size = (int(whole or "0") * 100 + int(hundredths.ljust(_DECIMALS, "0"))) * (UNITS // 100)
    else:
        fraction = _FRACTION.fullmatch(text)
        if fraction is None:
            raise MarksError(_EXPECTED)
        sign, numerator, denominator = fraction.groups()
        if int(denominator) == 0:
            raise MarksError("must not be divided by zero")
        size, remainder = divmod(int(numerator) * UNITS, int(denominator))
        if remainder:
            raise MarksError("must be a fraction that hundredths or thirds can express")
    return -size if sign == "-" else size


def _rounded_quotient(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size
