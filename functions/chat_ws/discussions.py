"""Following a question's discussion."""

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import questions
from smartexam.platform.errors import Conflict, Forbidden, NotFound
from smartexam.sitting.in_progress import is_sitting_with
from smartexam.sitting.store import attempts
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Owner


def join(owner: Owner, question_id: int, now: float) -> None:
    """Have a connection follow a discussion.

    Raises:
        NotFound: there is no such question.
        Forbidden: this user is sitting an attempt with it.
        Conflict: the connection follows too many already.
    """
    exam_id = questions.exam_of(question_id)
    if exam_id is None:
        raise NotFound("Question not found", code="question_not_found")
    sitting = attempts.get_sitting(owner.principal.user_id, exam_id)
    if sitting is not None and is_sitting_with(sitting, question_id, ExamTime.at(now)):
        raise Forbidden("The discussion of this question is closed until your attempt is over", code="exam_in_progress")
    if not sockets.follow(owner, question_id, now):
        raise Conflict(f"At most {sockets.MOST_QUESTIONS} discussions at once", code="too_many_discussions")
