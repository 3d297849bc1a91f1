"""The structure of exams: marks, and answers that count."""

from fractions import Fraction
from typing import Any

import pytest

from tests.functional.papers.people import LEAST, Office, Student, codes


class TestMarking:
    def test_the_scheme_of_a_section_wins_over_the_exams(self, office: Office, student: Student) -> None:
        exam = office.exam(
            marking={"MCQ": {"positive": 3, "negative": "1/3"}, "MSQ": {"partial": "per_option"}},
            sections=[
                {"name": "One"},
                {"name": "Two", "marking": {"MCQ": {"positive": 1}, "MSQ": {"negative": "2/7"}}},
            ],
        )
        one, two = (section["id"] for section in exam["sections"])
        first = office.mcq(exam["id"], section_id=one)
        second = office.mcq(exam["id"], section_id=two)
        several = office.msq(exam["id"], "A,B,C", section_id=two)
        wrong = office.msq(exam["id"], "A,B", section_id=two)
        own = office.numeric(exam["id"], section_id=two, positive_marks="5/7")
        student.start(exam["id"])
        student.sync(exam["id"], {first: "B", second: "A", several: ["A", "B"], wrong: ["D"], own: "5.0"})

        result = student.submit(exam["id"])

        total = -Fraction(1, 3) + 1 + 2 - Fraction(2, 7) + Fraction(5, 7)
        assert result["score"] == round(float(total), 2)
        assert result["max_score"] == round(float(3 + 1 + 4 + 4 + Fraction(5, 7)), 2)
        assert (result["correct_answers"], result["partial_answers"], result["incorrect_answers"]) == (2, 1, 2)
        assert [(each["name"], each["score"], each["max_score"]) for each in result["sections"]] == [
            ("One", -0.33, 3.0),
            ("Two", 3.43, 9.71),
        ]
        partly = next(each for each in student.responses(exam["id"]) if each["question_id"] == several)
        assert (partly["is_correct"], partly["is_partial"], partly["marks_obtained"]) == (False, True, 2.0)

    def test_everything_wrong_with_a_scheme_is_named(self, office: Office) -> None:
        answer = office.exams.post(
            "/admin/exams",
            {
                **LEAST,
                "marking": {"MCQ": {"positive": "x", "partial": "none"}, "ESSAY": {}},
                "sections": [{"name": ""}, {"name": "B", "minutes": 10, "draw": [{"count": 0, "difficulty": "Odd"}]}],
            },
        )

        assert answer.status == 400
        assert {error["field"] for error in answer.body["errors"]} >= {
            "marking.MCQ.positive",
            "marking.MCQ.partial",
            "marking",
            "sections[0].name",
            "sections[1].draw[0].count",
            "sections[1].draw[0].difficulty",
            "sections",
        }

    def test_presets_fill_what_is_not_given(self, office: Office) -> None:
        exam = office.exams.post(
            "/admin/exams", {"name": "J", "date": "2026-01-05", "start_time": "09:00", "preset": "jee-advanced-2024-1"}
        ).body["exam"]

        assert exam["duration"] == 180
        assert len(exam["sections"]) == 12
        assert exam["sections"][1]["marking"]["MSQ"]["partial"] == "per_option"
        listed = office.exams.get("/admin/api/exam-presets").body["presets"]
        assert {each["id"] for each in listed} >= {
            "jee-main-2025",
            "jee-main-2024",
            "neet-2025",
            "neet-2024",
            "gate-2026",
        }
        again = office.exam(**{name: listed[0][name] for name in ("duration", "sections", "marking")})
        assert [section["name"] for section in again["sections"]] == [each["name"] for each in listed[0]["sections"]]


class TestChoose:
    @pytest.fixture
    def exam(self, office: Office) -> dict[str, Any]:
        exam = office.exam(sections=[{"name": "A", "choose": 2}, {"name": "B"}])
        exam["q"] = [office.mcq(exam["id"]) for _ in range(4)]
        exam["other"] = office.mcq(exam["id"], section_id=exam["sections"][1]["id"])
        return exam

    def test_one_more_is_rejected_until_another_is_cleared(
        self, exam: dict[str, Any], office: Office, student: Student
    ) -> None:
        a, b, c, d = exam["q"]
        student.start(exam["id"])

        assert codes(student.sync(exam["id"], {a: "A", b: "B", c: "C"})) == {str(c): "section_full"}
        assert codes(student.sync(exam["id"], {c: "C", b: "D"})) == {str(c): "section_full"}
        assert codes(student.sync(exam["id"], {c: "A", b: None, exam["other"]: "A"})) == {}
        assert student.paper(exam["id"])["answers"] == {str(a): "A", str(c): "A", str(exam["other"]): "A"}
        # A whole sync keeps the saved answers' places.
        assert codes(student.sync(exam["id"], {d: "A", c: "A", a: "A"}, partial=False)) == {str(d): "section_full"}
        result = student.submit(exam["id"])
        assert (result["score"], result["max_score"], result["total_questions"]) == (8.0, 12.0, 3)
        assert result["unanswered_questions"] == 1
        assert office.shown(exam["id"])["max_marks"] == 12.0

    def test_marks_must_be_equal(self, exam: dict[str, Any], office: Office) -> None:
        answer = office.add(
            exam["id"], question_text="Q", question_type="NUMERIC", correct_answer="1", positive_marks="2"
        )

        assert (answer.status, answer.body["code"]) == (400, "unequal_marks")
        marking = {"MCQ": {"positive": 1}}
        assert office.edit(exam["id"], marking=marking).status == 200
        answer = office.edit(exam["id"], sections=[{**exam["sections"][0], "id": exam["sections"][0]["id"]}])
        assert (answer.status, answer.body["code"]) == (409, "section_in_use")
