"""Lines of text in reading order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple

from paper_reader.pdf.runs import Run

# Marks inside a line's text, from Unicode's private area; `paper_reader.layout.latex` turns them into LaTeX at the end.
# So no rule confuses the paper's braces with ours.
SUPER: Final = "\ue000"
SUB: Final = "\ue001"
END: Final = "\ue002"
FRACTION: Final = "\ue003"
OVER: Final = "\ue004"
ROOT: Final = "\ue005"
MATRIX: Final = "\ue006"  # a letter for its brackets follows
CELL: Final = "\ue007"
ROW: Final = "\ue008"
DEGREE: Final = "\ue009"  # the degree of a root, `OVER` and the radicand follow
# Text in a font whose codes are not characters.
UNREADABLE: Final = "\ue00f"
# A gap much wider than a space, before the next cell or option.
GAP: Final = "\t"
# Consecutive spaces. Some rules take time by the square of their number.
MOST_SPACES: Final = 20
_TOO_MANY: Final = " " * (MOST_SPACES + 1)
_SPACES = re.compile(f"{_TOO_MANY}+")


def with_few_spaces(text: str) -> str:
    """A line's text with at most `MOST_SPACES` in a row, which is as wide as any layout by spaces needs."""
    return _SPACES.sub(" " * MOST_SPACES, text) if _TOO_MANY in text else text


@dataclass(slots=True)
class Line:
    """A line of one column.

    Attributes:
        left: where the column's text begins; `right` where its longest lines end.
        text: with `GAP` for wide gaps and the marks above.
        cells: where each stretch between gaps begins; `cells[0]` is `x0`.
        is_bold: most of it is.
        runs: what it was put together from.
        is_caption: it is a heading that stands with every question.
        in_list: it is of a list to be matched with another one, whose labels are neither numbers nor options.
        is_recognised: its text was recognised in a picture.
        pieces: its text as it was put together; `seams` are which of them begin where on the page.
    """

    page: int
    column: int
    x0: float
    x1: float
    y: float
    size: float
    left: float
    right: float
    text: str
    cells: tuple[float, ...] = ()
    is_bold: bool = False
    runs: Sequence[Run] = ()
    pieces: Sequence[str] = ()
    seams: Sequence[tuple[int, float]] = ()
    is_caption: bool = False
    in_list: bool = False
    is_recognised: bool = False


class Word(NamedTuple):
    """A word of a line and where it stands; inside a run that place is estimated."""

    x0: float
    x1: float
    text: str

    @property
    def centre(self) -> float:
        """Its middle."""
        return (self.x0 + self.x1) / 2


def seams(line: Line) -> list[tuple[int, float]]:
    """Where in the line's text and where on the page what was drawn at once begins."""
    starts = list(accumulate(map(len, line.pieces), initial=0))
    indent = len(line.pieces[0]) - len(line.pieces[0].lstrip()) if line.pieces else 0
    return [(starts[index] - indent, x) for index, x in line.seams if starts[index] - indent < len(line.text)]


def words(line: Line) -> list[Word]:
    """The words of a line from left to right."""
    found: list[Word] = []
    end = -1.0
    for run in sorted(line.runs):
        per = (run.x1 - run.x0) / (len(run.text) or 1)
        at = 0
        for text in run.text.split(" "):
            if text:
                x0 = run.x0 + per * at
                if found and not at and x0 - end < _TOUCHING * run.size:
                    found[-1] = Word(found[-1].x0, x0 + per * len(text), found[-1].text + text)
                else:
                    found.append(Word(x0, x0 + per * len(text), text))
                end = found[-1].x1 if at + len(text) == len(run.text) else -1.0
            at += len(text) + 1
    return found


_TOUCHING = 0.16  # em
