"""Who may see a question's discussion.

Nobody does while their attempt in progress is at the exam of the question, or contains it (it may have been moved to
another exam since). Otherwise administrators always do; students as the exam's `discussion` says.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import Forbidden, NotFound
from smartexam.platform.parallel import in_parallel
from smartexam.platform.principal import Principal
from smartexam.sitting.in_progress import contains, sitting_with, sittings_in_progress
from smartexam.sitting.store.sitting_items import Sitting
from smartexam.talk.store.discussions import reading
from smartexam.talk.store.discussions.items import Location
from smartexam.talk.store.discussions.reading import Discussion


def find_discussion(question_id: int, reader: Principal, time: ExamTime, *, parent_id: int | None = None) -> Discussion:
    """A question's discussion, and the comment `parent_id` if one is given.

    Raises:
        NotFound: no such question.
        Forbidden: the discussion is closed to the reader.
    """
    discussion = reading.find_discussion(question_id, parent_id=parent_id)
    if discussion is None:
        raise no_question()
    require_open(question_id, discussion.exam_id, reader, time)
    return discussion


def find_open_comment(comment_id: int, reader: Principal, time: ExamTime) -> Location:
    """Where a comment of a discussion that is open to the reader is stored, with the exam that its question belongs to.

    Raises:
        NotFound: no such comment, or its question is gone.
        Forbidden: the discussion is closed to the reader.
    """
    where = reading.locate(comment_id)
    if where is None:
        raise NotFound("Comment not found", code="comment_not_found")
    return replace(where, exam_id=_open_exam(where.question_id, where.exam_id, reader, time))


def count_comments(question_ids: Iterable[int], reader: Principal, time: ExamTime) -> dict[int, int]:
    """How many comments each question has; 0 where the discussion is closed to the reader.

    Three round trips per 100 questions.
    """
    counts = reading.count_many(question_ids)
    exam_of = reading.exams_of([question_id for question_id, count in counts.items() if count])
    seats, running, _ = _look(set(exam_of.values()), reader, time)
    return {
        question_id: count if _is_open_at(question_id, exam_of.get(question_id), seats, running, reader, time) else 0
        for question_id, count in counts.items()
    }


def require_open(question_id: int, exam_id: int, reader: Principal, time: ExamTime) -> None:
    """Refuse whom the discussion of a question is closed to.

    Raises:
        NotFound: the exam is gone, and the question with it.
        Forbidden: `discussion_closed`.
    """
    seats, running, _ = _look({exam_id}, reader, time)
    _require_open_at(question_id, exam_id, seats, running, reader, time)


def admitting(question_id: int, exam_id: int, time: ExamTime) -> Callable[[set[int]], set[int]]:
    """The filter that keeps those followers of a discussion who may see it now."""

    def admits(user_ids: set[int]) -> set[int]:
        return user_ids - sitting_with(question_id, exam_id, user_ids, time)

    return admits


def no_question() -> NotFound:
    """The error for a question that does not exist."""
    return NotFound("Question not found", code="question_not_found")


_Seats = dict[int, tuple[Exam, Sitting | None]]


def _open_exam(question_id: int, exam_id: int, reader: Principal, time: ExamTime) -> int:
    """The exam that a question belongs to, if its discussion is open to the reader.

    `exam_id` is its most likely exam, which saves a round trip; a moved question has another one.
    """
    seats, running, exam_of = _look({exam_id}, reader, time, [question_id])
    if exam_of.get(question_id, exam_id) != exam_id:
        exam_id = exam_of[question_id]
        seats, running, _ = _look({exam_id}, reader, time)
    _require_open_at(question_id, exam_id, seats, running, reader, time)
    return exam_id


def _look(
    exam_ids: set[int], reader: Principal, time: ExamTime, question_ids: Iterable[int] = ()
) -> tuple[_Seats, list[Sitting], dict[int, int]]:
    """Exams with the reader's sittings of them, what the reader is sitting now, and questions' exams, in parallel."""
    reads: list[Callable[[], Any]] = [
        partial(reading.find_seats, exam_ids, reader.user_id),
        partial(sittings_in_progress, reader.user_id, time),
        partial(reading.exams_of, question_ids),
    ]
    seats, running, exam_of = in_parallel(lambda read: read(), reads, most=len(reads))
    return seats, running, exam_of


def _require_open_at(
    question_id: int, exam_id: int, seats: _Seats, running: list[Sitting], reader: Principal, time: ExamTime
) -> None:
    if exam_id not in seats:
        raise no_question()
    if not _is_open_at(question_id, exam_id, seats, running, reader, time):
        raise Forbidden("The discussion of this question is closed to you now", code="discussion_closed")


def _is_open_at(
    question_id: int,
    exam_id: int | None,
    seats: _Seats,
    running: list[Sitting],
    reader: Principal,
    time: ExamTime,
) -> bool:
    if exam_id is None or exam_id not in seats:
        return False
    if any(sitting.exam_id == exam_id or contains(sitting, question_id) for sitting in running):
        return False
    exam, sitting = seats[exam_id]
    return reader.has("admin") or _is_open(exam, sitting, time)


def _is_open(exam: Exam, sitting: Sitting | None, time: ExamTime) -> bool:
    """Whether an exam's discussions are open to a student who sits nothing that has the question."""
    if exam.discussion != "after_attempt":
        return exam.discussion == "open"
    is_over = exam.closes_at is not None and max(exam.closes_at, exam.latest_grant) <= time.now
    has_handed_in = sitting is not None and (sitting.last_result_id is not None or sitting.is_running)
    return exam.status == "completed" or is_over or has_handed_in
