"""A page's text as stretches: text on one line without wide gaps."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from paper_reader.figures.clusters import Box
from paper_reader.pdf.runs import PageContent, Run

_GAP: Final = 1.0  # em between stretches
_LINE: Final = 2.5  # points by which runs on one line may differ in height
_SPACE: Final = 0.15  # em
_BODY_WORDS: Final = 6
_LABEL_WORDS: Final = 3
_LABEL_LETTERS: Final = 30
_NUMBER: Final = re.compile(r"\s*Q\w{0,8}[\s.:\-]*[0-9०-९]{1,4}[\s.:)]*|\s*[0-9०-९]{1,4}\s?[.)]\s*", re.IGNORECASE)
_VALUE: Final = re.compile(r"[-–−+]?\d{1,6}(?:[.,]\d{1,4})?%?")
_MARKER: Final = re.compile(
    r"\s*(?:[\[(]\s*)?(?:[A-Ha-h1-8]|[ivxIVX]{1,4})\s*[\]).:](?:\s|$)|\s*[\[(]\s*[A-Ha-h1-8]\s*[\])]"
)
_NUMBERED: Final = re.compile(
    r"\s*(?:[\[(]\s*)?(?:(?:Q\w{0,8}\s*(?:[.:]\s*)?)?[0-9०-९]{1,4}\s*[\]).:]\s*\S|Q\w{0,8}[\s.:\-]*[0-9०-९]{1,4}\s)",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Stretch:
    """Text of one line without a wide gap, with the runs that it consists of."""

    x0: float
    x1: float
    y: float
    size: float
    text: str
    runs: list[Run]

    @property
    def box(self) -> Box:
        """Its area."""
        return self.x0, self.y - 0.25 * self.size, self.x1, self.y + 0.75 * self.size

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.x0 + self.x1) / 2, self.y + 0.25 * self.size

    @property
    def is_marker(self) -> bool:
        """Whether it begins like an option."""
        return _MARKER.match(self.text) is not None

    @property
    def is_body(self) -> bool:
        """Whether it is a sentence and not a label."""
        return len(self.text.split()) >= _BODY_WORDS or (
            self.is_numbered and len(_LETTERS.findall(self.text)) > 2 * _BODY_WORDS
        )

    @property
    def is_numbered(self) -> bool:
        """Whether it begins like a question."""
        return _NUMBERED.match(self.text) is not None

    @property
    def is_number(self) -> bool:
        """Whether it is a question's number in a cell of its own, such as "Q.9"."""
        return _NUMBER.fullmatch(self.text) is not None

    @property
    def is_letter(self) -> bool:
        """Whether it is one letter, as at the corner of a drawing."""
        return len(self.text.strip()) == 1 and self.text.strip().isalpha()

    @property
    def is_label(self) -> bool:
        """Whether it is as short as a label of a drawing."""
        words = self.text.split()
        is_short = len(words) <= _LABEL_WORDS or all(_VALUE.fullmatch(word) for word in words)
        return is_short and len(self.text) <= _LABEL_LETTERS and not self.is_marker


def stretches_of(page: PageContent) -> list[Stretch]:
    """The stretches of a page, from the top down."""
    found: list[Stretch] = []
    line: list[Run] = []
    for run in sorted(page.runs, key=lambda run: -run.y):
        if line and line[0].y - run.y > _LINE:
            found += _cut(line)
            line = []
        line.append(run)
    return found + _cut(line)


def _cut(line: list[Run]) -> list[Stretch]:
    found: list[Stretch] = []
    for run in sorted(line):
        last = found[-1] if found else None
        if last is not None and run.x0 - last.x1 < _GAP * max(run.size, last.size):
            space = " " if run.x0 - last.x1 > _SPACE * run.size else ""
            last.text += space + run.text
            last.x1 = max(last.x1, run.x1)
            last.runs.append(run)
        else:
            found.append(Stretch(run.x0, run.x1, run.y, run.size, run.text, [run]))
    return found


def margins(stretches: Sequence[Stretch]) -> set[int]:
    """Where lines of text begin, in steps of three points."""
    starts = Counter(round(stretch.x0 / 3) for stretch in stretches if stretch.is_body or stretch.is_numbered)
    return {start + step for start, count in starts.items() if count > 1 for step in (-1, 0, 1)}


def body_size(pages: Sequence[PageContent]) -> float:
    """The size of most of the text."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for run in page.runs:
            sizes[round(run.size, 1)] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0
