"""What an answer is, and when two of them say the same."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation

# A letter (MCQ), letters (MSQ), or a number as text (NUMERIC); None, where it is allowed, is no answer.
Answer = str | list[str]

_LONGEST_NUMBER = 32
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


def same_answer(one: Answer | None, other: Answer | None) -> bool:
    """Whether two answers say the same, however they are written: letters in any order, `1.50` and `1.5`."""
    return _canonical(one) == _canonical(other)


def check_answer(question_type: str, letters: Collection[str], answer: Answer | None) -> None:
    """Refuses, with ValueError, what the server would refuse: one bad answer would hold up all that wait with it.

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
    elif not isinstance(answer, str) or len(answer.strip()) > _LONGEST_NUMBER or not _NUMBER.fullmatch(answer.strip()):
        raise ValueError(f"a NUMERIC question takes a number as text, not {answer!r}")


def _is_letter(text: str, letters: Collection[str]) -> bool:
    return text.upper() in letters


def _canonical(answer: Answer | None) -> object:
    if not answer:
        return None
    if isinstance(answer, list):
        return frozenset(letter.upper() for letter in answer)
    try:
        return Decimal(answer)
    except InvalidOperation:
        return answer.upper()
