"""The queue of the exam eraser, which deletes what a deleted exam left."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# Longer than any function runs, so a function that found the exam before its deletion has made its last write by then.
# It is also longer than the deletion itself takes, so an exam that still exists by then was not deleted.
LAST_PASS_SECONDS = 300


class ExamErasureOrder(msgspec.Struct, frozen=True):
    """The exam whose remains are to be deleted."""

    exam_id: int


def order_last_pass(exam_id: int) -> None:
    """Order the deletion of everything an exam has left some minutes from now; it does nothing if the exam still exists
    then.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    _hand_over(exam_id, LAST_PASS_SECONDS)


def order(exam_id: int) -> None:
    """Order the deletion of everything a deleted exam has left.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    _hand_over(exam_id, 0)


def _hand_over(exam_id: int, delay_seconds: int) -> None:
    queues.send(settings().required("EXAM_ERASER_QUEUE_URL"), ExamErasureOrder(exam_id), delay_seconds=delay_seconds)
