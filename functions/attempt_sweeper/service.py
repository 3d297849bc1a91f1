"""Finding attempts that are due and finalising them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import logger
from smartexam.sitting.ending import finalise
from smartexam.sitting.store import attempts
from smartexam.sitting.store.attempts import DUE_SHARDS

_PAGE = 200
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: attempts finished, what failed (attempts, and shards of which none could be found; the next
    sweep tries them again), and whether it ended for want of time."""

    finished: int
    failed: int
    out_of_time: bool


def sweep(now: float, grace: float, has_time: Callable[[], bool]) -> Swept:
    """Finalise every attempt whose grace is past, and every closed one that was not graded.

    Args:
        now: epoch seconds.
        grace: seconds after the deadline in which the student may still submit.
        has_time: whether there is time for another page.
    """
    finished = failed = 0
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        for shard in range(DUE_SHARDS):
            tried: set[tuple[int, int]] = set()
            while True:
                if not has_time():
                    return Swept(finished, failed, out_of_time=True)
                try:
                    due = attempts.due_sittings(shard, now - grace, limit=_PAGE + len(tried))
                except Unavailable as error:
                    # Nobody knows who is in it; those in the other shards shall not have to wait for that.
                    logger().warning("a shard could not be read", exc_info=error, extra={"shard": shard})
                    failed += 1
                    break
                # The index lags: what was just finished may be listed again, and must not keep the sweep going.
                fresh = [each for each in due if each not in tried]
                if not fresh:
                    break
                tried.update(fresh)
                outcomes = list(pool.map(lambda each: _finish(each[0], each[1], now, grace), fresh))
                finished += outcomes.count(True)
                failed += outcomes.count(None)
    return Swept(finished, failed, out_of_time=False)


def _finish(user_id: int, exam_id: int, now: float, grace: float) -> bool | None:
    """Whether an attempt was ended here; None if that failed."""
    try:
        sitting = attempts.get_sitting(user_id, exam_id)
        if sitting is None or not sitting.is_due(now, grace):
            return False
        finalise(sitting, now, grace)
    except Exception:  # noqa: BLE001 - one student's trouble must not keep the others waiting
        logger().exception("an attempt could not be finished", extra={"user_id": user_id, "exam_id": exam_id})
        return None
    return True
