"""A result's PDF shows every text unchanged, in any script."""

import io
import re

import pytest
from pypdf import PdfReader

from result_sheets.pdf import Sheet, render
from smartexam.catalog.questions import Question, check
from smartexam.sitting.grading import Response, grade, responses
from tests.unit.catalog.strategies import compiled

FACTS = [("Score", "3 / 4"), ("Grade", "A")]


def answered(*texts: str) -> list[Response]:
    """An MCQ for each text, answered with B where A is right, except the first, which is not answered."""
    questions = []
    for text in texts:
        question = check({"question_text": text, "option_a": "first", "option_b": text, "correct_answer": "A"})
        assert isinstance(question, Question)
        questions.append(question)
    paper, key = compiled(*questions)
    given = ["", *["B"] * (len(questions) - 1)]
    return responses(paper, key, given, grade(key, given).outcomes)


def words(document: bytes) -> str:
    pages = PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_shows_facts_questions_and_verdicts() -> None:
    text = words(render(Sheet("Mock test", "Asha Rao (asha)", FACTS, answered("What is $x^2$?", "And why?"))))

    for expected in ("Mock test", "Asha Rao (asha)", "3 / 4", "1. What is x²?", "A) first", "Not attempted", "Wrong"):
        assert expected in text
    assert "Correct: A" in text


@pytest.mark.parametrize(
    "hostile",
    ['#eval("1+1")', '#include "/etc/passwd"', "*bold* _it_ = head", "\\ ] } ) $ @ref <label>", "a // b /* c */"],
)
def test_no_text_is_read_as_markup(hostile: str) -> None:
    document = render(Sheet(hostile, hostile, [(hostile, hostile)], answered(hostile)))

    assert words(document).count(re.sub(r"\s+", " ", hostile)) >= 4


def test_hindi_is_shaped() -> None:
    assert "त्वरण" in words(render(Sheet("परीक्षा", "आशा", FACTS, answered("त्वरण कितना है?"))))


def test_characters_without_a_glyph_do_no_harm() -> None:
    assert render(Sheet("\U0001f600 漢字 \u202e\x07", "x", FACTS, answered("\U0001f600"))).startswith(b"%PDF")
