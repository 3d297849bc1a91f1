"""A clock that only moves when a test moves it."""

# Monday, 5 January 2026, 10:00 in Kolkata.
MORNING = 1_767_587_400.0


class FrozenClock:
    """Time as the test says; give it to a function's `api.clock`."""

    def __init__(self, now: float = MORNING) -> None:
        self._now = now

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Let time pass; returns the new time."""
        self._now += seconds
        return self._now

    def set(self, now: float) -> None:
        """Set the time."""
        self._now = now
