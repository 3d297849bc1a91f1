"""Administrators' changes of questions while AWS fails: counts are right, and every change is logged once."""

from itertools import starmap

import pytest

from admin_ai.app import lambda_handler as ai
from admin_questions.app import lambda_handler as questions
from question_files import ExportedQuestion, write_csv
from smartexam.catalog.exam import Exam
from tests.factories.events import Answer
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.faults.admin.office import Office
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, entries, ok

QUESTION = {
    "question_text": "Which is a vector?",
    "option_a": "Mass",
    "option_b": "Velocity",
    "correct_answer": "B",
    "question_type": "MCQ",
}


def test_add_a_question(drill: Drill, office: Office, exam: Exam) -> None:
    body = {**QUESTION, "exam_id": exam.id}

    def audit(stored: Stored, answer: Answer) -> None:
        count = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"]
        assert count in {4, 5}
        assert entries(stored, "question.create") == count - 3

    drill.run(Flow(call=lambda: office.post(questions, "/admin/questions/add-ajax", body), done=ok, audit=audit))


@pytest.mark.parametrize("moves", [False, True])
def test_edit_a_question(drill: Drill, office: Office, exam: Exam, moves: bool) -> None:
    question_id = question_ids(exam.id)[0]
    other = create_exam([])
    body = {"option_a": "Weight", **({"exam_id": other.id} if moves else {})}

    def audit(stored: Stored, answer: Answer) -> None:
        assert entries(stored, "question.update") == 1
        assert stored["catalog"][f"CARD#{other.id}#0", "CARD"]["question_count"] == moves

    drill.run(
        Flow(
            call=lambda: office.post(questions, f"/admin/questions/edit-ajax/{question_id}", body), done=ok, audit=audit
        )
    )


def test_delete_a_question(drill: Drill, office: Office, exam: Exam) -> None:
    question_id = question_ids(exam.id)[0]

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"] == 2
        assert entries(stored, "question.delete") == 1

    drill.run(
        Flow(
            call=lambda: office.post(questions, f"/admin/questions/delete/{question_id}"),
            done=ok,
            done_before=code("question_not_found"),
            audit=audit,
        )
    )


def test_delete_questions_of_two_exams(drill: Drill, office: Office, exam: Exam) -> None:
    other = create_exam()
    doomed = [*question_ids(exam.id), *question_ids(other.id)]

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["catalog"], "QUESTION#")
        assert entries(stored, "questions.delete") == 2

    drill.run(
        Flow(
            call=lambda: office.post(questions, "/admin/questions/delete-multiple", {"ids": doomed}),
            done=lambda answer: ok(answer) and answer.body["deleted"] == 6,
            done_before=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_set_marks_of_all(drill: Drill, office: Office, exam: Exam) -> None:
    body = {"exam_id": exam.id, "question_type": "MCQ", "positive_marks": 5}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["own_marks"] == 9 * 300
        assert entries(stored, "questions.update") == 1

    drill.run(
        Flow(
            call=lambda: office.post(questions, "/admin/questions/bulk-update", body), done=ok, audit=audit, seconds=29
        )
    )


def test_add_a_batch(drill: Drill, office: Office, exam: Exam) -> None:
    """More than fits into a transaction."""
    body = {"exam_id": exam.id, "questions": [QUESTION] * 60}

    def audit(stored: Stored, answer: Answer) -> None:
        card = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]
        assert card["question_count"] in {63, 123}
        assert entries(stored, "questions.create") == (card["question_count"] - 3) / 60

    drill.run(
        Flow(call=lambda: office.post(questions, "/admin/questions/batch-add", body), done=ok, audit=audit, seconds=29)
    )


def test_import_into_two_exams(drill: Drill, office: Office, exam: Exam) -> None:
    other = create_exam([])
    content = write_csv([*starmap(ExportedQuestion, [(exam.id, MCQ), (other.id, MSQ), (other.id, NUMERIC)])])

    def audit(stored: Stored, answer: Answer) -> None:
        counts = [stored["catalog"][f"CARD#{each.id}#0", "CARD"]["question_count"] for each in (exam, other)]
        times = counts[1] // 2
        # All of the file or nothing of it, however often it was imported.
        assert times in {1, 2}
        assert counts == [3 + times, 2 * times]
        assert entries(stored, "questions.import") == times

    drill.run(
        Flow(
            call=lambda: office.upload(questions, "/admin/questions/import-csv", {"csv_file": ("q.csv", content)}),
            done=lambda answer: ok(answer) and answer.body["inserted"] == 3,
            audit=audit,
            seconds=29,
        )
    )


def test_save_generated_questions(drill: Drill, office: Office, exam: Exam) -> None:
    body = {"questions": [{**QUESTION, "exam_id": exam.id}] * 2}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"] in {5, 7}

    drill.run(Flow(call=lambda: office.post(ai, "/admin/ai-command-centre/save", body), done=ok, audit=audit))
