"""A student sits an exam: start and paper."""

from fractions import Fraction
from typing import Any

import pytest

from exams.app import lambda_handler
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes, papers, question_changes
from tests.factories.clock import MORNING
from tests.factories.events import send
from tests.factories.exams import NUMERIC, add_questions, create_exam, question_ids
from tests.factories.users import access_token, create_user
from tests.functional.sitting.student import Student, right_answers, stored_result


class TestStart:
    def test_first_start_is_fresh(self, student: Student, exam: Exam) -> None:
        answer = student.start(exam)

        assert answer.status == 200
        assert answer.body == {
            "success": True,
            "redirect_url": f"/exam/{exam.id}",
            "resumed": False,
            "attempt_id": answer.body["attempt_id"],
            "attempt_number": 1,
            "fresh_start": True,
        }

    def test_second_start_resumes(self, student: Student, exam: Exam) -> None:
        first = student.start(exam)

        assert student.start(exam).body == {
            "success": True,
            "resumed": True,
            "attempt_id": first.body["attempt_id"],
            "redirect_url": f"/exam/{exam.id}",
        }

    @pytest.mark.parametrize(("changes", "status"), [({"duration": 1}, 200), ({"status": "completed"}, 400)])
    def test_during_an_edit_goes_by_what_the_exam_has_become(
        self, changes: dict[str, Any], status: int, student: Student, exam: Exam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compile_now = papers._compile

        def meanwhile(read: Exam) -> bool:
            monkeypatch.setattr(papers, "_compile", compile_now)
            # Other marks make it another paper.
            exam_changes.edit_exam(exam.id, lambda _: {**changes, "positive_marks": Fraction(5)})
            return compile_now(read)

        monkeypatch.setattr(papers, "_compile", meanwhile)

        assert student.start(exam).status == status
        if status == 200:
            body = student.paper(exam).body
            assert (body["exam"]["duration"], body["remaining_seconds"]) == (1, 60)

    def test_unknown_exam_is_404(self, student: Student) -> None:
        assert student.call("POST", "/start-exam/999").status == 404

    @pytest.mark.parametrize("path", ["/start-exam/abc", "/start-exam/0", "/start-exam/-1", f"/start-exam/{2**53}"])
    def test_an_invalid_id_is_404(self, student: Student, path: str) -> None:
        assert student.call("POST", path).status == 404

    def test_exam_without_questions_is_404(self, student: Student) -> None:
        assert student.start(create_exam([])).status == 404

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"status": "completed"}, "exam_ended"),
            ({"status": "upcoming", "start_time": "10:01"}, "exam_not_started"),
            ({"status": "upcoming", "date": "2026-01-06"}, "exam_not_started"),
        ],
    )
    def test_exam_that_is_not_open_is_400(self, student: Student, fields: dict[str, Any], code: str) -> None:
        answer = student.start(create_exam(**fields))

        assert (answer.status, answer.body["code"]) == (400, code)

    def test_upcoming_exam_opens_at_its_time_in_the_institutes_zone(self, student: Student) -> None:
        assert student.start(create_exam(status="upcoming", start_time="10:00")).status == 200

    def test_no_more_than_max_attempts(self, student: Student) -> None:
        exam = create_exam(max_attempts=2)
        for _ in range(2):
            student.start(exam)
            student.submit(exam)

        answer = student.start(exam)

        assert (answer.status, answer.body["message"]) == (400, "Max attempts (2) reached")

    def test_running_attempt_goes_on_when_the_exam_is_closed(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        exam_changes.edit_exam(exam.id, lambda _: {"status": "completed"})

        assert student.start(exam).body["attempt_id"] == attempt_id
        assert student.sync(exam, {}).status == 200

    def test_attempt_whose_time_is_over_is_ended_and_the_next_begins(self, student: Student, exam: Exam) -> None:
        first = student.start(exam).body["attempt_id"]
        student.sync(exam, right_answers(exam))
        student.clock.advance(3600 + 31)

        second = student.start(exam).body

        assert second["fresh_start"]
        assert second["attempt_number"] == 2
        assert stored_result(student, exam, first).score.correct == 3

    def test_admin_without_user_in_the_role_is_403(self, student: Student, exam: Exam) -> None:
        admin = create_user(role="admin")

        assert send(lambda_handler, "POST", f"/start-exam/{exam.id}", token=access_token(admin)).status == 403

    def test_without_credentials_is_401(self, student: Student, exam: Exam) -> None:
        answer = send(lambda_handler, "POST", f"/start-exam/{exam.id}")

        assert (answer.status, answer.body["message"]) == (401, "Authentication required")


class TestPaper:
    def test_shows_questions_and_what_is_saved(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        ids = question_ids(exam.id)
        student.sync(exam, {str(ids[0]): "b", str(ids[1]): ["C", "A"]}, markedForReview=[ids[2]])
        student.clock.advance(600)

        body = student.paper(exam).body

        assert [question["id"] for question in body["questions"]] == ids
        assert body["answers"] == {str(ids[0]): "B", str(ids[1]): ["A", "C"]}
        assert body["markedForReview"] == [ids[2]]
        assert body["revision"] == 1
        assert body["remaining_seconds"] == 3000
        assert body["deadline"] == "2026-01-05T05:30:00.000Z"
        assert body["server_time"] == "2026-01-05T04:40:00.000Z"

    def test_holds_nothing_from_which_an_answer_follows(self, student: Student, exam: Exam) -> None:
        student.start(exam)

        text = str(student.paper(exam).raw)

        assert "correct" not in text
        assert "tolerance" not in text
        assert "1.41" not in text

    def test_without_an_attempt_is_400(self, student: Student, exam: Exam) -> None:
        assert student.paper(exam).status == 400

    def test_of_an_unknown_exam_is_404(self, student: Student) -> None:
        assert student.call("GET", "/exam/999").status == 404

    def test_after_the_time_is_400_and_the_attempt_is_graded(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.clock.advance(3600 + 31)

        answer = student.paper(exam)

        assert (answer.status, answer.body["code"]) == (400, "exam_time_over")
        assert stored_result(student, exam, attempt_id).score.unanswered == 3

    def test_edits_do_not_reach_a_running_attempt(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        before = student.paper(exam).body["questions"]
        question_changes.delete_questions(question_ids(exam.id)[:1])
        add_questions(exam.id, [NUMERIC])

        assert student.paper(exam).body["questions"] == before

    def test_next_attempt_has_the_edited_paper(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.submit(exam)
        question_changes.delete_questions(question_ids(exam.id)[:1])
        student.start(exam)

        assert [each["id"] for each in student.paper(exam).body["questions"]] == question_ids(exam.id)


def test_the_clock_of_the_tests_is_the_morning_in_kolkata() -> None:
    assert MORNING == 1_767_587_400.0
