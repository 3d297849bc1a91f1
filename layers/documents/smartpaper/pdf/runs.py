"""What a page shows: runs of text, rules and images, with their places.

Coordinates are points from the page's lower left corner as a reader sees the page, y upwards.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

BOLD: Final = 1
LIGHT: Final = 2
LEGACY: Final = 4
UNMAPPED: Final = 8


class Run(NamedTuple):
    """A piece of text drawn at once.

    `y` is the baseline, `size` the font's, `flags` a sum of BOLD, LIGHT (drawn in a colour near white), LEGACY (in a
    font whose codes are no characters) and UNMAPPED (a glyph's character is not known).
    """

    x0: float
    x1: float
    y: float
    size: float
    text: str
    flags: int


class Rule(NamedTuple):
    """A horizontal line."""

    x0: float
    x1: float
    y: float


class Box(NamedTuple):
    """Where an image is."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class PageContent:
    """Everything on a page that matters; `number` counts from 1."""

    number: int
    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    legacy_fonts: set[str] = field(default_factory=set)
