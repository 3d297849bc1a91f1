"""Removes what is printed on every page: headers, footers, page numbers, watermarks."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from paper_reader.layout.rows import Row, text_of
from paper_reader.pdf.runs import INVISIBLE, LIGHT, PageContent, Run

_Place = tuple[bool, int]
_Edge = tuple[Row, str, _Place]  # a row near an edge of a page, its text without numbers, and its place

_DIGITS = re.compile(r"[0-9०-९]+")
_MOST_BETWEEN = 2  # rows of text that may be outside of furniture: a title, a date
_ZONE = 6  # rows from either end that may be furniture
_SHARE = 0.45  # of the pages
_MOST_PER_PAGE = 2  # furniture with the same text
_LONGEST_CAPTION = 30
_ANSWER = re.compile(r"\W*(?:(?:correct|right)\s+)?(?:ans(?:wers?)?|option|key|उत्तर)\b\W*\w{1,2}\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[\[(|\s]*(?:page|pg\.?|पृष्ठ|पेज)\s*(?:no\.?|number|सं\.?|संख्या)?\s*[:.\-]?\s*#(?:\s*(?:of|/|out of|का|में से)\s*#)?"
    r"[\])|\s.]*"
    r"|[-–—~|\[(\s.]*#\s*(?:/|of)\s*#[-–—~|\])\s.]*"
    r"|[-–—~|\[]+\s*#\s*[-–—~|\]]+|p\.?\s*t\.?\s*o\.?",
    re.IGNORECASE,
)
# "Question 3 of 20" at the head of each page, where a page has one question.
_HEAD_OF_QUESTION = re.compile(
    r"\W?(?:q(?:ue(?:s(?:tion)?)?)?|प्रश्न)\s*[.:\-]?\s*(?:no\.?\s*)?#?\s*#(?!\w)", re.IGNORECASE
)
_HOW_MANY = r"\d{1,2}(?:\s*+½|\.5|\s*+[x×]\s*+\d{1,2}\s*+=\s*+\d{1,3})?(?:\s*+(?:M|[Mm]arks?|MARKS?))?\s*+"
_MARKS = re.compile(rf"\s*+(?:\[\s*+{_HOW_MANY}\]|\(\s*+{_HOW_MANY}\)|{_HOW_MANY})\s*+")
_CODE = re.compile(r"(?:CO|CLO|PO|PSO|BL|BTL|BT|K|L|R|U)\s?-?\s?\d{1,2}")
_HEAD_OF_CODES = re.compile(r"\s*(?:COs?|CLO|POs?|PSO|BL|BTL?|RBT|K|K\W?levels?|levels?)\s*", re.IGNORECASE)
_MOST_CODES = 3  # columns of them
_DIGITS_OF_MARKS = re.compile(r"\d+")
_COUNTING = 0.8  # of the steps from one number to the next
_MOST_BEYOND = 0.2  # of the number of marks
_TEXT_BESIDE_MARKS = 15  # letters
_EDGE = 6.0  # points
_MARGIN = 0.1  # of the page's height
_FEWEST_LINES = 8
_SMALL_NUMBER = 0.86  # of the text's size
_TEXT_BESIDE_NUMBER = 6  # letters
_RIGHT = 0.4  # of the page
_FEWEST_OF_SHEET, _MOSTLY_OF_SHEET = 4, 0.6
_OF_SHEET = re.compile(r"\s*(?:Question\s+(?:ID|Type)|Option\s+\d\s+ID|Chosen\s+Option|Status)\s*:?", re.IGNORECASE)
_LARGE = 1.8
_LETTERS = re.compile(r"[^\W\d_]")
_OPTION = re.compile(r"\s*(?:[\[(]\s?[A-Ha-h1-8]\s?[\])]|[A-Ha-h1-8][).])\s")
_END = attrgetter("x1")
_MARKER = re.compile(r"\s*+(?:[\[(]\s*+)?(?:[A-Ha-h]|[0-9]{1,4}|[ivx]+)\s*+(?:[\]).:]\s*+)?")


def remove(pages: Sequence[PageContent], rows_by_page: Sequence[list[Row]]) -> None:
    """Remove the furniture from the pages' rows."""
    edges = [
        [(row, _normal(row), _place(row, page)) for row in _edges(rows)]
        for page, rows in zip(pages, rows_by_page, strict=True)
    ]
    repeated = _repeated(pages, rows_by_page, edges)
    lone = _lone_numbers(pages, rows_by_page)
    for rows, edge in zip(rows_by_page, edges, strict=True):
        gone: set[int] = set(lone)
        half = len(edge) // 2
        for side in (edge[: len(edge) - half], edge[: len(edge) - half - 1 : -1]):
            gone |= _outermost(side, repeated)
        if gone:
            rows[:] = [row for row in rows if id(row) not in gone]


