"""Which results a student may see, and what they show."""

from dataclasses import dataclass

from results.models import HistoryView, ResultView
from smartexam.data import attempts
from smartexam.data.attempts import HistoryEntry, Result
from smartexam.data.catalog import exams, papers
from smartexam.data.catalog.exams import Exam
from smartexam.errors import Forbidden, NotFound
from smartexam.exam import answers, marking
from smartexam.exam.marking import Response
from smartexam.exam.marks import display
from smartexam.finalise import settled_sitting
from smartexam.times import iso

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A result, whether its student may see it, and from when on (epoch seconds, None while an admin holds it back)."""

    result: Result
    is_visible: bool
    available_at: float | None


def find_result(user_id: int, exam_id: int, result_id: int | None, now: float, grace: float) -> Found:
    """A student's result of an exam, the latest one if none is named.

    Raises:
        NotFound: no such exam, or no such result of this student.
    """
    exam = exams.get_exam(exam_id, reader=user_id)
    if exam is None:
        raise NotFound("Exam not found", code="exam_not_found")
    if result_id is None:
        # An attempt whose time ran out while the student was away is graded at this call.
        sitting = settled_sitting(user_id, exam_id, now, grace)
        result_id = None if sitting is None else sitting.last_result_id
    result = None if result_id is None else attempts.get_result(user_id, exam_id, result_id)
    if result is None:
        raise NotFound("Result not found", code="result_not_found")
    completed_at = result.completed_at
    return Found(result, exam.shows_result(completed_at, now), exam.result_available_at(completed_at))


def require_visible(found: Found) -> Result:
    """The result, if the student may see it now.

    Raises:
        Forbidden: not yet; says when, if that is known.
    """
    if found.is_visible:
        return found.result
    raise Forbidden(
        pending_message(found.available_at),
        code="result_pending",
        result_pending=True,
        available_at=None if found.available_at is None else iso(found.available_at),
    )


def pending_message(available_at: float | None) -> str:
    """Why a result is not visible yet."""
    if available_at is None:
        return "The results of this exam have not been released yet"
    return f"The result will be available at {iso(available_at)}"


def view(result: Result) -> ResultView:
    """A visible result."""
    score = result.score
    return ResultView(
        id=result.id,
        exam_id=result.exam_id,
        exam_name=result.exam_name,
        score=display(score.score),
        max_score=display(score.max_score),
        percentage=score.percentage,
        grade=score.grade,
        correct_answers=score.correct,
        incorrect_answers=score.incorrect,
        unanswered_questions=score.unanswered,
        total_questions=len(score.outcomes),
        time_taken_minutes=_minutes(result.started_at, result.completed_at),
        completed_at=iso(result.completed_at),
    )


def responses(result: Result) -> list[Response]:
    """A visible result, question by question, against the paper that was sat.

    Raises:
        NotFound: the exam was deleted meanwhile.
    """
    paper = papers.load_paper(result.exam_id, result.paper_version)
    key = papers.load_answer_key(result.exam_id, result.paper_version)
    given = answers.decode(result.answers, len(paper))
    return marking.responses(paper, key, given, result.score.outcomes)


def history(user_id: int, after: str | None, now: float) -> tuple[list[HistoryView], str | None]:
    """A page of a student's results, newest first, and the place to go on after."""
    entries, place = attempts.list_history(user_id, limit=PAGE_SIZE, after=after)
    known = exams.get_exams(sorted({entry.exam_id for entry in entries}), reader=user_id) if entries else {}
    return [_history_view(entry, known[entry.exam_id], now) for entry in entries if entry.exam_id in known], place


def _history_view(entry: HistoryEntry, exam: Exam, now: float) -> HistoryView:
    available_at = exam.result_available_at(entry.completed_at)
    visible = exam.shows_result(entry.completed_at, now)
    score = entry.score
    return HistoryView(
        id=entry.id,
        exam_id=entry.exam_id,
        exam_name=entry.exam_name,
        attempt_number=entry.attempt_number,
        completed_at=iso(entry.completed_at),
        time_taken_minutes=_minutes(entry.started_at, entry.completed_at),
        visible=visible,
        available_at=None if available_at is None else iso(available_at),
        score=display(score.score) if visible else None,
        max_score=display(score.max_score) if visible else None,
        percentage=score.percentage if visible else None,
        grade=score.grade if visible else None,
    )


def _minutes(start: int, end: int) -> float:
    return round((end - start) / 60, 2)
