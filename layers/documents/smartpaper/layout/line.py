"""Lines of text in reading order."""

import re
from dataclasses import dataclass
from typing import Final

# Marks inside a line's text, from Unicode's private area; `smartpaper.layout.latex` turns them into LaTeX at the end.
# Until then no rule has to tell a brace of the paper from one of ours.
SUPER: Final = "\ue000"
SUB: Final = "\ue001"
END: Final = "\ue002"
FRACTION: Final = "\ue003"
OVER: Final = "\ue004"
ROOT: Final = "\ue005"
# Text in a font whose codes are no characters.
UNREADABLE: Final = "\ue00f"
# A gap far wider than a space: the next cell, or the next option.
GAP: Final = "\t"
# Of spaces in a row. Rules look for what may stand between spaces, which takes time by the square of their number.
MOST_SPACES: Final = 20
_SPACES = re.compile(" " * (MOST_SPACES + 1) + "+")


def with_few_spaces(text: str) -> str:
    """A line's text with at most `MOST_SPACES` in a row, which is as wide as any layout by spaces needs."""
    return _SPACES.sub(" " * MOST_SPACES, text)


@dataclass(slots=True)
class Line:
    """A line of one column.

    Attributes:
        left: where the column's text begins; `right` where its longest lines end.
        text: with `GAP` for wide gaps and the marks above.
        cells: where each stretch between gaps begins; `cells[0]` is `x0`.
        is_bold: most of it is.
    """

    page: int
    column: int
    x0: float
    x1: float
    y: float
    size: float
    left: float
    right: float
    text: str
    cells: tuple[float, ...] = ()
    is_bold: bool = False
