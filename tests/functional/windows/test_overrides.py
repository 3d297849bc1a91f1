"""Who sits an exam, and when: exceptions for students and batches."""

from typing import Any

import pytest

from attempt_sweeper.app import lambda_handler as sweep
from smartexam.catalog.grants import Grants
from smartexam.catalog.store import exams, overrides
from smartexam.erasing import erase_account, erase_exam
from smartexam.platform import audit
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext
from tests.factories.exams import create_exam
from tests.factories.tables import everything
from tests.factories.users import create_user
from tests.functional.windows.people import HOUR, START, Student, batch, edit, override


class TestOverrides:
    def test_extra_time_holds_at_once_and_for_the_sweeper(
        self, student: Student, admin: Admin, clock: FrozenClock
    ) -> None:
        exam = create_exam()
        student.start(exam)

        granted = override(admin, exam, user_id=student.id, extra_minutes=20, extra_percent=50, reason="scribe")

        assert (granted["extra_minutes"], granted["extra_percent"], granted["reason"]) == (20, 50, "scribe")
        assert student.sync(exam).body["remaining_seconds"] == HOUR + 1200 + 1800
        clock.advance(HOUR + 600)
        assert sweep({}, FakeContext(remaining_ms=lambda: 60_000))["ended"] == 0
        assert student.sync(exam).status == 200
        clock.advance(2400 + 31)
        assert sweep({}, FakeContext(remaining_ms=lambda: 60_000))["ended"] == 1

    def test_a_student_whose_time_was_over_goes_on(self, student: Student, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam()
        student.start(exam)
        clock.advance(HOUR + 60)

        override(admin, exam, user_id=student.id, extra_minutes=10)

        assert student.sync(exam).body["remaining_seconds"] == 540
        assert student.remaining(exam) == 540

    def test_what_was_handed_in_stays(self, student: Student, admin: Admin) -> None:
        exam = create_exam(max_attempts=1)
        student.start(exam)
        student.submit(exam)

        override(admin, exam, user_id=student.id, extra_minutes=60)

        assert student.sync(exam).body["code"] == "no_attempt"

    def test_of_a_batch_it_holds_for_its_running_students(self, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam(closes_at=START + HOUR)
        member, other = Student(clock, batch(5)), Student(clock)
        for each in (member, other):
            each.start(exam)

        override(admin, exam, batch_id=5, closes_at="2026-01-05T12:00", extra_minutes=90)

        assert (member.remaining(exam), other.remaining(exam)) == (2 * HOUR, HOUR)

    def test_a_missed_attempt_is_not_closed_early(
        self, admin: Admin, clock: FrozenClock, not_carried_over: None
    ) -> None:
        exam = create_exam()
        member = Student(clock, batch(5))
        member.start(exam)
        override(admin, exam, batch_id=5, extra_minutes=30)
        clock.advance(HOUR + 60)

        assert sweep({}, FakeContext(remaining_ms=lambda: 60_000))["ended"] == 0
        assert member.sync(exam).body["remaining_seconds"] == 1800 - 60

    def test_a_late_submission_counts_with_a_grant_that_has_not_reached_the_attempt(
        self, admin: Admin, clock: FrozenClock, not_carried_over: None
    ) -> None:
        exam = create_exam()
        member = Student(clock, batch(5))
        member.start(exam)
        override(admin, exam, batch_id=5, extra_minutes=30)
        clock.advance(HOUR + 600)

        assert member.submit(exam).status == 200

        assert member.result(exam).body["result"]["completed_at"].startswith("2026-01-05T05:40:00")

    def test_a_closing_that_moved_and_has_not_reached_the_attempt_holds_for_a_late_submission(
        self, admin: Admin, clock: FrozenClock, not_carried_over: None
    ) -> None:
        exam = create_exam(closes_at=START + 1800)
        member = Student(clock)
        member.start(exam)
        edit(admin, exam, closes_at="2026-01-05T12:00")
        clock.advance(2400)

        assert member.submit(exam).status == 200

        assert member.result(exam).body["result"]["completed_at"].startswith("2026-01-05T05:10:00")

    def test_answers_are_cleared_after_an_end_that_was_moved_and_has_not_reached_the_attempt(
        self, admin: Admin, clock: FrozenClock, not_carried_over: None
    ) -> None:
        exam = create_exam()
        member = Student(clock, batch(5))
        member.start(exam)
        member.sync(exam)
        override(admin, exam, batch_id=5, extra_minutes=30)
        clock.advance(HOUR + 10)

        answer = member.sync(exam, "")

        assert answer.body["remaining_seconds"] == 1790
        assert member.call("GET", f"/exam/{exam.id}").body["answers"] == {}

    def test_a_submission_in_the_grace_of_an_end_that_was_moved_is_timed_by_the_new_one(
        self, admin: Admin, clock: FrozenClock, not_carried_over: None
    ) -> None:
        exam = create_exam()
        member = Student(clock, batch(5))
        member.start(exam)
        override(admin, exam, batch_id=5, extra_minutes=30)
        clock.advance(HOUR + 10)

        assert member.submit(exam).status == 200

        assert member.result(exam).body["result"]["completed_at"].startswith("2026-01-05T05:30:10")

    def test_a_submission_in_the_grace_is_timed_by_the_deadline(self, student: Student, clock: FrozenClock) -> None:
        exam = create_exam()
        student.start(exam)
        clock.advance(HOUR + 10)

        assert student.submit(exam).status == 200

        result = student.result(exam).body["result"]
        assert result["completed_at"].startswith("2026-01-05T05:30:00")
        assert result["time_taken_minutes"] == 60

    def test_a_start_that_read_the_grants_before_their_change_ends_by_them(
        self, student: Student, admin: Admin, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The start read the override before the change and the exam's version after it."""
        exam = create_exam()
        override(admin, exam, user_id=student.id, extra_minutes=30)
        with monkeypatch.context() as patch:
            patch.setattr(overrides, "granted", lambda *_: Grants())
            student.start(exam)
        clock.advance(HOUR + 60)

        assert student.sync(exam).body["remaining_seconds"] == 1740

    def test_the_windows_are_the_students_own(self, student: Student, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam(status="upcoming", start_time="11:00", closes_at=START + 2 * HOUR, max_attempts=1)
        override(
            admin, exam, user_id=student.id, opens_at="2026-01-05T09:00", closes_at="2026-01-05T15:00", max_attempts=0
        )

        shown = student.call("GET", f"/api/exams/{exam.id}").body
        assert shown["exam"]["status"] == "ongoing"
        assert shown["attempts"]["attempts_remaining"] == -1
        assert student.listed(status="ongoing") == [exam.id]
        assert Student(clock).listed(status="ongoing") == []
        for _ in range(2):
            assert student.start(exam).status == 200
            student.submit(exam)

    def test_they_are_listed_replaced_and_deleted(self, student: Student, admin: Admin) -> None:
        exam = create_exam()
        batch(5)
        of_batch = override(admin, exam, batch_id=5, extra_minutes=5)
        override(admin, exam, user_id=student.id, extra_minutes=5, closes_at="2026-01-05T12:00")
        own = override(admin, exam, user_id=student.id, max_attempts=3)

        path = f"/admin/exams/{exam.id}/overrides"
        assert {each["id"]: each for each in admin.get(path).body["overrides"]} == {
            of_batch["id"]: of_batch,
            own["id"]: own,
        }
        assert (own["extra_minutes"], own["closes_at"], own["max_attempts"]) == (None, None, 3)
        page = admin.get(path, query={"limit": "1"}).body
        assert len(page["overrides"]) == 1
        assert len(admin.get(path, query={"limit": "1", "cursor": page["next_cursor"]}).body["overrides"]) == 1
        assert admin.post(f"{path}/delete/{own['id']}").status == 200
        assert admin.post(f"{path}/delete/{own['id']}").status == 404
        assert [each["id"] for each in admin.get(path).body["overrides"]] == [of_batch["id"]]
        actions = [each.change.action for each in audit.list_entries(limit=9, after=None)[0]]
        assert actions.count("override.set") == 3
        assert actions.count("override.delete") == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"extra_minutes": 5}, 400),
            ({"user_id": 1, "batch_id": 5, "extra_minutes": 5}, 400),
            ({"user_id": 10**6, "extra_minutes": 5}, 404),
            ({"batch_id": 404, "extra_minutes": 5}, 404),
            ({"user_id": 1}, 400),
            ({"user_id": 1, "extra_minutes": -1}, 400),
            ({"user_id": 1, "extra_percent": -0.5}, 400),
            ({"user_id": 1, "max_attempts": "many"}, 400),
            ({"user_id": 1, "closes_at": "soon"}, 400),
            ({"user_id": 1, "opens_at": "2026-01-05T12:00", "closes_at": "2026-01-05T11:00"}, 400),
        ],
    )
    def test_bad_ones_are_refused(self, admin: Admin, body: dict[str, Any], status: int) -> None:
        exam = create_exam()

        assert admin.post(f"/admin/exams/{exam.id}/overrides", body).status == status
        assert exams.find_exam(exam.id).grants_version == 0

    def test_who_is_no_student_is_granted_nothing(self, admin: Admin) -> None:
        exam, office = create_exam(), create_user(role="admin")

        answer = admin.post(f"/admin/exams/{exam.id}/overrides", {"user_id": office.id, "extra_minutes": 5})

        assert (answer.status, answer.body["code"]) == (404, "student_not_found")

    def test_of_an_exam_that_does_not_exist(self, admin: Admin, student: Student) -> None:
        assert admin.get("/admin/exams/999/overrides").status == 404
        assert admin.post("/admin/exams/999/overrides", {"user_id": student.id, "extra_minutes": 5}).status == 404
        assert admin.post("/admin/exams/999/add-time", {"minutes": 5, "all": True}).status == 404

    def test_they_go_with_the_account_and_with_the_exam(
        self, student: Student, admin: Admin, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        exam, other = create_exam(), create_exam()
        batch(5)
        for each in (exam, other):
            override(admin, each, user_id=student.id, closes_at="2026-01-05T12:00")
            override(admin, each, batch_id=5, closes_at="2026-01-05T13:00")

        def left() -> list[tuple[str, str]]:
            rows = everything(dynamodb, tables)["catalog"]
            keys = [(row["pk"]["S"], row["sk"]["S"]) for row in rows]
            return [key for key in keys if key[0].startswith(("GRANTS#", "OVERRIDES#"))]

        assert len(left()) == 12
        erase_account(student.id, lambda: True)
        assert len(left()) == 6
        erase_exam(exam.id, lambda: True)
        erase_exam(other.id, lambda: True)
        assert left() == []
