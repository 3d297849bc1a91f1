"""Joins drawn text to runs."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Final

from paper_reader.pdf.runs import SOFT_HYPHEN, UNMAPPED, PageContent, Run
from paper_reader.pdf.strings import HEX, STRING, literal, unhex

SPACE_GAP: Final = 0.155  # em; kerning stays below, TeX's thin space and all between words above
SPLIT_GAP: Final = 0.95  # em; a tab or the gap between two columns rather than a space
WIDE_GAP: Final = 0.35  # em; more than a space where there is one already
OVERLAP: Final = 0.35  # em that kerning and italics move letters back
NO_WORD_BETWEEN: Final = 0.38  # em; a wider gap may be filled by what is drawn later
_MARK_REACH = 0.8  # em; how far from its letter a vowel sign or an accent may be drawn
_AHEAD = 0.1  # em; a more distant accent belongs to the next letter
_ACTUAL_TEXT = re.compile(rb"/ActualText\s*+(?:(" + STRING + rb")|(" + HEX + rb"))", re.DOTALL)
_FURNITURE = re.compile(rb"/(?:Header|Footer|Watermark|PageNum)\b")
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # meaningless without their font
_MOST_MARKS = 200
_RISES = 0.2  # of a page's runs are higher than the one before; fewer if columns are drawn separately
_WHOLE = 4  # characters of a piece on average
_NAMELESS = "\ufffd"
_HEIGHT = itemgetter(2)


class _OpenRun:
    """A run that continues while the next text follows on the same line, because files may place each letter."""

    __slots__ = ("breaks", "flags", "length", "size", "texts", "x0", "x1", "y")

    def __init__(
        self, x0: float, x1: float, y: float, size: float, text: str, flags: int, breaks: list[tuple[int, float, float]]
    ) -> None:
        self.x0, self.x1, self.y, self.size, self.flags = x0, x1, y, size, flags
        self.texts = [text]
        self.length = len(text)
        self.breaks = breaks

    def mark(self, text: str, end: float) -> None:
        """Add signs that belong to the last letter; some are beside it, up to `end`."""
        self.texts.append(text)
        self.length += len(text)
        self.x1 = max(self.x1, end)

    def closed(self) -> Run:
        """The run."""
        text = self.texts[0] if len(self.texts) == 1 else "".join(self.texts)
        return Run(self.x0, self.x1, self.y, self.size, text, self.flags, tuple(self.breaks))


class RunBuilder:
    """Collects a page's text; marked content may hide it or replace it."""

    def __init__(self, page: PageContent) -> None:
        self._runs = page.runs
        self._open: _OpenRun | None = None
        # What marked content requires: None (nothing), "" (leave it out), or the replacement, and since when.
        self._marks: list[tuple[str | None, int]] = []
        self._told = 0
        self._is_marked = False
        self.hidden = 0

    def add(
        self, text: str, x0: float, x1: float, y: float, size: float, flags: int,
        breaks: Sequence[tuple[int, float, float]] = (),
    ) -> None:  # fmt: skip
        """Text from `x0` to `x1` on the baseline `y`."""
        if not text:
            return
        if _NAMELESS in text:
            flags |= UNMAPPED
        opened = self._open
        if opened is not None and opened.y == y and opened.size == size and opened.flags == flags:
            gap = x0 - opened.x1
            if -OVERLAP * size < gap < NO_WORD_BETWEEN * size:
                texts = opened.texts
                if gap > SPACE_GAP * size and (
                    gap > WIDE_GAP * size or not (texts[-1].endswith(" ") or text.startswith(" "))
                ):
                    opened.breaks.append((opened.length, opened.x1, x0))
                    texts.append(" ")
                    opened.length += 1
                if breaks:
                    opened.breaks += [(opened.length + index, a, b) for index, a, b in breaks]
                texts.append(text)
                opened.length += len(text)
                if x1 > opened.x1:  # noqa: PLR1730 - a vowel sign may be drawn back over its letter
                    opened.x1 = x1
                return
        if not (text.isascii() or self._told) and is_signs(text) and self._attach(text, x0, x1, y, size):
            return
        if opened is not None:
            self._runs.append(opened.closed())
        self._open = _OpenRun(x0, x1, y, size, text, flags, list(breaks))

    def opened(self, y: float, size: float, flags: int) -> _OpenRun | None:
        """The run that text of this kind continues, if it follows closely enough; None if there is none."""
        opened = self._open
        if opened is not None and opened.y == y and opened.size == size and opened.flags == flags:
            return opened
        return None

    def add_sign(self, text: str, x0: float, x1: float, y: float, size: float, flags: int, height: float) -> None:
        """A large sign, which is a separate run; `height` in em."""
        self.close()
        if text:
            self._runs.append(Run(x0, x1, y, size, text, flags, (), height))

    def close(self) -> None:
        """End the current run."""
        if self._open is not None:
            self._runs.append(self._open.closed())
            self._open = None

    def finish(self) -> None:
        """End the last run, and join runs that belong together on pages drawn in no order."""
        self.close()
        runs = self._runs
        rises = sum([below.y + below.size < above.y for below, above in pairwise(runs)])
        if rises < _RISES * len(runs) or (self._is_marked and self._has_whole_words()):
            return
        drawn = sorted(runs)
        drawn.sort(key=_HEIGHT, reverse=True)
        runs.clear()
        for x0, x1, y, size, text, flags, breaks, height in drawn:
            if height:
                self.add_sign(text, x0, x1, y, size, flags, height)
            else:
                self.add(text, x0, x1, y, size, flags, breaks)
        self.close()

    def _has_whole_words(self) -> bool:
        """Whether the pieces of marked content are words, which touch in narrow cells and must stay apart."""
        return sum([len(run.text) for run in self._runs]) >= _WHOLE * len(self._runs)

    def _attach(self, text: str, x: float, end: float, y: float, size: float) -> bool:
        """Put signs on the letter drawn before them, wherever exactly they are drawn."""
        reach = _MARK_REACH * size
        if not _stands_beside(text):
            end = x - reach
        if self._open is not None:
            if abs(self._open.y - y) < reach and -reach < x - self._open.x1 < _AHEAD * size:
                self._open.mark(text, end)
                return True
            return False
        last = self._runs[-1] if self._runs else None
        if last is None or abs(last.y - y) >= reach or not -reach < x - last.x1 < _AHEAD * size:
            return False
        self._runs[-1] = last._replace(text=last.text + text, x1=max(last.x1, end))
        return True

    def begin_mark(self, properties: bytes) -> None:
        """Marked content begins."""
        instead: str | None = None
        self._is_marked = True
        self.close()
        if _FURNITURE.search(properties):
            instead = ""
        elif (found := _ACTUAL_TEXT.search(properties)) is not None:
            raw = literal(found[1]) if found[1] else unhex(found[2])
            instead = raw[2:].decode("utf-16-be", "replace") if raw[:2] == b"\xfe\xff" else raw.decode("latin-1")
            instead = _PRIVATE.sub(_NAMELESS, instead) or None
        if len(self._marks) < _MOST_MARKS:
            self._marks.append((instead, len(self._runs)))
            self.hidden += instead == ""
            self._told += bool(instead)

    def end_mark(self) -> None:
        """Marked content ends: its text replaces what was drawn."""
        if not self._marks:
            return
        self.close()
        instead, since = self._marks.pop()
        runs = self._runs
        if instead == "":
            self.hidden -= 1
            return
        if instead is None:
            return
        self._told -= 1
        drawn = runs[since:]
        if not drawn or max(run.y for run in drawn) - min(run.y for run in drawn) > _MARK_REACH * drawn[0].size:
            return
        first = max(drawn, key=lambda run: run.x1 - run.x0)
        x0, x1 = min(run.x0 for run in drawn), max(run.x1 for run in drawn)
        # A soft hyphen alone is drawn where a word is divided.
        text = instead if instead == SOFT_HYPHEN else instead.replace(SOFT_HYPHEN, "")
        runs[since:] = [Run(x0, x1, first.y, first.size, text, first.flags & ~UNMAPPED)]


def is_signs(text: str) -> bool:
    """Whether a text consists of vowel signs and accents, which need a letter before them."""
    return not text.isascii() and all(unicodedata.category(character)[0] == "M" for character in text)


def _stands_beside(text: str) -> bool:
    """Whether the last sign of a text has its own width, beside its letter."""
    return unicodedata.category(text[-1]) == "Mc"


def joined_breaks(breaks: Sequence[tuple[int, float, float]], x: float, scale: float) -> list[tuple[int, float, float]]:
    """Breaks measured along a line, as places on the page."""
    return [(index, x + a * scale, x + b * scale) for index, a, b in breaks]