def _outermost(edge: Sequence[_Edge], repeated: set[tuple[str, _Place]]) -> set[int]:
    """The furniture among rows from an edge of a page inwards; after the first rows of text there is none."""
    gone: set[int] = set()
    others = 0
    for row, text, place in edge:
        if (text, place) in repeated or _PAGE_NUMBER.fullmatch(text):
            gone.add(id(row))
        else:
            others += 1
            if others > _MOST_BETWEEN:
                break
    return gone


def _lone_numbers(pages: Sequence[PageContent], rows_by_page: Sequence[list[Row]]) -> set[int]:
    """Rows with only the page's number, at a distance from the text at the foot or the head of the page."""
    found: list[tuple[int, Row]] = []
    for page, rows in zip(pages, rows_by_page, strict=True):
        for at, beside in ((-1, -2), (0, 1)):
            if len(rows) < 3:
                continue
            row = rows[at]
            text = text_of(row).strip()
            margin = row.y if at else page.height - row.y
            apart = abs(row.y - rows[beside].y) > 1.6 * row.size
            if text.isdecimal() and len(text) <= 3 and margin < _MARGIN * page.height and apart:
                found.append((int(text) - page.number, row))
    steps = Counter(step for step, _ in found)
    if not steps:
        return set()
    step, count = steps.most_common(1)[0]
    if count < 2 and (len(pages) > 1 or step):
        return set()
    return {id(row) for other, row in found if other == step}


def remove_line_numbers(rows_by_page: Sequence[list[Row]]) -> None:
    """Remove line numbers in the margin."""
    for rows in rows_by_page:
        numbered: list[tuple[int, Row, Run, list[Run]]] = []
        for row in rows:
            if len(row.runs) < 2:
                continue
            first = min(row.runs)
            if not first.text.strip().isdecimal():
                continue
            rest = sorted(run for run in row.runs if run is not first)
            if rest[0].x0 - first.x1 > 0.5 * first.size:
                numbered.append((int(first.text), row, first, rest))
        if len(numbered) >= max(_FEWEST_LINES, 0.7 * len(rows)) and _are_line_numbers(numbered):
            for _, row, _, rest in numbered:
                row.runs = rest
                row.size = max(run.size for run in rest)
                row.cached = row.stretches = None


def _are_line_numbers(numbered: Sequence[tuple[int, Row, Run, list[Run]]]) -> bool:
    """Whether numbers count lines instead of items: small, in one place, before lines of any content."""
    count = len(numbered)
    counting = sum(b[0] - a[0] == 1 for a, b in pairwise(numbered))
    places = Counter(round(number.x1 / 2) for _, _, number, _ in numbered)
    if counting < 0.9 * (count - 1) or sum(times for _, times in places.most_common(2)) < 0.9 * count:
        return False
    lettered = sum(sum(len(_LETTERS.findall(run.text)) for run in rest) >= _TEXT_BESIDE_NUMBER for *_, rest in numbered)
    if lettered < 0.5 * count:
        return False  # a key
    small = sum(number.size < _SMALL_NUMBER * rest[0].size for _, _, number, rest in numbered)
    # An item begins neither with a small letter nor with an option's label.
    within = sum(rest[0].text[:1].islower() or _OPTION.match(rest[0].text) is not None for *_, rest in numbered)
    return small >= 0.9 * count or within >= 0.25 * count


