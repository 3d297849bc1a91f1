"""Joining and leaving a batch holds for running attempts at once."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import boto3
import pytest
from msgspec import structs

from admin_attempts import app as admin_attempts
from admin_students import app as admin_students
from admin_students import rosters
from exams import app as exams_app
from job_worker.app import lambda_handler as worker
from results import app as results_app
from smartexam.catalog.exam import Exam
from smartexam.catalog.structure import Section, Structure
from smartexam.platform import storage
from smartexam.platform.dynamodb import table
from smartexam.sitting import deadlines
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user

HOUR = 3600
BUCKET = "uploads-test"


class Student:
    """A student of no batch."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock, self.user = clock, create_user()
        self.id = self.user.id

    def call(self, method: str, path: str, app: Any = exams_app, **request: Any) -> Answer:
        token = access_token(self.user, self.clock.now())
        return send(app.lambda_handler, method, path, token=token, **request)

    def start(self, exam: Exam) -> None:
        assert self.call("POST", f"/start-exam/{exam.id}").status == 200

    def sync(self, exam: Exam) -> Answer:
        body = {"answers": {str(question_ids(exam.id)[0]): "B"}}
        return self.call("POST", f"/api/sync-exam-answers/{exam.id}", body=body)

    def remaining(self, exam: Exam) -> int:
        seconds: int = self.sync(exam).body["remaining_seconds"]
        return seconds

    def sections(self, exam: Exam) -> list[tuple[str, int]]:
        shown = self.call("GET", f"/exam/{exam.id}").body["sections"]
        return [(each["state"], each["remaining_seconds"]) for each in shown]


