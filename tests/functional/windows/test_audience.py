"""Who sits an exam, and when: batches and access codes."""

from typing import Any

import pytest

from smartexam.accounts.store import enrolments
from smartexam.catalog.access_code import hashed
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam
from tests.factories.tables import everything
from tests.functional.windows.people import Student, batch, edit, logged


class TestAudience:
    def test_only_the_batches_see_and_start_it(self, clock: FrozenClock) -> None:
        exam = create_exam(audience="batches", batch_ids=(batch(5), batch(6)))
        member, stranger = Student(clock, 6), Student(clock, batch(7))

        assert member.listed() == [exam.id]
        assert member.start(exam).status == 200
        assert stranger.listed() == []
        for method, path in (
            ("GET", f"/api/exams/{exam.id}"),
            ("GET", f"/preload-exam/{exam.id}"),
            ("POST", f"/start-exam/{exam.id}"),
        ):
            answer = stranger.call(method, path)
            assert (answer.status, answer.body["code"]) == (403, "not_enrolled")
            assert set(answer.body) == {"status", "success", "message", "code"}

    def test_who_leaves_the_batch_finishes_and_reads_the_result(self, clock: FrozenClock) -> None:
        exam = create_exam(audience="batches", batch_ids=(batch(5),))
        member = Student(clock, 5)
        member.start(exam)

        enrolments.remove_students(5, [member.id], logged)

        assert member.start(exam).body["resumed"] is True
        assert member.sync(exam).status == 200
        assert member.submit(exam).status == 200
        assert member.result(exam).status == 200
        assert member.start(exam).body["code"] == "not_enrolled"

    def test_lists_page_through_what_is_for_everyone_and_for_the_batches(self, clock: FrozenClock) -> None:
        member = Student(clock, batch(5), batch(6))
        batch(7)
        expected = []
        for number in range(12):
            day = f"2026-02-{number + 1:02d}"
            batch_ids = [(), (5, 6), (7,)][number % 3]
            exam = create_exam([], date=day, audience="batches" if batch_ids else "everyone", batch_ids=batch_ids)
            if number % 3 != 2:
                expected.append(exam.id)

        seen, cursor = [], None
        for _ in range(5):
            query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
            body = member.call("GET", "/api/exams", query=query).body
            seen += [each["id"] for each in body["exams"]]
            cursor = body["next_cursor"]
            if cursor is None:
                break

        assert seen == expected[::-1]
        assert cursor is None

    def test_the_audience_can_change(self, admin: Admin, clock: FrozenClock) -> None:
        exam = create_exam()
        member, other = Student(clock, batch(5)), Student(clock, batch(6))

        edit(admin, exam, audience="batches", batch_ids=[5])
        assert (member.listed(), other.listed()) == ([exam.id], [])
        edit(admin, exam, batch_ids=[6], date="2026-01-04")
        assert (member.listed(), other.listed()) == ([], [exam.id])
        edit(admin, exam, audience="everyone")
        assert (member.listed(), other.listed()) == ([exam.id], [exam.id])

    def test_names_are_searched(self, student: Student) -> None:
        physics = create_exam(name="Physics mock")
        create_exam(name="Chemistry mock")

        assert student.listed(q="PHYS") == [physics.id]

    @pytest.mark.parametrize("limit", ["0", "101", "x"])
    def test_limits_of_lists(self, student: Student, limit: str) -> None:
        assert student.call("GET", "/api/exams", query={"limit": limit}).status == 400


class TestAccessCode:
    def test_starting_needs_it_and_resuming_does_not(self, student: Student) -> None:
        exam = create_exam(access_code=hashed("hall-7"))

        assert student.call("GET", f"/api/exams/{exam.id}").body["exam"]["needs_access_code"] is True
        assert student.start(exam).body["code"] == "access_code_required"
        assert student.start(exam, access_code="").body["code"] == "access_code_required"
        assert student.start(exam, access_code="hall-8").body["code"] == "access_code_wrong"
        assert student.start(exam, access_code="hall-7").status == 200
        assert student.start(exam).body["resumed"] is True

    def test_after_five_wrong_ones_nothing_is_heard_for_ten_minutes(self, student: Student, clock: FrozenClock) -> None:
        exam = create_exam(access_code=hashed("hall-7"))
        for _ in range(5):
            assert student.start(exam, access_code="wrong").status == 403

        for body in ({"access_code": "hall-7"}, {"access_code": "wrong"}, {}):
            answer = student.start(exam, **body)
            assert answer.status == 429
            assert 0 < int(answer.headers["retry-after"]) <= 600
        assert Student(clock).start(exam, access_code="hall-7").status == 200, "others are not affected"
        clock.advance(600)
        assert student.start(exam, access_code="hall-7").status == 200

    def test_it_is_shown_and_stored_nowhere(
        self, admin: Admin, student: Student, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        exam = create_exam()

        saved = edit(admin, exam, access_code="sentinel-code")

        assert saved.body["exam"]["has_access_code"] is True
        assert "sentinel-code" not in str(saved.body)
        assert "sentinel-code" not in str(everything(dynamodb, tables))
        assert edit(admin, exam, access_code="").body["exam"]["has_access_code"] is False
        assert student.start(exam).status == 200
