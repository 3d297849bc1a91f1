"""Runs many simultaneous callers in simulated time, with the conflicts that DynamoDB reports.

One caller runs at a time and waits on a simulated clock, with the same random numbers for the pauses, so the outcome is
the same on every machine, for any number of callers.
"""

import heapq
import random
import threading
from collections.abc import Callable, Sequence
from itertools import count
from typing import TypeVar

import msgspec
import pytest

from tests.dynamodb.database import Body, MemoryDatabase, Place

T = TypeVar("T")
Answer = tuple[int, dict[str, str], bytes]

_TRANSACTION = "TransactWriteItems"
_TYPE = "com.amazonaws.dynamodb.v20120810#"


class Rush:
    """Callers of a slow database.

    A write holds its items while it lasts. A transaction is rejected if another write holds one of its items, and a
    single write if a transaction does:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html

    Args:
        database: executes the calls.
        seconds: how long a call takes.

    Attributes:
        now: simulated seconds since the start.
        rejected: how many calls met another one.
    """

    def __init__(self, database: MemoryDatabase, seconds: float = 0.015) -> None:
        self.now = 0.0
        self.rejected = 0
        self._database = database
        self._answer = database.answer
        self._seconds = seconds
        self._waiting: list[tuple[float, int, threading.Semaphore]] = []
        self._order = count()
        self._held: dict[Place, list[str]] = {}

    def run(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """What the calls return; all start at the same moment.

        Raises:
            The first error that a call raised.
        """
        random.seed(len(calls))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self._database, "answer", self._timed)
            patch.setattr("time.sleep", self.wait)
            return self._run(calls)

    def _run(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        outcomes: list[T | BaseException | None] = [None] * len(calls)

        def work(number: int, turn: threading.Semaphore) -> None:
            turn.acquire()
            try:
                outcomes[number] = calls[number]()
            except BaseException as error:  # noqa: BLE001 - raised below
                outcomes[number] = error
            finally:
                self._next()

        threads = [threading.Thread(target=work, args=(each, self._queued(0.0))) for each in range(len(calls))]
        for thread in threads:
            thread.start()
        self._next()
        for thread in threads:
            thread.join()
        found: list[T] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            found.append(outcome)  # type: ignore[arg-type]
        return found

    def wait(self, seconds: float) -> None:
        """Let the others continue for this many seconds."""
        turn = self._queued(seconds)
        self._next()
        turn.acquire()

    def _queued(self, seconds: float) -> threading.Semaphore:
        turn = threading.Semaphore(0)
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), turn))
        return turn

    def _next(self) -> None:
        if self._waiting:
            self.now, _, turn = heapq.heappop(self._waiting)
            turn.release()

    def _timed(self, operation: str, body: Body) -> Answer:
        places = self._database.touched(operation, body)
        met = [self._meets(operation, place) for place in places]
        if any(met):
            self.rejected += 1
            self.wait(self._seconds)
            return _conflict(operation, met)
        for place in places:
            self._held.setdefault(place, []).append(operation)
        self.wait(self._seconds)
        for place in places:
            self._held[place].remove(operation)
        return self._answer(operation, body)

    def _meets(self, operation: str, place: Place) -> bool:
        held = self._held.get(place, ())
        return bool(held) and (operation == _TRANSACTION or _TRANSACTION in held)


def _conflict(operation: str, met: list[bool]) -> Answer:
    if operation != _TRANSACTION:
        return 400, {}, msgspec.json.encode({"__type": f"{_TYPE}TransactionConflictException", "message": ""})
    reasons = [{"Code": "TransactionConflict" if each else "None"} for each in met]
    refused = {"__type": f"{_TYPE}TransactionCanceledException", "message": "", "CancellationReasons": reasons}
    return 400, {}, msgspec.json.encode(refused)
