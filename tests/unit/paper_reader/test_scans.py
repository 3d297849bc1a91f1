"""Scans: the text that Tesseract recognises, with its doubts, and keys left open."""

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw

from paper_reader.errors import NO_TEXT, DocumentError
from paper_reader.isolation import extract_isolated
from paper_reader.ocr import scans

LINES = (
    "1. Which of these is a vector quantity in mechanics?",
    "(A) Mass",
    "(B) Velocity",
    "(C) Time",
    "(D) Energy",
    "2. The unit of force in the figure is named after",
    "(A) Newton",
    "(B) Pascal",
    "(C) Joule",
    "(D) Watt",
    "ANSWER KEY",
    "1. (B)  2. (A)  3. (C)",
)
DOUBTFUL = "Pascal"


TYPED = (
    "3. Which of these planets has rings that can be seen from the ground?",
    *("(A) Mars", "(B) Saturn", "(C) Venus", "(D) Mercury"),
    "4. Which of these gases is the lightest of all known ones?",
    *("(A) Hydrogen", "(B) Helium", "(C) Neon", "(D) Argon"),
)


def scan(typed: Sequence[str] = (), pages: int = 1, turn: int = 0) -> bytes:
    """Pages that are pictures of text, turned counterclockwise, and a page of text after them."""
    page = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        pen.text((150, 150 + 60 * number), line, fill=0, font_size=34)
    turned = page.rotate(turn, expand=True)
    pdf = FPDF(format="A4", orientation="landscape" if turn in {90, 270} else "portrait")
    for _ in range(pages):
        pdf.add_page()
        pdf.image(turned, 0, 0, pdf.w, pdf.h)
    if typed:
        pdf.add_page()
        pdf.set_font("Helvetica", size=12)
        for line in typed:
            pdf.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Tesseract that recognises the page above, and doubts one word."""
    table = io.StringIO()
    table.write("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n")
    for number, line in enumerate(LINES):
        left = 150
        for index, word in enumerate(line.split()):
            confidence = 31 if word == DOUBTFUL else 96
            width = 18 * len(word)
            place = f"{left}\t{150 + 60 * number}\t{width}\t34"
            table.write(f"5\t1\t1\t1\t{number + 1}\t{index + 1}\t{place}\t{confidence}\t{word}\n")
            left += width + 14
    (tmp_path / "words.tsv").write_text(table.getvalue())
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\necho $4 >> '{tmp_path}/languages'\ncat > /dev/null\ncat '{tmp_path}/words.tsv'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.usefixtures("tesseract")
def test_a_scan_is_read_by_what_is_recognised_in_it() -> None:
    paper = extract_isolated(scan(), seconds=60, is_scan=True)

    first, second = paper.questions
    assert first.text == "Which of these is a vector quantity in mechanics?"
    assert first.options == ["Mass", "Velocity", "Time", "Energy"]
    assert second.options == ["Newton", "Pascal", "Joule", "Watt"]
    assert "recognised" in {warning.code for warning in paper.warnings}


@pytest.mark.usefixtures("tesseract")
def test_keys_of_a_scan_are_left_open() -> None:
    found = extract_isolated(scan(), seconds=60, is_scan=True).questions

    assert [(question.answer, question.is_verified) for question in found] == [("", False), ("", False)]
    assert all(any("recognised from a scan" in warning for warning in question.warnings) for question in found)


@pytest.mark.usefixtures("tesseract")
def test_doubtful_words_are_named_and_lower_the_confidence() -> None:
    first, second = extract_isolated(scan(), seconds=60, is_scan=True).questions

    assert "Recognised with doubt: Pascal" in second.warnings
    assert not any("doubt" in warning for warning in first.warnings)
    assert second.confidence < first.confidence < 1


@pytest.mark.usefixtures("tesseract")
def test_a_question_of_a_scan_that_speaks_of_a_figure_is_shown_as_printed() -> None:
    paper = extract_isolated(scan(), seconds=60, is_scan=True, with_figures=True)

    first, second = paper.questions
    assert first.figure is None
    assert second.figure is not None
    with Image.open(io.BytesIO(paper.figures[second.figure].picture)) as shown:
        assert shown.width > shown.height > 200


def test_pictures_among_pages_of_text_are_named_where_nothing_recognises_them() -> None:
    paper = extract_isolated(scan(TYPED), seconds=60)

    assert [question.number for question in paper.questions] == [3, 4]
    told = {warning.code: warning.message for warning in paper.warnings}
    assert told["scanned_pages"].startswith("1 of 2 pages are pictures of text and were not read: 1.")


@pytest.mark.usefixtures("tesseract")
def test_pictures_among_pages_of_text_are_recognised_and_the_text_is_read_as_it_is() -> None:
    paper = extract_isolated(scan(TYPED), seconds=60, is_scan=True)

    assert [(question.number, question.page) for question in paper.questions] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    assert [question.options[0] for question in paper.questions] == ["Mass", "Newton", "Mars", "Hydrogen"]
    assert [question.confidence == 1 for question in paper.questions] == [False, False, True, True]
    told = {warning.code: warning.message for warning in paper.warnings}
    assert told["recognised"].startswith("The text on page 1 was recognised")


@pytest.mark.usefixtures("tesseract")
def test_without_hindi_on_the_first_page_the_others_are_read_as_english(tmp_path: Path) -> None:
    extract_isolated(scan(pages=3), seconds=60, is_scan=True)

    assert (tmp_path / "languages").read_text().split() == ["eng+hin", "eng", "eng"]


def test_where_tesseract_is_missing_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DocumentError) as raised:
        extract_isolated(scan(), seconds=60, is_scan=True)

    assert raised.value.code == NO_TEXT
    assert "tesseract-ocr-hin" in raised.value.message


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_the_installed_tesseract_reads_a_scan() -> None:
    first, second = extract_isolated(scan(), seconds=100, is_scan=True).questions

    assert first.options == ["Mass", "Velocity", "Time", "Energy"]
    assert second.text == "The unit of force in the figure is named after"


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_was_scanned_turned_is_read_upright(turn: int) -> None:
    paper = extract_isolated(scan(turn=turn), seconds=100, is_scan=True, with_figures=True)

    assert [question.options for question in paper.questions] == [
        ["Mass", "Velocity", "Time", "Energy"],
        ["Newton", "Pascal", "Joule", "Watt"],
    ]
    figure = paper.questions[1].figure
    assert figure is not None
    with Image.open(io.BytesIO(paper.figures[figure].picture)) as shown:
        assert shown.width > shown.height > 200


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_the_first_page_tells_how_the_others_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []
    turn_of = scans._turn_of

    def counted(drawn: Image.Image, dots_per_inch: int) -> int:
        searched.append(drawn)
        return turn_of(drawn, dots_per_inch)

    monkeypatch.setattr(scans, "_turn_of", counted)
    pages, _ = scans.recognised(scan(pages=2, turn=180), None, {})

    assert [page.rotation for page in pages] == [180, 180]
    assert len(searched) == 1
