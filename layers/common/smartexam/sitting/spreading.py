"""Carrying a changed closing, or what a batch is granted, over to the running attempts at an exam.

What is done within the request holds at once. A job looks at all attempts again a little later: those that there was no
time for, and those that were being started during the change.
"""

import time as process_time

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs import queue
from smartexam.sitting import deadlines

KIND = "deadlines"
# Longer than any request runs that read the exam before the change, and than the index of attempts lags.
_LOOK_AGAIN_SECONDS = 30
_WITHIN_THE_REQUEST_SECONDS = 5.0


def carry_over(exam: Exam, admin_id: int, time: ExamTime) -> None:
    """Give the running attempts at an exam the deadlines that hold after a change.

    Raises:
        Unavailable: the database or the queue cannot be reached; the change itself is stored.
    """
    ends_at = process_time.monotonic() + _WITHIN_THE_REQUEST_SECONDS
    deadlines.refresh_all(exam, time, lambda: process_time.monotonic() < ends_at)
    queue.ask(
        KIND,
        {"exam_id": exam.id},
        created_by=admin_id,
        now=time.now,
        inputs=f"{exam.id}/{exam.grants_version}",
        delay_seconds=_LOOK_AGAIN_SECONDS,
    )
