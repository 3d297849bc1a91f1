"""A scan's pages as text with places, and which of its words are doubtful."""

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from paper_reader.errors import NO_TEXT, DocumentError, too_large
from paper_reader.ocr import tesseract
from paper_reader.ocr.marks import Doubts
from paper_reader.ocr.tesseract import Word
from paper_reader.paper.model import Progress
from paper_reader.pdf.limits import MAX_PAGES
from paper_reader.pdf.runs import Kind, PageContent, Run

if TYPE_CHECKING:
    from PIL import Image

_DOTS_PER_INCH: Final = 200
_POINTS: Final = 72 / _DOTS_PER_INCH
_MOST_PIXELS: Final = 12_000_000
_DOUBTFUL: Final = 60.0  # of 100
_READABLE: Final = 75.0  # of 100; a page in another language has less
_UPRIGHT: Final = 80.0  # of 100; a page that is upside down has less
_LONG_WORD: Final = 4  # letters
_SIDEWAYS: Final = (90, 270)
_FEWEST_WORDS: Final = 30  # to tell a document's language
_HINDI: Final = re.compile("[\u0904-\u0939]{2}")
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_PICTURED: Final = 0.5  # of a page
LEAST_LETTERS: Final = 25  # per page; fewer are a scan with a printed header or a page number
_ALIKE: Final = 0.6  # of the usual height of lines: letters without ascenders are lower
_LEVEL: Final = 0.3  # of a line's height that pieces of one line may differ
_LONG: Final = 400  # pixels of a line whose slope can be told
_FEWEST_LINES: Final = 5
_LEVEL_ENOUGH, _STEEPEST = 0.002, 0.15  # 0.1 and 8.5 degrees
_DEPTH: Final = 0.22  # of a line's height below its baseline


def numbers_of(pages: Sequence[PageContent]) -> list[int]:
    """The pages that are pictures of a page, with next to no text."""
    return [page.number for page in pages if _is_scanned(page)]


def _is_scanned(page: PageContent) -> bool:
    area = page.width * page.height
    is_pictured = any(
        shape.kind is Kind.PICTURE and (shape.x1 - shape.x0) * (shape.y1 - shape.y0) > _PICTURED * area
        for shape in page.shapes
    )
    return is_pictured and sum(sum(map(str.isalpha, run.text)) for run in page.runs) < LEAST_LETTERS


def recognised(
    data: bytes, progress: Progress | None, known: Mapping[int, PageContent]
) -> tuple[list[PageContent], Doubts]:
    """The pages of a document; and the doubtful words of those that were recognised, with the middle of each, by page.

    Args:
        data: the file.
        progress: called with the number of pages recognised and of all of them.
        known: the pages with text of their own, by number.

    Raises:
        DocumentError: Tesseract is not installed, or there are too many pages.
    """
    import pypdfium2  # noqa: PLC0415 - papers with text do without it

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
    missing = [number for number in range(1, count + 1) if number not in known]
    for number, found in zip(missing, _recognised(document, missing), strict=True):
        height = found.height
        page = PageContent(number, found.width, height, rotation=found.turn, is_recognised=True)
        words = _levelled(found.words)
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
    return sorted([*pages, *known.values()], key=lambda page: page.number), doubts


@dataclass(frozen=True, slots=True)
class _Recognised:
    """A page's size in points and its words, after it was turned clockwise."""

    width: float
    height: float
    turn: int
    words: list[Word]


def _recognised(document: Any, numbers: Sequence[int]) -> Iterator[_Recognised]:
    """The size and the words of each page; as many pages at once as there are processors.

    The first page tells whether the document has Hindi, without which a page takes three quarters of the time, and how
    the pages lie, because looking for that takes longer than all else.
    """
    workers = os.cpu_count() or 1
    languages, turn = tesseract.LANGUAGES, 0
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[_Recognised]] = []
        for at, number in enumerate(numbers):
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(_DOTS_PER_INCH / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            drawn = page.render(scale=scale, grayscale=True).to_pil()
            page.close()
            waiting.append(pool.submit(_read, drawn, width, height, round(scale * 72), languages, turn))
            if not at and len(numbers) > 1:
                first = waiting[0].result()
                turn = first.turn
                languages = tesseract.ENGLISH if _is_english(first.words) else languages
            if len(waiting) > workers:
                yield waiting.pop(0).result()
        for found in waiting:
            yield found.result()


def _read(
    drawn: "Image.Image", width: float, height: float, dots_per_inch: int, languages: str, turn: int
) -> _Recognised:
    """A page's words: turned clockwise as expected, or as it is to be turned if next to nothing can be read so."""
    from PIL import ImageFilter  # noqa: PLC0415 - papers with text do without it

    # A median takes a scanner's grain away, which is slow to recognise, and leaves strokes.
    drawn = drawn.filter(ImageFilter.MedianFilter(3)).rotate(-turn, expand=True)
    words = _words(drawn, dots_per_inch, languages)
    if words and not _is_upright(words) and (further := _turn_of(drawn, dots_per_inch)):
        drawn = drawn.rotate(-further, expand=True)
        words = _words(drawn, dots_per_inch, languages)
        turn = (turn + further) % 360
    if turn in _SIDEWAYS:
        width, height = height, width
    if words and languages != tesseract.LANGUAGES and _confidence(words) < _READABLE:
        words = _words(drawn, dots_per_inch, tesseract.LANGUAGES)
    elif languages == tesseract.LANGUAGES and _is_english(words) and any(_DEVANAGARI.search(w.text) for w in words):
        # Letters such as N are taken for Hindi in noise.
        words = _words(drawn, dots_per_inch, tesseract.ENGLISH)
    return _Recognised(width, height, turn, words)


def _is_upright(words: Sequence[Word]) -> bool:
    """Whether the words of a page are readable, and wider than high: Tesseract reads lines that run upwards, too."""
    long = [word for word in words if len(word.text) >= _LONG_WORD]
    lying = sum(word.width > word.height for word in long)
    return _confidence(words) >= _UPRIGHT and lying >= len(long) / 2


def _turn_of(drawn: "Image.Image", dots_per_inch: int) -> int:
    """How far a page is to be turned clockwise, by which way its words are recognised best at half its size."""
    small = drawn.reduce(2)

    def legible(turn: int) -> float:
        words = _words(small.rotate(-turn, expand=True), dots_per_inch // 2, tesseract.LANGUAGES)
        return sum(len(word.text) for word in words if word.confidence > _READABLE and word.width > word.height)

    return max((0, 180, *_SIDEWAYS), key=legible)


def _words(drawn: "Image.Image", dots_per_inch: int, languages: str) -> list[Word]:
    picture = io.BytesIO()
    drawn.save(picture, "PNG", compress_level=1)
    return tesseract.words_of(picture.getvalue(), dots_per_inch, languages)


def _confidence(words: Sequence[Word]) -> float:
    return median(word.confidence for word in words)


def _is_english(words: Sequence[Word]) -> bool:
    """Whether enough words were recognised, and none of them surely is Hindi."""
    hindi = sum(
        not word.text.isascii() and word.confidence >= _DOUBTFUL and _HINDI.search(word.text) is not None
        for word in words
    )
    return len(words) >= _FEWEST_WORDS and not hindi


def _levelled(words: Sequence[Word]) -> list[Word]:
    """Words turned about the page's upper left corner until its lines are level and its margins upright."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    falls = [
        (_middle(line[-1]) - _middle(line[0])) / (line[-1].left - line[0].left)
        for line in lines.values()
        if line[-1].left - line[0].left > _LONG
    ]
    fall = median(falls) if len(falls) >= _FEWEST_LINES else 0.0
    if not _LEVEL_ENOUGH < abs(fall) < _STEEPEST:
        return list(words)
    return [
        word._replace(left=round(word.left + fall * word.top), top=round(word.top - fall * word.left)) for word in words
    ]


def _middle(word: Word) -> float:
    return word.top + word.height / 2


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
