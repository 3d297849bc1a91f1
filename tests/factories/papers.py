"""Question papers as PDFs for tests: lines of text at positions, in the plainest form."""

from collections.abc import Mapping, Sequence

from bench.mining.pdf import Page, Piece, Writer
from paper_reader.pdf.fonts import PLAIN, Font
from paper_reader.pdf.resources import Resources

LINE = 14.0


def paper(*pages: Sequence[str], stream: str = "lines", size: float = 10.0) -> bytes:
    """A PDF of one column: each page a list of lines; a tab in a line is a wide gap."""
    return Writer(stream, 1).write([page_of(lines, size=size) for lines in pages])


def page_of(lines: Sequence[str], *, x: float = 50.0, top: float = 780.0, size: float = 10.0) -> Page:
    """A page with lines from the top down."""
    pieces = []
    for number, line in enumerate(lines):
        for cell, text in enumerate(line.split("\t")):
            if text:
                pieces.append(Piece(x + 120.0 * cell, top - LINE * number, text, size))
    return Page(pieces)


MOCK = (
    "1. Which of these is a vector quantity in mechanics?",
    "(A) Mass",
    "(B) Velocity",
    "(C) Time",
    "(D) Energy",
    "2. Which of the following numbers are even?",
    "(A) 2\t(B) 3\t(C) 4\t(D) 5",
    "3. The unit of force in the SI system is named after",
    "(A) Newton",
    "(B) Pascal",
    "(C) Joule",
    "(D) Watt",
    "4. Find the value of 2.5 times 5 to one decimal place.",
    "ANSWER KEY",
    "1. (B)\t2. (A,C)\t3. (A)\t4. 12.5",
)


def mock_paper() -> bytes:
    """Four questions, one MSQ and one NUMERIC among them, with their key."""
    return paper(MOCK)


class FontsOnly(Resources):
    """What a page's operations name: some fonts, and nothing else."""

    def __init__(self, fonts: Mapping[bytes, Font] | None = None) -> None:
        self._fonts = fonts or {}

    def font(self, name: bytes) -> Font:
        return self._fonts.get(name, PLAIN)

    def form(self, name: bytes) -> None:
        return None

    def image(self, name: bytes) -> int | None:
        return None

    def properties(self, name: bytes) -> bytes:
        return b""
