"""Carrying a changed closing, what a batch is granted, or who is in a batch, over to running attempts.

What is done within the request holds at once. A job looks at the attempts again a little later: those that there was no
time for, and those that were being started during the change.
"""

import time as process_time
from collections.abc import Collection, Iterable, Sequence

from smartexam.accounts.store.roster import Joined
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import overrides
from smartexam.jobs import queue
from smartexam.sitting import deadlines
from smartexam.sitting.deadlines import Tell

KIND = "deadlines"
# Longer than any request runs that read the exam before the change, and than the index of attempts lags.
_LOOK_AGAIN_SECONDS = 30
_WITHIN_THE_REQUEST_SECONDS = 5.0


def carry_over(exam: Exam, admin_id: int, time: ExamTime, *, tell: Tell) -> None:
    """Give the running attempts at an exam the deadlines that hold after a change, and tell their students.

    Raises:
        Unavailable: the database or the queue cannot be reached; the change itself is stored.
    """
    ends_at = process_time.monotonic() + _WITHIN_THE_REQUEST_SECONDS
    deadlines.refresh_all(exam, time, lambda: process_time.monotonic() < ends_at, tell=tell)
    queue.ask(
        KIND,
        {"exam_id": exam.id},
        created_by=admin_id,
        now=time.now,
        inputs=f"{exam.id}/{exam.grants_version}",
        delay_seconds=_LOOK_AGAIN_SECONDS,
    )


def carry_over_members(
    batch_ids: Collection[int],
    user_ids: Sequence[int],
    time: ExamTime,
    *,
    tell: Tell,
    look_again_for: int | None = None,
) -> None:
    """Give the running attempts of students who joined or left batches the deadlines that hold now, and tell them.

    One round trip if the batches are granted nothing at any exam.

    Args:
        batch_ids: the batches.
        user_ids: the students.
        time: the time of the request or job.
        tell: gets the attempts with their new ends.
        look_again_for: the administrator for whom a job looks again a little later; None for no second look.

    Raises:
        Unavailable: the database or the queue cannot be reached; the change itself is stored.
    """
    exam_ids = overrides.exams_granting(batch_ids) if user_ids else ()
    if not exam_ids:
        return
    deadlines.refresh_members(user_ids, exam_ids, time, tell=tell)
    if look_again_for is not None:
        queue.ask(
            KIND,
            {"batch_ids": list(batch_ids), "user_ids": list(user_ids)},
            created_by=look_again_for,
            now=time.now,
            # Each change is looked at again after its own delay.
            inputs=f"batch:{min(batch_ids)}/{user_ids[0]}/{time.now}",
            delay_seconds=_LOOK_AGAIN_SECONDS,
        )


def carry_over_joined(
    joined: Iterable[Joined], time: ExamTime, *, tell: Tell, look_again_for: int | None = None
) -> None:
    """`carry_over_members` for the students of a roster."""
    found = list(joined)
    batch_ids = {batch_id for each in found for batch_id in each.batch_ids}
    carry_over_members(batch_ids, [each.user_id for each in found], time, tell=tell, look_again_for=look_again_for)
