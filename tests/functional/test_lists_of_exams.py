"""Students' lists of exams: exact pages of what is true now, whatever other exams there are."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, groupby
from threading import Barrier
from typing import Any

import pytest

from admin_attempts import app as admin_attempts
from admin_exams import app as admin_exams
from exams import app as exams_app
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import categories, exams
from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.platform.dynamodb import table
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import send
from tests.factories.exams import create_exam
from tests.factories.paging import pages
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user

HOUR = 3600
START = int(MORNING)
STATUSES = ("upcoming", "ongoing", "completed")
# The institute's local time, in seconds before UTC
INDIA = 19800


@pytest.fixture(autouse=True)
def _frozen(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for app in (exams_app, admin_attempts, admin_exams):
        monkeypatch.setattr(app.api, "clock", frozen_settings)


@pytest.fixture
def admin(clock: FrozenClock) -> Admin:
    return Admin(admin_exams.lambda_handler, clock)


def logged(changed: list[int]) -> Any:
    return audit.entry(Change(1, "batch.add", "batch", None, {"users": changed}), MORNING)


def batch(number: int) -> int:
    batches.create(Batch(number, f"Batch {number}", 0, MORNING), logged([]))
    return number


def local(epoch: int) -> dict[str, Any]:
    at = datetime.fromtimestamp(epoch + INDIA, UTC)
    return {"date": f"{at:%Y-%m-%d}", "start_time": f"{at:%H:%M}"}


def iso(epoch: int | None) -> str | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC).isoformat()


class Student:
    """A student of some batches, who reads lists."""

    def __init__(self, clock: FrozenClock, *batch_ids: int) -> None:
        self.clock, self.user = clock, create_user()
        for batch_id in batch_ids:
            enrolments.add_students(batch_id, [self.user.id], logged)

    def get(self, path: str, **query: Any) -> Any:
        token = access_token(self.user, self.clock.now())
        return send(exams_app.lambda_handler, "GET", path, token=token, query={k: str(v) for k, v in query.items()})

    def pages(self, **query: Any) -> Iterator[list[int]]:
        for _ in pages():
            answer = self.get("/api/exams", **query)
            assert answer.status == 200, answer.body
            yield [exam["id"] for exam in answer.body["exams"]]
            if answer.body["next_cursor"] is None:
                return
            query["cursor"] = answer.body["next_cursor"]

    def state(self, exam: Exam) -> str | None:
        """The exam's status as its own route says; None for one that is not for the student."""
        answer = self.get(f"/api/exams/{exam.id}")
        return answer.body["exam"]["status"] if answer.status == 200 else None


class Random:
    """Exams, edits and overrides at random."""

    def __init__(self, seed: int, admin: Admin, student: Student) -> None:
        self.rng = random.Random(seed)
        self.admin, self.student = admin, student

    def fields(self, now: int) -> dict[str, Any]:
        rng = self.rng
        opens = now + rng.choice([-9000, -90, -30, -2, -1, 0, 1, 2, 30]) * HOUR
        fields: dict[str, Any] = {
            "name": f"{rng.choice(['Ärzte', 'Physik'])} {rng.randrange(99)}",
            "status": rng.choice(STATUSES),
            "closes_at": rng.choice([None, opens + 1, opens + HOUR, opens + 3 * HOUR, opens + 40 * HOUR]),
            "category_id": rng.choice([None, 7]),
            "audience": rng.choice(["everyone", "batches"]),
            "batch_ids": tuple(rng.sample([1, 2, 3], 2)),
        }
        return fields | local(opens)

    def edit(self, exam: Exam, now: int) -> None:
        fields = self.fields(now)
        fields |= {"closes_at": iso(fields["closes_at"]), "batch_ids": list(fields["batch_ids"])}
        answer = self.admin.post(f"/admin/exams/edit/{exam.id}", fields)
        assert answer.status == 200, answer.body

    def override(self, exam: Exam, now: int) -> None:
        rng = self.rng
        body: dict[str, Any] = {"extra_minutes": 5}
        if rng.random() < 0.6:
            body["closes_at"] = iso(now + rng.choice([-1, 3, 5]) * HOUR)
        if rng.random() < 0.6:
            body["opens_at"] = iso(now - rng.choice([200, 9]) * HOUR) if rng.random() < 0.6 else iso(now + 2 * HOUR)
        body |= rng.choice([{"user_id": self.student.user.id}, {"batch_id": 1}, {"batch_id": 3}])
        self.admin.post(f"/admin/exams/{exam.id}/overrides", body, handler=admin_attempts.lambda_handler)


