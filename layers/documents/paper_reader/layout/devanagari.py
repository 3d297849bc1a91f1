"""Reorders Devanagari from the order of drawing to Unicode's.

On paper the sign of a short i is left of its consonants, in Unicode behind them; an r before a consonant is drawn over
the next syllable. Some producers write text in the order of drawing.
"""

import re
from collections.abc import Iterable

_CONSONANT = "[\u0915-\u0939\u0958-\u095f]\u093c?"
_CLUSTER = f"{_CONSONANT}(?:\u094d{_CONSONANT})*"
_SIGNS = "[\u093e-\u094c\u0900-\u0903]*"
_FIRST_I = re.compile("(?<![\u0900-\u097f\ufffd])\u093f")
_I = re.compile(f"\u093f({_CLUSTER})")
_R = re.compile(f"({_CLUSTER}{_SIGNS})\u0930\u094d")
_FEWEST, _SHARE = 3, 0.15


def is_drawn_order(texts: Iterable[str]) -> bool:
    """Whether a document's texts are in the order of drawing, so that words begin with the sign of an i."""
    first = total = 0
    for text in texts:
        count = text.count("\u093f")
        if count:
            total += count
            first += len(_FIRST_I.findall(text))
    return first >= _FEWEST and first >= _SHARE * total


def spelled(text: str) -> str:
    """A text in the order of drawing, in Unicode's order."""
    return _R.sub("\u0930\u094d\\1", _I.sub("\\1\u093f", text))
