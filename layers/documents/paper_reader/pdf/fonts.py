"""Fonts: converts the bytes of a string to characters and their width."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from pypdf._codecs import charset_encoding  # pypdf's tables of the standard encodings have no public name
from pypdf.generic import StreamObject

from paper_reader.pdf import cmaps, glyph_names
from paper_reader.pdf.legacy import is_kruti_dev, is_legacy_name
from paper_reader.pdf.runs import BOLD, KRUTI_DEV, LEGACY
from paper_reader.pdf.strings import bytes_of

# (text, width in em, number of codes, number of one-byte spaces)
Decoded = tuple[str, float, int, int]
# The same, and whether it may continue the text before it without a check of its characters: neither white space nor an
# unknown glyph.
Shown = tuple[str, float, int, int, bool]

UNKNOWN: Final = "\ufffd"
_CACHE: Final = 20_000
_CONTROLS: Final = (*range(32), *range(127, 160))
_DEFAULT_WIDTH = 0.5
_SPACES = {"\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u200a": " ", "\t": " ", "\n": " ", "\r": " "}
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
# A soft hyphen that is drawn is a hyphen at the end of a line.
_CLEANED = {**_SPACES, **_LIGATURES, "\u00ad": "-", "\x00": "", "\u200b": "", "\ufeff": ""}
_INKED: Final = 0.1  # em
_NOTHING: Final = "\u2060"  # has a width, and is removed from the finished line
_BUILT_IN = re.compile(rb"dup\s+(\d{1,3})\s*/([A-Za-z0-9_.]+)\s+put")
_CLEAR_TEXT = 60_000
_PRIVATE: Final = ("\ue000", "\uf8ff")
_SYMBOLS = 0xF000  # the codes of symbol fonts
_FIRST_GREEK = "\u0370"
_MOST_WIDTHS = 200_000
_SYMBOL = re.compile(r"(?:mt[-_ ]?|euclid[-_ ]?)?symbol(?:mt|std|ps)?(?![a-z])", re.IGNORECASE)


class Font:
    """A font in which strings are shown.

    Attributes:
        flags: as in `Run`.
        heights: of TeX's large signs, which hang from where they are drawn, in em by code.
        shown: cached results, by the token of the string.
    """

    __slots__ = ("flags", "heights", "shown")

    def __init__(self, flags: int, heights: Mapping[int, float] | None = None) -> None:
        self.flags = flags
        self.heights: Mapping[int, float] = heights or {}
        self.shown: dict[bytes, Shown] = {}

    def show(self, token: bytes) -> Shown:
        """The characters of a string, and how wide they are."""
        text, width, count, spaces = self.decode(bytes_of(token))
        shown = (text, width, count, spaces, not (text[:1].isspace() or not text or UNKNOWN in text))
        if len(self.shown) < _CACHE:
            self.shown[token] = shown
        return shown

    def decode(self, raw: bytes) -> Decoded:
        """The same for the string's bytes."""
        raise NotImplementedError


class SimpleFont(Font):
    """One byte a code."""

    __slots__ = ("_renamed", "_table", "_widths")

    def __init__(
        self, table: Mapping[int, str], widths: Sequence[float], flags: int, heights: Mapping[int, float] | None = None
    ) -> None:
        super().__init__(flags, heights)
        # Codes that map to themselves can be left out of the table.
        self._table = {code: text for code, text in table.items() if chr(code) != text}
        for code in _CONTROLS:
            self._table.setdefault(code, UNKNOWN)
        self._widths = widths
        self._renamed = [code for code in self._table if 32 <= code < 127]

    def decode(self, raw: bytes) -> Decoded:
        """See `Font`."""
        text = raw.decode("latin-1")
        if not (raw.isascii() and text.isprintable()) or any(code in raw for code in self._renamed):
            text = text.translate(self._table)
        return text, sum(map(self._widths.__getitem__, raw)), len(raw), raw.count(32)


class CompositeFont(Font):
    """Two bytes a code (or one, if the font's map says so)."""

    __slots__ = ("_code_size", "_codes", "_default_width", "_table", "_widths")

    def __init__(
        self,
        table: Mapping[int, str],
        codes: cmaps.CodeMap,
        widths: Mapping[int, float],
        default_width: float,
        code_size: int,
        flags: int,
    ) -> None:
        super().__init__(flags)
        self._table = table
        self._codes = codes
        self._widths = widths
        self._default_width = default_width
        self._code_size = code_size

    def decode(self, raw: bytes) -> Decoded:
        """See `Font`."""
        if self._code_size == 1:
            codes: Sequence[int] = raw
        else:
            codes = [high << 8 | low for high, low in zip(raw[::2], raw[1::2], strict=False)]
        table, widths, default = self._table, self._widths, self._default_width
        if self._codes.shifts:
            text = "".join([table.get(code) or self._codes.shifted(code) or UNKNOWN for code in codes])
        else:
            text = "".join([table.get(code, UNKNOWN) for code in codes])
        width = sum([widths.get(code, default) for code in codes])
        # Word spacing applies to one-byte codes only.
        return text, width, len(codes), 0


