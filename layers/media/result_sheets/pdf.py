"""Typesets a result as a PDF: student, exam, score, and every question with its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import typst

from result_sheets.latex import readable
from smartexam.catalog.marks import plain
from smartexam.sitting.grading import Response

_HERE = Path(__file__).parent
_OPTIONS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a result's PDF shows; marks and percentages as the API shows them, times as text.

    Attributes:
        facts: (label, value) pairs of the summary.
    """

    title: str
    student: str
    facts: Sequence[tuple[str, str]]
    responses: Sequence[Response]


def render(sheet: Sheet) -> bytes:
    """The PDF's bytes."""
    content = {
        "title": readable(sheet.title),
        "student": sheet.student,
        "facts": sheet.facts,
        "questions": [_question(response) for response in sheet.responses],
    }
    document = _compiler().compile(format="pdf", sys_inputs={"sheet": msgspec.json.encode(content).decode()})
    assert isinstance(document, bytes)  # noqa: S101 - a PDF is one file; other formats give a list of pages
    return document


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """The typesetter with this package's fonts: Latin, Devanagari and mathematics."""
    return typst.Compiler(_HERE / "sheet.typ", font_paths=[_HERE / "fonts"], ignore_system_fonts=True)


def _question(response: Response) -> dict[str, Any]:
    texts = ((letter.upper(), getattr(response, f"option_{letter}", "")) for letter in _OPTIONS)
    return {
        "text": readable(response.question_text),
        "options": [
            (letter, readable(text) if text else "(image)")
            for letter, text in texts
            if text or letter in response.option_image_urls
        ],
        "given": _answer(response.given_answer) if response.is_attempted else "—",
        "correct": _answer(response.correct_answer),
        "verdict": _verdict(response),
        "marks": f"{plain(response.marks_obtained)} / {plain(response.max_marks)}",
    }


def _verdict(response: Response) -> str:
    if not response.is_attempted:
        return "unanswered"
    if response.is_partial:
        return "partly correct"
    return "correct" if response.is_correct else "wrong"


def _answer(answer: str | list[str] | None) -> str:
    return ", ".join(answer) if isinstance(answer, list) else answer or "—"
