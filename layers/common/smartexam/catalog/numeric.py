"""The numbers of NUMERIC questions: bounded decimals, read exactly.

A number is written in ASCII, plainly or with a small exponent ("42.5", "-.5", "6.02e23"), in at most `MAX_LENGTH`
characters. The bounds keep every sum and difference of two numbers exact within `EXACT`, so nobody's answer is decided
by a rounding, and keep the arithmetic cheap whatever a client sends.
"""

import re
from decimal import Context, Decimal

MAX_LENGTH = 32

# Digits stand between 10^130 and 10^-130 (32 characters, exponents of two digits): at most 261 places and a carry.
EXACT = Context(prec=300)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


def read_number(text: str) -> Decimal | None:
    """The exact value of a number's text, or None when it is not one."""
    if len(text) > MAX_LENGTH or _NUMBER.fullmatch(text) is None:
        return None
    return Decimal(text)


def interval(centre: Decimal, tolerance: Decimal) -> tuple[Decimal, Decimal]:
    """The lowest and the highest value within `tolerance` of `centre`, exactly."""
    return EXACT.subtract(centre, tolerance), EXACT.add(centre, tolerance)
