"""The content of a page: runs of text, rules and images, with their places.

Coordinates are points from the page's lower left corner as a reader sees the page, y upwards.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

BOLD: Final = 1
LIGHT: Final = 2
LEGACY: Final = 4
UNMAPPED: Final = 8
INVISIBLE: Final = 16
KRUTI_DEV: Final = 32
SOFT_HYPHEN: Final = "\u00ad"  # in a run's text: a word is divided here


class Run(NamedTuple):
    """A piece of text that is drawn at once.

    `y` is the baseline, `size` the font's, `flags` a sum of BOLD, LIGHT (nearly white), LEGACY (in a font whose codes
    are not characters), UNMAPPED (a glyph's character is unknown), INVISIBLE (not painted) and KRUTI_DEV (LEGACY, in a
    known encoding). `breaks` are the inner gaps that were taken for spaces: index of the space, where the gap begins
    and ends. `height` is that of one of TeX's large signs, in em.
    """

    x0: float
    x1: float
    y: float
    size: float
    text: str
    flags: int
    breaks: tuple[tuple[int, float, float], ...] = ()
    height: float = 0.0


def pieces(run: Run, least: float, places: Sequence[tuple[float, float]] = ()) -> list[Run]:
    """A run cut at its breaks: at those at least `least` em wide, or at one of some places along the line."""
    x0, x1, y, size, text, flags, breaks, _ = run
    width = least * size
    cut: list[Run] = []
    at = 0
    for index, end, start in breaks:
        if start - end >= width or (places and _is_in(places, end, start)):
            cut.append(Run(x0, end, y, size, text[at:index], flags))
            at, x0 = index + 1, start
    cut.append(Run(x0, x1, y, size, text[at:], flags) if at else run)
    return cut


def _is_in(places: Sequence[tuple[float, float]], end: float, start: float) -> bool:
    for low, high in places:  # noqa: SIM110 - called for each gap of each line
        if low < start and end < high:
            return True
    return False


class Rule(NamedTuple):
    """A horizontal line."""

    x0: float
    x1: float
    y: float


class Stroke(NamedTuple):
    """A line that rises to the right, from its lower to its upper end."""

    x0: float
    y0: float
    x1: float
    y1: float


class Kind(IntEnum):
    """What a shape is: a line along an axis, a rectangle (outlined or filled), a drawing or a picture."""

    LINE = 0
    BOX = 1
    BLOCK = 2
    DRAWING = 3
    PICTURE = 4


class Shape(NamedTuple):
    """Where something other than text is drawn, as far as it is visible.

    `name` is the same for all uses of a picture, 0 if it is not known.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    kind: Kind
    name: int = 0


@dataclass(slots=True)
class PageContent:
    """Everything on a page that matters; `number` counts from 1.

    `turned` are the characters of text that runs upwards (90), upside down (180) or downwards (270); it has no runs.
    `rotation` is how far the page is turned clockwise in addition to the file's rotation. `is_recognised` is whether
    its text was recognised in a picture.
    """

    number: int
    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    legacy_fonts: set[str] = field(default_factory=set)
    turned: Counter[int] = field(default_factory=Counter)
    rotation: int = 0
    is_recognised: bool = False
