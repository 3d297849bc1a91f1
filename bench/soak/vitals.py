"""How large the stack's processes are, sampled while it runs."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.soak import processes
from bench.soak.stack import RunningStack


@dataclass(frozen=True, slots=True)
class Sample:
    """One look; `at` is monotonic seconds, memory is MiB, `unpacked` are copies of functions on the disk."""

    at: float
    gateway_memory: float
    gateway_files: int
    gateway_threads: int
    emulator_memory: float
    emulator_files: int
    emulator_threads: int
    workers: int
    workers_memory: float
    zombies: int
    unpacked: int


MEASURES = tuple(name for name in Sample.__slots__ if name != "at")


@dataclass
class Vitals:
    """A thread that looks every `pause` seconds, from `start` to `stop`."""

    stack: RunningStack
    pause: float
    samples: list[Sample] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="vitals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(self.pause):
            self.samples.append(look(self.stack))


def look(stack: RunningStack) -> Sample:
    """A sample of this moment."""
    gateway, emulator = processes.size_of(stack.gateway), processes.size_of(stack.emulator)
    memories = []
    for pid in stack.workers():
        try:
            memories.append(processes.size_of(pid).memory)
        except (OSError, KeyError):
            continue  # it has just ended
    return Sample(
        at=time.monotonic(),
        gateway_memory=gateway.memory,
        gateway_files=gateway.files,
        gateway_threads=gateway.threads,
        emulator_memory=emulator.memory,
        emulator_files=emulator.files,
        emulator_threads=emulator.threads,
        workers=len(memories),
        workers_memory=sum(memories),
        zombies=processes.zombies(stack.emulator),
        unpacked=stack.unpacked_functions(),
    )


def first_and_last(samples: Sequence[Sample], since: float, window: float) -> tuple[dict[str, float], dict[str, float]]:
    """Medians of the first and of the last `window` seconds after `since`."""
    end = samples[-1].at
    first = [sample for sample in samples if since <= sample.at <= since + window] or [samples[0]]
    last = [sample for sample in samples if sample.at >= end - window]
    return _medians(first), _medians(last)


def _medians(samples: Sequence[Sample]) -> dict[str, float]:
    measure: Callable[[str], float] = lambda name: statistics.median(getattr(each, name) for each in samples)  # noqa: E731
    return {name: measure(name) for name in MEASURES}
