"""Who may see a question's discussion: everybody but students whose attempt in progress contains the question."""

from collections.abc import Callable
from dataclasses import replace

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import Forbidden, NotFound
from smartexam.sitting.in_progress import is_sitting_with, sitting_with
from smartexam.sitting.store.attempts import Sitting
from smartexam.talk.store.discussions import reading
from smartexam.talk.store.discussions.items import Location
from smartexam.talk.store.discussions.reading import Discussion


def find_discussion(question_id: int, user_id: int, time: ExamTime, *, parent_id: int | None = None) -> Discussion:
    """A question's discussion, and the comment `parent_id` if one is given.

    Raises:
        NotFound: no such question.
        Forbidden: the question is in the user's attempt in progress.
    """
    discussion = reading.find_discussion(question_id, parent_id=parent_id)
    if discussion is None:
        raise no_question()
    _open_exam(question_id, discussion.exam_id, user_id, time)
    return discussion


def find_comment(comment_id: int) -> Location:
    """Where a comment is stored, with the exam that its question belongs to now.

    Raises:
        NotFound: no such comment.
    """
    where = _located(comment_id)
    return replace(where, exam_id=reading.exam_of(where))


def find_open_comment(comment_id: int, user_id: int, time: ExamTime) -> Location:
    """Where a comment of a discussion that is open to the user is stored, with the present exam of its question.

    Raises:
        NotFound: no such comment, or its question is gone.
        Forbidden: its question is in the user's attempt in progress.
    """
    where = _located(comment_id)
    return replace(where, exam_id=_open_exam(where.question_id, where.exam_id, user_id, time))


def admitting(question_id: int, exam_id: int, time: ExamTime) -> Callable[[set[int]], set[int]]:
    """The filter that keeps those followers of a discussion who may see it now."""

    def admits(user_ids: set[int]) -> set[int]:
        return user_ids - sitting_with(question_id, exam_id, user_ids, time)

    return admits


def require_not_sitting(sitting: Sitting | None, question_id: int, time: ExamTime) -> None:
    """Refuse a student whose attempt in progress contains the question.

    Raises:
        Forbidden: it does.
    """
    if sitting is not None and is_sitting_with(sitting, question_id, time):
        raise Forbidden("The discussion of this question is closed until your attempt is over", code="exam_in_progress")


def no_question() -> NotFound:
    """The error for a question that does not exist."""
    return NotFound("Question not found", code="question_not_found")


def _located(comment_id: int) -> Location:
    where = reading.locate(comment_id)
    if where is None:
        raise NotFound("Comment not found", code="comment_not_found")
    return where


def _open_exam(question_id: int, exam_id: int, user_id: int, time: ExamTime) -> int:
    """The exam of a question, if its discussion is open to the user.

    `exam_id` is its most likely exam, which saves a round trip; a moved question has another one.
    """
    seat = reading.find_seat(question_id, exam_id, user_id)
    if seat.exam_id != exam_id:
        seat = reading.find_seat(question_id, seat.exam_id, user_id)
    if not seat.exists:
        raise no_question()
    require_not_sitting(seat.sitting, question_id, time)
    return seat.exam_id
