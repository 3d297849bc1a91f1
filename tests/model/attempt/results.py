"""The API's rules of results: which are visible, what they show, and that the history has all of them."""

from fractions import Fraction
from typing import Any

from tests.factories.events import Answer
from tests.model.attempt import grading
from tests.model.attempt.state import NAME, Attempt, Call, Exam, Place, iso, result_identified, settled
from tests.model.candidates import Prediction, equal, refusal, success


def result(place: Place, exam: Exam, now: float, call: Call) -> Prediction[Place]:
    """The latest result, or with a number that of the attempt with this number; the same with its responses."""
    steps = settled(place, now)
    final = steps[-1]
    if final.running is not None and call.kind != "pending":
        return refusal(steps, 409, "exam_in_progress")
    found = [each for each in final.results if each.number == call.number or not call.number]
    if not found:
        return refusal(steps, 404, "result_not_found")
    one = found[-1]
    if call.kind == "pending":
        return success(steps, lambda body: _told_when(body, final, one, exam, now))
    if not exam.shows(one.completed_at, now):
        return refusal(steps, 403, "result_pending", lambda answer: _held_back(answer, final, one, exam))

    def told(body: Any) -> Place:
        equal(body["result"], {**_view(one, exam), "id": body["result"]["id"]})
        if call.kind == "response":
            equal([_response_in(each) for each in body["responses"]], _responses(one))
        return result_identified(final, one.number, body["result"]["id"])

    return success(steps, told)


def _told_when(body: Any, final: Place, one: Attempt, exam: Exam, now: float) -> Place:
    pending = not exam.shows(one.completed_at, now)
    equal((body["pending"], body["available_at"]), (pending, iso(exam.visible_from(one.completed_at))))
    return final


def _held_back(answer: Answer, final: Place, one: Attempt, exam: Exam) -> Place:
    available_at = iso(exam.visible_from(one.completed_at))
    equal((answer.body["result_pending"], answer.body["available_at"]), (True, available_at))
    return final


def history(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """GET /api/results, which first ends what was left open."""
    steps = settled(place, now)
    final = steps[-1]

    def told(body: Any) -> Place:
        shown = body["results"]
        equal(sorted(each["attempt_number"] for each in shown), [each.number for each in final.results])
        equal([each["completed_at"] for each in shown], sorted((each["completed_at"] for each in shown), reverse=True))
        after = final
        for each in shown:
            one = next(known for known in final.results if known.number == each["attempt_number"])
            # While the student sits the exam again, nothing of its paper is shown.
            visible = exam.shows(one.completed_at, now) and final.running is None
            view = _view(one, exam)
            for name in ("score", "max_score", "percentage", "grade"):
                equal(each[name], view[name] if visible else None)
            equal((each["visible"], each["completed_at"]), (visible, view["completed_at"]))
            equal(each["available_at"], iso(exam.visible_from(one.completed_at)))
            after = result_identified(after, one.number, each["id"])
        return after

    return success(steps, told)


def _view(result: Attempt, exam: Exam) -> dict[str, Any]:
    graded = grading.marks(result.paper, result.answers)
    score = sum((mark.gained for mark in graded), Fraction(0))
    most = sum((mark.most for mark in graded), Fraction(0))
    return {
        "exam_id": exam.id,
        "exam_name": NAME,
        "score": grading.rounded(score),
        "max_score": grading.rounded(most),
        "percentage": grading.rounded(grading.percentage(score, most)),
        "grade": grading.letter(score, most),
        "correct_answers": sum(mark.is_correct for mark in graded),
        "incorrect_answers": sum(bool(mark.answer) and not mark.is_correct for mark in graded),
        "unanswered_questions": sum(not mark.answer for mark in graded),
        # Neither MSQs with partial marks nor sections are in these papers.
        "partial_answers": 0,
        "sections": [],
        "total_questions": len(graded),
        "time_taken_minutes": round((result.completed_at - result.started_at) / 60, 2),
        "completed_at": iso(result.completed_at),
    }


def _responses(result: Attempt) -> list[tuple[Any, ...]]:
    return [
        (
            mark.question.id,
            grading.as_sent(mark.question, mark.answer) if mark.answer else None,
            grading.as_sent(mark.question, mark.question.correct.replace(",", "")),
            mark.is_correct,
            grading.rounded(mark.gained),
            grading.rounded(mark.most),
        )
        for mark in grading.marks(result.paper, result.answers)
    ]


def _response_in(body: dict[str, Any]) -> tuple[Any, ...]:
    names = ("question_id", "given_answer", "correct_answer", "is_correct", "marks_obtained", "max_marks")
    return tuple(body[name] for name in names)
