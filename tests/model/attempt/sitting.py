"""The API's rules of sitting an exam: each request's answer and effect."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from tests.factories.events import Answer
from tests.model.attempt import grading
from tests.model.attempt.grading import Answers, Malformed
from tests.model.attempt.state import (
    Attempt,
    Call,
    Exam,
    Place,
    closed_and_graded,
    identified,
    iso,
    last_identified,
    settled,
)
from tests.model.candidates import Prediction, equal, refusal, success


def start(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """POST /start-exam/:id."""
    if place.is_open(now):
        return success([place], lambda body: _resumed(body, place))
    if exam.status == "completed":
        return refusal(settled(place, now), 400, "exam_ended")
    if not exam.questions:
        return refusal(settled(place, now), 404, "exam_without_questions")
    steps = settled(place, now)
    idle = steps[-1]
    if exam.max_attempts and idle.completed - idle.granted >= exam.max_attempts:
        return refusal(steps, 400, "max_attempts_reached")
    attempt = Attempt(idle.started + 1, None, exam.paper(), int(now), int(now + exam.duration * 60))
    started = replace(idle, started=idle.started + 1, running=attempt)

    def told(body: Any) -> Place:
        equal(body.get("fresh_start"), True)
        equal(body["attempt_number"], attempt.number)
        equal(body["resumed"], False)
        return identified(started, body["attempt_id"])

    return success([*steps, started], told)


def _resumed(body: Any, place: Place) -> Place:
    equal(body["resumed"], True)
    return identified(place, body["attempt_id"])


def paper(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """GET /exam/:id."""
    running = place.running
    if running is None or not place.is_open(now):
        return refusal(settled(place, now), 400, _why_ended(place, now))

    def told(body: Any) -> Place:
        paper = running.paper
        equal(body["attempt_number"], running.number)
        equal(body["exam"]["duration"], paper.duration)
        equal(
            [
                (each["id"], each["question_text"], each["question_type"], each["positive_marks"])
                for each in body["questions"]
            ],
            [(each.id, each.text, each.kind, _shown(each.positive)) for each in paper.questions],
        )
        equal([each["negative_marks"] for each in body["questions"]], [_shown(q.negative) for q in paper.questions])
        equal(_state_in(body), _state_of(running, now))
        equal(body["deadline"], iso(running.deadline))
        return identified(place, body["attempt_id"])

    return success([place], told)


def sync(place: Place, exam: Exam, now: float, call: Call) -> Prediction[Place]:
    """POST /api/sync-exam-answers/:id."""
    sent = call.body
    if "answers" not in sent and "markedForReview" not in sent:
        return refusal([place], 400, "nothing_to_save")
    running = place.running
    if running is None or not place.is_open(now):
        code = _why_ended(place, now)
        return refusal(settled(place, now), 409 if code == "exam_time_over" else 400, code)
    answers, marked, taken, rejected = _read(running, sent, in_grace=now > running.deadline)
    if sent.get("revision", running.revision) != running.revision:

        def stale(answer: Answer) -> Place:
            equal(_state_in(answer.body), _state_of(running, now))
            return place

        return refusal([place], 409, "stale_revision", stale)
    saved = replace(running, revision=running.revision + 1, answers=answers, marked=marked)
    after = replace(place, running=saved)

    def told(body: Any) -> Place:
        equal(body["saved"], taken)
        equal([(each["question_id"], each["code"]) for each in body["rejected"]], rejected)
        equal(body["revision"], saved.revision)
        equal(body["remaining_seconds"], _remaining(saved, now))
        return after

    return success([place, after], told)


def _read(
    running: Attempt, body: dict[str, Any], *, in_grace: bool
) -> tuple[Answers, tuple[int, ...], int, list[tuple[str, str]]]:
    """Answers and marks after a sync, how many answers were accepted, and what was rejected."""
    questions = {question.id: question for question in running.paper.questions}
    before = dict(running.answers)
    answers = before.copy() if body.get("partial") or in_grace or "answers" not in body else {}
    rejected = []
    taken = 0
    for name, given in body.get("answers", {}).items():
        number = int(name)
        question = questions.get(number)
        if question is None:
            rejected.append((name, "unknown_question"))
            continue
        try:
            text = grading.canonical(question, given)
        except Malformed:
            rejected.append((name, "not_an_answer"))
            text = before.get(number, "")
        else:
            taken += bool(text) or not in_grace
        if text or not in_grace:
            answers[number] = text
    marked = body.get("markedForReview", running.marked)
    if "markedForReview" in body:
        rejected += [(str(each), "unknown_question") for each in marked if each not in questions]
    ids = [each for each in running.paper.ids if each is not None]
    kept = tuple((each, answers[each]) for each in ids if answers.get(each))
    return kept, tuple(each for each in ids if each in marked), taken, rejected


def submit(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """POST /submit-exam/:id."""
    if place.is_open(now) and place.running is not None:
        steps = closed_and_graded(place, replace(place.running, closed_at=int(now)))
    else:
        steps = settled(place, now)
    final = steps[-1]
    if not final.results:
        return refusal(steps, 400, "no_attempt")
    result = final.results[-1]

    def told(body: Any) -> Place:
        visible = exam.shows(result.completed_at, now)
        where = "result" if visible else "result-pending"
        equal(body["visible"], visible)
        equal(body["redirect_url"], f"/{where}/{exam.id}")
        equal(body["result_mode"], exam.mode)
        return last_identified(final, body["result_id"])

    return success(steps, told)


def status(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """GET /api/exam-attempts-status/:id."""
    steps = settled(place, now)
    final = steps[-1]

    def told(body: Any) -> Place:
        counts = _counts(final, exam)
        equal({name: body[name] for name in counts}, counts)
        if final.running is None:
            is_open = exam.status != "completed" and bool(exam.questions)
            equal(body["can_start_new"], is_open and counts["attempts_remaining"] != 0)
            return final
        equal(body["attempt_number"], final.running.number)
        began = datetime.fromtimestamp(final.running.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        equal(body["start_time"], began)
        return identified(final, body["attempt_id"])

    return success(steps, told)


def detail(place: Place, exam: Exam, now: float, _call: Call) -> Prediction[Place]:
    """GET /api/exams/:id."""
    steps = settled(place, now)
    final = steps[-1]

    def told(body: Any) -> Place:
        equal(body["attempts"], _counts(final, exam))
        equal(body["exam"]["total_questions"], len(exam.questions))
        equal(body["exam"]["duration"], exam.duration)
        return final

    return success(steps, told)


def _counts(place: Place, exam: Exam) -> dict[str, Any]:
    active = place.running is not None
    allowed = exam.max_attempts + place.granted if exam.max_attempts else 0
    return {
        "completed_count": place.completed,
        "max_attempts": allowed,
        "attempts_remaining": max(0, allowed - place.completed - active) if exam.max_attempts else -1,
        "has_active_attempt": active,
    }


def _state_of(running: Attempt, now: float) -> tuple[Any, ...]:
    questions = {question.id: question for question in running.paper.questions}
    answers = {str(each): grading.as_sent(questions[each], answer) for each, answer in running.answers}
    return running.revision, answers, list(running.marked), _remaining(running, now)


def _state_in(body: dict[str, Any]) -> tuple[Any, ...]:
    return body["revision"], body["answers"], body["markedForReview"], body["remaining_seconds"]


def _remaining(running: Attempt, now: float) -> int:
    return max(0, int(running.deadline - now))


def _why_ended(place: Place, now: float) -> str:
    return "exam_time_over" if place.ended_by_time(now) else "no_attempt"


def _shown(marks: str | None) -> float:
    return grading.rounded(Fraction(marks or "0"))
