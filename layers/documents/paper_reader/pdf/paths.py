"""Collects what a page's operations draw besides text, as shapes: lines, rectangles, drawings, pictures."""

from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

from paper_reader.pdf.runs import Kind, PageContent, Shape

MOST_SHAPES: Final = 20_000  # a page; a map has more, and its first ones show where it is
_STRAIGHT: Final = 0.3  # points that a line along an axis may be off
_THIN: Final = 1.7
_Point = tuple[float, float]
_Box = tuple[float, float, float, float]
_EVERYWHERE: Final[_Box] = (-inf, -inf, inf, inf)


class State(NamedTuple):
    """The state that `q` saves: where drawing is visible, and whether lines are nearly white."""

    clip: _Box = _EVERYWHERE
    is_light: bool = False


class Paths:
    """Collects a page's shapes; a path counts once it is painted."""

    def __init__(self, page: PageContent) -> None:
        self._shapes = page.shapes
        self._path: list[tuple[float, float, float, float, Kind]] = []
        self._drawn: list[_Point] = []  # corners of the present part, if it is more than lines along the axes
        self._begun = 0
        self.state = State()
        self.will_clip = False

    def move(self) -> None:
        """Begin another part of the path."""
        if self._drawn:
            self._end_part()
        self._begun = len(self._path)

    def line(self, start: _Point, end: _Point) -> None:
        """A straight line."""
        if abs(start[0] - end[0]) < _STRAIGHT or abs(start[1] - end[1]) < _STRAIGHT:
            self._add(start[0], start[1], end[0], end[1], Kind.LINE)
        else:
            self._draw((start, end))

    def curve(self, points: Sequence[_Point]) -> None:
        """A curve, which stays within its control points."""
        self._draw(points)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A rectangle along the axes."""
        if self._drawn:
            self._end_part()
        thin = abs(x1 - x0) <= _THIN or abs(y1 - y0) <= _THIN
        self._add(x0, y0, x1, y1, Kind.LINE if thin else Kind.BOX)
        self._begun = len(self._path)

    def picture(self, corners: Sequence[_Point], name: int = 0) -> None:
        """A picture."""
        self._emit(*_around(corners), Kind.PICTURE, name)

    def shade(self) -> None:
        """A gradient over everything visible."""
        if self.state.clip != _EVERYWHERE:
            self._emit(*self.state.clip, Kind.DRAWING)

    def set_light(self, *, is_light: bool) -> None:
        """Draw lines in a nearly white colour, or no longer."""
        if is_light != self.state.is_light:
            self.state = self.state._replace(is_light=is_light)

    def paint(self, *, is_filled: bool, is_stroked: bool, is_hidden: bool) -> None:
        """The path ends; it is visible if it is filled or stroked in a visible colour."""
        if self._drawn:
            self._end_part()
        path = self._path
        is_stroked = is_stroked and not self.state.is_light
        if path and (is_filled or is_stroked) and not is_hidden:
            for x0, y0, x1, y1, kind in path:
                is_block = kind is Kind.BOX and is_filled
                self._emit(x0, y0, x1, y1, Kind.BLOCK if is_block else kind)
        if self.will_clip:
            self.will_clip = False
            if path:
                x0, y0, x1, y1 = (edge(shape[at] for shape in path) for at, edge in enumerate((min, min, max, max)))
                a, b, c, d = self.state.clip
                self.state = self.state._replace(clip=(max(a, x0), max(b, y0), min(c, x1), min(d, y1)))
        if path:
            path.clear()
        self._begun = 0

    def _draw(self, points: Sequence[_Point]) -> None:
        if len(self._drawn) > MOST_SHAPES:
            x0, y0, x1, y1 = _around(self._drawn)
            self._drawn = [(x0, y0), (x1, y1)]
        self._drawn += points

    def _end_part(self) -> None:
        """Add the part as one drawing, with its lines along the axes."""
        for x0, y0, x1, y1, _ in self._path[self._begun :]:
            self._drawn += ((x0, y0), (x1, y1))
        del self._path[self._begun :]
        x0, y0, x1, y1 = _around(self._drawn)
        # The mitred side of a frame is a polygon.
        self._add(x0, y0, x1, y1, Kind.LINE if min(x1 - x0, y1 - y0) <= _THIN / 2 else Kind.DRAWING)
        self._drawn = []

    def _add(self, x0: float, y0: float, x1: float, y1: float, kind: Kind) -> None:
        if len(self._path) < MOST_SHAPES:
            self._path.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), kind))

    def _emit(self, x0: float, y0: float, x1: float, y1: float, kind: Kind, name: int = 0) -> None:
        a, b, c, d = self.state.clip
        x0, y0, x1, y1 = max(a, x0), max(b, y0), min(c, x1), min(d, y1)
        if x0 <= x1 and y0 <= y1 and len(self._shapes) < MOST_SHAPES:
            self._shapes.append(Shape(x0, y0, x1, y1, kind, name))


def _around(points: Sequence[_Point]) -> _Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