PLAIN: Final[Font] = SimpleFont({}, [_DEFAULT_WIDTH] * 256, 0)


def load(dictionary: Mapping[str, Any]) -> tuple[Font, str]:
    """The font of a font dictionary, and its name without the subset's tag."""
    name = str(dictionary.get("/BaseFont", "")).lstrip("/")
    name = name[7:] if len(name) > 7 and name[6] == "+" else name
    flags = BOLD if re.search(r"bold|black|heavy|cmb|-bd", name, re.IGNORECASE) else 0
    codes = cmaps.CodeMap()
    mapping: dict[int, str] = codes
    code_size = 0
    to_unicode = _resolved(dictionary.get("/ToUnicode"))
    if isinstance(to_unicode, StreamObject):
        codes, code_size = cmaps.parse(to_unicode.get_data())
        mapping = codes
    # With a map to Devanagari the name says nothing, because the producer has converted it.
    if is_legacy_name(name) and not any("\u0900" <= text[:1] <= "\u097f" for text in mapping.values()):
        flags |= LEGACY | (KRUTI_DEV if is_kruti_dev(name) else 0)
    if glyph_names.is_of_pictures(name):
        known = mapping or (
            {} if dictionary.get("/Subtype") == "/Type0" else {code: chr(code) for code in range(32, 256)}
        )
        mapping = {code: glyph_names.picture(ord(text[0]) & 0xFF, name) for code, text in known.items() if text}
    else:
        mapping = {code: _cleaned(text, name) or _NOTHING for code, text in mapping.items()}
    if dictionary.get("/Subtype") == "/Type0":
        _silence_members(mapping)
        return _composite(dictionary, mapping, codes, code_size, flags), name
    return _simple(dictionary, mapping, name, flags), name


def _cleaned(text: str, font_name: str) -> str:
    if text.isascii():
        return _CLEANED.get(text, text)
    name = font_name.lower()
    return "".join(
        _privately(character, name) if _PRIVATE[0] <= character <= _PRIVATE[1] else _CLEANED.get(character, character)
        for character in text
    )


def _privately(character: str, font_name: str) -> str:
    """A character of the private area, whose meaning depends on the font."""
    if character in glyph_names.ADOBES_OWN:
        return glyph_names.ADOBES_OWN[character]
    code = ord(character) - _SYMBOLS
    if 0 <= code <= 0xFF and "symbol" in font_name:
        found = charset_encoding["/Symbol"][code]
        return glyph_names.ADOBES_OWN.get(found, found) if ord(found) not in _CONTROLS else UNKNOWN
    return UNKNOWN


def _silence_members(mapping: dict[int, str]) -> None:
    """Some producers number glyphs as they occur, and map the first one of a syllable to all of its characters.

    The syllable's other glyphs follow it and are missing in the map, so they are silent. That is assumed if it explains
    all gaps in the map.
    """
    codes = sorted(mapping)
    gaps = [(code, after - code - 1) for code, after in pairwise(codes) if after > code + 1]
    if gaps and all(size < len(mapping[code]) for code, size in gaps):
        mapping.update((code + member, _NOTHING) for code, size in gaps for member in range(1, size + 1))


def _composite(
    dictionary: Mapping[str, Any], mapping: dict[int, str], codes: cmaps.CodeMap, code_size: int, flags: int
) -> Font:
    descendants = _resolved(dictionary.get("/DescendantFonts")) or []
    descendant = _resolved(descendants[0]) if descendants else {}
    default = _number(descendant.get("/DW"), 1000.0) / 1000
    widths: dict[int, float] = {}
    listed = list(_resolved(descendant.get("/W")) or [])
    at, room = 0, _MOST_WIDTHS
    # A range is a few bytes of the file, however much it spans.
    while at + 1 < len(listed) and len(widths) <= _MOST_WIDTHS:
        first, second = _number(listed[at], 0), _resolved(listed[at + 1])
        if isinstance(second, list):
            for offset, width in enumerate(second):
                widths[int(first) + offset] = _number(width, 1000) / 1000
            at += 2
        elif at + 2 < len(listed):
            width = _number(listed[at + 2], 1000) / 1000
            last = min(int(_number(second, 0)), 0xFFFF)
            room -= max(0, last - int(first))
            if room < 0:
                break
            widths.update(dict.fromkeys(range(max(0, int(first)), last + 1), width))
            at += 3
        else:
            break
    _show_lost_vowels(mapping, codes, widths)
    return CompositeFont(mapping, codes, widths, default, 1 if code_size == 1 else 2, flags)


