"""What is left of a deleted exam, on its way out: the queue of the exam eraser."""

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

# Longer than any function runs that may have found the exam before it was deleted: what such a function still wrote
# has been written by then. It also outlasts the deletion itself, so an exam that still exists by then stays.
LAST_PASS_SECONDS = 300


class ExamErasureOrder(msgspec.Struct, frozen=True):
    """Which exam's remains are to go."""

    exam_id: int


def order_last_pass(exam_id: int) -> None:
    """Have everything removed that is there of an exam some minutes from now; nothing, if the exam still exists then.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    _hand_over(exam_id, LAST_PASS_SECONDS)


def order(exam_id: int) -> None:
    """Have everything removed that a deleted exam left.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    _hand_over(exam_id, 0)


def _hand_over(exam_id: int, delay_seconds: int) -> None:
    queues.send(settings().required("EXAM_ERASER_QUEUE_URL"), ExamErasureOrder(exam_id), delay_seconds=delay_seconds)
