"""The age of what a process keeps in memory."""

from time import monotonic, time


class Stopwatch:
    """Seconds since it was started, by whichever clock moved more.

    Lambda freezes a process between two calls, and its monotonic clock with it; the wall clock goes on, but may be set
    back. What is kept for a few seconds must not live for half an hour because nobody called in between.
    """

    __slots__ = ("_monotonic", "_wall")

    def __init__(self) -> None:
        self._monotonic, self._wall = monotonic(), time()

    def seconds(self) -> float:
        """How long ago it was started."""
        return max(monotonic() - self._monotonic, time() - self._wall)
