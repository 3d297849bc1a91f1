"""Interprets the operations of a page that draw lines, shapes and images."""

from collections.abc import Callable
from operator import itemgetter

from paper_reader.pdf.builder import RunBuilder
from paper_reader.pdf.paths import Paths
from paper_reader.pdf.resources import IDENTITY, multiply
from paper_reader.pdf.runs import LIGHT, PageContent, Rule, Stroke

_RULE_HEIGHT = 1.7
_SHORTEST_RULE = 2.5
_MOST_RULES = 3000
_MOST_STROKES = 500
_HIGHEST_STROKE = 60.0
_NEARLY_WHITE = 0.75


class Graphics:
    """The graphics state that drawings depend on, and what was drawn so far."""

    def __init__(self, page: PageContent) -> None:
        self.page = page
        self.light = 0
        self.ctm = IDENTITY
        self.point = (0.0, 0.0)
        self.text = RunBuilder(page)
        self.paths = Paths(page)

    def effects(self) -> dict[bytes, Callable[[list[float]], None]]:
        """What to call for each operation, with its numbers."""
        return {
            b"cm": self._cm,
            b"re": self._rectangle,
            b"m": self._move,
            b"l": self._line_to,
            b"g": self._set_colour,
            b"rg": self._set_colour,
            b"k": self._set_ink,
            b"sc": self._set_colour,
            b"scn": self._set_colour,
            b"c": self._curve,
            b"v": self._curve,
            b"y": self._curve,
            b"S": self._stroke,
            b"s": self._stroke,
            b"f": self._fill,
            b"F": self._fill,
            b"f*": self._fill,
            b"B": self._fill_and_stroke,
            b"B*": self._fill_and_stroke,
            b"b": self._fill_and_stroke,
            b"b*": self._fill_and_stroke,
            b"n": self._paint_nothing,
            b"W": self._clip,
            b"W*": self._clip,
            b"BI": self._picture,
            b"sh": self._shade,
            b"G": self._set_line_colour,
            b"RG": self._set_line_colour,
            b"SC": self._set_line_colour,
            b"SCN": self._set_line_colour,
            b"K": self._set_line_ink,
        }

    def _cm(self, numbers: list[float]) -> None:
        if len(numbers) == 6:
            self.ctm = multiply(tuple(numbers), self.ctm)  # type: ignore[arg-type]

    def _place(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.ctm
        return x * a + y * c + e, x * b + y * d + f

    def _rectangle(self, numbers: list[float]) -> None:
        if len(numbers) == 4:
            x, y, width, height = numbers
            x0, y0 = self._place(x, y)
            x1, y1 = self._place(x + width, y + height)
            if abs(y1 - y0) <= _RULE_HEIGHT:
                self._rule(x0, x1, (y0 + y1) / 2)
            self.paths.rectangle(x0, y0, x1, y1)

    def _move(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            self.point = self._place(numbers[0], numbers[1])
            self.paths.move()

    def _line_to(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            before, self.point = self.point, self._place(numbers[0], numbers[1])
            self.paths.line(before, self.point)
            if abs(before[1] - self.point[1]) < 0.3:
                self._rule(before[0], self.point[0], before[1])
            elif len(self.page.strokes) < _MOST_STROKES:
                low, high = sorted((before, self.point), key=itemgetter(1))
                if 0 < high[0] - low[0] < high[1] - low[1] < _HIGHEST_STROKE:
                    self.page.strokes.append(Stroke(*low, *high))

    def _rule(self, x0: float, x1: float, y: float) -> None:
        if abs(x1 - x0) >= _SHORTEST_RULE and len(self.page.rules) < _MOST_RULES:
            self.page.rules.append(Rule(min(x0, x1), max(x0, x1), y))

    def _curve(self, numbers: list[float]) -> None:
        if len(numbers) in {4, 6}:
            places = [self._place(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            self.paths.curve(places)
            self.point = places[-1]

    def _stroke(self, _: list[float]) -> None:
        self.paths.paint(is_filled=False, is_stroked=True, is_hidden=self.text.hidden > 0)

    def _fill(self, _: list[float]) -> None:
        self.paths.paint(is_filled=not self.light, is_stroked=False, is_hidden=self.text.hidden > 0)

    def _fill_and_stroke(self, _: list[float]) -> None:
        self.paths.paint(is_filled=not self.light, is_stroked=True, is_hidden=self.text.hidden > 0)

    def _paint_nothing(self, _: list[float]) -> None:
        self.paths.paint(is_filled=False, is_stroked=False, is_hidden=True)

    def _clip(self, _: list[float]) -> None:
        self.paths.will_clip = True

    def _picture(self, _: list[float], name: int = 0) -> None:
        if not self.text.hidden:
            self.paths.picture([self._place(x, y) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))], name)

    def _shade(self, _: list[float]) -> None:
        if not self.text.hidden:
            self.paths.shade()

    def _set_line_colour(self, numbers: list[float]) -> None:
        self.paths.set_light(is_light=bool(numbers) and min(numbers) > _NEARLY_WHITE)

    def _set_line_ink(self, numbers: list[float]) -> None:
        self.paths.set_light(is_light=bool(numbers) and max(numbers) < 1 - _NEARLY_WHITE)

    def _set_colour(self, numbers: list[float]) -> None:
        self.light = LIGHT if numbers and min(numbers) > _NEARLY_WHITE else 0

    def _set_ink(self, numbers: list[float]) -> None:
        self.light = LIGHT if numbers and max(numbers) < 1 - _NEARLY_WHITE else 0
