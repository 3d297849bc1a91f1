"""Checks whether text with LaTeX can be displayed: formulas closed, braces paired, commands with their arguments."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from smartexam.catalog.formulas import BRACKETS, DISPLAY, INLINE, PARENTHESES, replaced

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}$^_&]|[^\\{}$^_&]+", re.DOTALL)
_ARGUMENTS: Final = {
    "\\frac": 2,
    "\\dfrac": 2,
    "\\tfrac": 2,
    "\\binom": 2,
    "\\sqrt": 1,
    "\\text": 1,
    "\\vec": 1,
    "\\overline": 1,
}
_DOLLAR = re.compile(r"(?<!\\)\$")
_LEFT, _RIGHT = re.compile(r"\\left(?![a-z])"), re.compile(r"\\right(?![a-z])")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-zA-Z*]+)\}")
_COMMAND_OUTSIDE = re.compile(r"\\(?:frac|sqrt|sum|int|alpha|beta|theta|times|large|left|right|vec|text)\b")
_LARGE: Final = "\\large"
_DELIMITERS = (DISPLAY, INLINE, PARENTHESES, BRACKETS)


def normalised(text: str) -> str:
    r"""Text with formulas in this platform's form: `$\large ...$`."""
    return replaced(text, _DELIMITERS, _marked)


def fault(text: str) -> str | None:
    """What is wrong with a text's LaTeX; None if nothing is."""
    pieces = _DOLLAR.split(text)
    if len(pieces) % 2 == 0:
        return "a formula is not closed"
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            if _COMMAND_OUTSIDE.search(piece):
                return "a command stands outside of a formula"
            continue
        if not piece.replace(_LARGE, "").strip():
            return "a formula is empty"
        found = _formula_fault(piece)
        if found:
            return found
    return None


def _marked(formula: str) -> str:
    inner = formula.strip()
    return f"${inner}$" if inner.startswith(_LARGE) else f"${_LARGE} {inner}$"


def _formula_fault(formula: str) -> str | None:  # noqa: PLR0911 - one check after the other
    open_environments: list[str] = []
    for kind, name in _ENVIRONMENT.findall(formula):
        if kind == "begin":
            open_environments.append(name)
        elif not open_environments or open_environments.pop() != name:
            return "an environment is not paired"
    if open_environments:
        return "an environment is not paired"
    if len(_LEFT.findall(formula)) != len(_RIGHT.findall(formula)):
        return "\\left and \\right are not paired"
    tokens = [token for token in _TOKEN.findall(formula) if token.strip()]
    ends = _group_ends(tokens)
    if ends is None:
        return "braces are not paired"
    for index, token in enumerate(tokens):
        if token in {"^", "_"} and (index + 1 == len(tokens) or tokens[index + 1] in {"}", "^", "_"}):
            return "a superscript or subscript is empty"
        if token in _ARGUMENTS and not _has_arguments(tokens, ends, index + 1, _ARGUMENTS[token]):
            return f"{token} lacks an argument"
    return None


def _group_ends(tokens: Sequence[str]) -> dict[int, int] | None:
    """The end of each group, by the place of its brace; None if the braces are not paired."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token == "{":  # noqa: S105 - of a formula
            opened.append(index)
        elif token == "}":  # noqa: S105
            if not opened:
                return None
            ends[opened.pop()] = index + 1
    return None if opened else ends


def _has_arguments(tokens: Sequence[str], ends: Mapping[int, int], at: int, count: int) -> bool:
    for _ in range(count):
        if at >= len(tokens) or tokens[at] == "}":
            return False
        if tokens[at] == "{":
            at = ends[at]
            continue
        # A single token is an argument too: \frac12, \sqrt x.
        if len(tokens[at].strip()) > 1 and not tokens[at].startswith("\\"):
            return True
        at += 1
    return True
