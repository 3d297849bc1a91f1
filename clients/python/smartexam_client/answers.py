"""What an answer is, and when two answers are equal."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation

# A letter (MCQ), letters (MSQ), or a number as text (NUMERIC); None, where allowed, is no answer.
Answer = str | list[str]

_LONGEST_NUMBER = 32
# Signs of numbers as phones and pasted texts have them
_MINUS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


def same_answer(one: Answer | None, other: Answer | None) -> bool:
    """Whether two answers are equal, however they are written: letters in any order, `1.50` and `1.5`."""
    return _canonical(one) == _canonical(other)


def check_answer(question_type: str, letters: Collection[str], answer: Answer | None) -> None:
    """Raises ValueError for an answer that the server would reject, so that the student learns of it at once.

    `letters` are those of the question's filled options.
    """
    if answer in (None, "", []):
        return
    if question_type == "MSQ":
        if isinstance(answer, str) or not all(_is_letter(letter, letters) for letter in answer or ()):
            raise ValueError(f"an MSQ takes a list of letters among {', '.join(letters)}, not {answer!r}")
    elif question_type == "MCQ":
        if not isinstance(answer, str) or not _is_letter(answer, letters):
            raise ValueError(f"an MCQ takes one letter among {', '.join(letters)}, not {answer!r}")
    elif not isinstance(answer, str) or len("".join(answer.split())) > _LONGEST_NUMBER or _number(answer) is None:
        raise ValueError(f"a NUMERIC question takes a number as text, not {answer!r}")


def _is_letter(text: str, letters: Collection[str]) -> bool:
    return text.upper() in letters


def _canonical(answer: Answer | None) -> object:
    if not answer:
        return None
    if isinstance(answer, list):
        return frozenset(letter.upper() for letter in answer)
    number = _number(answer)
    return answer.upper() if number is None else number


def _number(answer: str) -> Decimal | None:
    try:
        number = Decimal("".join(_MINUS.sub("-", answer).split()).replace("_", "?"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
