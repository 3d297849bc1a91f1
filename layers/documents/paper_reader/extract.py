"""Extracts the questions of a PDF."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from paper_reader.errors import NO_TEXT, DocumentError
from paper_reader.figures import owners, regions
from paper_reader.layout import picture_marks, reading
from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, UNREADABLE, Line
from paper_reader.ocr import marks, scans
from paper_reader.ocr.marks import Doubts
from paper_reader.paper import losses, questions
from paper_reader.paper.model import Progress, QuestionPaper, Warning_
from paper_reader.pdf import kruti_dev
from paper_reader.pdf.document import Document
from paper_reader.pdf.legacy import looks_legacy, may_be_legacy
from paper_reader.pdf.runs import PageContent

_LETTER = re.compile(r"[^\W\d_]")
SCANNED_PAGES: Final = "scanned_pages"
_MOST_TEXT: Final = 400_000


def extract(data: bytes, progress: Progress | None = None, *, is_scan: bool = False) -> QuestionPaper:
    """The questions of a PDF.

    Args:
        data: the file.
        is_scan: whether its text is to be recognised in its pictures.
        progress: called with the number of pages read and of all pages.

    Raises:
        DocumentError: the file cannot be read, or has no text.
    """
    if is_scan:
        return _recognised(data, progress)
    with _uncollected():
        return _extract(data, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disables garbage collection, which takes a third of the time and finds nothing among many small objects."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _extract(data: bytes, progress: Progress | None) -> QuestionPaper:
    document = Document(data)
    pages: list[PageContent] = []
    for page in document.pages():
        pages.append(page)
        if progress is not None:
            progress(page.number, len(document))
    _refuse_scans(pages)
    scanned = scans.numbers_of(pages)
    paper = _read(pages)
    if scanned:
        told = (
            f"{len(scanned)} of {len(pages)} pages are pictures of text and were not read: {losses.listed(scanned)}. "
            "Upload the paper for mining, where they are recognised, or type their questions."
        )
        paper.warnings.insert(0, Warning_(SCANNED_PAGES, told))
    return paper


def _recognised(data: bytes, progress: Progress | None) -> QuestionPaper:
    """The questions of a scan: doubtful words are named, and keys stay open.

    Pages that have text of their own are read as such.
    """
    known = {page.number: page for page in Document(data).pages()}
    scanned = scans.numbers_of(list(known.values()))
    for number in scanned or list(known):
        del known[number]
    pages, doubts = scans.recognised(data, progress, known)
    _refuse_scans(pages)
    return _read(pages, doubts)


def _read(pages: list[PageContent], doubts: Doubts | None = None) -> QuestionPaper:
    is_decoded = kruti_dev.decode(pages)
    legacy_fonts = sorted(set().union(*(page.legacy_fonts for page in pages)))
    picture_marks.put(pages)
    drawn = regions.find(pages)
    lines = reading.read(pages)
    text = " ".join([line.text for line in lines])
    is_legacy_possible = may_be_legacy(text)
    found, warnings = questions.read(lines, may_be_legacy=is_legacy_possible)
    if legacy_fonts or (is_legacy_possible and looks_legacy(text)):
        names = f" ({', '.join(legacy_fonts[:5])})" if legacy_fonts else ""
        warnings.insert(
            0,
            Warning_(
                "legacy_font",
                f"Hindi text in a font from before Unicode{names} cannot be read and was left out. "
                "Convert the paper to a Unicode font and upload it again.",
            ),
        )
    if is_decoded:
        told = "Hindi text in Kruti Dev, a font from before Unicode, was converted. Compare it with the paper."
        warnings.insert(0, Warning_("legacy_font_converted", told))
    if not found:
        warnings.append(Warning_("no_questions", "No questions were found in the text of the PDF."))
    paper = QuestionPaper(found, warnings, len(pages), text=_text(lines))
    paper.rotations = {page.number: page.rotation for page in pages if page.rotation}
    owners.give(paper, drawn, lines, scanned=doubts or ())
    if doubts is not None:
        marks.leave_open(found, doubts)
        marks.name_doubts(found, doubts)
        where = "" if len(doubts) == len(pages) else f" on page {losses.listed(sorted(doubts))}"
        told = f"The text{where} was recognised in a scan. Compare it with the paper; the answers are left open."
        warnings.insert(0, Warning_("recognised", told))
    for question in found:
        warnings += [Warning_("review", message, question.number) for message in question.warnings]
    return paper


def _refuse_scans(pages: list[PageContent]) -> None:
    missing = scans.LEAST_LETTERS * max(1, min(len(pages), 4))
    for page in pages:
        for run in page.runs[:2000]:
            missing -= len(_LETTER.findall(run.text))
            if missing <= 0:
                return
    raise DocumentError(NO_TEXT, "The PDF contains no text: it is a scan. Upload a PDF with text.")


def _text(lines: list[Line]) -> str:
    """The document as plain text, from which questions can be made."""
    text = "\n".join(plain(line.text).replace(GAP, " ") for line in lines)
    return text.replace(UNREADABLE, "")[:_MOST_TEXT]
