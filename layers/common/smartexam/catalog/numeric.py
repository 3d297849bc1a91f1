"""The numbers of NUMERIC questions: bounded decimals, read exactly.

A number is plain ("42.5", "-.5") or has a small exponent ("6.02e23"). It may be typed with the digits of any script,
any Unicode minus sign or dash, and spaces around the sign and the digits. `as_ascii` gives the one spelling that is
stored, in at most `MAX_LENGTH` characters. These bounds keep every sum and difference of two numbers exact within
`EXACT`, so rounding never decides about an answer, and keep the arithmetic cheap for any input.
"""

import re
import unicodedata
from decimal import Context, Decimal
from typing import Any, Final

MAX_LENGTH = 32

# Digits are between 10^130 and 10^-130 (32 characters, exponents of two digits): at most 261 places and a carry.
EXACT = Context(prec=300)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_SPACED = re.compile(r"\s*([+-]?)\s*(\S+)\s*")
# Leaves room for spaces around the number.
_MOST_TYPED = 2 * MAX_LENGTH
# What JSON Schema says of a tolerance, as a number or a text
TOLERANCE_SCHEMA: Final[dict[str, Any]] = {"minimum": 0, "maxLength": _MOST_TYPED, "examples": ["0.01"]}
# Minus signs that Unicode does not class as dashes.
_MINUS_SIGNS = "\N{MINUS SIGN}\N{HEAVY MINUS SIGN}\N{MODIFIER LETTER MINUS SIGN}"
_FULL_WIDTH = {"\N{FULLWIDTH PLUS SIGN}": "+", "\N{FULLWIDTH FULL STOP}": "."}


def as_ascii(text: str) -> str | None:
    """The stored spelling of a typed number: ASCII, without spaces; None if the text is not a number."""
    if len(text) > _MOST_TYPED:
        return None
    if len(text) <= MAX_LENGTH and _NUMBER.fullmatch(text):
        return text
    if not text.isascii():
        text = "".join(map(_ascii, text))
    spaced = _SPACED.fullmatch(text)
    number = spaced[1] + spaced[2] if spaced else ""
    return number if len(number) <= MAX_LENGTH and _NUMBER.fullmatch(number) else None


def read_number(text: str) -> Decimal | None:
    """The exact value of a typed number; None if the text is not a number."""
    spelled = as_ascii(text)
    return None if spelled is None else Decimal(spelled)


def interval(centre: Decimal, tolerance: Decimal) -> tuple[Decimal, Decimal]:
    """The lowest and the highest value within `tolerance` of `centre`, exactly."""
    return EXACT.subtract(centre, tolerance), EXACT.add(centre, tolerance)


def _ascii(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character in _MINUS_SIGNS or unicodedata.category(character) == "Pd":
        return "-"
    return _FULL_WIDTH.get(character, character)
