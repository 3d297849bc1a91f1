"""Checks the access code of an exam, and limits wrong ones."""

from smartexam.catalog.access_code import LONGEST, matches
from smartexam.catalog.exam import Exam
from smartexam.limits import rate_limits
from smartexam.platform.errors import Forbidden

MOST_WRONG = 5
WINDOW_SECONDS = 600
_USED_UP = "Too many wrong access codes. Please try again later."


def check(user_id: int, exam: Exam, code: str | None, now: float) -> None:
    """Refuse a student without the right code.

    Raises:
        Forbidden: `access_code_required`, or `access_code_wrong`.
        RateLimited: five wrong codes within ten minutes.
    """
    kind = f"access_code#{exam.id}"
    if not code:
        rate_limits.require_guesses(kind, user_id, limit=MOST_WRONG, seconds=WINDOW_SECONDS, now=now, message=_USED_UP)
        raise Forbidden("This exam asks for an access code", code="access_code_required")
    with rate_limits.guess(
        kind,
        user_id,
        limit=MOST_WRONG,
        seconds=WINDOW_SECONDS,
        now=now,
        message=_USED_UP,
    ):
        if len(code) > LONGEST or not matches(code, exam.access_code):
            raise Forbidden("This is not the access code", code="access_code_wrong")
