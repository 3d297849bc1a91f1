"""A student sits an exam: submission and what is known of attempts."""

from fractions import Fraction
from typing import Any

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import question_changes
from smartexam.platform.dynamodb.engine import ConditionFailed
from smartexam.sitting.store import attempts, sitting_items
from smartexam.sitting.store.sitting_items import SittingRefused
from tests.factories.exams import MSQ, add_questions, create_exam, question_ids
from tests.functional.sitting.student import Student, right_answers, stored_result


class TestSubmit:
    def test_grades_what_was_saved(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        ids = question_ids(exam.id)
        student.sync(exam, {str(ids[0]): "B", str(ids[1]): ["A"], str(ids[2]): "1.42"})
        student.clock.advance(90)

        answer = student.submit(exam)

        assert answer.body == {
            "success": True,
            "result_id": attempt_id,
            "redirect_url": f"/result/{exam.id}",
            "result_mode": "instant",
            "visible": True,
        }
        score = stored_result(student, exam, attempt_id).score
        assert (score.marks, score.max_marks, score.outcomes) == (Fraction(6), Fraction(12), "CWC")

    def test_redirects_a_browser(self, student: Student, exam: Exam) -> None:
        student.start(exam)

        answer = student.call("POST", f"/submit-exam/{exam.id}", headers={"accept": "text/html,*/*;q=0.8"})

        assert (answer.status, answer.headers["location"]) == (302, f"/result/{exam.id}")

    @pytest.mark.parametrize("headers", [{}, {"accept": "*/*"}, {"accept": "text/html, application/json"}])
    def test_answers_a_program_with_json(self, headers: dict[str, str], student: Student, exam: Exam) -> None:
        student.start(exam)

        assert student.call("POST", f"/submit-exam/{exam.id}", headers=headers).body["success"] is True

    @pytest.mark.parametrize("fields", [{"result_mode": "delayed", "result_delay": 5}, {"result_mode": "manual"}])
    def test_hidden_results_redirect_to_pending(self, student: Student, fields: dict[str, Any]) -> None:
        exam = create_exam(**fields)
        student.start(exam)

        body = student.submit(exam).body

        assert (body["visible"], body["redirect_url"]) == (False, f"/result-pending/{exam.id}")

    def test_twice_gives_the_same_answer(self, student: Student, exam: Exam) -> None:
        student.start(exam)

        assert student.submit(exam).body == student.submit(exam).body
        assert student.status(exam).body["completed_count"] == 1

    def test_after_the_server_closed_it_gives_that_result(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.clock.advance(4000)
        student.status(exam)

        assert student.submit(exam).body["result_id"] == attempt_id

    def test_a_moment_after_the_grace_it_was_ended_by_time(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.clock.advance(3600 + 30.5)
        student.submit(exam)

        assert student.sync(exam, right_answers(exam)).body["code"] == "exam_time_over"

    def test_without_an_attempt_is_400(self, student: Student, exam: Exam) -> None:
        assert student.submit(exam).status == 400

    def test_of_an_unknown_exam_is_404(self, student: Student) -> None:
        assert student.call("POST", "/submit-exam/999").status == 404

    def test_time_is_taken_no_longer_than_the_exam(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.clock.advance(3600 + 20)
        student.submit(exam)

        result = stored_result(student, exam, attempt_id)
        assert result.completed_at - result.started_at == 3600

    def test_grades_an_attempt_that_a_crash_left_closed(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.sync(exam, right_answers(exam))
        attempts.close_attempt(student.user.id, exam.id, time=ExamTime.at(student.clock.now()))

        assert student.submit(exam).body["result_id"] == attempt_id
        assert stored_result(student, exam, attempt_id).score.correct == 3

    def test_of_an_attempt_that_was_ended_and_followed_by_another_returns_the_first(
        self, student: Student, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exam = create_exam(max_attempts=2, result_mode="delayed", result_delay=60)
        first = student.start(exam).body["attempt_id"]
        student.clock.advance(3600 + 31)
        refused = sitting_items.refused

        def meanwhile(failed: ConditionFailed) -> SittingRefused:
            monkeypatch.setattr(attempts, "refused", refused)
            before = refused(failed)
            assert student.start(exam).body["attempt_id"] != first
            return before

        monkeypatch.setattr(attempts, "refused", meanwhile)
        body = student.submit(exam).body

        assert (body["result_id"], body["visible"]) == (first, False)
        assert student.status(exam).body["has_active_attempt"]

    def test_is_graded_by_the_paper_that_was_sat(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.sync(exam, right_answers(exam))
        question_changes.delete_questions(question_ids(exam.id))
        add_questions(exam.id, [MSQ])
        student.submit(exam)

        assert stored_result(student, exam, attempt_id).score.correct == 3


class TestStatus:
    def test_without_an_attempt(self, student: Student) -> None:
        exam = create_exam(max_attempts=3)

        assert student.status(exam).body == {
            "success": True,
            "has_active_attempt": False,
            "completed_count": 0,
            "max_attempts": 3,
            "attempts_remaining": 3,
            "can_start_new": True,
        }

    def test_with_an_attempt(self, student: Student) -> None:
        exam = create_exam(max_attempts=3)
        student.start(exam)
        student.submit(exam)
        student.start(exam)

        body = student.status(exam).body

        assert body == {
            "success": True,
            "has_active_attempt": True,
            "attempt_id": body["attempt_id"],
            "attempt_number": 2,
            "start_time": "2026-01-05 04:30:00",
            "completed_count": 1,
            "max_attempts": 3,
            "attempts_remaining": 1,
        }

    def test_unlimited(self, student: Student, exam: Exam) -> None:
        body = student.status(exam).body

        assert (body["max_attempts"], body["attempts_remaining"]) == (0, -1)

    def test_none_left(self, student: Student) -> None:
        exam = create_exam(max_attempts=1)
        student.start(exam)
        student.submit(exam)

        assert student.status(exam).body["can_start_new"] is False
