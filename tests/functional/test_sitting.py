"""A student sits an exam: the handler of `exams`, from start to submission."""

from fractions import Fraction
from typing import Any

import pytest

from exams.app import api, lambda_handler
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, papers, question_changes
from smartexam.platform.dynamodb.engine import ConditionFailed
from smartexam.sitting.store import attempts, results, sitting_items
from smartexam.sitting.store.sitting_items import SittingRefused
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, RIGHT, add_questions, create_exam, question_ids
from tests.factories.users import access_token, create_user

JSON = {"accept": "application/json"}


class Student:
    """A student who calls the function."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user()

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def start(self, exam: Exam) -> Answer:
        return self.call("POST", f"/start-exam/{exam.id}")

    def paper(self, exam: Exam) -> Answer:
        return self.call("GET", f"/exam/{exam.id}")

    def sync(self, exam: Exam, answers: Any = None, **fields: Any) -> Answer:
        body = dict(fields) if answers is None else {"answers": answers, **fields}
        return self.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

    def submit(self, exam: Exam) -> Answer:
        return self.call("POST", f"/submit-exam/{exam.id}", headers=JSON)

    def status(self, exam: Exam) -> Answer:
        return self.call("GET", f"/api/exam-attempts-status/{exam.id}")


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Student:
    monkeypatch.setattr(api, "clock", clock)
    return Student(clock)


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam()


def right_answers(exam: Exam) -> dict[str, Any]:
    return {str(question_id): answer for question_id, answer in zip(question_ids(exam.id), RIGHT, strict=True)}


def stored_result(student: Student, exam: Exam, result_id: int) -> results.Result:
    result = results.get_result(student.user.id, exam.id, result_id)
    assert result is not None
    return result


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


def test_the_clock_of_the_tests_is_the_morning_in_kolkata() -> None:
    assert MORNING == 1_767_587_400.0
