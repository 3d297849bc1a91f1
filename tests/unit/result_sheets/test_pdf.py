"""A result's PDF shows every text unchanged, in any script."""

import io
import re
from typing import Any

import pytest
from msgspec import structs
from PIL import Image
from pypdf import PdfReader

from result_sheets.pdf import SectionRow, Sheet, render
from result_sheets.pictures import Picture
from smartexam.catalog.questions import Question, check
from smartexam.catalog.shown_paper import ClientPassage
from smartexam.sitting.grading import Response, grade, responses
from tests.factories.pdf_texts import text_of
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


def test_shows_facts_questions_and_verdicts() -> None:
    text = text_of(render(Sheet("Mock test", "Asha Rao (asha)", FACTS, answered("What is $x^2$?", "And why?"))))

    for expected in ("Mock test", "Asha Rao (asha)", "3 / 4", "1. What is x²?", "A) first", "Not attempted", "Wrong"):
        assert expected in text
    assert "Correct: A" in text


@pytest.mark.parametrize(
    "hostile",
    ['#eval("1+1")', '#include "/etc/passwd"', "*bold* _it_ = head", "\\ ] } ) $ @ref <label>", "a // b /* c */"],
)
def test_no_text_is_read_as_markup(hostile: str) -> None:
    document = render(Sheet(hostile, hostile, [(hostile, hostile)], answered(hostile)))

    assert text_of(document).count(re.sub(r"\s+", " ", hostile)) >= 4


def test_hindi_is_shaped() -> None:
    assert "त्वरण" in text_of(render(Sheet("परीक्षा", "आशा", FACTS, answered("त्वरण कितना है?"))))


def test_characters_without_a_glyph_do_no_harm() -> None:
    assert render(Sheet("\U0001f600 漢字 \u202e\x07", "x", FACTS, answered("\U0001f600"))).startswith(b"%PDF")


def in_two_languages() -> list[Response]:
    """Four questions of two sections, the first two of a passage."""
    translated = {"question_text": "कथन", "option_a": "पथ", "solution": "फल"}
    fields = {
        "question_text": "How fast?",
        "option_a": "first",
        "option_images": {"B": "images/b.png"},
        "correct_answer": "A",
        "solution": "Because $v$ grows.",
        "texts": {"hi": translated},
    }
    others: list[dict[str, Any]] = [{"image_path": "images/a.png"}, {}, {"texts": {}}, {}]
    questions = [check({**fields, **other}) for other in others]
    paper, key = compiled(*(question for question in questions if isinstance(question, Question)))
    given = ["A", "", "B", "A"]
    return [
        structs.replace(response, section_id=1 + number // 2, passage_id=5 if number < 2 else None)
        for number, response in enumerate(responses(paper, key, given, grade(key, given).outcomes))
    ]


SECTIONS = (
    SectionRow(1, "Physics", "3 / 8", "1", "0", "0", "1"),
    SectionRow(2, "Chemistry", "3 / 8", "1", "0", "1", "0"),
)
PASSAGE = ClientPassage(5, "A train leaves.", None, {"hi": "नगर"})


def test_sections_passages_and_solutions_stand_where_they_begin() -> None:
    text = text_of(render(Sheet("Mock", "x", FACTS, in_two_languages(), [PASSAGE], SECTIONS)))

    places = [text.index(each) for each in ("Physics 3 / 8 1 0 0 1", "A train leaves.", "1. How", "2. How", "3. How")]
    assert places == sorted(places)
    assert (text.count("A train leaves."), text.count("Physics"), text.count("Chemistry")) == (1, 2, 2)
    assert text.count("Because v grows.") == 4


def test_in_another_language_what_is_translated() -> None:
    text = text_of(render(Sheet("Mock", "x", FACTS, in_two_languages(), [PASSAGE], SECTIONS, "hi")))

    assert "नगर" in text
    assert "A train leaves." not in text
    assert (text.count("पथ"), text.count("first")) == (3, 1)
    assert (text.count("फल"), text.count("Because v grows.")) == (3, 1)


@pytest.mark.parametrize("language", ["hi", "hi-IN"])
def test_labels_are_in_the_language(language: str) -> None:
    document = render(Sheet("Mock", "x", (), in_two_languages(), [PASSAGE], SECTIONS, language))

    text, english = text_of(document), re.compile(r"Section|Score|Wrong|Answer|Correct|Solution|Not attempted|marks")
    for label in ("खंड", "प्राप्तांक", "सही", "आंशिक", "गलत", "अनुत्तरित", "उत्तर : A सही उत्तर : A", "अंक : 4 / 4", "हल"):
        assert label in text
    assert english.findall(text) == []
    root: Any = PdfReader(io.BytesIO(document)).trailer["/Root"]
    assert root["/Lang"] == "hi"


def test_labels_are_english_where_there_are_no_others() -> None:
    text = text_of(render(Sheet("Mock", "x", (), in_two_languages(), [PASSAGE], SECTIONS, "ta")))

    for label in ("Section", "Score", "Answer", "Correct", "Solution"):
        assert label in text


def test_pictures_are_drawn_or_named() -> None:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "PNG")
    shown = {"images/a.png": Picture(out.getvalue(), "png", 30, 20)}
    address = structs.replace(in_two_languages()[1], image_url="https://img.example/x.png")

    document = render(Sheet("Mock", "x", FACTS, [*in_two_languages()[:1], address], pictures=shown))

    pages = PdfReader(io.BytesIO(document)).pages
    assert sum(len(page.images) for page in pages) == 1
    assert "https://img.example/x.png" in text_of(document)
    assert text_of(document).count("The picture is missing") == 2


@pytest.mark.parametrize(
    "text",
    [
        *("ত্বরণ কত?", "প্ৰশ্ন", "પ્રવેગ કેટલો?", "ਪ੍ਰਵੇਗ ਕਿੰਨਾ ਹੈ?", "ವೇಗವರ್ಧನೆ ಎಷ್ಟು?", "ത്വരണം എത്ര?"),
        *("ତ୍ୱରଣ କେତେ?", "முடுக்கம் என்ன?", "త్వరణం ఎంత?", "سرعت کتنی ہے؟"),
    ],
)
def test_scripts_of_india_have_glyphs(text: str) -> None:
    document = render(Sheet("Mock", "x", FACTS, answered(text)))

    page: Any = PdfReader(io.BytesIO(document)).pages[0]
    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert any("NotoSans-" not in font for font in fonts), fonts
