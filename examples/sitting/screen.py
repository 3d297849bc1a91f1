"""Terminal output: phases, a progress bar, a table; plain lines without a terminal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

_COLOURS = {"right": "32", "wrong": "31", "blank": "2", "good": "32", "bad": "31", "title": "1"}
_BAR_WIDTH = 30


class Screen:
    """Colours and a moving bar on a terminal (no colours with NO_COLOR), plain lines elsewhere."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._live = out.isatty() and os.environ.get("TERM") != "dumb"
        self._coloured = self._live and not os.environ.get("NO_COLOR")
        self._bar_shown = False
        self.phases: list[tuple[str, float]] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Prints a heading and records how long the block took, in seconds."""
        self.line(self.styled(name, "title"))
        began = self._clock()
        try:
            yield
        finally:
            self.phases.append((name, self._clock() - began))
            self._end_bar()

    def line(self, text: str = "") -> None:
        """Writes a line, below the bar if there is one."""
        self._end_bar()
        self._out.write(f"{text}\n")
        self._out.flush()

    def progress(self, done: int, of: int, note: str) -> None:
        """Redraws the bar on a terminal; elsewhere writes one line."""
        if not self._live:
            self.line(f"  {done}/{of}  {note}")
            return
        filled = _BAR_WIDTH * done // of if of else 0
        bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
        self._out.write(f"\r\033[K  [{bar}] {done}/{of}  {note}")
        self._out.flush()
        self._bar_shown = True

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], style_column: int) -> None:
        """Aligned columns; the value in `style_column` chooses the colour of its own cell."""
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        self.line("  " + "  ".join(self._cell(text, width) for text, width in zip(header, widths, strict=True)))
        for row in rows:
            cells = [self._cell(text, width) for text, width in zip(row, widths, strict=True)]
            cells[style_column] = self.styled(cells[style_column], row[style_column])
            self.line("  " + "  ".join(cells))

    def styled(self, text: str, style: str) -> str:
        """The text in the style's colour, if colours are on."""
        colour = _COLOURS.get(style)
        return f"\033[{colour}m{text}\033[0m" if self._coloured and colour else text

    @staticmethod
    def _cell(text: str, width: int) -> str:
        return text.rjust(width) if text.replace(".", "", 1).lstrip("-").isdigit() else text.ljust(width)

    def _end_bar(self) -> None:
        if self._bar_shown:
            self._out.write("\n")
            self._bar_shown = False
