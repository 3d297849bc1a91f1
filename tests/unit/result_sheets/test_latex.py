"""Formulas as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from result_sheets.latex import formula, readable


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\large \frac{1}{2}mv^2", "1/2mv²"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt{x+1}", "√(x+1)"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"x_{10}^{n+1}", "x₁₀ⁿ⁺¹"),
        (r"10^{-3}", "10⁻³"),
        (r"e^{-x^2}", "e^(-x²)"),
        (r"90^\circ", "90°"),
        (r"\alpha \leq \beta", "\u03b1≤β"),
        (r"\vec{F} = m\vec{a}", "F\u20d7 = ma\u20d7"),
        (r"\text{if } x \in A", "if x ∈A"),
        (r"\unknown{z}", "unknown z"),
        (r"5\%", "5%"),
    ],
)
def test_is_written_out(source: str, expected: str) -> None:
    assert formula(source) == expected


def test_only_formulas_change() -> None:
    assert readable(r"Pay \$5 for $x^2$, not a_b or x^2.") == "Pay $5 for x², not a_b or x^2."
    assert readable(r"$$x^2$$ and \(y_1\) and \[z\]") == "x² and y₁ and z"
    assert readable("no formula at all") == "no formula at all"


@given(st.text(alphabet=r"\{}[]^_$ afrcsqtxy12~&", max_size=60))
def test_broken_formulas_come_to_an_end(source: str) -> None:
    readable(source)
    formula(source)


@pytest.mark.parametrize("piece", ["{", "^", "_", "\\frac", "\\sqrt", "\\vec", "\\sqrt[3]{", "\\frac{"])
def test_no_depth_is_too_deep(piece: str) -> None:
    assert readable(f"${piece * 3_000}x$")
    assert readable(f"${piece * 1_000}x{'}' * 1_000}$")
