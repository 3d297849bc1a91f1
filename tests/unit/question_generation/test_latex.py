"""Checking LaTeX for display, and the time it takes."""

import time

import pytest

from question_generation import latex


@pytest.mark.parametrize(
    "text",
    [
        "no formula",
        r"$\large \frac{1}{2}$ and $\large x^{2}_i$",
        r"$\large \frac12 + \sqrt x + \sqrt{\frac{a}{b}}$",
        r"$\large \left(\begin{matrix}1\end{matrix}\right)$",
        r"\$5",
    ],
)
def test_what_can_be_shown(text: str) -> None:
    assert latex.fault(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("$x", "a formula is not closed"),
        (r"\frac{1}{2}", "a command stands outside of a formula"),
        ("$$", "a formula is empty"),
        (r"$\begin{a}\end{b}$", "an environment is not paired"),
        (r"$\left( x$", r"\left and \right are not paired"),
        ("${x$", "braces are not paired"),
        ("$x}$", "braces are not paired"),
        ("$x^$", "a superscript or subscript is empty"),
        (r"$\frac{1}$", r"\frac lacks an argument"),
        (r"${\sqrt}$", r"\sqrt lacks an argument"),
    ],
)
def test_what_cannot(text: str, fault: str) -> None:
    assert latex.fault(text) == fault


def test_formulas_are_marked_in_one_way() -> None:
    given = r"$$a$$ \(b\) \[c\] $d$ $\large e$"
    assert latex.normalised(given) == r"$\large a$ $\large b$ $\large c$ $\large d$ $\large e$"


def test_formulas_that_touch_are_two() -> None:
    given = r"$a$$b$ and $c$$d$"
    marked = r"$\large a$$\large b$ and $\large c$$\large d$"
    assert latex.normalised(given) == marked
    assert latex.normalised(marked) == marked


@pytest.mark.parametrize("piece", ["\\(", "\\[", "$$ ", "$", "\\frac{", "{", "x^", "\\begin{a}", "\\left", "\\"])
def test_time_grows_with_the_text(piece: str) -> None:
    def seconds(count: int) -> float:
        text = f"${piece * count}{'}' * count}$"
        started = time.process_time()
        latex.fault(latex.normalised(text))
        return time.process_time() - started

    short = min(seconds(1_000) for _ in range(3))
    assert min(seconds(4_000) for _ in range(3)) < 10 * short + 0.01
