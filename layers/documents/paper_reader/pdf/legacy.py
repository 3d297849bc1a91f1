"""Recognises pre-Unicode Hindi fonts, whose codes are Latin letters that look like Devanagari.

Their text reads as `fuEufyf[kr esa ls dkSu lk` and must not be passed on as text.
"""

import re
from typing import Final

_NAMES: Final = re.compile(
    r"kruti|krutidev|kdev|dev\s?lys|devlys|chanakya|walkman|shusha|shree-?dev|shreedev|\bshree|aps-?d[vp]|apsdv|dv[bw]?[-_]?tt|"
    r"dvb?w-?|dvtt|4c\s?gandhi|akruti|aakriti|agra\b|agradev|kundli|bhaskar|krishna|narad|richa|saral\b|susha|naidunia|"
    r"hindi\s?saral|amar\s?ujala|jagran|arjun|yogesh|sulekh|mllbd|marathi|maithili|ankit|aman\b",
    re.IGNORECASE,
)
_KRUTI_DEV: Final = re.compile(r"kruti|k(?:ruti)?\s?dev|devlys|dev\s?lys", re.IGNORECASE)
# The commonest Hindi words in Kruti Dev and similar fonts.
_WORDS: Final = frozenset(
    [
        "gS",
        "gSa",
        "gSaA",
        "gSA",
        "dk",
        "dh",
        "ds",
        "dks",
        "ls",
        "esa",
        "ij",
        "vkSj",
        "fd",
        ";g",
        "fdlh",
        "gksrk",
        "gksrh",
        "gksrs",
        "gks",
        "fuEu",
        "fuEufyf[kr",
        "dkSu",
        "dkSu&lk",
        "dkSulk",
        ",d",
        "ugha",
        "lgh",
        "rFkk",
        "vFkok",
        ";k",
        "bl",
        "mlds",
        "bls",
        "djrs",
        "djus",
        "djuk",
        "fdrus",
        "fdruk",
        "fdruh",
        "D;k",
        "tks",
        "tks",
        "fn;k",
        "x;k",
        "izdkj",
        "mÙkj",
        "iz'u",
        "la[;k",
        "}kjk",
        "fdl",
        "nks",
        "rhu",
        "pkj",
        "eku",
        "Kkr",
        "vuqlkj",
        "dFku",
        "vlR;",
        "lR;",
        "mi;qZDr",
        "gksxk",
        "gksxh",
        "gksaxs",
        "tkrk",
        "lk",
        "jgk",
        "Hkkjr",
    ]
)
_WORD = re.compile(r"\S+")
_SEPARATORS = "().,:?¼½"
_LEAST_WORDS = 3
_SHARE = 0.12


def is_legacy_name(name: str) -> bool:
    """Whether a font of this name is of that kind."""
    return bool(name) and _NAMES.search(name) is not None


def is_kruti_dev(name: str) -> bool:
    """Whether a font of this name is Kruti Dev or has its encoding."""
    return _KRUTI_DEV.search(name) is not None


def may_be_legacy(text: str) -> bool:
    """Whether `looks_legacy` may be true for parts of a text: quick, and without false negatives."""
    for separator in _SEPARATORS:
        text = text.replace(separator, " ")
    return not _WORDS.isdisjoint(text.split())


def looks_legacy(text: str) -> bool:
    """Whether a longer text is in such a font, by its words alone, for fonts with a neutral name."""
    words = _WORD.findall(text)
    hits = sum(word.strip("().,:?¼½") in _WORDS for word in words)
    return hits >= _LEAST_WORDS and hits >= _SHARE * len(words)
