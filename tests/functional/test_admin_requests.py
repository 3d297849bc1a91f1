"""Decisions about requests for another role: the handler of `admin_requests`."""

from typing import Any

import pytest

from admin_requests.app import api, lambda_handler
from smartexam.accounts.store import access_requests, identity
from smartexam.accounts.user import User
from smartexam.platform import audit
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import send
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_crowd, create_user


@pytest.fixture
def admin(tables: dict[str, str], post: PostOffice, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    return Admin(lambda_handler, clock)


def asked(user: User, wanted: str = "admin", now: float = 1_767_587_400.0) -> int:
    return access_requests.submit(user, wanted, "I teach physics", now)


def listed(admin: Admin, **query: Any) -> dict[str, Any]:
    answer = admin.get("/admin/api/requests/list", query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def role_of(user: User) -> str:
    stored = identity.get_user(user.id)
    assert stored is not None
    return stored.role


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/api/requests/list"),
        ("GET", "/admin/api/requests/stats"),
        ("POST", "/admin/requests/approve/1"),
        ("POST", "/admin/requests/deny/1"),
    ],
)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        assert send(lambda_handler, method, path, token=access_token(create_user(), clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


def test_a_pending_request_is_listed(admin: Admin) -> None:
    user = create_user(username="asks")
    request_id = asked(user)

    page = listed(admin, status="pending")

    assert page == {
        "requests": [
            {
                "request_id": request_id,
                "username": "asks",
                "email": user.email,
                "roll_no": None,
                "current_access": "user",
                "requested_access": "admin",
                "request_date": "2026-01-05T04:30:00.000Z",
                "status": "pending",
                "reason": "I teach physics",
                "processed_by": None,
                "processed_date": None,
                "user_reason": "I teach physics",
                "denial_reason": None,
                "approved_access": None,
            }
        ],
        "total": 1,
        "page": 1,
        "per_page": 25,
        "total_pages": 1,
        "next_cursor": None,
    }
    assert listed(admin, status="denied")["requests"] == []


class TestApproval:
    def test_both_is_a_role(self, admin: Admin) -> None:
        user = create_user()
        admin.post(f"/admin/requests/approve/{asked(user, 'admin')}", {"approved_access": "both"})
        assert role_of(user) == "user,admin"

    def test_gives_the_role_and_closes_the_request(self, admin: Admin) -> None:
        user = create_user()
        request_id = asked(user, "user,admin")

        answer = admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "admin"})

        assert (answer.status, answer.body) == (200, {"success": True})
        assert role_of(user) == "admin"
        (row,) = listed(admin, status="completed")["requests"]
        assert (row["approved_access"], row["processed_by"]) == ("admin", admin.user.username)
        assert row["processed_date"] == "2026-01-05T04:30:00.000Z"
        assert listed(admin, status="pending")["total"] == 0
        assert access_requests.pending_of(user.id) is None
        assert admin.get("/admin/api/requests/stats").body == {"pending": 0, "completed": 1, "denied": 0, "total": 1}

    def test_without_a_role_gives_the_one_asked_for(self, admin: Admin) -> None:
        user = create_user()

        admin.post(f"/admin/requests/approve/{asked(user, 'user,admin')}")

        assert role_of(user) == "user,admin"

    def test_of_the_role_that_there_is_only_closes(self, admin: Admin) -> None:
        user = create_user()
        request_id = asked(user)

        assert admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "user"}).status == 200

        assert role_of(user) == "user"
        assert listed(admin, status="completed")["total"] == 1

    def test_twice_is_404(self, admin: Admin) -> None:
        request_id = asked(create_user())
        admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "admin"})

        for path in ("approve", "deny"):
            answer = admin.post(f"/admin/requests/{path}/{request_id}", {"reason": "no"})
            assert (answer.status, answer.body["code"]) == (404, "request_not_pending")

    def test_of_the_last_admin_away_from_admin_is_a_conflict_that_changes_nothing(self, admin: Admin) -> None:
        request_id = asked(admin.user, "user")

        answer = admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "user"})

        assert (answer.status, answer.body["code"]) == (409, "last_admin")
        assert listed(admin, status="pending")["total"] == 1
        assert audit.list_entries(limit=9, after=None)[0] == []

    def test_of_an_unknown_role_is_refused(self, admin: Admin) -> None:
        request_id = asked(create_user())

        assert admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "root"}).status == 400
        assert listed(admin, status="pending")["total"] == 1

    def test_is_logged_with_the_role_before_and_after(self, admin: Admin) -> None:
        user = create_user()
        request_id = asked(user)
        admin.post(f"/admin/requests/approve/{request_id}", {"approved_access": "admin"})

        (entry,), _ = audit.list_entries(limit=9, after=None)

        assert entry.change == audit.Change(
            admin.user.id,
            "access_request.approve",
            f"access_request:{request_id}",
            {"status": "pending", "user_id": user.id, "role": "user"},
            {"status": "completed", "user_id": user.id, "role": "admin"},
        )


class TestDenial:
    def test_says_why_and_changes_no_role(self, admin: Admin) -> None:
        user = create_user()

        answer = admin.post(f"/admin/requests/deny/{asked(user)}", {"reason": " Not staff. "})

        assert answer.status == 200
        assert role_of(user) == "user"
        (row,) = listed(admin, status="denied")["requests"]
        assert (row["reason"], row["denial_reason"], row["user_reason"]) == (
            "Not staff.",
            "Not staff.",
            "I teach physics",
        )
        assert access_requests.pending_of(user.id) is None

    @pytest.mark.parametrize("body", [{}, {"reason": "  "}, {"reason": 5}])
    def test_needs_a_reason(self, body: dict[str, Any], admin: Admin) -> None:
        assert admin.post(f"/admin/requests/deny/{asked(create_user())}", body).status == 400

    def test_of_an_unknown_request_is_404(self, admin: Admin) -> None:
        assert admin.post("/admin/requests/deny/99", {"reason": "no"}).status == 404


def test_pages_by_number_and_by_cursor_are_the_same(admin: Admin) -> None:
    for number, user in enumerate(create_crowd(f"asks.{number}" for number in range(7))):
        asked(user, now=1_767_587_400.0 + number)

    numbered = [listed(admin, page=number, per_page=3) for number in (1, 2, 3)]
    second = listed(admin, cursor=numbered[0]["next_cursor"], limit=3)

    assert [len(page["requests"]) for page in numbered] == [3, 3, 1]
    assert second["requests"] == numbered[1]["requests"]
    assert (second["page"], second["total"], second["total_pages"]) == (2, 7, 3)
    dates = [row["request_date"] for page in numbered for row in page["requests"]]
    assert dates == sorted(dates, reverse=True)
