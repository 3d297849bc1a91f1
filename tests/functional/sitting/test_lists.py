"""A student sits an exam: the exams that a student finds."""

import pytest

from smartexam.catalog.exam import Exam
from tests.factories.clock import MORNING
from tests.factories.exams import MCQ, add_questions, create_exam
from tests.functional.sitting.student import Student


class TestListing:
    def test_lists_the_latest_first_with_its_totals(self, student: Student) -> None:
        create_exam(name="First", date="2026-01-01")
        create_exam(name="Second", date="2026-01-02")

        body = student.call("GET", "/api/exams").body

        assert [each["name"] for each in body["exams"]] == ["Second", "First"]
        assert body["exams"][0]["total_questions"] == 3
        assert body["exams"][0]["max_marks"] == 12
        assert body["next_cursor"] is None

    def test_pages(self, student: Student) -> None:
        created = [create_exam([]).id for _ in range(5)]

        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            body = student.call("GET", "/api/exams", query={"limit": 2, "cursor": cursor}).body
            assert len(body["exams"]) <= 2
            seen += [each["id"] for each in body["exams"]]
            cursor = body["next_cursor"]

        assert sorted(seen) == created

    def test_filters_by_status(self, student: Student) -> None:
        create_exam()
        upcoming = create_exam(status="upcoming", start_time="10:30")
        began = create_exam(status="upcoming", start_time="09:59")
        closed = create_exam(closes_at=int(MORNING))

        def listed(status: str) -> set[int]:
            body = student.call("GET", "/api/exams", query={"status": status}).body
            assert {each["status"] for each in body["exams"]} == {status}
            return {each["id"] for each in body["exams"]}

        assert listed("upcoming") == {upcoming.id}
        assert began.id in listed("ongoing")
        assert listed("completed") == {closed.id}

    @pytest.mark.parametrize("query", [{"status": "lost"}, {"category_id": "x"}, {"cursor": "AAAA"}, {"cursor": "é"}])
    def test_bad_queries_are_400(self, student: Student, query: dict[str, str]) -> None:
        assert student.call("GET", "/api/exams", query=query).status == 400

    def test_detail_shows_attempts(self, student: Student) -> None:
        exam = create_exam(max_attempts=2)
        student.start(exam)

        body = student.call("GET", f"/api/exams/{exam.id}").body

        assert body["exam"]["instructions"] == "Answer all."
        assert body["exam"]["positive_marks"] == 4
        assert body["attempts"] == {
            "completed_count": 0,
            "max_attempts": 2,
            "attempts_remaining": 1,
            "has_active_attempt": True,
        }

    def test_unknown_detail_is_404(self, student: Student) -> None:
        assert student.call("GET", "/api/exams/999").status == 404

    def test_preload_counts_questions(self, student: Student, exam: Exam) -> None:
        assert student.call("GET", f"/preload-exam/{exam.id}").body == {
            "success": True,
            "cached": True,
            "question_count": 3,
        }

    def test_preload_without_questions_is_404_until_there_are_some(self, student: Student) -> None:
        exam = create_exam([])

        assert student.call("GET", f"/preload-exam/{exam.id}").status == 404
        add_questions(exam.id, [MCQ])
        assert student.call("GET", f"/preload-exam/{exam.id}").status == 200

    def test_categories(self, student: Student) -> None:
        assert student.call("GET", "/api/categories").body == {"success": True, "categories": []}
