"""Chat is closed to a student who sits an exam that does not allow it; what was said meanwhile is there afterwards."""

from collections.abc import Collection
from functools import partial

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams
from smartexam.platform.errors import Conflict
from smartexam.platform.parallel import in_parallel
from smartexam.platform.principal import Principal
from smartexam.sitting.in_progress import sittings_in_progress

_AT_ONCE = 16


def require_chat(caller: Principal, time: ExamTime) -> None:
    """Let through who may chat now; one read if no attempt is in progress.

    Raises:
        Conflict: `exam_in_progress`.
    """
    if caller.has("user") and in_silence([caller.user_id], time):
        raise Conflict("You can chat again when your exam is over", code="exam_in_progress")


def in_silence(user_ids: Collection[int], time: ExamTime) -> set[int]:
    """Those of some users who sit an exam without chat: a read for each, in parallel, and one for their exams."""
    found = in_parallel(partial(sittings_in_progress, time=time), user_ids, most=_AT_ONCE)
    running = [(sitting.user_id, sitting.exam_id) for sittings in found for sitting in sittings]
    if not running:
        return set()
    known = exams.get_exams(sorted({exam_id for _, exam_id in running}))
    return {user_id for user_id, exam_id in running if exam_id in known and not known[exam_id].allow_chat}
