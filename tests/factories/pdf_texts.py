"""Reads the texts of the PDFs that the platform makes, as a screen reader does.

Letters of Indian scripts join, so a glyph alone does not tell its text; the file has it beside, as `ActualText`, which
pypdf's own extraction does not read.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def text_of(document: bytes) -> str:
    """The text of all pages, with single spaces."""
    pages = PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join("".join(_parts(page)) for page in pages)).strip()


def _parts(page: PageObject) -> Iterator[str]:
    resources: Any = page["/Resources"]
    fonts = {name: _characters(font.get_object()) for name, font in resources["/Font"].items()}
    font: dict[int, str] = {}
    replaced: list[bool] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"Tf":
            font = fonts[operands[0]]
        elif operator == b"BDC":
            properties: Any = operands[1]
            replaced.append("/ActualText" in properties)
            yield str(properties.get("/ActualText", ""))
        elif operator == b"EMC":
            yield "" if replaced.pop() else " "
        elif operator in {b"Tj", b"TJ"} and True not in replaced:
            for each in operands[0] if operator == b"TJ" else operands:
                if hasattr(each, "original_bytes"):
                    codes = each.original_bytes
                    yield "".join(
                        font.get(int.from_bytes(codes[at : at + 2], "big"), "?") for at in range(0, len(codes), 2)
                    )


def _characters(font: Any) -> dict[int, str]:
    """The text of each glyph."""
    table: bytes = font["/ToUnicode"].get_object().get_data()
    found: dict[int, str] = {}
    for section in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        found |= {int(code, 16): _utf_16(text) for code, text in _PAIR.findall(section)}
    for section in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in _RANGE.findall(section):
            for code in range(int(first, 16), int(last, 16) + 1):
                start = _utf_16(text)
                found[code] = start[:-1] + chr(ord(start[-1]) + code - int(first, 16))
    return found


def _utf_16(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
