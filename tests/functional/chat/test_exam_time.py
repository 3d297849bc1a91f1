"""A student's devices are told at once when the time of the running attempt changes."""

from typing import Any

import pytest

from admin_attempts import app as admin_attempts
from admin_exams import app as admin_exams
from job_worker.app import lambda_handler as worker
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.talk.realtime import exam_time
from tests.factories.admins import Admin
from tests.factories.chat import Person, Wire
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, sqs_event
from tests.factories.exams import create_exam
from tests.factories.post import PostOffice
from tests.functional.chat.test_silence import sit

MINUTE = 60


@pytest.fixture
def admin(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    for app in (admin_attempts, admin_exams):
        monkeypatch.setattr(app.api, "clock", clock)
    return Admin(admin_attempts.lambda_handler, clock)


def made(admin: Admin, path: str, body: dict[str, Any]) -> Answer:
    answer = admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer


def test_added_time_is_told_to_every_device_of_who_got_it_even_where_chat_is_closed(
    asha: Person, ben: Person, wire: Wire, admin: Admin
) -> None:
    exam = create_exam(allow_chat=False)
    for student in (asha, ben):
        sit(student, exam)
    phone, laptop, of_ben = asha.connect(), asha.connect(), ben.connect()

    made(admin, f"/admin/exams/{exam.id}/add-time", {"minutes": 5, "user_ids": [asha.id]})

    [told] = wire.took(phone, "exam_time")
    assert told == {
        "exam_id": exam.id,
        "attempt_id": told["attempt_id"],
        "remaining_seconds": 65 * MINUTE,
        "server_time": "2026-01-05T04:30:00.000Z",
    }
    assert wire.took(laptop, "exam_time") == [told]
    assert wire.took(of_ben, "exam_time") == []


def test_overrides_and_closings_are_told_too(asha: Person, wire: Wire, admin: Admin) -> None:
    exam = create_exam()
    batches.create(Batch(5, "Evening", 0, MORNING), _logged([]))
    enrolments.add_students(5, [asha.id], _logged)
    sit(asha, exam)
    device = asha.connect()

    def told() -> list[int]:
        return [each["remaining_seconds"] for each in wire.took(device, "exam_time")]

    of_asha = made(admin, f"/admin/exams/{exam.id}/overrides", {"user_id": asha.id, "extra_minutes": 10}).body
    assert told() == [70 * MINUTE]
    made(admin, f"/admin/exams/{exam.id}/overrides/delete/{of_asha['override']['id']}", {})
    assert told() == [60 * MINUTE]
    made(admin, f"/admin/exams/{exam.id}/overrides", {"batch_id": 5, "extra_minutes": 20})
    assert told() == [80 * MINUTE]
    # What does not change the end of an attempt is no news.
    made(admin, f"/admin/exams/{exam.id}/overrides", {"batch_id": 5, "extra_minutes": 20, "max_attempts": 3})
    assert told() == []
    closing, edit = {"closes_at": "2026-01-05T10:10"}, f"/admin/exams/edit/{exam.id}"
    edited = admin.call("POST", edit, handler=admin_exams.lambda_handler, body=closing)
    assert edited.status == 200, edited.body
    assert told() == [10 * MINUTE]


def test_many_are_told_by_a_job(
    asha: Person, ben: Person, wire: Wire, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exam_time, "_AT_ONCE", 1)
    exam = create_exam()
    for student in (asha, ben):
        sit(student, exam)
    devices = [asha.connect(), ben.connect()]

    made(admin, f"/admin/exams/{exam.id}/add-time", {"minutes": 5, "all": True})
    assert [wire.took(device, "exam_time") for device in devices] == [[], []]
    (order,) = post.taken("job")
    worker(sqs_event(order.body), FakeContext(remaining_ms=lambda: 90_000))

    for device in devices:
        assert [each["remaining_seconds"] for each in wire.took(device, "exam_time")] == [65 * MINUTE]


def test_a_connection_that_fails_keeps_nobody_from_getting_time(
    asha: Person, ben: Person, wire: Wire, admin: Admin
) -> None:
    exam = create_exam()
    for student in (asha, ben):
        sit(student, exam)
    wire.gone.add(asha.connect())
    device = ben.connect()

    added = made(admin, f"/admin/exams/{exam.id}/add-time", {"minutes": 5, "all": True})

    assert added.body["changed"] == 2
    assert len(wire.took(device, "exam_time")) == 1


def _logged(changed: list[int]) -> Any:
    return audit.entry(Change(1, "batch.change", "batch:5", None, {"users": changed}), MORNING)
