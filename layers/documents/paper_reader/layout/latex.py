r"""Converts marked text to LaTeX: `x` with a raised 2 becomes `$\large x^{2}$`."""

import re
from functools import lru_cache
from typing import Final

from paper_reader.layout.line import CELL, DEGREE, END, FRACTION, MATRIX, OVER, ROOT, ROW, SUB, SUPER, UNREADABLE
from paper_reader.pdf.runs import SOFT_HYPHEN

_RAISED: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"
_RAISED_PLAIN: Final = "0123456789+-=()ni"
_LOWERED: Final = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
_LOWERED_PLAIN: Final = "0123456789+-=()"
_RAISED_RUN = re.compile(f"[{re.escape(_RAISED)}]+")
_LOWERED_RUN = re.compile(f"[{re.escape(_LOWERED)}]+")
_TO_PLAIN = str.maketrans(_RAISED + _LOWERED, _RAISED_PLAIN + _LOWERED_PLAIN)
_MARKED = re.compile(f"[{SUPER}{SUB}{FRACTION}{ROOT}{DEGREE}{MATRIX}]")
_MARKS = re.compile(f"{MATRIX}[a-zA-Z]|[{SUPER}{SUB}{END}{FRACTION}{OVER}{ROOT}{DEGREE}{UNREADABLE}]|[{CELL}{ROW}]")
_BETWEEN = frozenset((CELL, ROW))
# By the letter behind the mark of a matrix.
_ENVIRONMENTS: Final = {
    "p": "pmatrix", "b": "bmatrix", "B": "Bmatrix", "v": "vmatrix", "V": "Vmatrix", "c": "cases",
}  # fmt: skip
_OPENED: Final = {SUPER: "^{", SUB: "_{", FRACTION: "\\frac{", ROOT: "\\sqrt{", DEGREE: "\\sqrt["}
_BETWEEN_PARTS: Final = {FRACTION: "}{", DEGREE: "]{"}
_PLAINLY: Final = {CELL: " & ", ROW: " \\\\ ", "−": "-", "–": "-"}
_SPECIAL = re.compile(r"[#$%&{}~]|\\(?![A-Za-z])")
_OPENING, _CLOSING = "([{", ")]}"
_DEGREE = re.compile(f"{SUPER}[∘◦°º˚]{END}|(?<=[0-9]){SUPER}[o0]{END}(?=\\s?[CFK]\\b)|(?<=[0-9]){SUPER}o{END}")
# Separators between readable text and its unreadable translation.
_BESIDE_UNREADABLE = re.compile(
    rf"(?:(?<!\s)\s++)?[/|](?:\s*+{UNREADABLE})++|(?<!{UNREADABLE})(?<!{UNREADABLE}\s)(?:{UNREADABLE}\s*+)++[/|]\s*+"
)
_SPACES = re.compile(r"[ \t]+")
_RAISED_OR_LOWERED = re.compile(f"[{re.escape(_RAISED)}{re.escape(_LOWERED)}]")
_BOUNDARY = re.compile(rf"[{SUPER}{SUB}{FRACTION}{ROOT}{DEGREE}{MATRIX}{END}]|\s")
_OPENERS = frozenset((SUPER, SUB, FRACTION, ROOT, DEGREE, MATRIX))


def render(text: str) -> str:
    """Marked text for display, with single spaces; line breaks stay."""
    if UNREADABLE in text:
        text = _BESIDE_UNREADABLE.sub(" ", text).replace(UNREADABLE, "")
    if not text.isascii():
        text = text.replace(SOFT_HYPHEN, "-")
        if _RAISED_OR_LOWERED.search(text):
            text = _RAISED_RUN.sub(lambda found: f"{SUPER}{found[0].translate(_TO_PLAIN)}{END}", text)
            text = _LOWERED_RUN.sub(lambda found: f"{SUB}{found[0].translate(_TO_PLAIN)}{END}", text)
        if SUPER in text:
            text = _DEGREE.sub("°", text)
        if _MARKED.search(text):
            text = _with_formulas(text)
        text = text.replace(END, "").replace(OVER, "")
    if ". ." in text:
        text = text.replace(". . .", "...")
    if "  " in text or "\t" in text:
        text = _SPACES.sub(" ", text)
    return "\n".join([line.strip() for line in text.split("\n")]).strip() if "\n" in text else text.strip()


