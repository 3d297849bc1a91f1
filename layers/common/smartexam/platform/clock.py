"""Where the time comes from.

The time of a request is read once, at its start, and passed on as an argument: rules that depend on time are
functions of it, and one request sees one time.
"""

import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()


class OffsetClock:
    """The machine's clock, shifted by the number of seconds that a file holds.

    Only for local development: it lets a client developer see deadlines, locks and limits pass. The file is read
    at every call, because the functions' processes live longer than one setting of it.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def now(self) -> float:
        """Seconds since the epoch, UTC, plus the offset; an unreadable file counts as no offset."""
        try:
            offset = float(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            offset = 0.0
        return time.time() + offset
