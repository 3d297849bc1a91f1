"""Sources of the current time.

The time of a request is read once, at its start, and passed on as an argument. So rules that depend on time are pure
functions, and one request sees one time.
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
    """The machine's clock, shifted by the number of seconds in a file.

    Only for local development, where it makes deadlines, locks and limits pass. The file is read at every call, because
    the functions' processes outlive its changes.
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
