"""Who sits an exam, and when: opening, closing and added time."""

from typing import Any

import pytest

from smartexam.catalog.store import overrides
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam
from tests.functional.windows.people import HOUR, START, Student, batch, edit, override


class TestWindow:
    def test_nobody_starts_after_the_closing(self, student: Student, clock: FrozenClock) -> None:
        exam = create_exam(closes_at=START + 60)
        clock.advance(60)

        answer = student.start(exam)

        assert (answer.status, answer.body["code"]) == (400, "exam_ended")

    def test_the_closing_cuts_an_attempt_short(self, student: Student, clock: FrozenClock) -> None:
        exam = create_exam(closes_at=START + 600)
        student.start(exam)
        assert student.remaining(exam) == 600
        student.sync(exam)
        clock.advance(600 + 31)

        assert student.sync(exam).body["code"] == "exam_time_over"
        assert student.result(exam).body["result"]["correct_answers"] == 1

    def test_detail_tells_the_window(self, student: Student) -> None:
        exam = create_exam(status="upcoming", start_time="11:00", closes_at=START + 4 * HOUR)

        shown = student.call("GET", f"/api/exams/{exam.id}").body["exam"]

        assert (shown["status"], shown["opens_at"], shown["closes_at"], shown["timezone"]) == (
            "upcoming",
            "2026-01-05T05:30:00.000Z",
            "2026-01-05T08:30:00.000Z",
            "Asia/Kolkata",
        )

    def test_a_new_closing_holds_for_running_attempts(self, student: Student, admin: Admin) -> None:
        exam = create_exam()
        student.start(exam)

        assert edit(admin, exam, closes_at="2026-01-05T10:10").status == 200
        assert student.sync(exam).body["remaining_seconds"] == 600
        assert edit(admin, exam, closes_at=None).status == 200
        assert student.sync(exam).body["remaining_seconds"] == HOUR

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"closes_at": "2026-01-05T09:00"}, "closes_at"),
            ({"closes_at": "tomorrow"}, "closes_at"),
            ({"closes_at": "2026-01-05T10:00", "start_time": "10:00"}, "closes_at"),
            ({"result_mode": "after_close"}, "result_mode"),
            ({"audience": "friends"}, "audience"),
            ({"audience": "batches", "batch_ids": [404]}, "batch_ids"),
            ({"batch_ids": list(range(1, 60))}, "batch_ids"),
            ({"access_code": "abc"}, "access_code"),
            ({"counted_attempt": "all"}, "counted_attempt"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, admin: Admin, fields: dict[str, Any], fault: str) -> None:
        exam = create_exam()

        answer = edit(admin, exam, **fields)

        assert answer.status == 400
        assert [each["field"] for each in answer.body["errors"]] == [fault]


class TestAfterClose:
    def test_results_wait_for_the_closing_and_every_granted_one(
        self, student: Student, admin: Admin, clock: FrozenClock
    ) -> None:
        exam = create_exam(result_mode="after_close", closes_at=START + HOUR)
        student.start(exam)
        student.submit(exam)
        late = Student(clock)
        override(admin, exam, user_id=late.id, closes_at="2026-01-05T13:00")
        clock.advance(2 * HOUR)

        pending = student.result(exam)
        assert (pending.status, pending.body["available_at"]) == (403, "2026-01-05T07:30:00.000Z")

        clock.advance(HOUR)
        assert student.result(exam).status == 200

    def test_a_grant_that_is_taken_back_does_not_count(
        self, student: Student, admin: Admin, clock: FrozenClock
    ) -> None:
        exam = create_exam(result_mode="after_close", closes_at=START + HOUR)
        student.start(exam)
        student.submit(exam)
        granted = override(admin, exam, user_id=student.id, closes_at="2026-01-05T13:00")
        admin.post(f"/admin/exams/{exam.id}/overrides/delete/{granted['id']}")
        clock.advance(HOUR)

        assert student.result(exam).status == 200

    def test_added_time_counts(self, student: Student, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam(result_mode="after_close", closes_at=START + HOUR)
        student.start(exam)
        student.submit(exam)
        running = Student(clock)
        running.start(exam)
        admin.post(f"/admin/exams/{exam.id}/add-time", {"minutes": 30, "all": True})
        clock.advance(HOUR)

        assert student.result(exam).status == 403
        clock.advance(HOUR // 2)
        assert student.result(exam).status == 200


class TestAddTime:
    def test_for_some_or_all_and_beyond_the_closing(self, student: Student, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam(closes_at=START + 600)
        other, idle = Student(clock), Student(clock)
        for each in (student, other):
            each.start(exam)
        path = f"/admin/exams/{exam.id}/add-time"

        some = admin.post(path, {"minutes": 5, "user_ids": [student.id, idle.id], "reason": "power cut"}).body
        assert (some["changed"], [each["user_id"] for each in some["errors"]]) == (1, [idle.id])
        assert admin.post(path, {"minutes": 10, "all": True}).body == {"success": True, "changed": 2, "errors": []}
        assert (student.remaining(exam), other.remaining(exam)) == (1500, 1200)
        # What was added stays when something else is granted.
        override(admin, exam, user_id=student.id, closes_at="2026-01-05T10:20")
        assert student.remaining(exam) == 1200 + 900

    @pytest.mark.parametrize(
        "body",
        [
            {"minutes": 5},
            {"minutes": 0, "all": True},
            {"minutes": 601, "all": True},
            {"all": True},
            {"minutes": 5, "all": True, "user_ids": [1]},
            {"minutes": 5, "user_ids": []},
        ],
    )
    def test_bad_bodies_are_refused(self, admin: Admin, body: dict[str, Any]) -> None:
        assert admin.post(f"/admin/exams/{create_exam().id}/add-time", body).status == 400


def test_a_student_in_batches_starts_in_three_round_trips(clock: FrozenClock, admin: Admin) -> None:
    exam = create_exam(audience="batches", batch_ids=(batch(5), batch(6)))
    override(admin, exam, batch_id=6, extra_minutes=10)
    member = Student(clock, 5, 6)
    member.call("GET", f"/preload-exam/{exam.id}")

    assert overrides.find(exam.id, member.id)[1].extra_minutes == 10
    member.start(exam)
    assert member.remaining(exam) == HOUR + 600


def test_results_wait_for_added_time_that_an_earlier_closing_left_beyond_it(
    student: Student, admin: Admin, clock: FrozenClock
) -> None:
    """Given time added before the closing, and then a closing moved to before its end, nobody sees results early."""
    exam = create_exam(closes_at=START + 2 * HOUR, result_mode="after_close")
    other = Student(clock)
    for each in (student, other):
        each.start(exam)
    assert admin.post(f"/admin/exams/{exam.id}/add-time", {"user_ids": [student.id], "minutes": 30}).status == 200
    assert edit(admin, exam, closes_at="2026-01-05T10:40").status == 200
    other.submit(exam)

    clock.advance(45 * 60)

    assert student.remaining(exam) == 25 * 60
    assert other.result(exam).body["code"] == "result_pending"
    clock.advance(45 * 60)
    assert other.result(exam).status == 200
