"""Question papers as PDFs, without the separate process that isolates crashes in the functions."""

from bench.mining.pdf import Page, Piece, Writer
from paper_reader.errors import DocumentError
from paper_reader.extract import extract
from paper_reader.paper import model

_LINES = (
    "1. Which of these is a vector quantity in mechanics?",
    "(A) Mass",
    "(B) Velocity",
    "(C) Time",
    "(D) Energy",
    "2. Find the value of 2.5 times 5.",
    "ANSWER KEY",
    "1. (B)  2. 12.5",
)


def _paper(stream: str) -> bytes:
    pieces = [Piece(50.0, 780.0 - 14.0 * number, text, 10.0) for number, text in enumerate(_LINES)]
    return Writer(stream, 1).write([Page(pieces)])


_CONTENT = (
    b"BT /F 10 Tf 50 700 Td (1. Which of these is a vector quantity?) Tj 0 -14 Td [(\\(A\\) )-300(Mass)] TJ ET "
    b"q 1 0 0 1 0 0 cm Q"
)
_PLAIN = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>endobj\n"
    b"6 0 obj<</Length 70>>stream\n1 beginbfchar <41> <0041> endbfchar 1 beginbfrange <42> <45> <0042>\n"
    b"endstream endobj\n"
    b"trailer<</Root 1 0 R/Size 7>>\n%%%%EOF" % (len(_CONTENT), _CONTENT)
)
SEEDS = (_PLAIN, *(_paper(stream) for stream in ("lines", "words", "kerned", "glyphs")))


def read(data: bytes) -> None:
    """A paper, or an error that says why there is none."""
    try:
        paper = extract(data)
    except DocumentError as error:
        assert error.code
        assert error.message
        return
    assert isinstance(paper, model.QuestionPaper)
    for question in paper.questions:
        question.text.encode()
        assert question.question_type in {"MCQ", "MSQ", "NUMERIC"}
