"""Runs a flow once without faults, and then with each fault at each of its calls.

After a fault the client behaves as documented: it retries as often and as late as it is told. Background work runs.
Then everything must be as if the fault had not happened, or nothing must have been done.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from exams import recent
from smartexam.platform import secret_store
from tests.factories.clock import FrozenClock
from tests.factories.cloud import Cloud
from tests.factories.events import Answer
from tests.factories.faults import Call, Extent, Fault, Faults
from tests.factories.process import forget_processes_state
from tests.faults import consistency
from tests.faults.cases import cases
from tests.faults.consistency import Stored

# Of most functions, as in the template.
FUNCTION_SECONDS = 15.0
_MOST_TRIES = 4
# Of a failed case, show the place and the reason instead of the whole traceback.
_MOST_LINES = 6


Whole = Literal["at once", "once settled", "when asked again"]
_Kept = tuple[Any, Cloud, float]


@dataclass(frozen=True)
class Flow:
    """A request to the product, and its expected outcome.

    Attributes:
        call: makes the request; may be called repeatedly, each time like a client's request.
        done: whether an answer is right for a first request.
        done_before: whether it is right for a repeated request, which may have been done before; by default the same.
        audit: raises if the stored items are wrong in the end; gets them, and the last answer.
        settle: what happens in the background afterwards: queues, schedules, streams.
        stored_by: the operation that stores the result. Calls after the last of these only notify others, and must not
            make the request fail.
        whole: when all items are consistent again, even if the client gives up.
        seconds: how long the function may run.
    """

    call: Callable[[], Any]
    done: Callable[[Any], bool]
    audit: Callable[[Stored, Any], None]
    done_before: Callable[[Any], bool] | None = None
    settle: Callable[[], None] = lambda: None
    stored_by: str | None = None
    whole: Whole = "at once"
    seconds: float = FUNCTION_SECONDS


class Drill:
    """Runs flows with all faults; see the module.

    Attributes:
        lasts: whether the present fault also hits later attempts, so that nothing can be undone.
    """

    def __init__(self, clock: FrozenClock, faults: Faults, subtests: pytest.Subtests) -> None:
        self.clock = clock
        self.faults = faults
        self.cloud = faults.cloud
        self.lasts = False
        self._subtests = subtests

    def run(self, flow: Flow) -> None:
        """Run a flow without faults, then with a lost answer to the client, then with every fault at every call."""
        kept = self._keep()

        def restored() -> None:
            self._put_back(kept)
            self._begin_process()

        restored()
        self.lasts = False
        self.faults.watch()
        answer = flow.call()
        calls = list(self.faults.calls)
        assert calls, "nothing is called that could fail"
        assert flow.done(answer), f"in peace: {shown(answer)}"
        self._ends_well(flow, answer)
        restored()
        with self._case("the answer never reached the client"):
            flow.call()
            self.clock.advance(1)
            self._repeats(flow)
        stored_by = max((call.number for call in calls if call.operation == flow.stored_by), default=len(calls))
        for call, fault, extent in cases(calls):
            restored()
            with self._case(f"{call}: {fault}, {extent}"):
                self._goes_through(flow, call, fault, extent, told_only=call.number > stored_by)

    def stored(self) -> Stored:
        """Every item, by context and key."""
        return self.faults.database.rows()

    @contextmanager
    def _case(self, name: str) -> Iterator[None]:
        """Report a failing case by its name, and continue with the others."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this case's
            # Formatted only for failures, because hundreds of cases pass.
            lines = traceback.format_exception(error, limit=None if not isinstance(error, AssertionError) else 0)
            with self._subtests.test(name):
                pytest.fail("".join(lines[-_MOST_LINES:]), pytrace=False)

    def _goes_through(self, flow: Flow, call: Call, fault: Fault, extent: Extent, *, told_only: bool) -> None:
        self.faults.watch(call.number, fault, extent)
        self.lasts = extent is Extent.ONWARDS or (fault is Fault.TIMEOUT and extent is Extent.CALL)
        answer = flow.call()
        self.faults.stop()
        assert self.faults.hits, "the fault did not come about"
        assert self.faults.elapsed < flow.seconds, f"takes {self.faults.elapsed:.1f} s"
        if flow.done(answer):
            self._ends_well(flow, answer)
            return
        assert is_temporary(answer), f"neither done nor to be tried again: {shown(answer)}"
        assert not told_only, "stored, and not known to be"
        self._is_whole(flow)
        if extent is Extent.ONWARDS:
            self._begin_process()  # a process that could not reach anything for long is replaced
        self._wait_as_told(answer)
        self._repeats(flow)

    def _is_whole(self, flow: Flow) -> None:
        """Whether the items are consistent now, or will be after background work, without a repeated request."""
        if flow.whole == "at once":
            consistency.check(self.stored())
        elif flow.whole == "once settled":
            kept = self._keep()
            flow.settle()
            consistency.check(self.stored())
            self._put_back(kept)

    def _keep(self) -> _Kept:
        return self.faults.database.snapshot(), self.cloud.keep(), self.clock.now()

    def _put_back(self, kept: _Kept) -> None:
        database, cloud, now = kept
        self.faults.database.restore(database)
        self.cloud.put_back(cloud)
        self.clock.set(now)

    def _repeats(self, flow: Flow) -> None:
        done_before, answer = flow.done_before or flow.done, None
        for _ in range(_MOST_TRIES):
            self.faults.watch()
            answer = flow.call()
            if flow.done(answer) or done_before(answer):
                self._ends_well(flow, answer)
                return
            assert is_temporary(answer), f"when asked again: {shown(answer)}"
            self._wait_as_told(answer)
        raise AssertionError(f"asked again, still {shown(answer)}")

    def _ends_well(self, flow: Flow, answer: Any) -> None:
        self.faults.watch()
        flow.settle()
        stored = self.stored()
        consistency.check(stored)
        flow.audit(stored, answer)

    def _wait_as_told(self, answer: Any) -> None:
        if isinstance(answer, Answer):
            self.clock.advance(float(answer.headers["retry-after"]))

    def _begin_process(self) -> None:
        forget_processes_state()
        secret_store._cache.clear()
        recent.versions._seen.clear()


def is_temporary(answer: Any) -> bool:
    """Whether an answer says, in the error shape, that a retry may succeed.

    A function without clients says so by naming what failed.
    """
    if isinstance(answer, Answer):
        shape = answer.body if isinstance(answer.body, dict) else {}
        is_error = shape.get("status") == "error" and shape.get("success") is False and bool(shape.get("message"))
        return answer.status == 503 and is_error and answer.headers.get("retry-after", "").isdigit()
    return bool(answer.get("batchItemFailures") or answer.get("failed") or answer.get("out_of_time"))


def shown(answer: Any) -> str:
    """An answer in an error message."""
    return f"{answer.status} {answer.body}" if isinstance(answer, Answer) else repr(answer)
