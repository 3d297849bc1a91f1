"""Puts accents that are drawn separately onto their letters."""

from collections.abc import Sequence
from typing import Final

from paper_reader.layout.field import Field
from paper_reader.pdf.runs import Run

_MARKS: Final = {
    "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "¯": "\u0304", "ˉ": "\u0304", "˙": "\u0307", "¨": "\u0308",
    "ˇ": "\u030c", "\u20d7": "\u20d7", "→": "\u20d7", "\u0302": "\u0302", "\u0304": "\u0304",
}  # fmt: skip

_MOST = 400  # on a page; more are a picture, and would be slow


def accents_of(signs: Sequence[Run]) -> list[Run]:
    """The runs among `signs` (those that are not plain text) that end in an accent; none if there are too many."""
    accents = [run for run in signs if run.text.strip()[-1:] in _MARKS]
    return accents if len(accents) <= _MOST else []


def join_accents(field: Field, accents: Sequence[Run]) -> None:
    """Put accents on their letters."""
    for run in accents:
        text = run.text.strip()
        if len(text) == 1:
            _join(field, run, _MARKS[text])
        else:
            _shorten(field, run)


def _join(field: Field, accent: Run, mark: str) -> None:
    """An accent drawn over a letter."""
    centre = (accent.x0 + accent.x1) / 2
    for run in field.near(accent.y):
        if run is accent or not -0.1 * run.size <= accent.y - run.y < 0.75 * run.size or not run.text:
            continue
        width = (run.x1 - run.x0) / len(run.text)
        if run.x0 - 0.3 * run.size <= centre <= run.x1 + 0.1 * run.size and run.text[:1] not in _MARKS:
            at = min(max(int((centre - run.x0) / (width or 1.0)), 0), len(run.text) - 1)
            if not run.text[at].isalpha():
                continue
            text = f"{run.text[: at + 1]}{mark}{run.text[at + 1 :]}"
            field.replace([run, accent], run._replace(text=text, breaks=()))
            return


def _shorten(field: Field, run: Run) -> None:
    """End a run that ends in an accent where the letter below begins, because the accent may be wider."""
    for other in field.near(run.y):
        if abs(other.y - run.y) < 0.1 * run.size and 0 < run.x1 - other.x0 < 0.7 * run.size and other.x0 > run.x0:
            field.divide(run, [run._replace(x1=other.x0)])
            return
