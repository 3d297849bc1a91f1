"""Whether text with LaTeX can be shown: every formula closed, every brace paired, commands with their arguments."""

import re
from typing import Final

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
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-zA-Z*]+)\}")
_COMMAND_OUTSIDE = re.compile(r"\\(?:frac|sqrt|sum|int|alpha|beta|theta|times|large|left|right|vec|text)\b")
_LARGE = re.compile(r"\$(?!\\large\b)\s*")
_DISPLAY = re.compile(r"\$\$(.+?)\$\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)


def normalised(text: str) -> str:
    """Formulas marked as this platform marks them: `$\\large ...$`."""
    text = _DISPLAY.sub(lambda found: f"${next(group for group in found.groups() if group)}$", text)
    pieces = re.split(r"(?<!\\)\$", text)
    if len(pieces) % 2 == 0:
        return text
    for index in range(1, len(pieces), 2):
        inner = pieces[index].strip()
        pieces[index] = inner if inner.startswith("\\large") else f"\\large {inner}"
    return "$".join(pieces)


def fault(text: str) -> str | None:
    """What is wrong with a text's LaTeX, None if nothing is."""
    pieces = re.split(r"(?<!\\)\$", text)
    if len(pieces) % 2 == 0:
        return "a formula is not closed"
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            if _COMMAND_OUTSIDE.search(piece):
                return "a command stands outside of a formula"
            continue
        if not piece.replace("\\large", "").strip():
            return "a formula is empty"
        found = _formula_fault(piece)
        if found:
            return found
    return None


def _formula_fault(formula: str) -> str | None:  # noqa: C901, PLR0911 - one check after the other
    open_environments: list[str] = []
    for kind, name in _ENVIRONMENT.findall(formula):
        if kind == "begin":
            open_environments.append(name)
        elif not open_environments or open_environments.pop() != name:
            return "an environment is not paired"
    if open_environments:
        return "an environment is not paired"
    if len(re.findall(r"\\left(?![a-z])", formula)) != len(re.findall(r"\\right(?![a-z])", formula)):
        return "\\left and \\right are not paired"
    tokens = [token for token in _TOKEN.findall(formula) if token.strip()]
    depth = 0
    for index, token in enumerate(tokens):
        if token == "{":  # noqa: S105 - of a formula
            depth += 1
        elif token == "}":  # noqa: S105
            depth -= 1
            if depth < 0:
                return "braces are not paired"
        elif token in {"^", "_"} and (index + 1 == len(tokens) or tokens[index + 1] in {"}", "^", "_"}):
            return "a superscript or subscript is empty"
        elif token in _ARGUMENTS and not _has_arguments(tokens, index + 1, _ARGUMENTS[token]):
            return f"{token} lacks an argument"
    return "braces are not paired" if depth else None


def _has_arguments(tokens: list[str], at: int, count: int) -> bool:
    for _ in range(count):
        if at >= len(tokens) or tokens[at] == "}":
            return False
        if tokens[at] != "{":
            # A bare token is an argument too: \frac12, \sqrt x.
            if len(tokens[at].strip()) > 1 and not tokens[at].startswith("\\"):
                return True
            at += 1
            continue
        depth = 0
        while at < len(tokens):
            depth += {"{": 1, "}": -1}.get(tokens[at], 0)
            at += 1
            if not depth:
                break
        if depth:
            return False
    return True
