"""Measures the age of what a process caches."""

from time import monotonic, time


class Stopwatch:
    """Seconds since it was started, by the clock that moved more.

    Lambda freezes a process between two calls, including its monotonic clock; the wall clock moves on, but may be set
    back. With both, something cached for a few seconds cannot live for half an hour between two calls.
    """

    __slots__ = ("_monotonic", "_wall")

    def __init__(self) -> None:
        self._monotonic, self._wall = monotonic(), time()

    def seconds(self) -> float:
        """The seconds since the start."""
        return max(monotonic() - self._monotonic, time() - self._wall)
