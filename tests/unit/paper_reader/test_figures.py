"""Figures of papers: each belongs to its question or option, and nothing else does."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from paper_reader.extract import extract
from paper_reader.figures import cutting
from paper_reader.isolation import extract_isolated
from paper_reader.paper.model import QuestionPaper
from tests.factories.drawn_papers import DRAWINGS, PLACES, Colour, DrawnPaper, Painter, drawn_paper, picture
from tests.factories.papers import mock_paper, paper

_NEAR = 4  # of 255, by which encoding may change a colour


def figures_of(read: QuestionPaper) -> dict[tuple[int, str], bytes]:
    found = {}
    for question in read.questions:
        if question.figure is not None:
            found[question.number, ""] = read.figures[question.figure].picture
        for letter, at in zip("ABCDEFGH", question.option_figures, strict=False):
            if at is not None:
                found[question.number, letter] = read.figures[at].picture
    return found


def read(drawn: DrawnPaper) -> QuestionPaper:
    found = extract(drawn.data)
    list(cutting.cut_out(drawn.data, found.figures, found.rotations))
    return found


def shows(picture: bytes, colour: Colour) -> bool:
    with Image.open(io.BytesIO(picture)) as image:
        counts = image.convert("RGB").getcolors(image.width * image.height) or []
    return any(
        count > 20 and isinstance(pixel, tuple) and max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) <= _NEAR
        for count, pixel in counts
    )


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("paint", DRAWINGS, ids=lambda paint: str(paint.__name__))
def test_each_drawing_belongs_to_its_question_or_option(paint: Painter, columns: int) -> None:
    # Four drawings beside each other are wider than half a page.
    places = PLACES if columns == 1 else tuple(place for place in PLACES if place != "options-in-a-row")
    drawn = drawn_paper(places, (paint,), columns=columns)

    found = figures_of(read(drawn))

    assert found.keys() == drawn.colours.keys()
    for owner, figure in found.items():
        shown = {other for other, colour in drawn.colours.items() if shows(figure, colour)}
        assert shown == {owner}, owner


def test_text_in_a_drawing_is_not_text_of_the_question() -> None:
    drawn = drawn_paper(("between", "options-in-a-square"), DRAWINGS[1:2])

    first, _, third, _ = extract(drawn.data).questions

    assert "ohm" not in first.text
    assert first.options == ["twice as large", "half as large", "the same as before", "not to be told"]
    assert third.options == ["", "", "", ""]
    assert not any("empty" in warning for warning in third.warnings)


def test_a_question_that_speaks_of_a_figure_says_if_none_was_found() -> None:
    question = "1. In the figure the cart is at rest. Which of these is right?"
    lines = (question, "(A) red", "(B) blue", "(C) green", "(D) grey", "2. What is 2.5 times 5 to one decimal place?")

    first, second = extract(paper(lines)).questions

    assert any("none was found" in warning for warning in first.warnings)
    assert not any("none was found" in warning for warning in second.warnings)


def test_photographs_are_made_small_enough() -> None:
    noise = Image.frombytes("RGB", (1200, 900), random.Random(1).randbytes(1200 * 900 * 3))
    content, extension = cutting._encoded(noise)

    assert len(content) <= cutting.LARGEST
    assert extension == "webp"


@pytest.fixture
def without_pdfium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading process ends as soon as it starts to render."""
    (tmp_path / "pypdfium2.py").write_text("import os\nos.abort()\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("without_pdfium")
def test_a_paper_without_figures_is_read_without_what_draws_them() -> None:
    assert len(extract_isolated(mock_paper(), seconds=30, with_figures=True).questions) == 4


@pytest.mark.usefixtures("without_pdfium")
def test_a_crash_while_drawing_loses_the_figures_alone() -> None:
    found = extract_isolated(drawn_paper(("between",), (picture,)).data, seconds=30, with_figures=True)

    first, second = found.questions
    assert first.options[0] == "twice as large"
    assert any("could not be drawn" in warning for warning in first.warnings)
    assert not any("could not be drawn" in warning for warning in second.warnings)
