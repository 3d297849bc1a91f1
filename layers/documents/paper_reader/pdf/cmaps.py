"""ToUnicode maps: the characters of a font's codes."""

import re
from typing import Final

MOST_CODES: Final = 70_000
_MOST_LISTED: Final = 4096  # codes of a range; recognised text has one range of all codes

_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CODESPACE = re.compile(rb"begincodespacerange\s*<([0-9A-Fa-f\s]*)>", re.DOTALL)
_CHAR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[([^\]]*)\])")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
# Characters that are others by definition. Producers that go through a font's own map backwards write them, such as the
# Greek question mark for each semicolon.
_SAME: Final = {"\u037e": ";", "\u0387": "·", "\u1fef": "`", "\u2126": "Ω", "\u212a": "K", "\u212b": "Å"}


class CodeMap(dict[int, str]):
    """Characters by code. `shifts` are ranges that are too large to be listed: first and last code and the first
    character."""

    def __init__(self) -> None:
        super().__init__()
        self.shifts: list[tuple[int, int, int]] = []

    def shifted(self, code: int) -> str | None:
        """The character of a code in one of the large ranges."""
        for first, last, value in self.shifts:
            if first <= code <= last and not 0xD800 <= value + code - first <= 0xDFFF:
                return chr(value + code - first) if value + code - first <= 0x10FFFF else None
        return None


def parse(data: bytes) -> tuple[CodeMap, int]:
    """The characters by code, and how many bytes a code has (0 if the map does not say)."""
    mapping = CodeMap()
    for kind, block in _BLOCK.findall(data):
        if kind == b"bfchar":
            for code, text in _CHAR.findall(block):
                mapping[_code(code)] = _text(text)
                if len(mapping) > MOST_CODES:
                    return mapping, 2
        else:
            for first, last, start, listed in _RANGE.findall(block):
                _fill(mapping, _code(first), _code(last), start, listed)
                if len(mapping) > MOST_CODES:
                    return mapping, 2
    space = _CODESPACE.search(data)
    return mapping, len(b"".join(space[1].split())) // 2 if space else 0


def _fill(mapping: CodeMap, first: int, last: int, start: bytes, listed: bytes) -> None:
    last = min(last, first + MOST_CODES)
    if listed:
        for code, text in zip(range(first, last + 1), _HEX.findall(listed), strict=False):
            mapping[code] = _text(text)
        return
    base = _characters(start)
    if not base:
        return
    head, tail = base[:-1].replace("\x00", ""), ord(base[-1])
    if last - first > _MOST_LISTED and not head:
        mapping.shifts.append((first + _MOST_LISTED, last, tail + _MOST_LISTED))
        last = first + _MOST_LISTED - 1
    for code in range(first, last + 1):
        value = tail + code - first
        if value > 0x10FFFF:
            return
        # Recognised text has one range of all codes, including 0 and surrogates, which are not characters.
        if value and not 0xD800 <= value <= 0xDFFF:
            text = chr(value)
            mapping[code] = head + _SAME.get(text, text)


def _code(digits: bytes) -> int:
    return int(b"".join(digits.split())[:8] or b"0", 16)


def _text(digits: bytes) -> str:
    text = _characters(digits).replace("\x00", "")
    return _SAME.get(text, text)


def _characters(digits: bytes) -> str:
    digits = b"".join(digits.split())[:64]
    if len(digits) in {5, 6} and int(digits, 16) <= 0x10FFFF:
        return chr(int(digits, 16))  # a code point, which some producers write instead of UTF-16
    raw = bytes.fromhex(digits.decode("ascii").rjust(len(digits) + len(digits) % 2, "0"))
    return raw.decode("latin-1") if len(raw) == 1 else raw.decode("utf-16-be", "replace")
