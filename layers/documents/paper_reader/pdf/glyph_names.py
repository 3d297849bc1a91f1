"""Converts glyph names to characters."""

import re
from collections.abc import Mapping
from typing import Final

# pypdf ships Adobe's list of glyph names without a public interface.
from pypdf._codecs import adobe_glyphs

# Names of TeX's mathematical fonts that are missing in Adobe's list.
_TEX: Final = {
    "visiblespace": " ",
    "nonbreakingspace": " ",
    "ff": "ff",
    "fi": "fi",
    "fl": "fl",
    "ffi": "ffi",
    "ffl": "ffl",
    "dotlessj": "j",
    "vector": "\u20d7",
    "epsilon1": "ε",
    "openbullet": "◦",
    "asteriskmath": "*",
    "bardbl": "‖",
    "arrowdblright": "⇒",
    "arrowdblleft": "⇐",
    "arrowbothv": "↕",
    "mapsto": "↦",
    "lessorequalslant": "≤",
    "greaterorequalslant": "≥",
    "negationslash": "\u0338",
    "prime": "′",
    "proportional": "∝",
    "latticetop": "⊤",
    "perpendicular": "⊥",
    "floorleft": "⌊",
    "floorright": "⌋",
    "ceilingleft": "⌈",
    "ceilingright": "⌉",
    "backslash": "\\",
    "braceleft": "{",
    "braceright": "}",
    "coproduct": "∐",
    "product": "∏",
    "summation": "∑",
    "integral": "∫",
    "radical": "√",
    "contintegral": "∮",
    "parenleft": "(",
    "parenright": ")",
    "bracketleft": "[",
    "bracketright": "]",
    "rupee": "₹",
    **dict(
        zip(
            (
                f"{sign}{side}{piece}"
                for side in ("left", "right")
                for sign in ("paren", "bracket")
                for piece in ("tp", "ex", "bt")
            ),
            "⎛⎜⎝⎡⎢⎣⎞⎟⎠⎤⎥⎦",
            strict=True,
        )
    ),
    **dict(
        zip(
            (f"brace{side}{piece}" for side in ("left", "right") for piece in ("tp", "mid", "bt")),
            "⎧⎨⎩⎫⎬⎭",
            strict=True,
        )
    ),
    "braceex": "⎪",
    "vextendsingle": "⏐",
    "vextenddouble": "‖",
    "harpoonleftright": "⇌",  # as TeX's \\rightleftharpoons is called
}
# Signs of Adobe's symbol fonts that Unicode lacked: above all parts of tall brackets.
ADOBES_OWN: Final = {
    **dict(zip(map(chr, range(0xF8EB, 0xF8F5)), "⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪", strict=True)),
    **dict(zip(map(chr, range(0xF8F6, 0xF8FF)), "⎞⎟⎠⎤⎥⎦⎫⎬⎭", strict=True)),
    **dict(zip("\uf8e8\uf8e9\uf8ea\uf6da\uf6d9\uf6db", "®©™®©™", strict=True)),
}
# Ticks and crosses by code in picture fonts; their other pictures become a bullet.
_PICTURES: Final = {
    "wingdings": {0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
    "wingdings2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒"},
}
_SIZED = re.compile(
    r"(parenleft|parenright|bracketleft|bracketright|braceleft|braceright|radical|summation|integral|product|"
    r"contintegral|coproduct|floorleft|floorright|ceilingleft|ceilingright|slash|vextendsingle|vextenddouble|intersection|"
    r"union|wide\w+?)(text|display|bigg|Bigg|big|Big)"
)
_SIZES: Final = {"text": 1.0, "display": 1.4, "big": 1.2, "Big": 1.8, "bigg": 2.4, "Bigg": 3.0}
_NUMBERED = re.compile(r"[a-zA-Z]{1,2}(\d{1,3})")
# The characters of TeX's text fonts below the letters. Pixel fonts come from TeX, and do not name their glyphs.
_CORK: Final = {
    16: "“", 17: "”", 18: "„", 21: "–", 22: "—", 27: "ff", 28: "fi", 29: "fl", 30: "ffi", 31: "ffl", 39: "’", 96: "‘",
}  # fmt: skip
_ORIGINAL: Final = {
    11: "ff", 12: "fi", 13: "fl", 14: "ffi", 15: "ffl", 34: "”", 39: "’", 92: "“", 96: "‘", 123: "–", 124: "—",
}  # fmt: skip
_UNI = re.compile(r"uni((?:[0-9A-F]{4})+)")
_U = re.compile(r"u([0-9A-F]{4,6})")


def character(name: str) -> str | None:
    """The text of a glyph by its name (without slash); None if the name does not say."""
    base = name.partition(".")[0]
    known = _TEX.get(base) or adobe_glyphs.get(f"/{base}")
    if known:
        return known
    if (found := _SIZED.fullmatch(base)) is not None:
        return _TEX.get(found[1]) or "/"
    if (found := _UNI.fullmatch(base)) is not None:
        return bytes.fromhex(found[1]).decode("utf-16-be", "replace")
    if (found := _U.fullmatch(base)) is not None and int(found[1], 16) <= 0x10FFFF:
        return chr(int(found[1], 16))
    if "_" in base:
        parts = [character(part) for part in base.split("_")]
        return "".join(part or "" for part in parts) if all(parts) else None
    return None


def is_of_pictures(font_name: str) -> bool:
    """Whether a font of that name has pictures instead of letters."""
    return "wingdings" in font_name.lower() or "webdings" in font_name.lower()


def picture(code: int, font_name: str) -> str:
    """The sign of such a font at a code."""
    known = _PICTURES.get(re.sub(r"[^a-z0-9]|regular", "", font_name.lower()), {})
    return " " if code in {32, 160} else known.get(code, "•")


def is_sized(name: str) -> bool:
    """Whether the name is one of TeX's large signs, which hang from where they are drawn."""
    return _SIZED.fullmatch(name) is not None


def height(name: str) -> float:
    """The height of such a sign, in em."""
    found = _SIZED.fullmatch(name)
    if found is None:
        return 0.0
    if found[1] in {"integral", "contintegral"}:
        return 1.11 if found[2] == "text" else 2.22
    return _SIZES[found[2]]


def of_numbered(names: Mapping[int, str]) -> dict[int, str]:
    """The characters of a pixel font, whose glyphs are named by their codes: one of TeX's text fonts.

    Returns:
        Characters by code; empty if the names mean something.
    """
    if not names or not all(_NUMBERED.fullmatch(name) or name == ".notdef" for name in names.values()):
        return {}
    used = {code for code, name in names.items() if name != ".notdef"}
    low = _CORK if used & {21, 22, 27, 28, 29, 30, 31} and not used & {11, 12, 13, 14, 15} else _ORIGINAL
    return {code: low.get(code) or (chr(code) if 33 <= code < 127 else "\ufffd") for code in used}
