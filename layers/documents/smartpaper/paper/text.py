"""Lines as running text."""

import re
from collections.abc import Sequence
from typing import Final

from smartpaper.layout.latex import plain, render
from smartpaper.layout.line import GAP, Line

# Items of a list, which keep lines of their own.
_ITEM: Final = re.compile(
    r"(?:\(?(?:[ivxIVX]{1,4}|[P-Tp-t]|[A-Ea-e1-9])\s?[).:]|statement|assertion|reason|column|list|conclusions?|कथन|कारण|सूची|स्तम्भ"
    r"|स्तंभ|[•●▪◦*\-–]\s)\s*(?:[-–]?\s?[IVX1-9]+\b)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})?")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,}+)-$")
_CONTINUED = re.compile(r"([a-z]{2,})")


class Joiner:
    """Joins lines; words divided at a line's end are put together as the rest of the document spells them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words: set[str] | None = None
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
        broken = _BROKEN.search(text[-40:])
        continued = _CONTINUED.match(piece)
        if broken is None or continued is None:
            return f"{text} {piece}"
        whole, hyphenated = broken[1] + continued[1], f"{broken[1]}-{continued[1]}"
        known = self._known()
        if whole.lower() in known and hyphenated.lower() not in known:
            return text[:-1] + piece
        return text + piece

    def _known(self) -> set[str]:
        if self._words is None:
            self._words = {word.lower() for line in self._lines for word in _WORD.findall(line.text)}
        return self._words


def source(lines: Sequence[Line]) -> str:
    """Lines as they were printed, for comparison."""
    return "\n".join(" ".join(plain(line.text).replace(GAP, "  ").split(" ")) for line in lines).strip()
