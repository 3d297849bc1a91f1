r"""LaTeX as plain text that a person can read, for where nothing typesets it: `$\large \frac{a}{b}$` becomes `a/b`."""

import re

from smartexam.catalog.formulas import BRACKETS, DISPLAY, INLINE, PARENTHESES, replaced

_SPACES = re.compile(r"[ \t]+")
# Nobody nests this deep, but a formula of 10,000 characters can; the rest is taken as plain text.
_DEEPEST = 40
_COMMAND = re.compile(r"\\([A-Za-z]+|.)\s?")
_DROPPED = {
    *("large", "Large", "LARGE", "small", "normalsize", "displaystyle", "textstyle", "left", "right", "big", "Big"),
    *("bigg", "Bigg", "limits", "nolimits", "mathrm", "mathbf", "mathit", "mathsf", "text", "textbf", "textit"),
    *("operatorname", "rm", "bf", "boldsymbol", "mathcal", "quad", "qquad", "hspace", "begin", "end", "!"),
}
# ruff: noqa: RUF001 - symbols that look like letters are what this is about
_NAMED = """
    alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π
    rho ρ varsigma ς sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω varphi φ varepsilon ε vartheta ϑ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω hbar ħ ell ℓ
    times × cdot · div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ∼ propto ∝ infty ∞
    sum ∑ prod ∏ int ∫ oint ∮ partial ∂ nabla ∇ to → rightarrow → leftarrow ← Rightarrow ⇒ implies ⇒
    Leftrightarrow ⇔ leftrightarrow ↔ rightleftharpoons ⇌ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ emptyset ∅
    forall ∀ exists ∃ neg ¬ land ∧ lor ∨ angle ∠ perp ⊥ parallel ∥ therefore ∴ because ∵ degree ° circ ∘ prime ′
    ldots … dots … cdots ⋯ langle ⟨ rangle ⟩ mid | vert | % % $ $ & & # # _ _ { { } }
"""
_WORDS = _NAMED.split()
_SYMBOLS = {**dict(zip(_WORDS[::2], _WORDS[1::2], strict=True)), ",": " ", ";": " ", ":": " ", " ": " ", "\\": "\n"}
_ACCENTS = {"vec": "\u20d7", "overrightarrow": "\u20d7", "bar": "\u0304", "overline": "\u0304", "hat": "\u0302"}
_SUPERSCRIPTS = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True)) | {"∘": "°", "′": "′", "i": "ⁱ"}
_SUBSCRIPTS = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_SIMPLE = re.compile(r"[\w.°′∞π]+|√\S+")


def readable(text: str) -> str:
    """A text with its formulas as plain characters; the rest is unchanged.

    Unknown parts of a formula are kept by name, so that nothing is lost.
    """
    plain = replaced(text, (DISPLAY, INLINE, PARENTHESES, BRACKETS), formula)
    return plain.replace("\\$", "$")


def formula(source: str) -> str:
    """One formula, without its dollar signs, as plain text."""
    return _SPACES.sub(" ", _Reader(source).read_all()).strip()


class _Reader:
    """Reads a formula from left to right; unmatched braces end with the text."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._depth = 0

    def read_all(self) -> str:
        """Everything, without unmatched closing braces."""
        parts = []
        while self._at < len(self._source):
            parts.append(self._read_group_content())
            self._at += 1
        return "".join(parts)

    def _read_group_content(self) -> str:
        parts: list[str] = []
        while self._at < len(self._source) and self._source[self._at] != "}":
            parts.append(self._read_one())
        return "".join(parts)

    def _read_one(self) -> str:
        """One character, group or command with its arguments."""
        character = self._source[self._at]
        if character == "{":
            return self._read_argument()
        if character in "^_":
            self._at += 1
            return _script(self._read_argument(), _SUPERSCRIPTS if character == "^" else _SUBSCRIPTS, character)
        if character != "\\":
            self._at += 1
            return " " if character in "~&" else character
        command = _COMMAND.match(self._source, self._at)
        if command is None:
            self._at += 1
            return ""
        self._at = command.end()
        return self._command(command[1])

    def _command(self, name: str) -> str:
        if name in {"frac", "dfrac", "tfrac"}:
            numerator, denominator = self._read_argument(), self._read_argument()
            return f"{_grouped(numerator)}/{_grouped(denominator)}"
        if name == "sqrt":
            index = self._read_option()
            root = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(index, f"{_script(index, _SUPERSCRIPTS, '^')}√")
            return f"{root}{_grouped(self._read_argument())}"
        if name in _ACCENTS:
            return f"{self._read_argument()}{_ACCENTS[name]}"
        if name in {"begin", "end", "hspace"}:
            self._read_argument()
            return " "
        return "" if name in _DROPPED else _SYMBOLS.get(name, f"{name} ")

    def _read_argument(self) -> str:
        while self._at < len(self._source) and self._source[self._at] == " ":
            self._at += 1
        if self._at >= len(self._source) or self._source[self._at] == "}":
            return ""
        if self._depth == _DEEPEST:
            self._at += 1
            return self._source[self._at - 1]
        self._depth += 1
        if self._source[self._at] == "{":
            self._at += 1
            content = self._read_group_content().strip()
            self._at += 1
        else:
            content = self._read_one()
        self._depth -= 1
        return content

    def _read_option(self) -> str:
        if not self._source.startswith("[", self._at):
            return ""
        end = self._source.find("]", self._at)
        option, self._at = self._source[self._at + 1 : end if end > 0 else None], end + 1 if end > 0 else self._at + 1
        return option


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _script(text: str, characters: dict[str, str], sign: str) -> str:
    if text and all(character in characters for character in text):
        return "".join(characters[character] for character in text)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
