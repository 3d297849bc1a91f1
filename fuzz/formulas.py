"""Text with LaTeX: the display check, and the conversion to plain characters."""

from question_generation import latex
from result_sheets import latex as plain

SEEDS = (
    b"Find $\\large \\frac{a}{b} + \\sqrt[3]{x^{2}_{i}}$ and $$y$$, \\(z\\), \\[\\begin{matrix}1\\end{matrix}\\]",
    b"$\\left(\\vec{v} \\times \\overline{AB}\\right)^{-1}$ costs \\$5",
    b"{{{{}}}}$^^__$\\frac12\\",
    "$\\theta = 30° \\text{और}$".encode(),
)


def read(data: bytes) -> None:
    """Any nesting and any characters work, and text outside formulas stays."""
    text = data.decode("utf-8", "replace")
    marked = latex.normalised(text)
    found = latex.fault(marked)
    assert found is None or found.isprintable()
    plain.readable(text).encode()
    assert "$" in text or "\\" in text or (marked == text and found is None and plain.readable(text) == text)
