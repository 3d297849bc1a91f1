"""To whom a discussion is open: anybody signed in, but for those who are sitting an attempt with its question."""

from collections.abc import Callable

import msgspec

from smartexam.platform.errors import Forbidden, NotFound
from smartexam.sitting.in_progress import is_sitting_with, sitting_with
from smartexam.talk.store.discussions import reading
from smartexam.talk.store.discussions.items import Location
from smartexam.talk.store.discussions.reading import Discussion


class Visitor(msgspec.Struct, frozen=True):
    """Who asks, and when: `now` in epoch seconds, `grace` in seconds after an attempt's deadline."""

    user_id: int
    now: float
    grace: float


def enter(question_id: int, visitor: Visitor, *, parent_id: int | None = None) -> Discussion:
    """A question's discussion.

    Args:
        question_id: the question.
        visitor: who asks.
        parent_id: a comment to look up besides.

    Raises:
        NotFound: no such question.
        Forbidden: the visitor is sitting an attempt with it.
    """
    discussion = reading.find_discussion(question_id, parent_id=parent_id)
    if discussion is None:
        raise _unknown_question()
    _require_open(question_id, discussion.exam_id, visitor)
    return discussion


def find_comment(comment_id: int, visitor: Visitor | None = None) -> Location:
    """Where a comment lies.

    Args:
        comment_id: the comment.
        visitor: who asks; None where a running attempt does not matter.

    Raises:
        NotFound: no such comment.
        Forbidden: the visitor is sitting an attempt with its question.
    """
    where = reading.locate(comment_id)
    if where is None:
        raise NotFound("Comment not found", code="comment_not_found")
    if visitor is not None:
        _require_open(where.question_id, where.exam_id, visitor)
    return where


def admitting(question_id: int, exam_id: int, now: float, grace: float) -> Callable[[set[int]], set[int]]:
    """Of the followers of a discussion, those who may see it now."""

    def admits(user_ids: set[int]) -> set[int]:
        return user_ids - sitting_with(question_id, exam_id, user_ids, now, grace)

    return admits


def _require_open(question_id: int, exam_id: int, visitor: Visitor) -> None:
    exists, sitting = reading.find_seat(exam_id, visitor.user_id)
    if not exists:
        raise _unknown_question()
    if sitting is not None and is_sitting_with(sitting, question_id, visitor.now, visitor.grace):
        raise Forbidden("The discussion of this question is closed until your attempt is over", code="exam_in_progress")


def _unknown_question() -> NotFound:
    return NotFound("Question not found", code="question_not_found")