def remove_marks(rows_by_page: Sequence[list[Row]]) -> None:
    """Remove the columns at the right edge with each question's marks, and with codes of outcomes and levels."""
    _remove_column(rows_by_page, _MARKS)
    heads = [run for rows in rows_by_page for row in rows for run in row.runs if _HEAD_OF_CODES.fullmatch(run.text)]
    if not heads:
        return
    for _ in range(_MOST_CODES):
        if not _remove_column(rows_by_page, _CODE, heads):
            break
    # Marks may be left of the codes.
    _remove_column(rows_by_page, _MARKS)


def _remove_column(rows_by_page: Sequence[list[Row]], what: re.Pattern[str], heads: Sequence[Run] = ()) -> bool:
    """Remove the column at the right edge that consists of marks or codes; returns whether there was one.

    Codes need a head above them, because an option may be CO2, too.
    """
    found: list[tuple[float, Row, Run]] = []
    others: list[tuple[float, Row, Run]] = []  # beside little text, such as an equation
    close: list[tuple[float, Row, Run]] = []  # to text that fills its line
    for row, last, rest in _ends(rows_by_page, what):
        if what is _CODE and not any(head.x0 < last.x1 and last.x0 < head.x1 for head in heads):
            continue
        letters = sum(len(_LETTERS.findall(run.text)) for run in rest)
        if not letters and what is not _CODE:
            continue
        if what is _CODE or last.x0 - max(run.x1 for run in rest) > last.size:
            (found if letters >= _TEXT_BESIDE_MARKS or what is _CODE else others).append((last.x1, row, last))
        else:
            close.append((last.x1, row, last))
    edges = Counter(round(edge / 3) for edge, _, _ in found)
    if not edges:
        return False
    edge, _ = edges.most_common(1)[0]
    aligned = [item for item in found if abs(item[0] / 3 - edge) <= 1]
    if len(aligned) >= max(3, 0.6 * len(found)) and not _count_up(aligned):
        others = [item for item in others if abs(item[0] / 3 - edge) <= 1]
        close = [item for item in close if abs(item[0] / 3 - edge) <= 1]
        if close and _is_free(rows_by_page, min(run.x0 for _, _, run in aligned), [*aligned, *others, *close]):
            others += close
        for _, row, run in (*aligned, *others):
            row.runs = [other for other in row.runs if other is not run]
            row.cached = row.stretches = None
        for rows in rows_by_page:
            rows[:] = [row for row in rows if row.runs]
        return True
    return False


def _ends(rows_by_page: Sequence[Sequence[Row]], what: re.Pattern[str]) -> Iterator[tuple[Row, Run, list[Run]]]:
    """The rows that end with what may be marks, that run, and the others."""
    for rows in rows_by_page:
        for row in rows:
            if len(row.runs) > (what is not _CODE):
                last = max(row.runs, key=_END)
                if what.fullmatch(last.text.strip()) is not None:
                    yield row, last, [run for run in row.runs if run is not last]


def _count_up(marks: Sequence[tuple[float, Row, Run]]) -> bool:
    """Whether apparent marks are the numbers of questions, which stand alone at the head of another column."""
    numbers = [int(found[0]) for _, _, run in marks if (found := _DIGITS_OF_MARKS.search(run.text)) is not None]
    return sum(b == a + 1 for a, b in pairwise(numbers)) >= max(2, _COUNTING * (len(numbers) - 1))


def _is_free(rows_by_page: Sequence[Sequence[Row]], x0: float, marks: Sequence[tuple[float, Row, Run]]) -> bool:
    """Whether nearly no text but the marks is right of a place, so that they have a column of their own."""
    own = {id(run) for _, _, run in marks}
    beyond = sum(any(run.x1 > x0 and id(run) not in own for run in row.runs) for rows in rows_by_page for row in rows)
    return beyond <= _MOST_BEYOND * len(marks)


def _edges(rows: Sequence[Row]) -> Sequence[Row]:
    return rows if len(rows) <= 2 * _ZONE else [*rows[:_ZONE], *rows[-_ZONE:]]


def _normal(row: Row) -> str:
    return " ".join(_DIGITS.sub("#", text_of(row)).split())


