"""A small PDF writer that can write one page in the different ways of real producers."""

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS  # the widths of the fonts that every reader has

REGULAR: Final = "Times-Roman"
BOLD: Final = "Times-Bold"
WIDE: Final = "wide"
STREAMS: Final = ("lines", "words", "kerned", "rows", "shuffled", "glyphs")
_OTHER_WIDTH = 0.55


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at a place; `size` in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False


@dataclass(slots=True)
class Page:
    """The content of a page; rules are (x0, x1, y)."""

    pieces: list[Piece] = field(default_factory=list)
    rules: list[tuple[float, float, float]] = field(default_factory=list)
    watermark: str = ""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text, in points."""
    known = CORE_FONT_METRICS[BOLD if bold else REGULAR].character_widths
    return sum([_width(character, known) for character in text]) * size


def _width(character: str, known: Mapping[str, float]) -> float:
    if "\u0300" <= character <= "\u036f" or character in "\u093c\u0941\u0942\u0947\u0948\u094d\u0902\u0901":
        return 0.0
    return known[character] / 1000 if _is_simple(character) and character in known else _OTHER_WIDTH


def _is_simple(character: str) -> bool:
    return " " <= character <= "~"


class Writer:
    """Writes pages as a PDF file; `stream` is how producers order and split text."""

    def __init__(self, stream: str, seed: int, size: tuple[float, float] = (595.0, 842.0)) -> None:
        self._stream = stream
        self._random = random.Random(seed)
        self._size = size
        self._codes: dict[str, int] = {}

    def write(self, pages: Sequence[Page]) -> bytes:
        """The file."""
        contents = [zlib.compress(self._content(page).encode("latin-1")) for page in pages]
        kids = " ".join(f"{7 + 2 * index} 0 R" for index in range(len(pages)))
        fonts = "/R 3 0 R /B 4 0 R /W 5 0 R"
        objects = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
            f"<</Type/Font/Subtype/Type1/BaseFont/{REGULAR}/Encoding/WinAnsiEncoding>>".encode(),
            f"<</Type/Font/Subtype/Type1/BaseFont/{BOLD}/Encoding/WinAnsiEncoding>>".encode(),
            self._wide_font(),
            self._to_unicode(),
        ]
        for index, content in enumerate(contents):
            objects.append(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {self._size[0]} {self._size[1]}]"
                f"/Resources<</Font<<{fonts}>>>>/Contents {8 + 2 * index} 0 R>>".encode()
            )
            objects.append(f"<</Length {len(content)}/Filter/FlateDecode>>stream\n".encode() + content + b"\nendstream")
        out = bytearray(b"%PDF-1.7\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
        out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(out)

    def _wide_font(self) -> bytes:
        widths = " ".join(f"{code}[{_width(text, {}) * 1000:.0f}]" for text, code in self._codes.items())
        return (
            "<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+NotoSans/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts"
            f"[<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+NotoSans/CIDSystemInfo<</Registry(Adobe)"
            f"/Ordering(Identity)/Supplement 0>>/DW 550/W[{widths}]>>]>>"
        ).encode()

    def _to_unicode(self) -> bytes:
        pairs = [(code, text.encode("utf-16-be").hex()) for text, code in self._codes.items()]
        blocks = []
        for at in range(0, len(pairs), 100):
            part = pairs[at : at + 100]
            listed = "\n".join(f"<{code:04x}> <{text}>" for code, text in part)
            blocks.append(f"{len(part)} beginbfchar\n{listed}\nendbfchar")
        body = (
            "begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n" + "\n".join(blocks) + "\nendcmap"
        ).encode()
        return f"<</Length {len(body)}>>stream\n".encode() + body + b"\nendstream"

    def _content(self, page: Page) -> str:
        parts = []
        if page.watermark:
            parts.append(f"q 0.85 g BT /B 60 Tf 0.7 0.7 -0.7 0.7 150 300 Tm ({page.watermark}) Tj ET Q")
        parts += [f"{x0:.2f} {y:.2f} {x1 - x0:.2f} 0.5 re f" for x0, x1, y in page.rules]
        pieces = self._cut(page.pieces)
        parts.append("BT")
        if self._stream == "rows":
            ordered = sorted(pieces, key=lambda piece: (-round(piece.y, 1), piece.x))
            for _, row in groupby(ordered, key=lambda piece: (round(piece.y, 1), piece.size, piece.bold)):
                parts.append(self._row(list(row)))
        else:
            if self._stream == "shuffled":
                self._random.shuffle(pieces)
            parts += [self._shown(piece) for piece in pieces]
        parts.append("ET")
        return "\n".join(parts)

    def _cut(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Pieces of one font, cut as the producer would."""
        cut: list[Piece] = []
        for piece in pieces:
            x = piece.x
            for simple, run in groupby(piece.text, key=_is_simple):
                text = "".join(run)
                units = [text]
                if self._stream in {"words", "shuffled"} and simple:
                    units = [unit for word in text.split(" ") for unit in (word, " ")][:-1]
                elif self._stream == "glyphs" and simple:
                    units = list(text)
                for unit in units:
                    if unit.strip():
                        cut.append(Piece(x, piece.y, unit, piece.size, piece.bold))
                    x += width(unit, piece.size, bold=piece.bold)
        return cut

    def _shown(self, piece: Piece) -> str:
        font, encoded = self._encoded(piece)
        if self._stream == "kerned" and font != "W":
            space = width(" ", 1000, bold=piece.bold)
            words = [f"({_escaped(word)})" for word in piece.text.split(" ")]
            shown = f"[{f' {-space:.0f} '.join(words)}] TJ"
        else:
            shown = f"{encoded} Tj"
        return f"/{font} {piece.size:g} Tf 1 0 0 1 {piece.x:.2f} {piece.y:.2f} Tm {shown}"

    def _row(self, row: Sequence[Piece]) -> str:
        """A whole row of the page as one array, across the columns."""
        parts = []
        for _, same in groupby(row, key=lambda piece: self._encoded(piece)[0]):
            members = list(same)
            font = self._encoded(members[0])[0]
            size = members[0].size
            x = members[0].x
            array = ""
            for piece in members:
                jump = piece.x - x
                array += (f" {-jump / size * 1000:.1f} " if abs(jump) > 0.01 else "") + self._encoded(piece)[1]
                x = piece.x + width(piece.text, size, bold=piece.bold)
            parts.append(f"/{font} {size:g} Tf 1 0 0 1 {members[0].x:.2f} {members[0].y:.2f} Tm [{array}] TJ")
        return "\n".join(parts)

    def _encoded(self, piece: Piece) -> tuple[str, str]:
        if all(map(_is_simple, piece.text)):
            return ("B" if piece.bold else "R"), f"({_escaped(piece.text)})"
        codes = [self._codes.setdefault(character, len(self._codes) + 1) for character in piece.text]
        return "W", "<" + "".join(f"{code:04x}" for code in codes) + ">"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
