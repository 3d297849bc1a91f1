"""Records the soak test's failures with their times, and the duration of all calls."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.soak.killer import Kill

# A killed process is noticed, and its request fails, within this time on a busy machine.
_NOTICED_SECONDS = 1.0
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that met a server error or no answer at all (`status` 0); times are monotonic seconds."""

    sent: float
    answered: float
    function: str
    call: str
    status: int
    is_shaped: bool

    def is_due_to(self, kills: Iterable[Kill]) -> bool:
        """Whether a process of its function was killed during the request."""
        begins = self.sent - _NOTICED_SECONDS
        return any(self.function in kill.function and begins <= kill.at <= self.answered for kill in kills)


@dataclass
class Ledger:
    """Shared by all actors; safe to use from many threads."""

    failures: list[Failure] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, call: str, status: int, seconds: float) -> None:
        """Note an answer."""
        with self._lock:
            self.statuses[status] += 1
            self.seconds[call].append(seconds)

    def failed(self, failure: Failure) -> None:
        """Note a failure."""
        with self._lock:
            self.failures.append(failure)

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was done and acknowledged."""
        with self._lock:
            self.counts[what] += number

    def violated(self, what: str) -> None:
        """Record a broken promise."""
        with self._lock:
            self.violations.append(what)

    def expect(self, what: str, found: object, expected: object) -> None:
        """Record a violation unless both are equal."""
        if found != expected:
            self.violated(f"{what}: found {_short(found)}, expected {_short(expected)}")

    def unexplained(self, kills: list[Kill]) -> list[Failure]:
        """Failures that no kill explains, and server errors in another shape than the API's."""
        return [
            failure
            for failure in self.failures
            if not failure.is_due_to(kills) or (failure.status >= _SERVER_ERROR and not failure.is_shaped)
        ]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."
