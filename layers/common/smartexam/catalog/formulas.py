"""Where the formulas of a text are, found in time that grows with its length and no faster.

One expression with a lazy middle would do the same, but reads on to the end of the text from every beginning that has
no end: of those five thousand fit into one question, and a few hundred thousand into what a model answers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What a formula begins and ends with."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]


DISPLAY = Delimiters(re.compile(r"(?<!\\)\$\$"), re.compile(r"\$\$"))
INLINE = Delimiters(re.compile(r"(?<!\\)\$"), re.compile(r"(?<!\\)\$"))
PARENTHESES = Delimiters(re.compile(r"\\\("), re.compile(r"\\\)"))
BRACKETS = Delimiters(re.compile(r"\\\["), re.compile(r"\\\]"))


def replaced(text: str, delimiters: Sequence[Delimiters], change: Callable[[str], str]) -> str:
    """The text with each of its formulas, delimiters included, replaced.

    Args:
        text: any text; what begins and does not end is text as well.
        delimiters: of two that begin at one place the former counts.
        change: what takes a formula's place, given what stands between its delimiters, which is never nothing.
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
            # Nor does any that begins later end.
            openings[kind] = None
            continue
        parts += [text[at:start], change(text[end : closing.start()])]
        at = closing.end()
