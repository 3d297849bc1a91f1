"""A student's results in the API's shapes."""

from collections.abc import Collection
from fractions import Fraction

from results.models import HistoryView, ResultView, SectionScore
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import display
from smartexam.catalog.store import exams
from smartexam.platform.times import iso
from smartexam.sitting.grading import Score
from smartexam.sitting.store import results
from smartexam.sitting.store.results import HistoryEntry, Result


def view(result: Result) -> ResultView:
    """A visible result."""
    score = result.score
    return ResultView(
        id=result.id,
        exam_id=result.exam_id,
        exam_name=result.exam_name,
        score=display(score.marks),
        max_score=display(score.max_marks),
        percentage=score.percentage,
        grade=score.grade,
        correct_answers=score.correct,
        incorrect_answers=score.incorrect,
        unanswered_questions=score.unanswered,
        partial_answers=score.partial,
        total_questions=score.questions,
        time_taken_minutes=_minutes(result.started_at, result.completed_at),
        completed_at=iso(result.completed_at),
        sections=section_scores(score),
    )


def section_scores(score: Score) -> list[SectionScore]:
    """The sections of a graded paper as results show them."""
    return [
        SectionScore(
            section.id,
            section.name,
            display(Fraction(section.score, score.units)),
            display(Fraction(section.max_score, score.units)),
            section.correct,
            section.incorrect,
            section.unanswered,
            section.partial,
        )
        for section in score.sections
    ]


def history(
    user_id: int, limit: int, after: str | None, now: float, sitting: Collection[int]
) -> tuple[list[HistoryView], str | None]:
    """A page of a student's results, newest first, and the place to continue after.

    Results of exams that the student is `sitting` are hidden meanwhile.
    """
    entries, place = results.list_history(user_id, limit=limit, after=after)
    known = exams.get_exams(sorted({entry.exam_id for entry in entries}), reader=user_id) if entries else {}
    views = [
        _history_view(entry, exam, visible=exam.id not in sitting and exam.shows_result(entry.completed_at, now))
        for entry in entries
        if (exam := known.get(entry.exam_id))
    ]
    return views, place


def _history_view(entry: HistoryEntry, exam: Exam, *, visible: bool) -> HistoryView:
    available_at = exam.result_available_at(entry.completed_at)
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
        score=display(score.marks) if visible else None,
        max_score=display(score.max_marks) if visible else None,
        percentage=score.percentage if visible else None,
        grade=score.grade if visible else None,
    )


def _minutes(start: int, end: int) -> float:
    return round(max(0, end - start) / 60, 2)
