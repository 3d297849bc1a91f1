"""Simple questions with certain answers: arithmetic with random numbers."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

TYPES = ("MCQ", "MSQ", "NUMERIC")
_DEFAULT = {"MCQ": 1, "MSQ": 1, "NUMERIC": 1}
_MOST = 100
# "mcq_count": 3 | MCQ: 3 | MCQs = 3
_NAMED = r"{0}(?:_count|s)?\"?\s*[:=]\s*\"?(\d{{1,3}})\b"
# 3 MCQ | 3 questions of type MCQ
_COUNTED = r"\b(\d{{1,3}})[ \t]+(?:questions?[ \t]+of[ \t]+type[ \t]+)?{0}s?\b"
_NOTE = "Made by the stand-in of the local stack, which can only calculate."
_LETTERS = "ABCD"


def read_counts(text: str) -> dict[str, int]:
    """How many questions of each type a prompt asks for; empty if it has no numbers."""
    found: dict[str, int] = {}
    for kind in TYPES:
        for pattern in (_NAMED, _COUNTED):
            if (match := re.search(pattern.format(kind), text, re.IGNORECASE)) is not None:
                found[kind] = min(int(match[1]), _MOST)
                break
    return found


def make_questions(counts: dict[str, int], prompt: str = "") -> list[dict[str, Any]]:
    """Distinct questions that the prompt does not quote; one of each type if no number is given."""
    made: dict[str, dict[str, Any]] = {}
    for kind, count in (counts or _DEFAULT).items():
        wanted = len(made) + count
        while len(made) < wanted:
            question = _MAKERS[kind]()
            if question["question_text"] not in prompt:
                made.setdefault(question["question_text"], question)
    return list(made.values())


def read_json(text: str) -> Any:
    """The content of a prompt that is only JSON; None for other prompts."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _mcq() -> dict[str, Any]:
    a, b = _number(), _number()
    options = [a + b, a + b + 1, a + b - 10, a + b + 100]
    random.shuffle(options)
    return _question("MCQ", f"What is $\\large {a} + {b}$?", options, _LETTERS[options.index(a + b)])


def _msq() -> dict[str, Any]:
    first = _number()
    options = [first, first + 1, first + 4, first + 7]
    even = ",".join(letter for letter, option in zip(_LETTERS, options, strict=True) if option % 2 == 0)
    a, b, c, d = options
    return _question("MSQ", f"Which of the numbers {a}, {b}, {c} and {d} are even?", options, even)


def _numeric() -> dict[str, Any]:
    a, b = _number(), _number()
    return _question("NUMERIC", f"What is $\\large {a} \\times {b}$?", [], str(a * b))


_MAKERS: dict[str, Callable[[], dict[str, Any]]] = {"MCQ": _mcq, "MSQ": _msq, "NUMERIC": _numeric}


def _number() -> int:
    return random.randint(11, 999)  # noqa: S311 - no secret


def _question(kind: str, text: str, options: list[int], answer: str) -> dict[str, Any]:
    shown = [str(option) for option in options] or [""] * 4
    return {
        "question_type": kind,
        "question_text": text,
        **{f"option_{letter.lower()}": option for letter, option in zip(_LETTERS, shown, strict=True)},
        "correct_answer": answer,
        "solution": _NOTE,
    }
