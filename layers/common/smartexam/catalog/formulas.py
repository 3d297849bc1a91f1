"""Finds the formulas of a text in linear time.

A regular expression with a lazy middle would read on to the end of the text from every opening that has no end. One
question can hold five thousand such openings, a model's answer a few hundred thousand.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The opening and the closing text of a formula."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]


DISPLAY = Delimiters(re.compile(r"(?<!\\)\$\$"), re.compile(r"\$\$"))
INLINE = Delimiters(re.compile(r"(?<!\\)\$"), re.compile(r"(?<!\\)\$"))
PARENTHESES = Delimiters(re.compile(r"\\\("), re.compile(r"\\\)"))
BRACKETS = Delimiters(re.compile(r"\\\["), re.compile(r"\\\]"))


def replaced(text: str, delimiters: Sequence[Delimiters], change: Callable[[str], str]) -> str:
    """The text with each of its formulas, delimiters included, replaced.

    Args:
        text: any text; an opening without an end is ordinary text.
        delimiters: if two match at one place, the first in the list wins.
        change: the replacement of a formula, given what is between its delimiters, which is never empty.
    """
    openings = {each: each.opening.search(text) for each in delimiters}
    parts: list[str] = []
    at = 0
    while True:
        for each, found in openings.items():
            if found is not None and found.start() < at:
                openings[each] = each.opening.search(text, at)
        ahead = [(found.start(), found.end(), each) for each, found in openings.items() if found is not None]
        if not ahead:
            return "".join((*parts, text[at:]))
        start, end, kind = min(ahead, key=lambda place: place[0])
        closing = kind.closing.search(text, end + 1)
        if closing is None:
            # No later opening of this kind has an end either.
            openings[kind] = None
            continue
        parts += [text[at:start], change(text[end : closing.start()])]
        at = closing.end()
