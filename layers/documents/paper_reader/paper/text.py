"""Joins lines to running text."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from paper_reader.layout.latex import plain, render
from paper_reader.layout.line import GAP, Line
from paper_reader.pdf.runs import SOFT_HYPHEN

# Items of a list, which keep their own lines.
_ITEM: Final = re.compile(
    r"(?:\(?(?:[ivxIVX]{1,4}|[P-Tp-t]|[A-Ea-e1-9])\s?[).:]|statement|assertion|reason|column|list|conclusions?|कथन|कारण|सूची|स्तम्भ"
    r"|स्तंभ|[•●▪◦*\-–]\s)\s*(?:[-–]?\s?[IVX1-9]+\b)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})?")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,}+)-$")
_CONTINUED = re.compile(r"([A-Za-z]{2,})")
_COMPOUNDING: Final = frozenset(
    (
        "self", "non", "well", "half", "semi", "quasi", "cross", "ex", "co", "anti", "pre", "post", "sub", "multi",
        "single", "double", "triple", "two", "three", "four", "five", "one", "high", "low", "long", "short", "first",
        "second", "third", "left", "right", "open", "closed", "so", "all", "air", "water", "heat", "light", "face",
        "body", "end", "time", "over", "under",
    )
)  # fmt: skip


_UNIT = r"(?:points?|pts?\.?|[Mm]arks?|MARKS?|M|अंक)"
_COUNT = r"(?:\d{1,2}(?:\.\d)?|\d?[½¼¾])"
_MARKS_AT_START: Final = re.compile(rf"[\[(]\s*{_COUNT}\s*{_UNIT}\s*[\])]\s*")
_MINUS = r"[-−–]\s*\d(?:\.\d+)?"
_MARKS_AT_END: Final = re.compile(
    rf"(?:(?<!\s)\s++)?(?:[\[(]\s*+(?:\+?{_COUNT}\s*+[,/;]\s*+{_MINUS}|{_COUNT}\s*+{_UNIT}(?:\s*+[,/;]\s*+{_MINUS})?|[½¼¾]"
    rf"|{_UNIT}\s*+[:=]\s*+{_COUNT})\s*+[\])]|{_UNIT}\s*+[:=]\s*+{_COUNT})\s*+$"
)


_LONGEST_MARKS: Final = 40
_LAST_OF_MARKS: Final = frozenset(")]0123456789½¼¾")


class Joiner:
    """Joins lines; words divided at a line's end are spelled like in the rest of the document."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words: set[str] | None = None
        self._is_dividing: bool | None = None
        self._lines = lines

    def join(self, pieces: Sequence[str], *, keep_items: bool = False) -> str:
        """The pieces as one rendered text; items of lists begin a new line if `keep_items`."""
        joined = ""
        for piece in pieces:
            stripped = piece.strip()
            if not stripped:
                continue
            if not joined:
                joined = stripped
            elif keep_items and _ITEM.match(stripped):
                joined += "\n" + stripped
            else:
                joined = self._continued(joined, stripped)
        return render(joined)

    def _continued(self, text: str, piece: str) -> str:
        if text.endswith(SOFT_HYPHEN):
            return text[:-1] + piece
        if text[-1:] != "-":
            return f"{text} {piece}"
        broken = _BROKEN.search(text[-40:])
        continued = _CONTINUED.match(piece)
        if broken is None or continued is None:
            return f"{text} {piece}"
        first, second = broken[1].lower(), continued[1].lower()
        known = self._known()
        if f"{first}-{second}" in known or (continued[1][0].isupper() and not continued[1].isupper()):
            return text + piece
        if first + second in known:
            return text[:-1] + piece
        # Words are divided where they have no hyphen; a compound's parts are words.
        is_compound = first in _COMPOUNDING or (first in known and second in known)
        is_divided = not {first, second} & known or self._divides_words()
        return text + piece if is_compound or not is_divided else text[:-1] + piece

    def _divides_words(self) -> bool:
        """Whether the document divides words at the ends of lines, so that the parts are not words."""
        if self._is_dividing is None:
            known, parts = self._known(), 0
            for line, following in pairwise(self._lines):
                broken, continued = _BROKEN.search(line.text[-40:]), _CONTINUED.match(following.text)
                if broken is not None and continued is not None:
                    parts += broken[1].lower() not in known and continued[1].lower() not in known
            self._is_dividing = parts > 0
        return self._is_dividing

    def _known(self) -> set[str]:
        if self._words is None:
            # Text at the ends of a line may be part of a word.
            texts = ["", *(line.text for line in self._lines)]
            self._words = {
                word.lower()
                for above, text in pairwise(texts)
                for word in _WORD.findall(
                    _BROKEN.sub("", text).partition(" ")[2] or ("" if above.endswith("-") else text)
                )
            }
        return self._words


def without_marks(text: str) -> str:
    """A question's text without its marks, such as `(2 points)` or `[+4, -1]`."""
    found = _MARKS_AT_START.match(text)
    text = (text[found.end() :] if found is not None else text).strip()
    if text[-1:] not in _LAST_OF_MARKS:
        return text
    at = max(0, len(text) - _LONGEST_MARKS)
    found = _MARKS_AT_END.search(text, at)
    return text if found is None else text[: found.start()].strip()


def source(lines: Sequence[Line]) -> str:
    """Lines as printed, for comparison."""
    return "\n".join([plain(line.text) for line in lines]).replace(GAP, "  ").strip()