def _show_lost_vowels(mapping: dict[int, str], codes: Mapping[int, str], widths: Mapping[int, float]) -> None:
    """Make glyphs of Devanagari visible as unknown that have ink and that the file maps to nothing.

    WeasyPrint loses the vowel that is drawn before its consonant, so that words look right and are not.
    """
    lost = [code for code, text in codes.items() if not text and widths.get(code, 0) > _INKED]
    if lost and any("\u0904" <= text[:1] <= "\u0939" for text in codes.values()):
        mapping.update(dict.fromkeys(lost, UNKNOWN))


def _simple(dictionary: Mapping[str, Any], mapping: dict[int, str], name: str, flags: int) -> Font:
    names, table = _encoding(dictionary, name)
    if dictionary.get("/Subtype") == "/Type3" and not mapping:
        table.update(glyph_names.of_numbered(names))
    for code, text in mapping.items():
        # The name of a Greek letter or a sign is more reliable than a map that some producers fill from another
        # encoding.
        # A font of symbols has no Latin letters: a map that says so repeats the codes.
        is_repeated = text.isascii() and text.isalpha() and _is_symbol(name)
        is_named = code in names and _FIRST_GREEK <= table.get(code, "") < UNKNOWN
        if code < 256 and text and not is_named and not is_repeated:
            table[code] = text
    descriptor = _resolved(dictionary.get("/FontDescriptor")) or {}
    missing = _number(descriptor.get("/MissingWidth"), 0) / 1000
    listed = _resolved(dictionary.get("/Widths"))
    # Type 3 fonts have their own glyph space.
    unit = 0.001
    if dictionary.get("/Subtype") == "/Type3":
        matrix = _resolved(dictionary.get("/FontMatrix")) or [0.001]
        unit = abs(_number(matrix[0], 0.001))
    if isinstance(listed, list):
        widths = [missing] * 256
        first = int(_number(dictionary.get("/FirstChar"), 0))
        for code, width in enumerate(listed[:256], first):
            if 0 <= code < 256:
                widths[code] = _number(width, 0) * unit
        if not any(widths):
            widths = [_DEFAULT_WIDTH] * 256
    else:
        widths = _standard_widths(name, table)
    heights = {code: glyph_names.height(glyph) for code, glyph in names.items() if glyph_names.is_sized(glyph)}
    return SimpleFont(table, widths, flags, heights)


def _encoding(dictionary: Mapping[str, Any], name: str) -> tuple[dict[int, str], dict[int, str]]:
    """Names of glyphs, if the font has them, and the characters by code."""
    encoding = _resolved(dictionary.get("/Encoding"))
    base = None
    differences: Sequence[Any] = ()
    if isinstance(encoding, Mapping):
        base = encoding.get("/BaseEncoding")
        differences = _resolved(encoding.get("/Differences")) or ()
    elif isinstance(encoding, str):
        base = encoding
    names = {} if base in charset_encoding else _built_in(dictionary)
    if base not in charset_encoding:
        lowered = name.lower()
        base = "/Symbol" if _is_symbol(name) else "/StandardEncoding"
        base = "/ZapfDingbats" if "dingbats" in lowered else base
        if dictionary.get("/Subtype") == "/TrueType" and base == "/StandardEncoding":
            base = "/WinAnsiEncoding"
    table = {code: _cleaned(text, name) for code, text in enumerate(charset_encoding[str(base)]) if text != "\x00"}
    code = 0
    for item in differences:
        value = _resolved(item)
        if isinstance(value, int):
            code = int(value)
        else:
            names[code] = str(value).lstrip("/")
            code += 1
    for code, glyph in names.items():
        text = glyph_names.character(glyph)
        table[code] = UNKNOWN if text is None else _cleaned(text, name)
    return names, table


def _is_symbol(name: str) -> bool:
    """Whether a font of that name has the encoding of Symbol."""
    return _SYMBOL.match(name) is not None


def _built_in(dictionary: Mapping[str, Any]) -> dict[int, str]:
    """The encoding inside an embedded Type 1 font, on which TeX relies, as names of glyphs."""
    descriptor = _resolved(dictionary.get("/FontDescriptor")) or {}
    file = _resolved(descriptor.get("/FontFile"))
    if not isinstance(file, StreamObject):
        return {}
    found = _BUILT_IN.findall(file.get_data()[:_CLEAR_TEXT])
    return {int(code): glyph.decode("ascii") for code, glyph in found}


def _standard_widths(name: str, table: Mapping[int, str]) -> list[float]:
    """Widths of the standard fonts, which files may omit."""
    from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS  # noqa: PLC0415 - large, and rarely needed

    family = name.replace("Arial", "Helvetica").replace("TimesNewRoman", "Times-Roman").partition(",")[0]
    metrics = CORE_FONT_METRICS.get(family) or CORE_FONT_METRICS.get("Helvetica")
    if metrics is None:
        return [_DEFAULT_WIDTH] * 256
    known = metrics.character_widths
    return [known.get(table.get(code, ""), 500) / 1000 for code in range(256)]


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _number(value: Any, otherwise: float) -> float:
    value = _resolved(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise
