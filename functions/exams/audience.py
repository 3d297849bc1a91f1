"""Who an exam is for."""

from collections.abc import Collection

from smartexam.catalog.exam import Exam
from smartexam.platform.errors import Forbidden


def require_enrolled(exam: Exam, batch_ids: Collection[int]) -> None:
    """Let through the students of an exam's audience.

    Raises:
        Forbidden: `not_enrolled`.
    """
    if not exam.admits(batch_ids):
        raise Forbidden("This exam is not for you", code="not_enrolled")
