"""Plain questions whose answers are known to be right: arithmetic."""

import json
import re
from typing import Any

TYPES = ("MCQ", "MSQ", "NUMERIC")
_DEFAULT = {"MCQ": 1, "MSQ": 1, "NUMERIC": 1}
_MOST = 100
# "mcq_count": 3 | MCQ: 3 | MCQs = 3
_NAMED = r"{0}(?:_count|s)?\"?\s*[:=]\s*\"?(\d{{1,3}})\b"
# 3 MCQ | 3 questions of type MCQ
_COUNTED = r"\b(\d{{1,3}})[ \t]+(?:questions?[ \t]+of[ \t]+type[ \t]+)?{0}s?\b"


def read_counts(text: str) -> dict[str, int]:
    """How many questions of each type a prompt asks for; empty if it names no number."""
    found: dict[str, int] = {}
    for kind in TYPES:
        for pattern in (_NAMED, _COUNTED):
            if (match := re.search(pattern.format(kind), text, re.IGNORECASE)) is not None:
                found[kind] = min(int(match[1]), _MOST)
                break
    return found


def make_questions(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Questions in the API's shape, all different; one of each type if no number is given."""
    return [_MAKERS[kind](number + 1) for kind, count in (counts or _DEFAULT).items() for number in range(count)]


def solve(prompt: str) -> list[dict[str, Any]] | None:
    """Answers to questions of ours that a prompt holds as JSON; None if it holds none."""
    found = [question for question in _objects(prompt) if _is_ours(question)]
    return [{**_identity(question), "correct_answer": _answer(question)} for question in found] or None


def _mcq(number: int) -> dict[str, Any]:
    a, b = 10 + number, 7 + 3 * number
    right = a + b
    options = [right + 1, right - 2, right + 10]
    place = number % 4
    options.insert(place, right)
    return {
        "question_type": "MCQ",
        "question_text": f"What is $\\large {a} + {b}$?",
        **{f"option_{letter}": str(option) for letter, option in zip("abcd", options, strict=True)},
        "correct_answer": "ABCD"[place],
    }


def _msq(number: int) -> dict[str, Any]:
    first = 10 * number
    options = [first + 1, first + 2, first + 3, first + 4]
    return {
        "question_type": "MSQ",
        "question_text": f"Which of these numbers are even? (Set {number})",
        **{f"option_{letter}": str(option) for letter, option in zip("abcd", options, strict=True)},
        "correct_answer": "B,D",
    }


def _numeric(number: int) -> dict[str, Any]:
    a, b = 3 + number, 12 + number
    return {
        "question_type": "NUMERIC",
        "question_text": f"What is $\\large {a} \\times {b}$?",
        **{f"option_{letter}": "" for letter in "abcd"},
        "correct_answer": str(a * b),
    }


_MAKERS = {"MCQ": _mcq, "MSQ": _msq, "NUMERIC": _numeric}
_SUM = re.compile(r"What is \$\\large (\d+) \+ (\d+)\$\?")
_PRODUCT = re.compile(r"What is \$\\large (\d+) \\times (\d+)\$\?")
_EVEN = re.compile(r"Which of these numbers are even\?")


def _is_ours(question: dict[str, Any]) -> bool:
    text = str(question.get("question_text", question.get("question", "")))
    return any(form.search(text) for form in (_SUM, _PRODUCT, _EVEN))


def _identity(question: dict[str, Any]) -> dict[str, Any]:
    return {name: question[name] for name in ("id", "index", "number") if name in question}


def _answer(question: dict[str, Any]) -> str:
    text = str(question.get("question_text", question.get("question", "")))
    options = {letter: str(question.get(f"option_{letter.lower()}", "")) for letter in "ABCD"}
    if (match := _SUM.search(text)) is not None:
        right = str(int(match[1]) + int(match[2]))
        return next((letter for letter, option in options.items() if option == right), right)
    if (match := _PRODUCT.search(text)) is not None:
        return str(int(match[1]) * int(match[2]))
    return ",".join(letter for letter, option in options.items() if option.isdecimal() and int(option) % 2 == 0)


def _objects(text: str) -> list[dict[str, Any]]:
    """All JSON objects in a text that hold a question, from lists and on their own."""
    found: list[dict[str, Any]] = []
    decoder, at = json.JSONDecoder(), 0
    while (at := min((place for place in (text.find("{", at), text.find("[", at)) if place >= 0), default=-1)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            at += 1
            continue
        found += _flattened(value)
    return found


def _flattened(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [question for item in value for question in _flattened(item)]
    if not isinstance(value, dict):
        return []
    if "question_text" in value or "question" in value:
        return [value]
    return [question for item in value.values() for question in _flattened(item)]
