"""Glyph names as characters."""

import re
from typing import Final

# pypdf ships Adobe's list of glyph names; it has no public way to it.
from pypdf._codecs import adobe_glyphs

# Names of TeX's mathematical fonts that Adobe's list does not have.
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
}
_SIZED = re.compile(
    r"(parenleft|parenright|bracketleft|bracketright|braceleft|braceright|radical|summation|integral|product|"
    r"contintegral|coproduct|floorleft|floorright|ceilingleft|ceilingright|slash)(?:text|display|big|Big|bigg|Bigg)"
)
_UNI = re.compile(r"uni((?:[0-9A-F]{4})+)")
_U = re.compile(r"u([0-9A-F]{4,6})")


def character(name: str) -> str | None:
    """The text that a glyph of that name (without slash) shows; None when the name does not say."""
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
