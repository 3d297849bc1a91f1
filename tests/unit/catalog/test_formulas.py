"""Formulas are found as by one regular expression, but in linear time."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from smartexam.catalog.formulas import BRACKETS, DISPLAY, INLINE, PARENTHESES, replaced

ALL = (DISPLAY, INLINE, PARENTHESES, BRACKETS)
# The same as one expression, which takes quadratic time.
PLAINLY = re.compile(r"(?<!\\)\$\$(.+?)\$\$|(?<!\\)\$(.+?)(?<!\\)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)


def marked(text: str) -> str:
    return replaced(text, ALL, lambda formula: f"<{formula}>")


@given(st.text(alphabet="\\$()[]a \n", max_size=40))
def test_finds_what_one_expression_finds(text: str) -> None:
    assert marked(text) == PLAINLY.sub(
        lambda found: f"<{next(part for part in found.groups() if part is not None)}>", text
    )


def test_formulas_of_every_kind() -> None:
    assert marked(r"A $x$, $$y$$, \(z\), \[w\], and \$5.") == r"A <x>, <y>, <z>, <w>, and \$5."


def test_what_does_not_end_is_text() -> None:
    assert marked(r"It costs $5 \(") == r"It costs $5 \("


def test_time_grows_with_the_text() -> None:
    def seconds(count: int) -> float:
        started = time.process_time()
        marked(r"\(\[" * count)
        return time.process_time() - started

    short = min(seconds(10_000) for _ in range(3))
    assert min(seconds(40_000) for _ in range(3)) < 10 * short