def _place(row: Row, page: PageContent) -> _Place:
    """Near the top or the bottom, and roughly how far from there, because page sizes may differ."""
    from_top = page.height - row.y
    return (True, round(from_top / 6)) if from_top < row.y else (False, round(row.y / 6))


def _repeated(
    pages: Sequence[PageContent], rows_by_page: Sequence[Sequence[Row]], edges: Sequence[Sequence[_Edge]]
) -> set[tuple[str, _Place]]:
    if len(pages) < 2:
        return set()
    seen: dict[tuple[str, _Place], dict[int, Row]] = {}
    for page, rows in zip(pages, edges, strict=True):
        for row, text, place in rows:
            seen.setdefault((text, place), {})[page.number] = row
    # Odd and even pages may carry different headers.
    least = max(2 if len(pages) < 4 else 3, round(_SHARE * len(pages)))
    repeated = {key: found for key, found in seen.items() if len(found) >= least and _is_furniture(key[0], found)}
    # Small headings of every question may also be at the same place of several pages.
    texts = {text for text, _ in repeated if len(text) <= _LONGEST_CAPTION and "#" not in text}
    counts = Counter(
        text for rows in rows_by_page for row in rows if texts and (text := " ".join(text_of(row).split())) in texts
    )
    return {key for key, found in repeated.items() if counts[key[0]] <= _MOST_PER_PAGE * len(pages)}


def _is_furniture(text: str, rows: dict[int, Row]) -> bool:
    """Whether repeated text is furniture, and not the same option or number at the same place by chance.

    Args:
        text: without its numbers.
        rows: its rows, by page.
    """
    found = {page: text_of(row) for page, row in rows.items()}
    first = next(iter(found.values()))
    if _OPTION.match(first) or _ANSWER.match(first):
        return False
    if _HEAD_OF_QUESTION.match(text):
        return False
    if "#" in text:
        # "2. 15" may be at the bottom of several pages; only page numbers increase with the pages.
        return _counts(found) or (len(set(found.values())) == 1 and len(_LETTERS.findall(text)) >= 4)
    return bool(_LETTERS.search(text)) and not _MARKER.fullmatch(text)


def _counts(found: dict[int, str]) -> bool:
    """Whether some number in the lines increases by one with each page, as in "Page 3 of 40"."""
    rows = [(page, [int(number) for number in _DIGITS.findall(line)]) for page, line in sorted(found.items())]
    width = min(len(numbers) for _, numbers in rows)
    return any(len({numbers[at] - page for page, numbers in rows}) == 1 for at in range(width))


def remove_unseen(pages: Sequence[PageContent]) -> None:
    """Remove invisible text: outside of the page, of no size, or not painted on a page where most text is.

    Text recognised in a scan is not painted either, but there is no other text on its page.
    """
    for page in pages:
        unpainted = sum([len(run.text) for run in page.runs if run.flags & INVISIBLE])
        painted = sum([len(run.text) for run in page.runs]) - unpainted if unpainted else 0
        gone = INVISIBLE if unpainted and painted > unpainted else 0
        page.is_recognised = page.is_recognised or unpainted > painted
        right, top = page.width + _EDGE, page.height + _EDGE
        page.runs = [
            run
            for run in page.runs
            if not run.flags & gone and run.size > 0 and -_EDGE < run.y < top and run.x0 < right and run.x1 > -_EDGE
        ]


def remove_sheets(pages: Sequence[PageContent]) -> None:
    """Remove the column that examination software prints beside each question: its ID, its type, what was chosen."""
    begins = [
        [round(run.x0) for run in page.runs if run.x0 > _RIGHT * page.width and _OF_SHEET.match(run.text)]
        for page in pages
    ]
    places = Counter(place for found in begins for place in found)
    if not places:
        return
    edge, count = places.most_common(1)[0]
    if count >= max(_FEWEST_OF_SHEET, _MOSTLY_OF_SHEET * places.total()):
        for page, found in zip(pages, begins, strict=True):
            if edge in found:
                page.runs = [run for run in page.runs if run.x0 < edge - 1.5]


def remove_watermarks(pages: Sequence[PageContent], body: float) -> None:
    """Remove the same large or pale words at the same place of most pages; `body` is the size of most of the text."""
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
