"""Administrators' changes of students' attempts: `admin_attempts` and, behind it, `result_aggregator`."""

import threading
from typing import Any

import pytest
from msgspec import structs

from admin_attempts import service
from admin_attempts.app import api, lambda_handler
from exams import app as exams_app
from result_aggregator.app import lambda_handler as aggregator
from smartexam.accounts.store import accounts
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.platform import audit
from smartexam.platform.dynamodb import table
from smartexam.results.store.tallies import RowItem
from smartexam.sitting.store import attempts, results
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, send
from tests.factories.exams import create_exam
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import access_token, create_user


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    monkeypatch.setattr(exams_app.api, "clock", clock)
    return Admin(lambda_handler, clock)


def call(user: User, method: str, path: str) -> Any:
    return send(
        exams_app.lambda_handler, method, path, token=access_token(user), headers={"accept": "application/json"}
    )


def sit(user: User, exam: Exam, times: int = 1, *, running: bool = False) -> None:
    """Attempts of a student, all ended except the last if it is to run; the stream is counted."""
    for _ in range(times):
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 200
        assert call(user, "POST", f"/submit-exam/{exam.id}").status == 200
    if running:
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 200
    assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}


def search(admin: Admin, **query: Any) -> dict[str, Any]:
    answer = admin.get("/admin/api/attempts/search", query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def found(admin: Admin, **query: Any) -> list[tuple[str, int]]:
    return [(row["username"], row["exam_id"]) for row in search(admin, **query)["rows"]]


def modify(admin: Admin, user: User, exam: Exam, action: str, **fields: Any) -> Any:
    body = {"student_id": user.id, "exam_id": exam.id, "action": action, **fields}
    return admin.post("/admin/attempts/modify", body)


def row(admin: Admin, user: User, exam: Exam) -> tuple[Any, int, Any, str]:
    (one,) = search(admin, q=user.username, exam_id=exam.id)["rows"]
    return one["max_attempts"], one["attempts_used"], one["remaining"], one["status"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/api/attempts/search"),
        ("POST", "/admin/attempts/modify"),
        ("POST", "/admin/attempts/bulk-modify"),
    ],
)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        assert send(lambda_handler, method, path, token=access_token(create_user(), clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


class TestSearch:
    @pytest.fixture
    def world(self, admin: Admin) -> tuple[Exam, Exam]:
        limited, unlimited = create_exam(max_attempts=2, name="Limited"), create_exam(name="Open")
        asha, bala = create_user(username="asha"), create_user(username="bala")
        sit(asha, limited, 2)
        sit(bala, limited, 1)
        sit(asha, unlimited, 1, running=True)
        return limited, unlimited

    def test_a_roll_number_finds_its_student(self, admin: Admin, world: tuple[Exam, Exam]) -> None:
        (student,) = {row["student_id"] for row in search(admin, q="bala")["rows"]}
        accounts.change_student(student, lambda user: structs.replace(user, roll_no="2026/7"), lambda *_: [])

        assert [(row["username"], row["roll_no"]) for row in search(admin, q="2026/7")["rows"]] == [("bala", "2026/7")]
        assert search(admin, q="2026/8")["rows"] == []

    def test_rows_are_as_agreed(self, admin: Admin, world: tuple[Exam, Exam]) -> None:
        unlimited = world[1]

        page = search(admin)

        student = page["rows"][0]["student_id"]
        assert page["rows"][0] == {
            "student_id": student,
            "username": "asha",
            "roll_no": None,
            "exam_id": unlimited.id,
            "exam_name": "Open",
            "max_attempts": "∞",
            "attempts_used": 2,
            "remaining": "∞",
            "status": "unlimited",
        }
        assert [(one["username"], one["remaining"], one["status"]) for one in page["rows"][1:]] == [
            ("bala", 1, "available"),
            ("asha", 0, "exhausted"),
        ]
        del page["rows"]
        assert page == {
            "total": 3,
            "page": 1,
            "per_page": 50,
            "total_pages": 1,
            "total_is_exact": True,
            "next_cursor": None,
        }

    @pytest.mark.parametrize("more", [{}, {"q": "a"}, {"q": "b"}])
    @pytest.mark.parametrize("status", [None, "unlimited", "available", "exhausted"])
    def test_filters_hold_together(
        self, status: str | None, more: dict[str, Any], admin: Admin, world: tuple[Exam, Exam]
    ) -> None:
        limited, unlimited = world
        everything = {
            ("asha", unlimited.id): "unlimited",
            ("bala", limited.id): "available",
            ("asha", limited.id): "exhausted",
        }
        for exam_id in (None, limited.id, unlimited.id):
            query = {**more, **({"status": status} if status else {}), **({"exam_id": exam_id} if exam_id else {})}
            expected = {
                key
                for key, state in everything.items()
                if (status in {None, state}) and exam_id in {None, key[1]} and key[0].startswith(more.get("q", ""))
            }
            page = search(admin, **query)
            assert {(one["username"], one["exam_id"]) for one in page["rows"]} == expected
            assert page["total"] == len(expected)

    @pytest.mark.parametrize("query", [{"status": "all"}, {"exam_id": 0}, {"page": 0}, {"cursor": "x"}])
    def test_what_makes_no_sense_is_refused(self, query: dict[str, Any], admin: Admin) -> None:
        assert admin.get("/admin/api/attempts/search", query=query).status == 400

    @pytest.mark.parametrize("query", [{}, {"q": "s"}])
    def test_pages_by_number_and_by_cursor_are_the_same(
        self, query: dict[str, Any], admin: Admin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "PAGE_SIZE", 3)
        exams = [create_exam(max_attempts=1), create_exam()]
        for number in range(4):
            user = create_user(username=f"s{number}", password=None)
            for exam in exams:
                modify(admin, user, exam, "reset")
                attempts.start_attempt(
                    user.id,
                    exam.id,
                    attempt_id=100 + number,
                    paper_version=1,
                    now=0,
                    deadline=9e9,
                    max_attempts=0,
                )
        aggregator(stream_event(stored_records()), FakeContext())

        numbered = [found(admin, **query, page=number) for number in (1, 2, 3)]
        followed, cursor = [], None
        for _ in range(3):
            page = search(admin, **query, **({"cursor": cursor} if cursor else {}))
            followed.append([(one["username"], one["exam_id"]) for one in page["rows"]])
            cursor = page["next_cursor"]

        assert cursor is None
        assert numbered == followed
        assert [len(page) for page in numbered] == [3, 3, 2]
        assert len({place for page in numbered for place in page}) == 8

    def test_small_exams_are_read_at_once(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        user = create_user(username="s", password=None)
        exams = [create_exam() for _ in range(12)]
        for number, exam in enumerate(exams):
            attempts.start_attempt(
                user.id,
                exam.id,
                attempt_id=100 + number,
                paper_version=1,
                now=0,
                deadline=9e9,
                max_attempts=0,
            )
        aggregator(stream_event(stored_records()), FakeContext())
        query, together = table.query, threading.Barrier(4, timeout=20)

        def query_in_company(*arguments: Any, **options: Any) -> Any:
            if arguments[0] is RowItem:
                together.wait()
            return query(*arguments, **options)

        monkeypatch.setattr(table, "query", query_in_company)

        assert found(admin) == [("s", exam.id) for exam in reversed(exams)]


class TestModify:
    def test_increase_grants_further_attempts(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=1), create_user()
        sit(user, exam)
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 400

        assert modify(admin, user, exam, "increase", amount=2).body == {"success": True}

        assert row(admin, user, exam) == (3, 1, 2, "available")
        sit(user, exam, 2)
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 400
        assert row(admin, user, exam) == (3, 3, 0, "exhausted")

    def test_before_the_first_attempt_too(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=1), create_user()

        modify(admin, user, exam, "increase")

        assert row(admin, user, exam) == (2, 0, 2, "available")
        sit(user, exam, 2)
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 400

    def test_decrease_takes_back_or_lowers_but_not_below_the_used_ones(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=3), create_user()
        sit(user, exam, 1)

        assert modify(admin, user, exam, "decrease", amount=2).status == 200

        assert row(admin, user, exam) == (1, 1, 0, "exhausted")
        assert call(user, "POST", f"/start-exam/{exam.id}").status == 400
        answer = modify(admin, user, exam, "decrease")
        assert (answer.status, answer.body["code"]) == (400, "attempts_used")
        assert row(admin, user, exam) == (1, 1, 0, "exhausted")

    def test_a_running_attempt_counts_as_used(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=2), create_user()
        sit(user, exam, 0, running=True)

        assert row(admin, user, exam) == (2, 1, 1, "available")
        assert modify(admin, user, exam, "decrease", amount=2).status == 400
        assert modify(admin, user, exam, "decrease", amount=1).status == 200
        assert row(admin, user, exam) == (1, 1, 0, "exhausted")
        assert call(user, "POST", f"/submit-exam/{exam.id}").status == 200

    def test_reset_makes_the_used_ones_no_longer_count_and_keeps_results(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=1), create_user()
        sit(user, exam)

        assert modify(admin, user, exam, "reset").status == 200

        assert row(admin, user, exam) == (1, 0, 1, "available")
        assert len(results.list_history(user.id, limit=9)[0]) == 1
        sit(user, exam)
        assert len(results.list_history(user.id, limit=9)[0]) == 2

    def test_an_unlimited_exam_has_only_reset(self, admin: Admin) -> None:
        exam, user = create_exam(), create_user()
        sit(user, exam)

        for action in ("increase", "decrease"):
            answer = modify(admin, user, exam, action)
            assert (answer.status, answer.body["code"]) == (400, "unlimited_attempts")
        assert modify(admin, user, exam, "reset").status == 200
        assert row(admin, user, exam) == ("∞", 0, "∞", "unlimited")

    @pytest.mark.parametrize("amount", [0, -1, 101, 1.5, "2"])
    def test_amounts_are_whole_from_1_to_100(self, amount: Any, admin: Admin) -> None:
        assert modify(admin, create_user(), create_exam(max_attempts=1), "increase", amount=amount).status == 400

    def test_an_unknown_student_or_exam_is_404(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=1), create_user()
        for student_id, exam_id in ((999, exam.id), (user.id, 999)):
            body = {"student_id": student_id, "exam_id": exam_id, "action": "increase"}
            assert admin.post("/admin/attempts/modify", body).status == 404

    def test_is_logged(self, admin: Admin) -> None:
        exam, user = create_exam(max_attempts=1), create_user()
        sit(user, exam)
        modify(admin, user, exam, "increase", amount=2)

        (entry,), _ = audit.list_entries(limit=9, after=None)

        assert entry.change == audit.Change(
            admin.user.id,
            "attempts.increase",
            f"user:{user.id}/exam:{exam.id}",
            {"used": 1, "granted": 0},
            {"used": 1, "granted": 2},
        )

    def test_many_at_once_with_an_error_for_each_that_cannot_be(self, admin: Admin) -> None:
        exam, open_exam = create_exam(max_attempts=1), create_exam()
        users = [create_user() for _ in range(2)]
        items: list[Any] = [{"student_id": user.id, "exam_id": exam.id} for user in users]
        items += [{"student_id": users[0].id, "exam_id": open_exam.id}, {"student_id": 999, "exam_id": exam.id}, 5]
        items.append({"student_id": str(users[0].id), "exam_id": exam.id})

        answer = admin.post("/admin/attempts/bulk-modify", {"items": items, "action": "increase", "amount": 2})

        assert answer.status == 200
        assert answer.body["processed"] == 2
        assert [error["index"] for error in answer.body["errors"]] == [2, 3, 4, 5]
        assert [row(admin, user, exam) for user in users] == [(3, 0, 3, "available")] * 2
