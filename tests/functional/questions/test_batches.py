"""Questions for administrators: many at once, without a file."""

from typing import Any

import pytest

from admin_questions import bulk
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import questions
from tests.factories.admins import Admin
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.tables import everything
from tests.functional.questions.desk import GOOD, card, faulty_fields, get, listed


class TestBatchAdd:
    def test_good_ones_are_added_and_bad_ones_explained(self, admin: Admin, exam: Exam) -> None:
        batch = [GOOD, {**GOOD, "correct_answer": "Z"}, "text", {**GOOD, "question_text": "Last", "exam_id": exam.id}]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert answer.status == 200
        assert answer.body["added"] == 2
        assert answer.body["question_ids"] == listed(admin, exam)
        assert [(error["index"], error["errors"][0]["field"]) for error in answer.body["errors"]] == [
            (1, "correct_answer"),
            (2, ""),
        ]
        assert "must be one of A to H" in answer.body["errors"][0]["message"]
        assert card(exam).question_count == 2

    @pytest.mark.parametrize("count", [48, 49, 250])
    def test_the_order_is_kept_at_any_size(self, count: int, admin: Admin, exam: Exam) -> None:
        batch = [
            {**GOOD, "question_text": f"Question {number}", "positive_marks": number % 2 or ""}
            for number in range(count)
        ]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert answer.body["added"] == count
        texts = [stored.content.question_text for stored in questions.all_questions(exam.id)]
        assert texts == [item["question_text"] for item in batch]
        assert card(exam).question_count == count
        assert card(exam).open_batches == frozenset()

    def test_questions_of_large_batches_are_like_all_others(self, admin: Admin, exam: Exam) -> None:
        admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": [GOOD] * 60})
        (first, second, *_) = listed(admin, exam)

        assert admin.post(f"/admin/questions/edit-ajax/{first}", {"positive_marks": 5}).status == 200
        assert admin.post(f"/admin/questions/delete/{second}").status == 200
        assert get(admin, first)["positive_marks"] == 5.0
        assert card(exam).question_count == 59

    def test_a_question_for_another_exam_is_refused(self, admin: Admin, exam: Exam) -> None:
        batch = [{**GOOD, "exam_id": exam.id + 1}]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert (answer.body["added"], answer.body["errors"][0]["errors"][0]["field"]) == (0, "exam_id")

    @pytest.mark.parametrize("batch", [None, [], {}, "x", 7])
    def test_another_type_than_a_list_is_refused(self, batch: Any, admin: Admin, exam: Exam) -> None:
        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert faulty_fields(answer) == {"questions"}

    def test_too_many_are_refused(self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk, "MAX_BATCH", 2)

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": [GOOD] * 3})

        assert faulty_fields(answer) == {"questions"}
        assert card(exam).question_count == 0

    @pytest.mark.parametrize("batch", [[GOOD], [{}], [GOOD] * 60])
    def test_unknown_exams_are_not_found_and_leave_nothing(
        self, batch: Any, admin: Admin, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        assert admin.post("/admin/questions/batch-add", {"exam_id": 99, "questions": batch}).status == 404
        assert everything(dynamodb, tables)["catalog"] == []


class TestBulkUpdate:
    def test_all_of_a_type_are_changed(self, admin: Admin) -> None:
        exam = create_exam([MCQ, MSQ, NUMERIC, MCQ])
        first, msq, numeric, last = question_ids(exam.id)

        changes = {"exam_id": str(exam.id), "question_type": "mcq", "positive_marks": "5", "negative_marks": "1/3"}
        answer = admin.post("/admin/questions/bulk-update", changes)

        assert answer.body == {"success": True, "updated": 2}
        for question_id in (first, last):
            question = get(admin, question_id)
            assert (question["positive_marks"], question["negative_marks"]) == (5.0, "1/3")
        assert get(admin, msq)["positive_marks"] == 4.0
        assert get(admin, numeric)["positive_marks"] is None
        assert card(exam).max_marks == 5 + 4 + 4 + 5
        assert admin.post("/admin/questions/bulk-update", changes).body["updated"] == 2

    def test_empty_marks_are_the_exams_again(self, admin: Admin) -> None:
        exam = create_exam([MSQ])

        admin.post("/admin/questions/bulk-update", {"exam_id": exam.id, "question_type": "MSQ", "positive_marks": ""})

        (question_id,) = question_ids(exam.id)
        assert get(admin, question_id)["positive_marks"] is None
        assert get(admin, question_id)["negative_marks"] == 2.0

    def test_tolerances_are_changed(self, admin: Admin) -> None:
        exam = create_exam([NUMERIC])

        admin.post("/admin/questions/bulk-update", {"exam_id": exam.id, "question_type": "NUMERIC", "tolerance": 0.5})

        (question_id,) = question_ids(exam.id)
        assert get(admin, question_id)["tolerance"] == 0.5

    def test_more_than_a_transaction_holds(self, admin: Admin) -> None:
        exam = create_exam([MCQ] * 100)

        changes = {"exam_id": exam.id, "question_type": "MCQ", "positive_marks": 2}
        assert admin.post("/admin/questions/bulk-update", changes).body["updated"] == 100
        assert card(exam).max_marks == 200

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({}, {"exam_id", "question_type", ""}),
            ({"exam_id": 1, "question_type": "MCQ"}, {""}),
            ({"exam_id": 1, "question_type": "ESSAY", "positive_marks": 1}, {"question_type"}),
            ({"exam_id": 1, "question_type": 5, "positive_marks": 1}, {"question_type"}),
            ({"exam_id": 1, "question_type": "MCQ", "positive_marks": -1}, {"positive_marks"}),
            ({"exam_id": 1, "question_type": "MCQ", "tolerance": 1}, {"tolerance"}),
            (
                {"exam_id": 1, "question_type": "NUMERIC", "tolerance": -1, "negative_marks": []},
                {"tolerance", "negative_marks"},
            ),
        ],
    )
    def test_wrong_values_are_refused_by_name(self, changes: Any, fields: set[str], admin: Admin) -> None:
        assert faulty_fields(admin.post("/admin/questions/bulk-update", changes)) == fields

    def test_unknown_exams_are_not_found(self, admin: Admin) -> None:
        changes = {"exam_id": 99, "question_type": "MCQ", "positive_marks": 1}

        assert admin.post("/admin/questions/bulk-update", changes).status == 404
