"""The words of a result's PDF besides the exam's own texts, by language."""

from collections.abc import Mapping
from typing import Final

import msgspec


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """The labels in one language; `language` is its code, by which readers aloud pronounce them."""

    language: str
    score: str
    percentage: str
    grade: str
    attempt: str
    correct: str
    partly_correct: str
    partly: str
    wrong: str
    not_attempted: str
    minutes: str
    completed: str
    result: str
    section: str
    answer: str
    correct_answer: str
    marks: str
    solution: str
    picture: str
    picture_missing: str


_ENGLISH: Final = Labels(
    language="en",
    score="Score",
    percentage="Percentage",
    grade="Grade",
    attempt="Attempt",
    correct="Correct",
    partly_correct="Partly correct",
    partly="Partly",
    wrong="Wrong",
    not_attempted="Not attempted",
    minutes="Minutes",
    completed="Completed",
    result="Result",
    section="Section",
    answer="Answer",
    correct_answer="Correct",
    marks="marks",
    solution="Solution",
    picture="Picture",
    picture_missing="The picture is missing here.",
)
_HINDI: Final = Labels(
    language="hi",
    score="प्राप्तांक",
    percentage="प्रतिशत",
    grade="ग्रेड",
    attempt="प्रयास",
    correct="सही",
    partly_correct="आंशिक रूप से सही",
    partly="आंशिक",
    wrong="गलत",
    not_attempted="अनुत्तरित",
    minutes="मिनट",
    completed="समाप्ति",
    result="परिणाम",
    section="खंड",
    answer="उत्तर",
    correct_answer="सही उत्तर",
    marks="अंक",
    solution="हल",
    picture="चित्र",
    picture_missing="यहाँ का चित्र उपलब्ध नहीं है।",
)
_BY_LANGUAGE: Final[Mapping[str, Labels]] = {each.language: each for each in (_ENGLISH, _HINDI)}


def labels_in(language: str) -> Labels:
    """The labels in a language such as `hi` or `hi-IN`; in English where there are none."""
    return _BY_LANGUAGE.get(language.partition("-")[0].lower(), _ENGLISH)