def plain(text: str) -> str:
    """Marked text without marks, to look at its words."""
    return text if text.isascii() else _stripped(text)


@lru_cache(4096)
def _stripped(text: str) -> str:
    # Cached, because every rule looks at a line's words.
    return _MARKS.sub(lambda found: " " if found[0] in _BETWEEN else "", text)


def _with_formulas(text: str) -> str:
    """Each word with a mark as a formula; white space inside a mark does not end a word."""
    parts: list[str] = []
    depth = start = word = 0
    is_marked = False
    for found in _BOUNDARY.finditer(text):
        character = found[0]
        if character == END:
            depth = max(0, depth - 1)
        elif character in _OPENERS:
            depth += 1
            is_marked = True
        elif not depth:
            if is_marked:
                parts += [text[start:word], _formula(text[word : found.start()])]
                start = found.start()
                is_marked = False
            word = found.end()
    return "".join([*parts, text[start:word], _formula(text[word:]) if is_marked else text[word:]])


def _formula(word: str) -> str:
    before, core, after = _trimmed(word)
    return f"{before}$\\large {_converted(core)}${after}"


def _trimmed(token: str) -> tuple[str, str, str]:
    """Punctuation and brackets around a formula that do not belong to it."""
    start, end = 0, len(token)
    while True:
        core = token[start:end]
        if (len(core) > 1 and core[-1] in ".,;:?!") or (len(core) > 1 and core[-1] in _CLOSING and _balance(core) < 0):
            end -= 1
        elif len(core) > 1 and core[0] in _OPENING and _balance(core) > 0:
            start += 1
        elif (cut := _open_bracket(core)) > 0:
            # "I_0(1" of "I_0(1 - t)": the bracket is closed in another word.
            end = start + cut
        else:
            return token[:start], core, token[end:]


def _open_bracket(text: str) -> int:
    """The position of an open bracket after the last unclosed mark of this word; 0 if there is none."""
    depth = 0
    for index in range(len(text) - 1, 0, -1):
        if text[index] == END or text[index] in _OPENERS:
            return 0
        if text[index] in _CLOSING:
            depth += 1
        elif text[index] in _OPENING:
            if not depth:
                return index
            depth -= 1
    return 0


def _balance(text: str) -> int:
    return sum(text.count(opening) for opening in _OPENING) - sum(text.count(closing) for closing in _CLOSING)


def _converted(text: str) -> str:
    text = _SPECIAL.sub(lambda found: "\\backslash " if found[0] == "\\" else f"\\{found[0]}", text)
    pieces: list[str] = []
    # For each open mark, innermost last: its end, its separator, and whether spaces count in it.
    closings: list[tuple[str, str, bool]] = []
    characters = iter(text)
    for character in characters:
        if character in _OPENED:
            pieces.append(_OPENED[character])
            between = _BETWEEN_PARTS.get(character, "")
            closings.append((f"{between}}}", between, bool(between) or character == ROOT))
        elif character == MATRIX:
            name = _ENVIRONMENTS.get(next(characters, ""), "matrix")
            pieces.append(f"\\begin{{{name}}} ")
            closings.append((f" \\end{{{name}}}", "", True))
        elif character == END:
            pieces.append(closings.pop()[0] if closings else "")
        elif character == OVER:
            if closings and closings[-1][1]:
                pieces.append(closings[-1][1])
                closings[-1] = ("}", "", True)
        elif character in " \t":
            pieces.append(" " if closings and closings[-1][2] else "")
        else:
            pieces.append(_PLAINLY.get(character, character))
    return "".join([*pieces, *(closing for closing, *_ in reversed(closings))]).strip()
