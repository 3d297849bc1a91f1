"""Syncs a sheet with the server while the student works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from smartexam_client.connection import ApiError
from smartexam_client.sheet import AnswerSheet, Synced
from smartexam_client.transport import ConnectionLostError

_LONGEST_PAUSE = 60.0


class AutoSync:
    """A thread that sends changes soon after they are made, and asks for the remaining time now and then.

    Show `online` and `problem` on the screen. It ends when the time of the exam is over.
    """

    def __init__(
        self,
        sheet: AnswerSheet,
        *,
        settle: float = 2.0,
        interval: float = 120.0,
        on_sync: Callable[[Synced], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`settle`: seconds for which changes are collected; `interval`: seconds after which it syncs without a change.

        `on_sync` is called in the thread.
        """
        self._sheet = sheet
        self._settle = settle
        self._interval = interval
        self._on_sync = on_sync
        self._clock = clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="autosync", daemon=True)
        self._failures = 0
        self._next_at = 0.0
        self._heard_at = clock()
        self.online = True
        self.time_over = False
        self.problem: ApiError | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def step(self) -> None:
        """Syncs if there is a reason to and it is time."""
        now = self._clock()
        if now < self._next_at or not (self._sheet.has_changes or now - self._heard_at >= self._interval):
            return
        try:
            synced = self._sheet.sync()
        except ConnectionLostError:
            self.online = False
            self._wait_longer(now)
        except ApiError as error:
            self.online = True
            self.problem = error
            self.time_over = error.code in {"exam_time_over", "no_attempt"}
            self._wait_longer(now)
        else:
            self.online, self.problem, self._failures, self._heard_at = True, None, 0, now
            if self._on_sync:
                self._on_sync(synced)

    def _wait_longer(self, now: float) -> None:
        self._failures += 1
        self._next_at = now + min(self._settle * 2**self._failures, _LONGEST_PAUSE)

    def _run(self) -> None:
        while not self.time_over and not self._ended.wait(self._settle):
            self.step()
