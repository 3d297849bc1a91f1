"""Converts Kruti Dev and DevLys, pre-Unicode Hindi fonts with a known encoding, to Unicode.

Their codes are pieces of letters in the order of drawing. A consonant with a vertical bar is a half letter and the bar,
which is also the sign of a long a; the sign of a short i precedes its consonants, and the hook of an r follows the
syllable that it begins.
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

from paper_reader.layout.devanagari import spelled
from paper_reader.pdf.legacy import is_kruti_dev, looks_legacy
from paper_reader.pdf.runs import KRUTI_DEV, LEGACY, PageContent

_HALVES: Final = {
    "D": "क", "[": "ख", "X": "ग", "?": "घ", "P": "च", "T": "ज", "÷": "झ", ".": "ण", "R": "त", "F": "थ", "/": "ध",
    "è": "ध", "Ë": "ध", "U": "न", "I": "प", "¶": "फ", "C": "ब", "H": "भ", "E": "म", "¸": "य", "Y": "ल", "O": "व",
    "'": "श", "’": "श", "Ü": "श", '"': "ष", "”": "ष", "L": "स", "{": "क्ष", "«": "त्र", "Ù": "त्त",
    "à": "ह", "™": "न्न",
}  # fmt: skip
_LETTERS: Final = {
    "d": "क", "x": "ग", "Ä": "घ", "³": "ङ", "p": "च", "N": "छ", "t": "ज", ">": "झ", "¥": "ञ", "V": "ट", "B": "ठ",
    "M": "ड", "<": "ढ", "r": "त", "n": "द", "u": "न", "i": "प", "Q": "फ", "c": "ब", "e": "म", ";": "य", "j": "र",
    "y": "ल", "G": "ळ", "o": "व", "l": "स", "g": "ह", "K": "ज्ञ", "J": "श्र", "}": "द्व", "|": "द्य", "ç": "प्र",
    "Á": "प्र", "Ø": "क्र", "Ý": "फ्र", "æ": "द्र", "#": "रु", ":": "रू", "–": "दृ", "—": "कृ", "é": "न्न", "á": "ह्य",
    "â": "हृ", "ã": "ह्म", "ä": "क्त", "í": "द्द", ")": "द्ध", "ê": "ट्ट", "ë": "ट्ठ", "ì": "ड्ड", "ï": "ड्ढ", "ô": "क्क",
    "=": "त्र", "v": "अ", "b": "इ", "m": "उ", "Å": "ऊ", ",": "ए", "_": "ऋ",
}  # fmt: skip
_SIGNS: Final = {
    "k": "ा", "f": "ि", "h": "ी", "q": "ु", "w": "ू", "s": "े", "S": "ै", "a": "ं", "¡": "ँ", "%": "ः", "W": "ॅ", "‚": "ॉ",
    "`": "ृ", "~": "्", "+": "़", "z": "्र", "ª": "्र", "î": "्य", "Z": "र्", "A": "।", "È": "ीं", "±": "ं",
}  # fmt: skip
_PUNCTUATION: Final = {
    "¼": "(", "½": ")", "¿": "{", "À": "}", "]": ",", "&": "-", "-": ".", "\\": "?", "@": "/", "^": "‘", "*": "’",
    "Þ": "“", "ß": "”", "(": ";", "¾": "=", "å": "०", "ƒ": "१", "„": "२", "…": "३", "†": "४", "‡": "५", "ˆ": "६",
    "‰": "७", "Š": "८", "‹": "९", "•": "॰", "\u00ad": "-",
}  # fmt: skip
_TABLE: Final = str.maketrans(
    {code: f"{letter}\u094d" for code, letter in _HALVES.items()} | _LETTERS | _SIGNS | _PUNCTUATION
)
# What combined pieces mean, in this order.
_JOINED: Final = (
    ("ित्रा", "ित्र"), ("\u094d\u093e", ""), ("ाा", "ा"), ("\u094d\u094d", "\u094d"), ("अा", "आ"), ("ाे", "ो"), ("ाै", "ौ"),
    ("आे", "ओ"), ("आै", "औ"), ("ाॅ", "ॉ"), ("आॅ", "ऑ"), ("अॉ", "ऑ"), ("एे", "ऐ"), ("इर्", "ई"),
    (" ः", " :"),  # the sign for a breath is a colon if no letter precedes it
)  # fmt: skip


def decoded(text: str) -> str:
    """A text of such a font in Unicode."""
    text = text.translate(_TABLE)
    for pieces, whole in _JOINED:
        text = text.replace(pieces, whole)
    return unicodedata.normalize("NFC", spelled(text))


def decode(pages: Sequence[PageContent]) -> bool:
    """Decode the text of such fonts if it reads like one; returns whether it did."""
    text = " ".join(run.text for page in pages for run in page.runs if run.flags & KRUTI_DEV)
    if not text or not looks_legacy(text):
        return False
    for page in pages:
        page.runs = [
            run._replace(text=decoded(run.text), flags=run.flags & ~LEGACY, breaks=()) if run.flags & KRUTI_DEV else run
            for run in page.runs
        ]
        page.legacy_fonts = {name for name in page.legacy_fonts if not is_kruti_dev(name)}
    return True
