"""Batches and single students, for administrators."""

from typing import Any

import pytest

from admin_students import batches as rules
from admin_students.app import api, lambda_handler
from job_worker.app import lambda_handler as worker
from smartexam import erasing
from smartexam.accounts.store import accounts, batches, directory, enrolments, identity
from smartexam.accounts.user import User
from smartexam.catalog.store import exam_changes
from smartexam.platform import audit
from smartexam.platform.dynamodb import table
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, sqs_event
from tests.factories.exams import create_exam
from tests.factories.post import PostOffice
from tests.factories.users import create_user


@pytest.fixture
def admin(
    tables: dict[str, str], frozen_settings: FrozenClock, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> Admin:
    monkeypatch.setattr(api, "clock", frozen_settings)
    return Admin(lambda_handler, frozen_settings)


def make(admin: Admin, name: str = "Batch A") -> int:
    answer = admin.post("/admin/batches/create", {"name": name})
    assert answer.status == 200, answer.body
    batch_id: int = answer.body["batch"]["id"]
    return batch_id


def put(admin: Admin, batch_id: int, *user_ids: int, way: str = "add") -> Any:
    answer = admin.post(f"/admin/batches/{batch_id}/students/{way}", {"user_ids": list(user_ids)})
    assert answer.status == 200, answer.body
    return answer.body


def members(admin: Admin, batch_id: int, **query: Any) -> list[str]:
    body = admin.get(f"/admin/api/batches/{batch_id}/students", query=query).body
    return [row["username"] for row in body["students"]]


def listed(admin: Admin, **query: Any) -> list[tuple[str, int]]:
    body = admin.get("/admin/api/batches", query=query).body
    return [(batch["name"], batch["student_count"]) for batch in body["batches"]]


class TestBatches:
    def test_are_made_listed_by_name_and_renamed(self, admin: Admin) -> None:
        for name in ("evening", "  Morning   2026 ", "Afternoon"):
            make(admin, name)
        assert listed(admin) == [("Afternoon", 0), ("evening", 0), ("Morning 2026", 0)]
        assert listed(admin, q="NOON") == [("Afternoon", 0)]

        batch_id = make(admin, "Night")
        answer = admin.post(f"/admin/batches/update/{batch_id}", {"name": "NIGHT"})
        assert answer.body["batch"]["name"] == "NIGHT"
        assert admin.post(f"/admin/batches/update/{batch_id}", {"name": "Early"}).status == 200
        make(admin, "night")
        assert [name for name, _ in listed(admin)] == ["Afternoon", "Early", "evening", "Morning 2026", "night"]

    def test_names_are_unique_whatever_the_case(self, admin: Admin) -> None:
        make(admin, "Evening")
        other = make(admin, "Morning")

        for answer in (
            admin.post("/admin/batches/create", {"name": "evening"}),
            admin.post(f"/admin/batches/update/{other}", {"name": "EVENING"}),
        ):
            assert (answer.status, answer.body["code"]) == (409, "name_taken")

    @pytest.mark.parametrize("name", ["", "  ", "a;b", "x" * 101, "a\x00b"])
    def test_names_that_are_none_are_refused(self, admin: Admin, name: str) -> None:
        assert admin.post("/admin/batches/create", {"name": name}).status == 400

    def test_lists_go_on_where_they_ended(self, admin: Admin) -> None:
        for number in range(5):
            make(admin, f"B{number}")

        first = admin.get("/admin/api/batches", query={"limit": 3}).body
        second = admin.get("/admin/api/batches", query={"limit": 3, "cursor": first["next_cursor"]}).body

        assert [batch["name"] for page in (first, second) for batch in page["batches"]] == [f"B{n}" for n in range(5)]
        assert second["next_cursor"] is None
        assert admin.get("/admin/api/batches", query={"cursor": "x"}).body["code"] == "invalid_cursor"

    def test_of_a_batch_that_is_gone_nothing_is_left(
        self, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "_PIECES_AT_ONCE", 1)
        monkeypatch.setattr(enrolments, "_PIECE", 2)
        students, batch_id, other = [create_user() for _ in range(5)], make(admin), make(admin, "Other")
        put(admin, batch_id, *(user.id for user in students))
        put(admin, other, students[0].id)

        assert admin.post(f"/admin/batches/delete/{batch_id}").status == 200
        assert admin.post(f"/admin/batches/delete/{batch_id}").body["code"] == "batch_not_found"
        (order,) = post.taken("job")
        worker(sqs_event(order.body), FakeContext(remaining_ms=lambda: 90_000))

        assert [enrolments.batch_ids_of(user.id) for user in students] == [(other,), (), (), (), ()]
        assert table.query(enrolments.BatchMemberItem, f"BATCH#{batch_id}", limit=9).items == []
        assert make(admin) != batch_id

    def test_a_batch_that_an_exam_needs_stays(self, admin: Admin) -> None:
        batch_id = make(admin)
        exam = create_exam([], audience="batches", batch_ids=(batch_id,))

        assert admin.post(f"/admin/batches/delete/{batch_id}").body["code"] == "batch_in_use"

        exam_changes.edit_exam(exam.id, lambda _: {"status": "completed"})
        assert admin.post(f"/admin/batches/delete/{batch_id}").status == 200

    def test_changes_are_in_the_log(self, admin: Admin) -> None:
        batch_id, user = make(admin), create_user()
        put(admin, batch_id, user.id)
        put(admin, batch_id, user.id)
        put(admin, batch_id, user.id, way="remove")
        admin.post(f"/admin/batches/update/{batch_id}", {"name": "B"})
        admin.post(f"/admin/batches/delete/{batch_id}")

        assert sorted(entry.change.action for entry in audit.list_entries(limit=9, after=None)[0]) == [
            "batch.add_students",
            "batch.create",
            "batch.delete",
            "batch.remove_students",
            "batch.update",
        ]


class TestMembers:
    def test_are_added_once_and_removed_once(self, admin: Admin) -> None:
        batch_id, ravi, meera = make(admin), create_user(username="ravi"), create_user(username="meera")

        assert put(admin, batch_id, ravi.id, meera.id, ravi.id) == {"success": True, "added": 2, "errors": []}
        assert put(admin, batch_id, ravi.id)["added"] == 0
        assert listed(admin) == [("Batch A", 2)]
        assert members(admin, batch_id) == ["ravi", "meera"]
        assert put(admin, batch_id, ravi.id, 999, way="remove") == {"success": True, "removed": 1, "errors": []}
        assert listed(admin) == [("Batch A", 1)]

    def test_who_cannot_be_added_is_named(self, admin: Admin) -> None:
        batch_id, head, full = make(admin), create_user(role="admin"), create_user()
        for number in range(20):
            put(admin, make(admin, f"B{number}"), full.id)

        errors = put(admin, batch_id, head.id, 999, full.id)["errors"]

        assert [(error["user_id"], error["code"]) for error in errors] == [
            (head.id, "not_a_student"),
            (999, "user_not_found"),
            (full.id, "too_many_batches"),
        ]
        admin.post(f"/admin/batches/delete/{batches.find(['B7'])['b7']}")
        assert put(admin, batch_id, full.id)["added"] == 1

    def test_are_searched_by_all_their_names(self, admin: Admin) -> None:
        batch_id = make(admin)
        users = [
            create_user(username=f"u{n}", first_name="Asha", last_name=f"Rao{n}", email=f"u{n}@example.org")
            for n in range(6)
        ]
        put(admin, batch_id, *(user.id for user in users[:4]))
        accounts.change_student(users[2].id, lambda user: _with_roll(user, "2026-7"), lambda *_: [])

        assert members(admin, batch_id, q="rao") == ["u0", "u1", "u2", "u3"]
        assert members(admin, batch_id, q="2026-7") == ["u2"]
        assert members(admin, batch_id, q="u5") == []
        first = admin.get(f"/admin/api/batches/{batch_id}/students", query={"q": "asha", "limit": 3}).body
        assert first["next_cursor"] is not None
        assert members(admin, batch_id, q="asha", limit=3, cursor=first["next_cursor"]) == ["u3"]
        assert admin.get("/admin/api/batches/99/students").status == 404

    def test_of_an_erased_account_nothing_is_left(self, admin: Admin, clock: FrozenClock) -> None:
        batch_id, gone, user = make(admin), make(admin, "Gone"), create_user()
        for each in (batch_id, gone):
            put(admin, each, user.id)
        batches.delete(gone, lambda _: False, lambda _: audit.entry(audit.Change(1, "x", "y", None, None), 0))

        accounts.erase(user.id, clock.now())
        assert erasing.erase_account(user.id, lambda: True)

        assert listed(admin) == [("Batch A", 0)]
        assert (members(admin, batch_id), enrolments.batch_ids_of(user.id)) == ([], ())

    @pytest.mark.parametrize("body", [{}, {"user_ids": []}, {"user_ids": ["1"]}, {"user_ids": list(range(1, 102))}])
    def test_malformed_bodies_are_refused(self, admin: Admin, body: Any) -> None:
        assert admin.post(f"/admin/batches/{make(admin)}/students/add", body).status == 400


def _with_roll(user: User, roll_no: str) -> User:
    from msgspec import structs  # noqa: PLC0415

    return structs.replace(user, roll_no=roll_no)


class TestStudents:
    def test_only_students_are_changed(self, admin: Admin) -> None:
        for role, status in (("admin", 404), ("user,admin", 200)):
            user = create_user(role=role)
            assert admin.post(f"/admin/students/update/{user.id}", {"roll_no": f"R{user.id}"}).status == status

    def test_names_and_numbers_are_changed_with_what_finds_them(self, admin: Admin) -> None:
        user = create_user(username="ravi", first_name="Ravi", last_name="Kumar", email="ravi@example.org")

        answer = admin.post(f"/admin/students/update/{user.id}", {"roll_no": "AB/1", "last_name": "Singh"})

        assert answer.body["student"] == {
            "user_id": user.id,
            "username": "ravi",
            "full_name": "Ravi Singh",
            "email": "ravi@example.org",
            "roll_no": "AB/1",
        }
        assert [person.full_name for person in directory.search_users("ravi", limit=5)] == ["Ravi Singh"]
        assert directory.search_users("kumar", limit=5) == []
        assert identity.find_user_id("ab/1") == user.id
        (entry,) = audit.list_entries(limit=9, after=None)[0]
        assert (entry.change.before, entry.change.after) == (
            {"roll_no": None, "last_name": "Kumar"},
            {"roll_no": "AB/1", "last_name": "Singh"},
        )

        admin.post(f"/admin/students/update/{user.id}", {"roll_no": "", "last_name": ""})
        again = identity.get_user(user.id)
        assert again is not None
        assert (again.roll_no, again.full_name, identity.find_user_id("ab/1")) == (None, "Ravi", None)

    def test_a_number_is_one_student_s_and_nobody_s_username(self, admin: Admin) -> None:
        first, second = create_user(username="ravi"), create_user(username="meera")
        admin.post(f"/admin/students/update/{first.id}", {"roll_no": "A1"})

        for taken in ("a1", "RAVI", "meera"):
            answer = admin.post(f"/admin/students/update/{second.id}", {"roll_no": taken})
            assert (answer.status, answer.body["code"]) == (409, "roll_no_taken")
        assert admin.post(f"/admin/students/update/{first.id}", {"roll_no": "a1"}).body["student"]["roll_no"] == "a1"

    @pytest.mark.parametrize(
        "body",
        [{"roll_no": "a b"}, {"roll_no": "x" * 33}, {"first_name": " "}, {"first_name": 5}, {"last_name": "\x00"}],
    )
    def test_what_cannot_be_one_is_refused(self, admin: Admin, body: Any) -> None:
        assert admin.post(f"/admin/students/update/{create_user().id}", body).status == 400

    def test_an_unknown_account_is_404(self, admin: Admin) -> None:
        assert admin.post("/admin/students/update/999", {"first_name": "X"}).status == 404

    def test_an_erased_account_s_number_is_free(self, admin: Admin, clock: FrozenClock) -> None:
        user, other = create_user(), create_user()
        admin.post(f"/admin/students/update/{user.id}", {"roll_no": "7"})
        accounts.erase(user.id, clock.now())

        assert admin.post(f"/admin/students/update/{other.id}", {"roll_no": "7"}).status == 200
