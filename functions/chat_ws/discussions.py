"""Lets connections follow a question's discussion."""

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import questions
from smartexam.platform.errors import Conflict
from smartexam.talk.access import no_question, require_open
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Owner


def join(owner: Owner, question_id: int, now: float) -> None:
    """Let a connection follow a discussion.

    Raises:
        NotFound: there is no such question.
        Forbidden: the discussion is closed to the user.
        Conflict: the connection follows too many already.
    """
    exam_id = questions.exam_of(question_id)
    if exam_id is None:
        raise no_question()
    require_open(question_id, exam_id, owner.principal, ExamTime.at(now))
    if not sockets.follow(owner, question_id, now):
        raise Conflict(f"At most {sockets.MOST_QUESTIONS} discussions at once", code="too_many_discussions")
