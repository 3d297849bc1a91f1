"""Ends every attempt that is due."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import logger
from smartexam.sitting.ending import end_if_due
from smartexam.sitting.store import attempts, sitting_index
from smartexam.sitting.store.sitting_items import DUE_SHARDS

_PAGE = 200
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Swept:
    """Attempts ended; attempts and unreadable shards that failed, which the next sweep tries again; whether it ran out
    of time."""

    ended: int
    failed: int
    out_of_time: bool


def sweep(time: ExamTime, has_time: Callable[[], bool]) -> Swept:
    """End every attempt whose grace is over and grade every closed one; `has_time` is asked before each page."""
    ended = failed = 0
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        for shard in range(DUE_SHARDS):
            tried: set[tuple[int, int]] = set()
            while True:
                if not has_time():
                    return Swept(ended, failed, out_of_time=True)
                try:
                    due = sitting_index.due_sittings(shard, time.earliest_deadline, limit=_PAGE + len(tried))
                except Unavailable as error:
                    # The other shards' attempts must not wait for this one.
                    logger().warning("a shard could not be read", exc_info=error, extra={"shard": shard})
                    failed += 1
                    break
                # The index lags: attempts that were just ended may be listed again.
                fresh = [each for each in due if each not in tried]
                if not fresh:
                    break
                tried.update(fresh)
                outcomes = list(pool.map(lambda each: _end_if_due(each[0], each[1], time), fresh))
                ended += outcomes.count(True)
                failed += outcomes.count(None)
    return Swept(ended, failed, out_of_time=False)


def _end_if_due(user_id: int, exam_id: int, time: ExamTime) -> bool | None:
    """Whether the attempt was due; None if ending it failed."""
    try:
        sitting = attempts.get_sitting(user_id, exam_id)
        return sitting is not None and end_if_due(sitting, time)
    except Exception:  # noqa: BLE001 - one student's failure must not stop the sweep
        logger().exception("an attempt could not be ended", extra={"user_id": user_id, "exam_id": exam_id})
        return None