@pytest.mark.parametrize("seed", range(4))
def test_pages_are_exact(clock: FrozenClock, admin: Admin, seed: int) -> None:
    """Whatever exams and grants there are, a list has what each exam's own route says, in pages of `limit`."""
    for number in (1, 2, 3):
        batch(number)
    categories.create_category(categories.Category(7, "Physics", None))
    student = Student(clock, 1, 2)
    chance = Random(seed, admin, student)
    for _ in range(30):
        exam = create_exam((), **chance.fields(START))
        if chance.rng.random() < 0.4:
            chance.override(exam, START)
    ids = [exam.id for exam in exams.list_exams(limit=100)[0]]

    for hours in (0, 1, 2, 30):
        clock.advance(hours * HOUR)
        for exam_id in chance.rng.sample(ids, 5):
            chance.edit(exams.find_exam(exam_id), int(clock.now()))
        known = sorted((exams.find_exam(exam_id) for exam_id in ids), key=lambda exam: exam.place, reverse=True)
        state = {exam.id: student.state(exam) for exam in known}
        known = [exam for exam in known if state[exam.id] is not None]
        assert list(chain(*student.pages(limit=7))) == [exam.id for exam in known]
        for status in STATUSES:
            of_status = [exam for exam in known if state[exam.id] == status]
            for query, wanted in (
                ({}, of_status),
                ({"category_id": 7}, [exam for exam in of_status if exam.category_id == 7]),
                ({"q": "äRZT"}, [exam for exam in of_status if "Ärzte" in exam.name]),
            ):
                pages = list(student.pages(status=status, limit=3, **query))
                assert list(chain(*pages)) == [exam.id for exam in wanted], (status, query)
                assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)
                assert pages[-1] or not wanted


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_costs_the_same_among_many_exams(clock: FrozenClock, status: str) -> None:
    """Given hundreds of exams of other batches and of other states, a page is full after three round trips."""
    for number in range(1, 7):
        batch(number)
    student = Student(clock, 1, 2, 3, 4, 5)
    for day in range(60):
        opens = START - (day + 1) * 24 * HOUR
        create_exam((), status="completed", **local(opens))
        create_exam((), status="ongoing", closes_at=opens + HOUR, **local(opens))
        create_exam((), status="upcoming", closes_at=START + 99 * HOUR, **local(opens))
        create_exam((), status="upcoming", **local(START + (day + 1) * 24 * HOUR))
        create_exam((), status="ongoing", audience="batches", batch_ids=(6,), **local(opens))
        create_exam((), status="upcoming", audience="batches", batch_ids=(1, 6), **local(opens))
    next(student.pages())  # the process knows the revocations now
    client = table.connection().client
    # Each query waits until all are on their way.
    queries = {"upcoming": 12, "ongoing": 14, "completed": 13}[status]
    together = Barrier(queries, timeout=10)
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)
        if model.name == "Query":
            together.wait()

    client.meta.events.register("before-call.dynamodb", note)
    try:
        page = next(student.pages(status=status, limit=50))
    finally:
        client.meta.events.unregister("before-call.dynamodb", note)

    assert len(page) == 50
    assert calls.count("Query") == queries
    assert [name for name, _ in groupby(calls)] == ["GetItem", "Query", "BatchGetItem"]


def test_an_exam_that_was_only_announced_to_a_batch_is_found_by_its_card(clock: FrozenClock) -> None:
    """Given a crash after an exam named a batch and before it was listed there, its students see it."""
    exam = create_exam((), audience="batches", batch_ids=(batch(1),))
    batches.forget_exam(exam.id, [1], exam.edit_version + 1)
    batches.expect_exam(1, exam.id, exam.edit_version)
    student = Student(clock, 1)

    assert list(student.pages(status="ongoing")) == [[exam.id]]
    assert list(student.pages()) == [[exam.id]]
    assert list(student.pages(status="completed")) == [[]]


def test_a_late_removal_leaves_what_a_later_edit_listed(clock: FrozenClock, admin: Admin) -> None:
    exam = create_exam((), audience="batches", batch_ids=(batch(1),))
    for batch_ids in ([batch(2)], [1, 2]):
        assert admin.post(f"/admin/exams/edit/{exam.id}", {"batch_ids": batch_ids}).status == 200

    batches.forget_exam(exam.id, [1], exam.edit_version + 1)

    assert list(Student(clock, 1).pages(status="ongoing")) == [[exam.id]]


@pytest.mark.parametrize(
    ("at", "upcoming", "ongoing"),
    [
        # 2:30 does not exist on 29 March and is read as 3:30; at 3:15 it has not come.
        ("2026-03-29T01:15:00+00:00", ["02:30", "03:20"], ["03:10"]),
        ("2026-03-29T01:25:00+00:00", ["02:30"], ["03:20", "03:10"]),
        ("2026-03-29T01:30:00+00:00", [], ["03:20", "03:10", "02:30"]),
    ],
)
def test_exams_in_the_hour_that_a_clock_change_skips(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, at: str, upcoming: list[str], ongoing: list[str]
) -> None:
    _berlin(monkeypatch, clock, at)
    for start_time in ("02:30", "03:10", "03:20"):
        create_exam((), status="upcoming", date="2026-03-29", start_time=start_time)

    student = Student(clock)

    assert _times(student, "upcoming") == sorted(upcoming, reverse=True)
    assert _times(student, "ongoing") == sorted(ongoing, reverse=True)


@pytest.mark.parametrize("at", ["2026-10-25T00:40:00+00:00", "2026-10-25T01:10:00+00:00", "2026-10-25T01:50:00+00:00"])
def test_exams_in_the_hour_that_a_clock_change_repeats(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """2:30 occurs at 0:30 and at 1:30 UTC; the first is meant."""
    _berlin(monkeypatch, clock, at)
    for start_time in ("02:30", "03:10"):
        create_exam((), status="upcoming", date="2026-10-25", start_time=start_time)

    student = Student(clock)

    assert _times(student, "upcoming") == ["03:10"]
    assert _times(student, "ongoing") == ["02:30"]


def _berlin(monkeypatch: pytest.MonkeyPatch, clock: FrozenClock, at: str) -> None:
    from smartexam.platform.settings import settings  # noqa: PLC0415 - read anew with the other time zone

    monkeypatch.setenv("EXAM_TIMEZONE", "Europe/Berlin")
    settings.cache_clear()
    clock.advance(datetime.fromisoformat(at).timestamp() - clock.now())


def _times(student: Student, status: str) -> list[str]:
    return [each["start_time"] for each in student.get("/api/exams", status=status).body["exams"]]
