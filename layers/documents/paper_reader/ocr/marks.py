"""What is said of questions whose text was recognised."""

from collections.abc import Collection, Sequence
from typing import Final

from paper_reader.paper.model import PaperQuestion

_MOST_NAMED: Final = 12
_RELIANCE: Final = 0.9  # in text that was recognised
_FOR_A_WORD, _LEAST = 0.05, 0.3

# Doubtful words by page, with the middle of each in points from the lower left corner.
Doubts = dict[int, list[tuple[float, float, str]]]


def leave_open(questions: Sequence[PaperQuestion], pages: Collection[int]) -> None:
    """Leave every key open: a letter that was recognised on some of the pages is never certain."""
    for question in questions:
        if question.page in pages:
            question.confidence = round(question.confidence * _RELIANCE, 3)
        if question.answer:
            question.answer, question.tolerance, question.is_verified = "", "0", False
            question.warn("The answer is left open: the paper was recognised from a scan.")


def name_doubts(questions: Sequence[PaperQuestion], doubts: Doubts) -> None:
    """Say which words of each question are doubtful."""
    for question in questions:
        words = [
            text
            for area in question.areas
            for x, y, text in doubts.get(area.page, ())
            if area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1
        ]
        if words:
            named = ", ".join(words[:_MOST_NAMED]) + (", ..." if len(words) > _MOST_NAMED else "")
            question.warn(f"Recognised with doubt: {named}", max(_LEAST, 1 - _FOR_A_WORD * len(words)))
