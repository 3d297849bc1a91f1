"""Who sits an exam, and when: windows, audiences, access codes, overrides and added time, through the handlers."""

from typing import Any

import pytest

from admin_attempts import app as admin_attempts
from admin_exams import app as admin_exams
from attempt_sweeper.app import lambda_handler as sweep
from exams import app as exams_app
from results import app as results_app
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.catalog.access_code import hashed
from smartexam.catalog.exam import Exam
from smartexam.catalog.grants import Grants
from smartexam.catalog.store import exams, overrides
from smartexam.erasing import erase_account, erase_exam
from smartexam.platform import audit
from smartexam.platform.audit import Change
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

HOUR = 3600
START = int(MORNING)


class Student:
    """A student, perhaps of some batches."""

    def __init__(self, clock: FrozenClock, *batch_ids: int) -> None:
        self.clock, self.user = clock, create_user()
        self.id = self.user.id
        for batch_id in batch_ids:
            enrolments.add_students(batch_id, [self.id], _logged)

    def call(self, method: str, path: str, app: Any = exams_app, **request: Any) -> Answer:
        token = access_token(self.user, self.clock.now())
        return send(app.lambda_handler, method, path, token=token, **request)

    def start(self, exam: Exam, **body: Any) -> Answer:
        return self.call("POST", f"/start-exam/{exam.id}", body=body or None)

    def sync(self, exam: Exam, answer: str = "B") -> Answer:
        body = {"answers": {str(question_ids(exam.id)[0]): answer}}
        return self.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

    def submit(self, exam: Exam) -> Answer:
        return self.call("POST", f"/submit-exam/{exam.id}", headers={"accept": "application/json"})

    def remaining(self, exam: Exam) -> int:
        seconds: int = self.call("GET", f"/exam/{exam.id}").body["remaining_seconds"]
        return seconds

    def listed(self, **query: str) -> list[int]:
        return [each["id"] for each in self.call("GET", "/api/exams", query=query).body["exams"]]

    def result(self, exam: Exam) -> Answer:
        return self.call("GET", f"/result/{exam.id}", app=results_app)


def _logged(changed: list[int]) -> Any:
    return audit.entry(Change(1, "batch.add", "batch", None, {"users": changed}), MORNING)


def batch(number: int) -> int:
    batches.create(Batch(number, f"Batch {number}", 0, MORNING), _logged([]))
    return number


@pytest.fixture(autouse=True)
def _frozen(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for app in (exams_app, admin_attempts, admin_exams, results_app):
        monkeypatch.setattr(app.api, "clock", frozen_settings)


@pytest.fixture
def student(clock: FrozenClock) -> Student:
    return Student(clock)


@pytest.fixture
def not_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the students had started at the moment of the change, or the process had died after it."""
    monkeypatch.setattr("smartexam.sitting.spreading.carry_over", lambda *_, **__: None)


@pytest.fixture
def admin(clock: FrozenClock) -> Admin:
    return Admin(admin_attempts.lambda_handler, clock)


def override(admin: Admin, exam: Exam, **body: Any) -> dict[str, Any]:
    answer = admin.post(f"/admin/exams/{exam.id}/overrides", body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body["override"]
    return found


def edit(admin: Admin, exam: Exam, **fields: Any) -> Answer:
    return admin.call("POST", f"/admin/exams/edit/{exam.id}", handler=admin_exams.lambda_handler, body=fields)


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

        enrolments.remove_students(5, [member.id], _logged)

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
