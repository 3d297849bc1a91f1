"""A student sits an exam: saving answers."""

from typing import Any

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.store import question_changes
from tests.factories.events import Answer
from tests.factories.exams import MCQ, add_questions, question_ids
from tests.functional.sitting.student import Student, right_answers, stored_result


def rejected(answer: Answer) -> dict[str, str]:
    """The codes of rejected answers, by question."""
    return {each["question_id"]: each["code"] for each in answer.body["rejected"]}


class TestSync:
    def test_answers_with_the_servers_state(self, student: Student, exam: Exam) -> None:
        student.start(exam)

        assert student.sync(exam, right_answers(exam)).body == {
            "success": True,
            "saved": 3,
            "rejected": [],
            "revision": 1,
            "remaining_seconds": 3600,
            "server_time": "2026-01-05T04:30:00.000Z",
        }

    def test_whole_state_replaces_what_was_there(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        ids = question_ids(exam.id)
        student.sync(exam, right_answers(exam))
        student.sync(exam, {str(ids[0]): "A"})

        assert student.paper(exam).body["answers"] == {str(ids[0]): "A"}

    def test_partial_changes_only_the_named(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        ids = question_ids(exam.id)
        student.sync(exam, right_answers(exam))
        student.sync(exam, {str(ids[0]): None, str(ids[2]): "2"}, partial=True)

        assert student.paper(exam).body["answers"] == {str(ids[1]): ["A", "C"], str(ids[2]): "2"}

    def test_marks_alone_leave_the_answers(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.sync(exam, right_answers(exam))
        answer = student.sync(exam, markedForReview=[question_ids(exam.id)[1]])

        assert answer.body["saved"] == 0
        assert len(student.paper(exam).body["answers"]) == 3

    def test_stale_revision_gets_the_servers_state(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.sync(exam, right_answers(exam), revision=0)

        answer = student.sync(exam, {}, revision=0)

        assert (answer.status, answer.body["code"]) == (409, "stale_revision")
        assert answer.body["revision"] == 1
        assert answer.body["answers"] == right_answers(exam)
        assert answer.body["markedForReview"] == []
        assert answer.body["remaining_seconds"] == 3600
        assert student.paper(exam).body["answers"] == right_answers(exam)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"answers": None},
            {"answers": []},
            {"markedForReview": "all"},
            {"answers": {str(number): "A" for number in range(501)}, "partial": True},
            {"answers": {}, "revision": "1"},
            {"answers": {}, "partial": "yes"},
            [],
            "text",
            7,
        ],
    )
    def test_malformed_body_is_400_and_changes_nothing(self, student: Student, exam: Exam, body: Any) -> None:
        student.start(exam)
        student.sync(exam, right_answers(exam))
        ids = [str(each) for each in question_ids(exam.id)]
        if isinstance(body, dict) and isinstance(body.get("answers"), dict):
            body = {**body, "answers": {key.format(*ids): value for key, value in body["answers"].items()}}

        answer = student.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body if body != "text" else '"text"')

        assert answer.status == 400
        assert (answer.body["status"], answer.body["success"]) == ("error", False)
        assert student.paper(exam).body["answers"] == right_answers(exam)

    @pytest.mark.parametrize(
        "bad",
        [
            {"{0}": 5},
            {"{0}": "E"},
            {"{0}": ["B"]},
            {"{0}": {"A": 1}},
            {"{1}": "A"},
            {"{1}": ["D"]},
            {"{2}": 1.41},
            {"{2}": "3,5"},
            {"{2}": "1" * 200},
            {"{2}": "1\ud83d"},
        ],
    )
    @pytest.mark.parametrize("partial", [False, True])
    def test_a_bad_answer_keeps_what_was_saved_and_costs_no_other(
        self, student: Student, exam: Exam, bad: dict[str, Any], *, partial: bool
    ) -> None:
        student.start(exam)
        right = right_answers(exam)
        student.sync(exam, right)
        ids = [str(each) for each in question_ids(exam.id)]
        sent = {key.format(*ids): value for key, value in bad.items()}
        (named,) = sent
        changed = {"MCQ": "A", "MSQ": ["A", "B"], "NUMERIC": "2"}
        others = {key: changed[kind] for key, kind in zip(ids, ("MCQ", "MSQ", "NUMERIC"), strict=True) if key != named}

        answer = student.sync(exam, {**others, **sent}, partial=partial)

        assert (answer.status, answer.body["saved"]) == (200, 2)
        assert rejected(answer) == {named: "not_an_answer"}
        assert student.paper(exam).body["answers"] == {**others, named: right[named]}

    def test_a_whole_sync_clears_what_it_does_not_name_and_keeps_what_it_names_wrongly(
        self, student: Student, exam: Exam
    ) -> None:
        student.start(exam)
        right = right_answers(exam)
        student.sync(exam, right)
        first = str(question_ids(exam.id)[0])

        answer = student.sync(exam, {first: 5, "999": "A"})

        assert (answer.status, answer.body["saved"]) == (200, 0)
        assert rejected(answer) == {first: "not_an_answer", "999": "unknown_question"}
        assert student.paper(exam).body["answers"] == {first: right[first]}

    def test_marks_for_unknown_questions_are_named(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        known = question_ids(exam.id)[1]

        answer = student.sync(exam, markedForReview=[known, 999, "x", None, {"a": 1}])

        assert answer.status == 200
        assert rejected(answer) == dict.fromkeys(["999", "x", "null", '{"a":1}'], "unknown_question")
        assert student.paper(exam).body["markedForReview"] == [known]

    @pytest.mark.parametrize("number", ["1e400", "9" * 5000, "-" + "9" * 41])
    def test_a_number_beyond_every_range_costs_no_other_answer(self, student: Student, exam: Exam, number: str) -> None:
        student.start(exam)
        first, _, third = (str(each) for each in question_ids(exam.id))
        body = f'{{"answers": {{"{first}": "B", "{third}": {number}}}}}'

        answer = student.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

        assert (answer.status, answer.body["saved"]) == (200, 1)
        assert rejected(answer) == {third: "not_an_answer"}

    def test_numbers_are_taken_as_people_type_them(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        third = str(question_ids(exam.id)[2])

        assert rejected(student.sync(exam, {third: " \u2212 १.४१ "})) == {}
        assert student.paper(exam).body["answers"] == {third: "-1.41"}

    def test_without_an_attempt_is_400(self, student: Student, exam: Exam) -> None:
        answer = student.sync(exam, {})

        assert (answer.status, answer.body["code"]) == (400, "no_attempt")

    def test_after_submission_is_400(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.submit(exam)

        assert student.sync(exam, right_answers(exam)).status == 400

    def test_during_the_grace_counts(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.clock.advance(3600 + 30)

        answer = student.sync(exam, right_answers(exam))

        assert (answer.status, answer.body["remaining_seconds"]) == (200, 0)

    @pytest.mark.parametrize("partial", [False, True])
    @pytest.mark.parametrize("revision", [None, 1])
    def test_during_the_grace_nothing_is_removed(
        self, student: Student, exam: Exam, revision: int | None, *, partial: bool
    ) -> None:
        student.start(exam)
        right = right_answers(exam)
        student.sync(exam, right)
        student.clock.advance(3600 + 1)
        first, second, _ = (str(each) for each in question_ids(exam.id))

        answer = student.sync(exam, {first: None, second: ["B"]}, partial=partial, revision=revision)

        assert (answer.status, answer.body["saved"], answer.body["rejected"]) == (200, 1, [])
        assert student.paper(exam).body["answers"] == {**right, second: ["B"]}

    def test_a_stale_tab_gets_stale_revision_during_the_grace_too(self, student: Student, exam: Exam) -> None:
        student.start(exam)
        student.sync(exam, right_answers(exam))
        student.clock.advance(3600 + 1)

        assert student.sync(exam, {}, revision=0).body["code"] == "stale_revision"

    def test_after_the_grace_is_409_and_the_saved_counts(self, student: Student, exam: Exam) -> None:
        attempt_id = student.start(exam).body["attempt_id"]
        student.sync(exam, {str(question_ids(exam.id)[0]): "B"})
        student.clock.advance(3600 + 31)

        answer = student.sync(exam, right_answers(exam))

        assert (answer.status, answer.body["code"]) == (409, "exam_time_over")
        assert stored_result(student, exam, attempt_id).score.correct == 1
        assert student.sync(exam, {}).body["code"] == "exam_time_over"

    def test_attempts_from_before_and_after_an_edit_are_read_by_their_own_papers(
        self, student: Student, exam: Exam
    ) -> None:
        old_ids = question_ids(exam.id)
        student.start(exam)
        question_changes.delete_questions(old_ids[:1])
        new_ids = add_questions(exam.id, [MCQ])
        other = Student(student.clock)
        other.start(exam)

        assert student.sync(exam, {str(old_ids[0]): "A"}).status == 200
        assert other.sync(exam, {str(new_ids[0]): "A"}).status == 200
        assert student.sync(exam, {str(old_ids[0]): "B"}).status == 200
        assert rejected(student.sync(exam, {str(new_ids[0]): "A"})) == {str(new_ids[0]): "unknown_question"}
        assert rejected(other.sync(exam, {str(old_ids[0]): "A"})) == {str(old_ids[0]): "unknown_question"}

    def test_a_large_body_is_413(self, student: Student, exam: Exam) -> None:
        student.start(exam)

        assert student.sync(exam, {"1": "A" * 300_000}).status == 413
