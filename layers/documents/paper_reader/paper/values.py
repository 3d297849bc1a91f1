"""Reads answers as keys write them: letters, numbers, ranges."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

# Bengali, Gujarati, Gurmukhi, Tamil, Telugu, Kannada, Odia, Cyrillic and Greek.
OTHER_ALPHABETS: Final = ("কখগঘ", "કખગઘ", "ੳਅੲਸ", "அஆஇஈ", "అఆఇఈ", "ಅಆಇಈ", "କଖଗଘ", "абвг", "αβγδ")
OTHER_LETTERS: Final = "".join(OTHER_ALPHABETS)
_POSITIONS: Final = {
    **{letter: index for alphabet in OTHER_ALPHABETS for index, letter in enumerate(alphabet)},
    **{letter: index for index, letter in enumerate("ABCDEFGH")},
    **{letter: index for index, letter in enumerate("abcdefgh")},
    **{digit: index for index, digit in enumerate("12345678")},
    **{digit: index for index, digit in enumerate("१२३४५६७८")},
    **{letter: index for index, letter in enumerate("कखगघङचछज")},
    **{letter: index for index, letter in enumerate("अबसद")},
    **{numeral: index for index, numeral in enumerate(("i", "ii", "iii", "iv"))},
}
_MINUS = "−–"
NUMBER: Final = rf"[-+{_MINUS}]?\s?(?:\d+(?:\.\d+)?|\.\d+)(?:\s?[eE]\s?[-+]?\d{{1,2}})?"
_NUMBER = re.compile(NUMBER)
_RANGE = re.compile(
    rf"(?:[\[(]\s*+)?({NUMBER})\s*+(?:[\])]\s*+)?(?:to|TO|To|से|\.\.+|–|—|-|~|,)\s*+(?:[\[(]\s*+)?({NUMBER})(?:\s*+[\])])?"
)
_AROUND = re.compile(rf"({NUMBER})\s*(?:±|\+/-|\+-)\s*({NUMBER})")
_LABEL = rf"(?:[A-Ha-h]|[1-8१-८]|[कखगघङचछजअबसद{OTHER_LETTERS}]|i{{1,3}}|iv)"
_ONE_LABEL = re.compile(rf"[\[({{]?\s*({_LABEL})\s*[\])}}]?\.?")
# White space always belongs to the preceding element. If both sides could have it, a text that only resembles a list of
# labels would be read in as many ways as there are subsets of its separators.
_SEPARATOR = r"(?:\s*+(?:,|;|&|and|AND|एवं|और|/)\s*+|\s++)"
_BRACKETED = rf"(?:[\[({{]\s*+)?{_LABEL}(?:\s*+[\])}}])?"
_LABELS = re.compile(rf"{_BRACKETED}(?:{_SEPARATOR}{_BRACKETED})+\s*+\.?", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"[\[({]?\s*([A-H]{2,8})\s*[\])}]?\.?")
_EACH = re.compile(_LABEL)
_MOST_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Value:
    """A key's value: positions of options (0 is A), or a number with a tolerance, or both readings.

    `is_digits`: the positions were written as digits, which for a question without options are its number. `told`: the
    option's text beside its letter, which must confirm it; "" if the letter is certain by itself. `has_several`: the
    key says that several options may be right. `is_recognised`: it was read in a scan; `is_confirmed`: the
    option's text stands beside its letter.
    """

    positions: tuple[int, ...] = ()
    is_digits: bool = False
    number: str = ""
    tolerance: str = "0"
    told: str = ""
    has_several: bool = field(default=False, compare=False)
    is_recognised: bool = field(default=False, compare=False)
    is_confirmed: bool = field(default=False, compare=False)

    def recognised(self) -> "Value":
        """The same, read in a scan."""
        return replace(self, is_recognised=True)


def read(text: str) -> Value | None:
    """The value of a whole text; None for anything else, such as "Bonus" or "A or B"."""
    text = " ".join(text.split())
    if not text or len(text) > 60:
        return None
    if (found := _ONE_LABEL.fullmatch(text)) is not None:
        label = found[1]
        if label.isdigit():
            return Value((_POSITIONS[label],), is_digits=True, number=str(int(label)))
        return Value((_POSITIONS[label],))
    if (found := _RUN_TOGETHER.fullmatch(text)) is not None:
        return _several([*found[1]]) if _is_key_run(found[1]) else None
    if "/" not in text and _LABELS.fullmatch(text):
        several = _several(_EACH.findall(text.replace("and", ",").replace("AND", ",")))
        if several is not None:
            return several
    return _number(text)


def _is_key_run(letters: str) -> bool:
    """Whether letters without separators are labels and not a word: in order, or of the usual four."""
    return list(letters) == sorted(letters) or set(letters) <= set("ABCD")


def _several(labels: list[str]) -> Value | None:
    positions = [_POSITIONS.get(label) for label in labels]
    if None in positions or len(set(positions)) != len(positions):
        return None
    digits = {label.isdigit() for label in labels}
    if len(digits) > 1:
        return None
    return Value(tuple(sorted(p for p in positions if p is not None)), is_digits=digits == {True})


def _number(text: str) -> Value | None:
    bare = text.strip("[](){} ")
    if _NUMBER.fullmatch(bare):
        number = _plain(bare)
        return None if number is None else Value(number=str(number))
    if (found := _AROUND.fullmatch(bare)) is not None:
        centre, tolerance = _plain(found[1]), _plain(found[2])
        if centre is not None and tolerance is not None and tolerance >= 0:
            return Value(number=_text(centre), tolerance=_text(tolerance))
        return None
    if (found := _RANGE.fullmatch(text)) is not None:
        low, high = _plain(found[1]), _plain(found[2])
        if low is None or high is None or low > high:
            return None
        return Value(number=_text((low + high) / 2), tolerance=_text((high - low) / 2))
    return None


def _plain(text: str) -> Decimal | None:
    for sign in _MINUS:
        text = text.replace(sign, "-")
    text = text.replace(" ", "")
    return Decimal(text) if len(text) <= _MOST_DIGITS else None


def _text(number: Decimal) -> str:
    """The number as text, without trailing zeros."""
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain
