"""What is printed on every page and belongs to none: headers, footers, page numbers, watermarks."""

import re
from collections import Counter
from collections.abc import Sequence

from smartpaper.layout.rows import Row, text_of
from smartpaper.pdf.runs import LIGHT, PageContent, Run

_DIGITS = re.compile(r"[0-9०-९]+")
_ZONE = 6  # rows from either end that may be furniture
_SHARE = 0.45  # of the pages
_PAGE_NUMBER = re.compile(
    r"[\[(|\s]*(?:page|pg\.?|पृष्ठ|पेज)\s*(?:no\.?|number|सं\.?|संख्या)?\s*[:.\-]?\s*#(?:\s*(?:of|/|out of|का|में से)\s*#)?[\])|\s.]*"
    r"|[-–—~|\[(\s.]*#\s*(?:/|of)\s*#[-–—~|\])\s.]*"
    r"|[-–—~|\[]+\s*#\s*[-–—~|\]]+|p\.?\s*t\.?\s*o\.?",
    re.IGNORECASE,
)
_LARGE = 1.8
_LETTERS = re.compile(r"[^\W\d_]")
_MARKER = re.compile(r"\s*[\[(]?\s*(?:[A-Ea-e]|[0-9]{1,3}|[ivx]+)\s*[\]).:]?\s*")


def remove(pages: Sequence[PageContent], rows_by_page: Sequence[list[Row]]) -> None:
    """Take the furniture out of the pages' rows."""
    repeated = _repeated(pages, rows_by_page)
    for page, rows in zip(pages, rows_by_page, strict=True):
        gone: set[int] = set()
        for row in _edges(rows):
            text = _normal(row)
            if (text, _place(row, page)) in repeated or _PAGE_NUMBER.fullmatch(text):
                gone.add(id(row))
        if gone:
            rows[:] = [row for row in rows if id(row) not in gone]


def _edges(rows: Sequence[Row]) -> Sequence[Row]:
    return rows if len(rows) <= 2 * _ZONE else [*rows[:_ZONE], *rows[-_ZONE:]]


def _normal(row: Row) -> str:
    return " ".join(_DIGITS.sub("#", text_of(row)).split())


def _place(row: Row, page: PageContent) -> tuple[bool, int]:
    """Near the top or the bottom, and how far from there, roughly: page sizes may differ."""
    from_top = page.height - row.y
    return (True, round(from_top / 6)) if from_top < row.y else (False, round(row.y / 6))


def _repeated(pages: Sequence[PageContent], tops: Sequence[list[Row]]) -> set[tuple[str, tuple[bool, int]]]:
    if len(pages) < 2:
        return set()
    counts: Counter[tuple[str, tuple[bool, int]]] = Counter()
    texts: dict[tuple[str, tuple[bool, int]], set[str]] = {}
    for page, rows in zip(pages, tops, strict=True):
        seen = set()
        for row in _edges(rows):
            key = (_normal(row), _place(row, page))
            seen.add(key)
            texts.setdefault(key, set()).add(text_of(row))
        counts.update(seen)
    # Odd and even pages may carry different headers.
    least = max(2, round(_SHARE * len(pages))) if len(pages) < 4 else max(3, round(_SHARE * len(pages)))
    return {key for key, count in counts.items() if count >= least and _is_furniture(key[0], texts[key], count)}


def _is_furniture(text: str, spellings: set[str], count: int) -> bool:
    """Whether repeated text is furniture rather than the same option or number at the same place by chance."""
    if _LETTERS.search(text) and not _MARKER.fullmatch(text.replace("#", "1")):
        # "(A) # m/s" may repeat with other digits; a header repeats to the letter, page numbers aside.
        return len(spellings) == 1 or len(_LETTERS.findall(text)) >= 4 or count > 4
    return len(spellings) == count


def remove_watermarks(pages: Sequence[PageContent], body: float) -> None:
    """Take off the same large or pale words at the same place of most pages.

    Args:
        pages: all of them.
        body: the size of most of the text.
    """
    suspects = [[run for run in page.runs if run.flags & LIGHT or run.size > _LARGE * body] for page in pages]
    if not any(suspects):
        return
    places: Counter[tuple[str, int, int]] = Counter()
    for runs in suspects:
        places.update({_run_key(run) for run in runs})
    least = max(2, round(0.5 * len(pages)))
    for page, runs in zip(pages, suspects, strict=True):
        gone = {id(run) for run in runs if places[_run_key(run)] >= least or _is_pale_giant(run, body)}
        if gone:
            page.runs = [run for run in page.runs if id(run) not in gone]


def _is_pale_giant(run: Run, body: float) -> bool:
    return bool(run.flags & LIGHT) and run.size > 2.5 * body


def _run_key(run: Run) -> tuple[str, int, int]:
    return run.text, round(run.x0 / 4), round(run.y / 4)
