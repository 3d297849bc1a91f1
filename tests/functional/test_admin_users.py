"""Accounts for administrators: the handlers of `admin_users` and `admin_audit`."""

from typing import Any

import pytest

from admin_audit import app as audit_app
from admin_users import service
from admin_users.app import api, lambda_handler
from smartexam.accounts.store import identity, user_search
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
    monkeypatch.setattr(audit_app.api, "clock", clock)
    return Admin(lambda_handler, clock)


def search(admin: Admin, **query: Any) -> dict[str, Any]:
    answer = admin.get("/admin/api/users/search", query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def names(page: dict[str, Any]) -> list[str]:
    return [row["username"] for row in page["users"]]


def role_of(user: User) -> str:
    stored = identity.get_user(user.id)
    assert stored is not None
    return stored.role


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/api/users/search"),
        ("GET", "/admin/api/users/stats"),
        ("POST", "/admin/users/update-role"),
        ("POST", "/admin/users/bulk-update-roles"),
    ],
)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        student = create_user()

        assert send(lambda_handler, method, path, token=access_token(student, clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


class TestSearch:
    def test_everybody_the_newest_first(self, admin: Admin) -> None:
        first, second = create_user(username="zoe.a"), create_user(username="adam.b")

        page = search(admin)

        assert names(page) == [second.username, first.username, admin.user.username]
        assert page == {
            "users": page["users"],
            "total": 3,
            "page": 1,
            "per_page": 50,
            "total_pages": 1,
            "total_is_exact": True,
            "next_cursor": None,
        }
        assert page["users"][0] == {
            "id": second.id,
            "username": "adam.b",
            "email": second.email,
            "full_name": "Asha Rao",
            "role": "user",
            "created_at": "2026-01-05T04:30:00.000Z",
            "roll_no": None,
            "active": True,
        }

    @pytest.mark.parametrize("text", ["john", "JOHN.D", "j@d.org", "doe", "John Do"])
    def test_by_the_start_of_any_name(self, text: str, admin: Admin) -> None:
        create_user(username="john.doe", email="j@d.org", first_name="John", last_name="Doe")
        create_user(username="mary.x", first_name="Mary", last_name="Johnson" if text == "nothing" else "Xu")

        page = search(admin, q=text)

        assert (names(page), page["total"]) == (["john.doe"], 1)

    @pytest.mark.parametrize(("role", "expected"), [("user", "u"), ("both", "ua")])
    def test_a_role_is_exactly_that_role(self, role: str, expected: str, admin: Admin) -> None:
        create_user(username="u")
        create_user(username="ua", role="user,admin")

        for query in ({"role": role}, {"role": role, "q": "u"}):
            page = search(admin, **query)
            assert (names(page), page["total"]) == ([expected], 1)

    @pytest.mark.parametrize("query", [{"page": 0}, {"page": -1}, {"page": "x"}, {"role": "root"}, {"cursor": "abc"}])
    def test_what_makes_no_sense_is_refused(self, query: dict[str, Any], admin: Admin) -> None:
        assert admin.get("/admin/api/users/search", query=query).status == 400

    def test_a_page_behind_the_end_is_empty(self, admin: Admin) -> None:
        page = search(admin, page=7)

        assert (page["users"], page["total"], page["total_pages"], page["page"]) == ([], 1, 1, 7)


@pytest.fixture
def crowd(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve accounts, each found by three terms of one search; five on a page."""
    monkeypatch.setattr(service, "PAGE_SIZE", 5)
    create_crowd(f"crowd.{number:03d}" for number in range(12))


class TestPages:
    @pytest.mark.parametrize("query", [{"q": "crowd"}, {}, {"role": "user"}])
    def test_numbers_and_cursors_lead_to_the_same(self, query: dict[str, Any], admin: Admin, crowd: None) -> None:
        numbered = [search(admin, **query, page=number) for number in (1, 2, 3)]
        followed, cursor = [], None
        for _ in range(3):
            page = search(admin, **query, **({"cursor": cursor} if cursor else {}))
            followed.append(page)
            cursor = page["next_cursor"]

        assert cursor is None
        assert [names(page) for page in numbered] == [names(page) for page in followed]
        assert [page["page"] for page in followed] == [1, 2, 3]
        assert {page["total"] for page in followed} == {page["total"] for page in numbered}
        shown = [name for page in numbered for name in names(page)]
        assert len(shown) == len(set(shown)) == numbered[0]["total"]

    def test_a_search_that_finds_too_many_says_so(
        self, admin: Admin, crowd: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(user_search, "MOST_MATCHES", 5)

        page = search(admin, q="crowd")

        assert page["total_is_exact"] is False
        assert page["total"] < 12

    def test_a_cursor_of_another_list_is_refused(self, admin: Admin, crowd: None) -> None:
        cursor = search(admin, q="crowd")["next_cursor"]

        assert admin.get("/admin/api/users/search", query={"q": "cr", "cursor": cursor}).status == 400


def test_stats_count_by_role(admin: Admin) -> None:
    create_user()
    create_user(role="user,admin")

    stats = admin.get("/admin/api/users/stats").body

    assert stats == {"total_users": 3, "user_role": 1, "admin_role": 1, "both_roles": 1}


class TestRoles:
    @pytest.mark.parametrize("text", ["user,admin", "both"])
    def test_a_new_role_holds_and_is_found(self, admin: Admin, text: str) -> None:
        user = create_user(username="new.admin")

        answer = admin.post("/admin/users/update-role", {"user_id": user.id, "new_role": text})

        assert (answer.status, answer.body) == (200, {"success": True})
        assert role_of(user) == "user,admin"
        assert names(search(admin, role="both")) == names(search(admin, role="both", q="new")) == ["new.admin"]

    def test_the_last_admin_stays(self, admin: Admin) -> None:
        answer = admin.post("/admin/users/update-role", {"user_id": admin.user.id, "new_role": "user"})

        assert (answer.status, answer.body["code"]) == (409, "last_admin")
        assert role_of(admin.user) == "admin"

    def test_an_unknown_user_is_404(self, admin: Admin) -> None:
        assert admin.post("/admin/users/update-role", {"user_id": 999, "new_role": "admin"}).status == 404

    @pytest.mark.parametrize("body", [{}, {"user_id": 1}, {"user_id": 1, "new_role": "root"}, {"user_id": 0}])
    def test_what_makes_no_sense_is_refused(self, body: dict[str, Any], admin: Admin) -> None:
        assert admin.post("/admin/users/update-role", body).status == 400

    def test_many_at_once_with_an_error_for_each_that_cannot_be(self, admin: Admin) -> None:
        one, two = create_user(), create_user()
        updates: list[Any] = [
            {"user_id": one.id, "new_role": "admin"},
            {"user_id": 999, "new_role": "admin"},
            {"user_id": two.id, "new_role": "root"},
            "nonsense",
            {"user_id": str(two.id), "new_role": "admin"},
            {"user_id": two.id, "new_role": "user"},
        ]

        answer = admin.post("/admin/users/bulk-update-roles", {"updates": updates})

        assert answer.status == 200
        assert answer.body["updated"] == 2
        assert [(error["index"], error["user_id"]) for error in answer.body["errors"]] == [
            (1, 999),
            (2, two.id),
            (3, None),
            (4, None),
        ]
        assert (role_of(one), role_of(two)) == ("admin", "user")

    def test_all_admins_at_once_leave_one(self, admin: Admin) -> None:
        other = create_user(role="admin")
        updates = [{"user_id": each.id, "new_role": "user"} for each in (admin.user, other)]

        answer = admin.post("/admin/users/bulk-update-roles", {"updates": updates})

        assert answer.body["updated"] == 1
        assert identity.statistics().admins == 1


class TestAudit:
    def entries(self, admin: Admin, clock: FrozenClock, **query: Any) -> dict[str, Any]:
        token = access_token(admin.user, clock.now())
        answer = send(audit_app.lambda_handler, "GET", "/admin/api/audit", token=token, query=query)
        assert answer.status == 200
        body: dict[str, Any] = answer.body
        return body

    def test_says_who_what_before_after_when(self, admin: Admin, clock: FrozenClock) -> None:
        user = create_user()
        admin.post("/admin/users/update-role", {"user_id": user.id, "new_role": "admin"})

        (entry,) = self.entries(admin, clock)["entries"]

        assert entry == {
            "id": entry["id"],
            "at": "2026-01-05T04:30:00.000Z",
            "actor": {"id": admin.user.id, "username": admin.user.username},
            "action": "user.role",
            "target": f"user:{user.id}",
            "before": {"role": "user"},
            "after": {"role": "admin"},
        }

    def test_an_edit_without_effect_is_not_logged(self, admin: Admin, clock: FrozenClock) -> None:
        user = create_user()
        admin.post("/admin/users/update-role", {"user_id": user.id, "new_role": "user"})
        admin.post("/admin/users/update-role", {"user_id": admin.user.id, "new_role": "user"})

        assert self.entries(admin, clock)["entries"] == []

    def test_goes_on_with_a_cursor(self, admin: Admin, clock: FrozenClock) -> None:
        for number in range(60):
            audit.record(audit.Change(admin.user.id, "test", f"thing:{number}", None, None), clock.advance(1))

        first = self.entries(admin, clock)
        second = self.entries(admin, clock, cursor=first["next_cursor"])

        assert (len(first["entries"]), len(second["entries"]), second["next_cursor"]) == (50, 10, None)
        times = [entry["at"] for page in (first, second) for entry in page["entries"]]
        assert times == sorted(times, reverse=True)


def test_the_owner_gets_a_mail_about_a_new_role_and_nothing_else(admin: Admin, post: PostOffice) -> None:
    user = create_user(username="new.admin", email="new@example.org")
    for role in ("user,admin", "user,admin"):
        admin.post("/admin/users/update-role", {"user_id": user.id, "new_role": role})

    (mail,) = post.delivered()

    assert mail.to == "new@example.org"
    assert "student and administrator" in mail.letter.text