@pytest.fixture(autouse=True)
def _stack(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    for app in (exams_app, admin_attempts, admin_students, results_app):
        monkeypatch.setattr(app.api, "clock", frozen_settings)
    monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    storage._client.cache_clear()
    yield
    storage._client.cache_clear()


@pytest.fixture
def admin(clock: FrozenClock) -> Admin:
    return Admin(admin_students.lambda_handler, clock)


@pytest.fixture
def student(clock: FrozenClock) -> Student:
    return Student(clock)


@pytest.fixture
def batch_id(admin: Admin) -> int:
    return new_batch(admin, "Evening")


def new_batch(admin: Admin, name: str) -> int:
    found: int = admin.post("/admin/batches/create", {"name": name}).body["batch"]["id"]
    return found


def override(admin: Admin, exam: Exam, **body: Any) -> None:
    path = f"/admin/exams/{exam.id}/overrides"
    assert admin.call("POST", path, handler=admin_attempts.lambda_handler, body=body).status == 200


def move(admin: Admin, way: str, batch_id: int, *students: Student) -> None:
    body = {"user_ids": [each.id for each in students]}
    assert admin.post(f"/admin/batches/{batch_id}/students/{way}", body).status == 200


def upload(admin: Admin, students: Sequence[Student], batch: str) -> Answer:
    rows = "".join(f"{each.user.full_name},{each.user.email},{batch}\n" for each in students)
    content = f"name,email,batch\n{rows}".encode()
    return admin.upload("/admin/students/import-csv", {"csv_file": ("roster.csv", content)})


def work(post: PostOffice) -> None:
    for order in post.taken("job"):
        worker(sqs_event(order.body), FakeContext(remaining_ms=lambda: 90_000))


def test_who_joins_gets_the_batchs_time_with_the_next_sync(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    student.start(exam)
    assert student.remaining(exam) == HOUR

    move(admin, "add", batch_id, student)

    assert student.remaining(exam) == HOUR + 1800


def test_an_own_override_wins_over_that_of_a_joined_batch(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    override(admin, exam, user_id=student.id, extra_minutes=5)
    student.start(exam)

    move(admin, "add", batch_id, student)

    assert student.remaining(exam) == HOUR + 300


def test_who_joins_after_the_deadline_goes_on(
    admin: Admin, student: Student, batch_id: int, clock: FrozenClock
) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    student.start(exam)
    clock.advance(HOUR + 60)

    move(admin, "add", batch_id, student)

    assert student.remaining(exam) == 1740


def test_who_leaves_has_the_exams_time_again(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    move(admin, "add", batch_id, student)
    student.start(exam)
    assert student.remaining(exam) == HOUR + 1800

    move(admin, "remove", batch_id, student)

    assert student.remaining(exam) == HOUR


def test_of_who_leaves_in_the_extra_time_all_saved_answers_are_graded(
    admin: Admin, student: Student, batch_id: int, clock: FrozenClock
) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    move(admin, "add", batch_id, student)
    student.start(exam)
    clock.advance(HOUR + 600)
    assert student.sync(exam).body["saved"] == 1

    move(admin, "remove", batch_id, student)

    assert student.sync(exam).body["code"] == "exam_time_over"
    result = student.call("GET", f"/result/{exam.id}", app=results_app).body["result"]
    assert (result["correct_answers"], result["time_taken_minutes"]) == (1, 60)


def test_who_joins_the_next_batch_before_leaving_keeps_the_time(
    admin: Admin, student: Student, batch_id: int, clock: FrozenClock
) -> None:
    exam, other = create_exam(), new_batch(admin, "Night")
    for each in (batch_id, other):
        override(admin, exam, batch_id=each, extra_minutes=30)
    move(admin, "add", batch_id, student)
    student.start(exam)
    clock.advance(HOUR + 600)

    move(admin, "add", other, student)
    move(admin, "remove", batch_id, student)

    assert student.remaining(exam) == 1200


def test_added_time_stays_whoever_joins_or_leaves(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    student.start(exam)
    added = {"minutes": 7, "user_ids": [student.id]}
    admin.call("POST", f"/admin/exams/{exam.id}/add-time", handler=admin_attempts.lambda_handler, body=added)

    move(admin, "add", batch_id, student)
    assert student.remaining(exam) == HOUR + 1800 + 420
    move(admin, "remove", batch_id, student)
    assert student.remaining(exam) == HOUR + 420


def test_what_was_handed_in_stays(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam(max_attempts=1)
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    student.start(exam)
    student.call("POST", f"/submit-exam/{exam.id}")

    move(admin, "add", batch_id, student)

    assert student.sync(exam).body["code"] == "no_attempt"


def test_a_deleted_batch_has_no_students_with_extra_time(admin: Admin, student: Student, batch_id: int) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    move(admin, "add", batch_id, student)
    student.start(exam)

    assert admin.post(f"/admin/batches/delete/{batch_id}").status == 200

    assert student.remaining(exam) == HOUR


@pytest.mark.parametrize("is_job", [False, True])
def test_a_roster_adds_running_students_to_a_batch_with_its_time(
    admin: Admin, student: Student, batch_id: int, post: PostOffice, monkeypatch: pytest.MonkeyPatch, *, is_job: bool
) -> None:
    if is_job:
        monkeypatch.setattr(rosters, "MOST_AT_ONCE", 0)
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    other = Student(student.clock)
    for each in (student, other):
        each.start(exam)
    post.sent.clear()

    assert upload(admin, [student], "Evening").status == (202 if is_job else 200)
    if is_job:
        work(post)

    assert (student.remaining(exam), other.remaining(exam)) == (HOUR + 1800, HOUR)


def test_an_attempt_that_was_being_started_gets_the_time_by_a_second_look(
    admin: Admin, student: Student, batch_id: int, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = create_exam()
    override(admin, exam, batch_id=batch_id, extra_minutes=30)
    student.start(exam)
    post.sent.clear()
    with monkeypatch.context() as patch:
        # The start read the batches before the change, and its attempt was stored after the look at them.
        patch.setattr(deadlines, "refresh_members", lambda *_, **__: None)
        move(admin, "add", batch_id, student)
    assert student.remaining(exam) == HOUR

    work(post)

    assert student.remaining(exam) == HOUR + 1800


def test_a_batch_that_is_granted_nothing_costs_one_read(
    admin: Admin, student: Student, batch_id: int, post: PostOffice
) -> None:
    student.start(create_exam())
    calls: list[str] = []
    events = table.connection().client.meta.events
    note = partial(_note, calls)
    events.register("before-call.dynamodb.Query", note)
    try:
        move(admin, "add", batch_id, student)
    finally:
        events.unregister("before-call.dynamodb.Query", note)

    assert calls == ["Query"]
    assert not list(post.taken("job"))


def _note(calls: list[str], model: Any, **_: Any) -> None:
    calls.append(model.name)


class TestTimedSections:
    """Three sections of 10, 20 and 30 minutes, the first over, 5 minutes into the second; then 25 extra minutes."""

    SECTIONS = tuple(Section(number, f"{number}", minutes=10 * number) for number in (1, 2, 3))
    # The second section began when the first ended: 20 and 30 minutes become 30 and 45.
    STRETCHED = (("closed", 0), ("open", 25 * 60), ("upcoming", 45 * 60))

    @pytest.fixture
    def exam(self, student: Student, clock: FrozenClock) -> Exam:
        questions = [structs.replace(MCQ, section_id=number) for number in (1, 2, 3)]
        exam = create_exam(questions, structure=Structure(sections=self.SECTIONS, first_section=1, last_section=3))
        student.start(exam)
        clock.advance(15 * 60)
        return exam

    def test_an_own_override_is_spread_over_the_sections_that_are_not_over(
        self, admin: Admin, student: Student, exam: Exam
    ) -> None:
        override(admin, exam, user_id=student.id, extra_minutes=25)
        assert tuple(student.sections(exam)) == self.STRETCHED

    def test_and_so_is_that_of_a_batch(self, admin: Admin, student: Student, exam: Exam, batch_id: int) -> None:
        move(admin, "add", batch_id, student)
        override(admin, exam, batch_id=batch_id, extra_minutes=25)
        assert tuple(student.sections(exam)) == self.STRETCHED

    def test_and_that_of_a_joined_batch(self, admin: Admin, student: Student, exam: Exam, batch_id: int) -> None:
        override(admin, exam, batch_id=batch_id, extra_minutes=25)
        move(admin, "add", batch_id, student)
        assert tuple(student.sections(exam)) == self.STRETCHED

    def test_and_added_time(self, admin: Admin, student: Student, exam: Exam) -> None:
        body = {"minutes": 25, "user_ids": [student.id]}
        admin.call("POST", f"/admin/exams/{exam.id}/add-time", handler=admin_attempts.lambda_handler, body=body)
        assert tuple(student.sections(exam)) == self.STRETCHED

    def test_an_override_from_before_the_start_is_spread_over_all(
        self, admin: Admin, clock: FrozenClock, exam: Exam
    ) -> None:
        early = Student(clock)
        override(admin, exam, user_id=early.id, extra_minutes=30)
        early.start(exam)
        assert [seconds for _, seconds in early.sections(exam)] == [15 * 60, 30 * 60, 45 * 60]

    def test_what_is_taken_back_leaves_the_sections_as_they_were(
        self, admin: Admin, student: Student, exam: Exam, batch_id: int
    ) -> None:
        before = student.sections(exam)
        override(admin, exam, batch_id=batch_id, extra_minutes=25)
        move(admin, "add", batch_id, student)
        move(admin, "remove", batch_id, student)
        assert student.sections(exam) == before == [("closed", 0), ("open", 15 * 60), ("upcoming", 30 * 60)]

    def test_after_the_end_of_all_only_the_last_goes_on(
        self, admin: Admin, student: Student, clock: FrozenClock, exam: Exam
    ) -> None:
        clock.advance(46 * 60)
        override(admin, exam, user_id=student.id, extra_minutes=10)
        assert student.sections(exam) == [("closed", 0), ("closed", 0), ("open", 9 * 60)]
