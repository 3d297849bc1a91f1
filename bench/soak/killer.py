"""Kills the functions' processes at random, preferably busy ones."""

import contextlib
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field

from bench.soak import processes
from bench.soak.stack import RunningStack

# How long to wait for a busy one, and how often to check.
_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Kill:
    """A process that was killed; `at` is monotonic seconds."""

    at: float
    function: str
    was_busy: bool


@dataclass
class Killer:
    """A thread that kills a function's process every `pause` seconds on average, from `start` to `stop`.

    Only children of the emulator that this stack started are ever signalled.
    """

    stack: RunningStack
    chance: random.Random
    pause: float
    kills: list[Kill] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Kill no more."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(self.chance.uniform(0.5, 1.5) * self.pause):
            self._kill_one()

    def _kill_one(self) -> None:
        workers = self.stack.workers()
        if not workers:
            return
        # Sometimes an idle one, to lose its caches.
        chosen = self._one_at_work(list(workers)) if self.chance.random() < 0.9 else None
        is_busy = chosen is not None
        if chosen is None:
            chosen = self.chance.choice(list(workers))
        # Not if it has ended and its process id was reused.
        if processes.function_of(chosen) != workers[chosen]:
            return
        at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
            self.kills.append(Kill(at, workers[chosen], is_busy))

    def _one_at_work(self, workers: list[int]) -> int | None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.chance.shuffle(workers)
            for pid in workers:
                if processes.is_at_work(pid):
                    return pid
            self._ending.wait(_LOOK_SECONDS)
        return None
