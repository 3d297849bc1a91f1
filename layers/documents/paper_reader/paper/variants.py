"""Finds of which set, booklet or test a paper and a key say that they are, so that no key of another one is taken."""

import re
from collections.abc import Iterable
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP

_LONGEST: Final = 90
# Runs of spaces and signs are possessive: what they took is not tried in parts, so a line takes linear time.
_VARIANT: Final = (
    r"(?P<kind>(?:test\s+|question\s+|paper\s+|booklet\s+)?(?:booklet|set|series|code|version|shift|slot|session|सेट|सीरीज|पुस्तिका)s?)"
    r"(?:\s+(?:code|series|no|number|name))?\s*+\.?\s*+[-–—:.(\[]*+\s*+['\"“‘]?(?P<name>[A-Z]|[IVX]{1,4}|\d{1,3})(?![\w'’])"
)
_NUMBERED: Final = (
    r"(?P<other>test|paper|mock|exam|worksheet|assignment|quiz|dpp|chapter|unit|module|lesson|week|day|exercise)"
    r"(?:\s+(?:no|number|set|paper|test))?\s*+\.?\s*+[-–—:.#]*+\s*+(?P<number>\d{1,3}|[IVX]{1,4})(?![\w'’])"
)
_IN_TEXT: Final = re.compile(rf"\b(?:(?i:{_VARIANT})|(?i:{_NUMBERED}))")
_HEADING: Final = re.compile(rf"\W*+(?i:answers?\s*+(?:keys?)?|keys?)?\W*+(?:for|of)?\W*+(?i:{_VARIANT})\W*")
_ANOTHER: Final = re.compile(r"\b(?:previous|last|earlier|yesterday|next)\b|पिछल", re.IGNORECASE)
_MAY_BE: Final = re.compile(
    r"set|series|code|version|shift|slot|session|booklet|सेट|सीरीज|पुस्तिका|test|paper|mock|exam|worksheet|assignment|quiz|dpp"
    r"|chapter|unit|module|lesson|week|day|exercise",
    re.IGNORECASE,
)
ANOTHER: Final = ("another", "")

# Kinds and names, such as ("set", "B").
Names = frozenset[tuple[str, str]]


def named(text: str) -> Names:
    """The sets, booklets and tests that a short line names."""
    if len(text) > _LONGEST or _MAY_BE.search(text) is None:
        return frozenset()
    found: set[tuple[str, str]] = set()
    for match in _IN_TEXT.finditer(plain(text).replace(GAP, "  ")):
        if match["kind"] is not None:
            found.add((_VARIANT_KIND, match["name"].upper()))
        else:
            found.add((match["other"].lower(), match["number"].upper()))
    return frozenset(found)


def joined(lines: Iterable[str]) -> Names:
    """What several lines name."""
    return frozenset[tuple[str, str]]().union(*map(named, lines))


def of_key(text: str) -> Names:
    """What the heading of a key names; `ANOTHER` if it says that it is another paper's."""
    return named(text) | ({ANOTHER} if _ANOTHER.search(text[:_LONGEST]) else frozenset())


def heading(text: str) -> Names:
    """What a line names that is only the heading of a set's answers."""
    if len(text) > _LONGEST or _MAY_BE.search(text) is None or _HEADING.fullmatch(plain(text)) is None:
        return frozenset()
    return frozenset(name for name in named(text) if name[0] == _VARIANT_KIND)


def is_other(key: Names, paper: Iterable[tuple[str, str]]) -> bool:
    """Whether a key is not certainly the paper's.

    A set's key is the paper's if the paper names the same set and no other. Of tests, chapters and the like the paper
    may name none.
    """
    if ANOTHER in key:
        return True
    for kind in {kind for kind, _ in key}:
        own = {name for other, name in paper if other == kind}
        told = {name for other, name in key if other == kind}
        if kind == _VARIANT_KIND and (own != told or len(told) > 1):
            return True
        if own and not told & own:
            return True
    return False


_VARIANT_KIND: Final = "set"
