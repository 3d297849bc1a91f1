"""Discussions of questions: when they are closed, and by which rule of the exam."""

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import question_changes
from smartexam.sitting.store import attempts
from tests.factories.clock import MORNING
from tests.factories.exams import MCQ, add_questions, create_exam, question_ids
from tests.functional.discussions.member import Member, start_attempt


class TestWhileSitting:
    def test_the_discussion_of_the_attempts_questions_is_closed(
        self, member: Member, other: Member, exam: Exam, question: int
    ) -> None:
        comment = member.posted(question)
        start_attempt(member, exam)

        for answer in (
            member.show(question),
            member.post(question),
            member.edit(comment),
            member.delete(comment),
        ):
            assert (answer.status, answer.body["code"]) == (403, "discussion_closed")
        assert other.show(question).status == 200

    def test_it_opens_when_the_attempt_is_over(self, member: Member, exam: Exam, question: int) -> None:
        start_attempt(member, exam)
        attempts.close_attempt(member.user.id, exam.id, time=ExamTime.at(member.clock.now()))

        assert member.show(question).status == 200

    def test_it_opens_when_time_and_grace_are_over(self, member: Member, exam: Exam, question: int) -> None:
        start_attempt(member, exam)

        member.clock.advance(3600 + 30)
        assert member.show(question).status == 403
        member.clock.advance(1)
        assert member.show(question).status == 200

    def test_other_exams_stay_open(self, member: Member, exam: Exam) -> None:
        start_attempt(member, exam)

        assert member.show(question_ids(create_exam().id)[0]).status == 200

    def test_a_question_added_later_is_closed_too(self, member: Member, exam: Exam) -> None:
        start_attempt(member, exam)
        (later,) = add_questions(exam.id, [MCQ])

        assert member.show(later).status == 403

    def test_a_question_that_moves_to_another_exam_stays_closed(
        self, member: Member, exam: Exam, question: int
    ) -> None:
        member.posted(question)
        start_attempt(member, exam)
        question_changes.edit_question(
            question, lambda before: before.content, move_to=(create_exam([]).id, member.clock.now())
        )

        assert member.show(question).status == 403
        assert member.count(question) == {str(question): 0}

    def test_counts_of_closed_discussions_are_zero(self, member: Member, other: Member, exam: Exam) -> None:
        ids = question_ids(exam.id)
        elsewhere = question_ids(create_exam().id)[0]
        for each in (ids[0], elsewhere):
            other.posted(each)
            other.clock.advance(10)
        start_attempt(member, exam)

        assert member.count(ids[0], elsewhere) == {str(ids[0]): 0, str(elsewhere): 1}
        assert other.count(ids[0]) == {str(ids[0]): 1}

    def test_an_admin_who_sits_it_is_kept_out(self, exam: Exam, question: int, admin: Member) -> None:
        comment = admin.posted(question)
        start_attempt(admin, exam)

        assert admin.show(question).status == 403
        assert admin.pin(comment).status == 403


class TestRules:
    """What an exam's `discussion` says."""

    @pytest.fixture
    def closing(self) -> Exam:
        return create_exam(discussion="after_attempt", closes_at=int(MORNING) + 7200)

    def test_after_an_attempt(self, member: Member, other: Member, closing: Exam) -> None:
        question = question_ids(closing.id)[0]
        assert member.show(question).body["code"] == "discussion_closed"
        assert member.post(question).status == 403
        start_attempt(member, closing)
        assert member.show(question).status == 403

        attempts.close_attempt(member.user.id, closing.id, time=ExamTime.at(member.clock.now()))

        assert member.show(question).status == 200
        assert other.show(question).status == 403

    def test_for_everybody_once_it_is_over(self, member: Member, closing: Exam) -> None:
        question = question_ids(closing.id)[0]
        member.clock.advance(7200)
        assert member.show(question).status == 200

        completed = create_exam(discussion="after_attempt", status="completed")
        assert member.show(question_ids(completed.id)[0]).status == 200

    def test_off_is_for_administrators_only(self, member: Member, admin: Member) -> None:
        question = question_ids(create_exam(discussion="off", status="completed").id)[0]

        assert member.show(question).status == 403
        assert admin.show(question).status == 200
        assert admin.post(question).status == 200

    def test_a_question_deleted_since_stays_closed(self, member: Member, exam: Exam, question: int) -> None:
        comment = member.posted(question)
        start_attempt(member, exam)
        question_changes.delete_questions([question])

        assert member.show(question).status == 404
        assert member.edit(comment).status == 403
