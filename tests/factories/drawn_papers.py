"""Question papers with drawings, each in its own colour, to tell which question it belongs to."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from fpdf import FPDF
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Painter = Callable[[FPDF, float, float, float, float, Colour], None]
PLACES: Final = ("between", "beside", "after", "options-in-a-row", "options-in-a-square", "options-in-a-list")
_STEMS: Final = (
    "In the arrangement shown in the figure the cart is released from rest. What happens to the load on the string?",
    "A student records the readings below during a walk through the park. Which statement about them is correct?",
    "The drawing shows how the four parts of a toy are joined. Find the length of the part that is marked.",
    "Consider the network in the diagram and assume that every part of it is ideal. The current in the lamp is",
)
_OPTIONS: Final = ("twice as large", "half as large", "the same as before", "not to be told")


@dataclass(slots=True)
class DrawnPaper:
    """A paper's file, and the colour in each drawing by question and place ("" for the stem, else a letter)."""

    data: bytes
    colours: dict[tuple[int, str], Colour] = field(default_factory=dict)


def triangle(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Lines that slope, letters at the corners, a filled dot."""
    pdf.polygon([(x + 5, y + h - 5), (x + w - 5, y + h - 5), (x + w / 3, y + 5)], style="D")
    for letter, (a, b) in zip("PQR", ((x, y + h), (x + w - 3, y + h), (x + w / 3, y + 3)), strict=True):
        pdf.text(a, b, letter)
    _dot(pdf, x + w / 2, y + h / 2, colour)


def circuit(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Wires along the axes, a zigzag, a source and labels."""
    top, bottom, left, right = y + 5, y + h - 3, x + 4, x + w - 4
    third = (right - left) / 3
    for a, b, c, d in (
        (left, top, left + third, top), (right - third, top, right, top), (right, top, right, bottom),
        (right, bottom, left, bottom), (left, bottom, left, y + h / 2 + 4), (left, y + h / 2 - 4, left, top),
    ):  # fmt: skip
        pdf.line(a, b, c, d)
    step = third / 6
    points = [(left + third + at * step, top + (0, -2, 2)[0 if at in {0, 6} else 1 + at % 2]) for at in range(7)]
    for (a, b), (c, d) in pairwise(points):
        pdf.line(a, b, c, d)
    pdf.set_fill_color(*colour)
    pdf.circle(left, y + h / 2, 4, style="FD")
    pdf.text(left + third, y + 2, "10 ohm")
    pdf.text(left + 6, y + h / 2, "6 V")


def plot(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Axes with numbers, grid lines and a curve."""
    left, bottom = x + min(8, w / 3), y + h - 6
    pdf.line(left, bottom, x + w, bottom)
    pdf.line(left, bottom, left, y)
    for at in range(1, 4):
        pdf.line(left, bottom - at * (h - 8) / 4, x + w, bottom - at * (h - 8) / 4)
        pdf.text(x + 2, bottom - at * (h - 8) / 4 + 1, str(10 * at))
        pdf.text(left + at * (w - 10) / 4, bottom + 5, str(at))
    pdf.set_draw_color(*colour)
    pdf.set_line_width(0.8)
    points = [(left + at * (w - 10) / 30, bottom - (h - 10) * (0.5 + 0.4 * math.sin(at / 5))) for at in range(30)]
    pdf.polyline(points)
    pdf.set_line_width(0.2)
    pdf.set_draw_color(0, 0, 0)


def bars(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Filled rectangles on an axis."""
    pdf.line(x, y + h - 5, x + w, y + h - 5)
    pdf.set_fill_color(*colour)
    for at, share in enumerate((0.5, 0.9, 0.3, 0.7)):
        height = share * (h - 8)
        pdf.rect(x + 3 + at * w / 4.4, y + h - 5 - height, w / 8, height, style="F")
        pdf.text(x + 4 + at * w / 4.4, y + h, "KLMN"[at])


def picture(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """A bitmap."""
    image = Image.new("RGB", (240, 160), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 220, 140), outline="black", width=3)
    pen.rectangle((90, 60, 150, 100), fill=colour)
    pdf.image(image, x, y, w, h)


def blocks(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Rectangles with words, joined by arrows."""
    third = w / 3
    for at, word in enumerate(("Pump", "Tank", "Tap")):
        pdf.rect(x + at * third, y + 3, third * 0.7, h - 6)
        pdf.text(x + at * third + 2, y + h / 2, word)
    for at in range(2):
        a, b = x + at * third + third * 0.7, y + h / 2 + 3
        pdf.line(a, b, a + third * 0.3, b)
        pdf.line(a + third * 0.3 - 1.5, b - 1.2, a + third * 0.3, b)
    _dot(pdf, x + third * 0.85, y + h / 2 - 1, colour)


def tree(pdf: FPDF, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Circles with a letter in each, joined by lines."""
    nodes = {"r": (x + w / 2, y + 4), "s": (x + w / 4, y + h - 5), "t": (x + 3 * w / 4, y + h - 5)}
    for name in "st":
        pdf.line(*nodes["r"], *nodes[name])
    for name, (a, b) in nodes.items():
        pdf.set_fill_color(*(colour if name == "t" else (255, 255, 255)))
        pdf.circle(a, b, 3.4, style="FD")
        pdf.text(a - 1, b + 1, name)


DRAWINGS: Final[tuple[Painter, ...]] = (triangle, circuit, plot, bars, picture, blocks, tree)


def _dot(pdf: FPDF, x: float, y: float, colour: Colour) -> None:
    pdf.set_fill_color(*colour)
    pdf.circle(x, y, 2, style="F")


class _Setter:
    def __init__(self, columns: int, size: float) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_font("Helvetica", size=size)
        self.pdf.set_line_width(0.2)
        self.columns = columns
        self.column = columns
        self.width = 180.0 if columns == 1 else 86.0
        self.left, self.y = 15.0, 0.0
        self.taken = 0

    def room(self, height: float) -> None:
        """Continue in the next column or page if the rest is too short."""
        if self.pdf.page and self.y + height <= 272:
            return
        self.column += 1
        if self.column >= self.columns or not self.pdf.page:
            self.pdf.add_page()
            self.column = 0
            self._furniture()
        self.left = 15.0 + self.column * 94.0
        self.y = 30.0

    def _furniture(self) -> None:
        pdf = self.pdf
        pdf.set_fill_color(40, 60, 120)
        pdf.rect(15, 8, 180, 9, style="F")
        pdf.set_text_color(255, 255, 255)
        pdf.text(20, 14, "Lakeside Academy: Mock Test")
        pdf.set_text_color(0, 0, 0)
        pdf.circle(188, 12.5, 3, style="D")
        pdf.rect(10, 5, 190, 287)
        pdf.line(15, 280, 195, 280)
        pdf.text(100, 285, f"Page {pdf.page}")
        if self.columns == 2:
            pdf.line(103, 25, 103, 278)

    def lines(self, text: str, indent: float, width: float) -> None:
        pdf = self.pdf
        pdf.set_xy(self.left + indent, self.y)
        pdf.multi_cell(width - indent, 5, text, align="L")
        self.y = pdf.get_y()

    def colour(self) -> Colour:
        """A colour that no other drawing has."""
        self.taken += 1
        hue = self.taken * 0.381966 % 1
        shades = [0.5 + 0.5 * math.cos(2 * math.pi * (hue - at / 3)) for at in range(3)]
        return tuple(round(40 + 180 * shade) for shade in shades)  # type: ignore[return-value]


def drawn_paper(
    places: tuple[str, ...], drawings: tuple[Painter, ...], *, columns: int = 1, size: float = 11
) -> DrawnPaper:
    """A paper in which every other question has a drawing, at these places in turn."""
    setter = _Setter(columns, size)
    colours: dict[tuple[int, str], Colour] = {}
    for at, place in enumerate(places):
        for number in (2 * at + 1, 2 * at + 2):
            is_drawn = number % 2 == 1
            _question(setter, number, place if is_drawn else "", drawings[at % len(drawings)], colours)
    out = io.BytesIO(bytes(setter.pdf.output()))
    return DrawnPaper(out.getvalue(), colours)


def _question(setter: _Setter, number: int, place: str, paint: Painter, colours: dict[tuple[int, str], Colour]) -> None:
    in_options = place.startswith("options")
    setter.room(30 + (45 if place in {"between", "after"} else 20 if place == "beside" else 75 if in_options else 0))
    pdf = setter.pdf
    stem = _STEMS[number % len(_STEMS)] if place else "Which of these words describes the change of a sum best?"
    setter.lines(f"{number}. {stem}", 0, setter.width)
    if place == "between":
        colours[number, ""] = colour = setter.colour()
        paint(pdf, setter.left + 12, setter.y + 2, 55, 36, colour)
        setter.y += 42
    if in_options:
        _drawn_options(setter, number, place, paint, colours)
    else:
        top = setter.y
        for letter, text in zip("ABCD", _OPTIONS, strict=True):
            setter.lines(f"({letter}) {text}", 4, setter.width)
        if place == "beside":
            colours[number, ""] = colour = setter.colour()
            paint(pdf, setter.left + setter.width - 40, top + 1, 38, 26, colour)
            setter.y = max(setter.y, top + 30)
    if place == "after":
        colours[number, ""] = colour = setter.colour()
        paint(pdf, setter.left + 12, setter.y + 2, 50, 34, colour)
        setter.y += 40
    setter.y += 5


def _drawn_options(
    setter: _Setter, number: int, place: str, paint: Painter, colours: dict[tuple[int, str], Colour]
) -> None:
    across = {"options-in-a-row": 4, "options-in-a-square": 2, "options-in-a-list": 1}[place]
    width, height = (min(40.0, setter.width / across - 10), 18.0) if across > 1 else (34.0, 15.0)
    for at, letter in enumerate("ABCD"):
        x = setter.left + 3 + at % across * setter.width / across
        y = setter.y + 2 + at // across * (height + 4)
        setter.pdf.text(x, y + 4, f"({letter})")
        colours[number, letter] = colour = setter.colour()
        paint(setter.pdf, x + 7, y, width, height, colour)
    setter.y += 2 + 4 // across * (height + 4)
