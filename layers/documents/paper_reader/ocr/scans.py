"""A scan's pages as text with places, and which of its words are doubtful."""

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from statistics import median
from typing import Any, Final

import pypdfium2

from paper_reader.errors import NO_TEXT, DocumentError, too_large
from paper_reader.ocr import tesseract
from paper_reader.ocr.marks import Doubts
from paper_reader.ocr.tesseract import Word
from paper_reader.paper.model import Progress
from paper_reader.pdf.limits import MAX_PAGES
from paper_reader.pdf.runs import PageContent, Run

_DOTS_PER_INCH: Final = 200
_POINTS: Final = 72 / _DOTS_PER_INCH
_MOST_PIXELS: Final = 12_000_000
_DOUBTFUL: Final = 60.0  # of 100
_ALIKE: Final = 0.6  # of the usual height of lines: letters without ascenders are lower
_LEVEL: Final = 0.3  # of a line's height that pieces of one line may differ
_DEPTH: Final = 0.22  # of a line's height below its baseline


def recognised(data: bytes, progress: Progress | None) -> tuple[list[PageContent], Doubts]:
    """The pages of a scan; and its doubtful words by page, with the middle of each.

    Raises:
        DocumentError: Tesseract is not installed, or there are too many pages.
    """
    if not tesseract.is_there():
        raise DocumentError(
            NO_TEXT,
            f"The PDF contains no text: it is a scan. Recognising it needs Tesseract ({tesseract.HOW_TO_GET}).",
        )
    document = pypdfium2.PdfDocument(data)
    count = len(document)
    if count > MAX_PAGES:
        raise too_large(f"has more than {MAX_PAGES} pages")
    pages: list[PageContent] = []
    doubts: Doubts = {}
    for number, (width, height, words) in enumerate(_words(document, count), 1):
        page = PageContent(number, width, height)
        page.runs = _runs(words, height)
        doubts[number] = [
            ((word.left + word.width / 2) * _POINTS, height - (word.top + word.height / 2) * _POINTS, word.text)
            for word in words
            if word.confidence < _DOUBTFUL
        ]
        pages.append(page)
        if progress is not None:
            progress(number, count)
    document.close()
    return pages, doubts


def _words(document: Any, count: int) -> Iterator[tuple[float, float, list[Word]]]:
    """The size and the words of each page; as many pages at once as there are processors."""
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[tuple[float, float, Future[list[Word]]]] = []
        for index in range(count):
            page = document[index]
            width, height = page.get_size()
            scale = min(_DOTS_PER_INCH / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            drawn = io.BytesIO()
            page.render(scale=scale, grayscale=True).to_pil().save(drawn, "PNG", compress_level=1)
            page.close()
            waiting.append((width, height, pool.submit(tesseract.words_of, drawn.getvalue(), round(scale * 72))))
            if len(waiting) > workers:
                width, height, found = waiting.pop(0)
                yield width, height, found.result()
        for width, height, found in waiting:
            yield width, height, found.result()


def _runs(words: Sequence[Word], height: float) -> list[Run]:
    lines: dict[tuple[str, str, str], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    if not lines:
        return []
    sizes = {key: median(word.height for word in line) * _POINTS for key, line in lines.items()}
    usual = median(sizes.values())
    runs: list[Run] = []
    baseline = 0.0
    for key, line in sorted(lines.items(), key=lambda item: _bottom(item[1])):
        size = usual if _ALIKE * usual < sizes[key] < usual / _ALIKE else sizes[key]
        lowest = height - _bottom(line) * _POINTS + _DEPTH * size
        # Tesseract takes the columns of a page apart: what is level in the paper is to be level again.
        if abs(baseline - lowest) > _LEVEL * size:
            baseline = lowest
        for word in line:
            left = word.left * _POINTS
            runs.append(Run(left, left + word.width * _POINTS, round(baseline, 1), round(size, 1), word.text, 0))
    return runs


def _bottom(line: Sequence[Word]) -> float:
    return median(word.top + word.height for word in line)
