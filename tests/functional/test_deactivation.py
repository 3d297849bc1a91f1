"""Deactivated accounts: every way in ends, what they wrote stays, and they can be reactivated."""

import pytest

from account import app as account_app
from admin_users import activation
from admin_users.app import api, lambda_handler
from auth import app as auth_app
from smartexam.accounts.store import accounts, credentials, directory, identity
from smartexam.accounts.user import User
from smartexam.platform import audit
from smartexam.talk.store import sockets
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, access_token, create_user


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    for each in (api, auth_app.api, account_app.api):
        monkeypatch.setattr(each, "clock", clock)
    return Admin(lambda_handler, clock)


@pytest.fixture
def student(admin: Admin) -> User:
    return create_user(username="ravi.kumar", first_name="Ravi", last_name="Kumar")


def sign_in(path: str = "/api/auth/login", password: str = PASSWORD) -> Answer:
    return send(auth_app.lambda_handler, "POST", path, body={"username": "ravi.kumar", "password": password})


def ping(student: User, clock: FrozenClock) -> int:
    clock.advance(5)  # after which revocations apply everywhere
    return send(account_app.lambda_handler, "POST", "/_ping", token=access_token(student, clock.now())).status


def switch(admin: Admin, to: str, *user_ids: int) -> Answer:
    return admin.post(f"/admin/users/{to}", {"user_ids": list(user_ids)})


def test_tokens_sessions_and_sign_in_end_and_come_back_only_by_signing_in_again(
    admin: Admin, student: User, clock: FrozenClock
) -> None:
    refresh = sign_in().body["data"]["refresh_token"]
    assert ping(student, clock) == 204

    assert switch(admin, "deactivate", student.id).body == {"success": True, "changed": 1, "errors": []}

    assert ping(student, clock) == 401
    assert sign_in().body["code"] == "account_deactivated"
    assert sign_in("/login").status == 403
    assert sign_in(password="wrong").status == 401
    renewed = send(auth_app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": refresh})
    assert renewed.body["code"] == "refresh_token_revoked"

    assert switch(admin, "reactivate", student.id).body["changed"] == 1

    assert sign_in().status == 200
    assert ping(student, clock) == 401


def test_connections_are_closed(
    admin: Admin, student: User, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(activation, "hang_up", closed.append)
    sockets.connect("a-socket", student.principal(), clock.now())

    switch(admin, "deactivate", student.id)

    assert closed == ["a-socket"]


def test_others_no_longer_find_it_but_admins_do(admin: Admin, student: User) -> None:
    assert [person.id for person in directory.search_users("ravi", limit=5)] == [student.id]

    switch(admin, "deactivate", student.id)

    assert directory.search_users("ravi", limit=5) == []
    (row,) = admin.get("/admin/api/users/search", query={"q": "kumar"}).body["users"]
    assert (row["id"], row["active"], row["roll_no"]) == (student.id, False, None)

    switch(admin, "reactivate", student.id)

    assert [person.id for person in directory.search_users("ravi", limit=5)] == [student.id]


def test_no_link_sets_its_password_and_no_mail_goes_to_it(
    admin: Admin, student: User, clock: FrozenClock, post: PostOffice
) -> None:
    token = credentials.issue_password_link(student.id, clock.now())
    switch(admin, "deactivate", student.id)

    wanted = {"token": token, "password": "another-Heron-81"}
    assert send(account_app.lambda_handler, "POST", "/api/set-password", body=wanted).status == 400
    send(account_app.lambda_handler, "POST", "/api/request-password-reset", body={"email": student.email})
    assert post.delivered() == []


def test_the_last_admin_stays_and_a_closed_one_does_not_count(admin: Admin) -> None:
    other = create_user(role="user,admin")
    answer = switch(admin, "deactivate", other.id, 999, other.id)
    assert answer.body["changed"] == 1
    assert [(error["user_id"], error["message"]) for error in answer.body["errors"]] == [(999, "User not found")]
    assert identity.statistics().admins == 1

    (error,) = switch(admin, "deactivate", admin.user.id).body["errors"]

    assert error["code"] == "last_admin"
    switch(admin, "reactivate", other.id)
    assert identity.statistics().admins == 2
    assert switch(admin, "deactivate", admin.user.id).body["changed"] == 1


def test_a_closed_admin_that_is_erased_or_demoted_leaves_the_count_right(admin: Admin, clock: FrozenClock) -> None:
    first, second = create_user(role="admin"), create_user(role="admin")
    switch(admin, "deactivate", first.id, second.id)

    accounts.erase(first.id, clock.now())
    accounts.change_role(second.id, "user", clock.now())

    counted = identity.statistics()
    assert (counted.admins, counted.admin_role, counted.user_role) == (1, 1, 1)


def test_it_is_in_the_log_once(admin: Admin, student: User) -> None:
    switch(admin, "deactivate", student.id)
    switch(admin, "deactivate", student.id)

    (entry,) = audit.list_entries(limit=5, after=None)[0]
    assert (entry.change.action, entry.change.target) == ("user.deactivate", f"user:{student.id}")
    assert (entry.change.before, entry.change.after) == ({"active": True}, {"active": False})


def test_with_sign_up_closed_only_the_first_admin_creates_an_account(
    tables: dict[str, str], post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "closed")
    monkeypatch.setenv("ADMIN_EMAIL", "Head@example.org")

    def sign_up(email: str) -> Answer:
        wanted = {"email": email, "first_name": "New", "last_name": "Comer"}
        return send(account_app.lambda_handler, "POST", "/create_account", body=wanted)

    assert (sign_up("new@example.org").status, sign_up("new@example.org").body["code"]) == (403, "sign_up_closed")
    assert identity.find_user_id("new@example.org") is None
    assert sign_up("head@example.org").status == 200
    create_user(role="admin")
    assert sign_up("head@example.org").status == 403
