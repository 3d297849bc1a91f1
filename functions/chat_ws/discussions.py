"""Following a question's discussion."""

from smartexam.data import attempts, sockets
from smartexam.data.attempts import OPEN
from smartexam.data.catalog import questions
from smartexam.data.sockets import Owner
from smartexam.errors import Conflict, Forbidden, NotFound
from smartexam.settings import settings


def join(owner: Owner, question_id: int, now: float) -> None:
    """Have a connection follow a discussion.

    Raises:
        NotFound: there is no such question.
        Forbidden: its exam is in progress for this user.
        Conflict: the connection follows too many already.
    """
    exam_id = questions.exam_of(question_id)
    if exam_id is None:
        raise NotFound("Question not found", code="question_not_found")
    sitting = attempts.get_sitting(owner.principal.user_id, exam_id)
    if sitting is not None and sitting.status == OPEN and not sitting.is_over(now, settings().sync_grace_seconds):
        raise Forbidden("The discussion of this question is closed until your attempt is over", code="exam_in_progress")
    if not sockets.follow(owner, question_id, now):
        raise Conflict(f"At most {sockets.MOST_QUESTIONS} discussions at once", code="too_many_discussions")
