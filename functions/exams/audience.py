"""The audience of an exam."""

from collections.abc import Collection

from smartexam.catalog.exam import Exam
from smartexam.platform.errors import Forbidden


def require_enrolled(exam: Exam, batch_ids: Collection[int]) -> None:
    """Refuse students who are not in the exam's audience.

    Raises:
        Forbidden: `not_enrolled`.
    """
    if not exam.admits(batch_ids):
        raise Forbidden("This exam is not for you", code="not_enrolled")
