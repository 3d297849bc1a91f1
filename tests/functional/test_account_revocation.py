"""Role changes, new passwords and deletions affect earlier credentials."""

from typing import Any

import pytest

from account import app as account_app
from auth import app
from smartexam.accounts.store import accounts, credentials, identity, revocations, sessions
from smartexam.accounts.store.identity import UserStatistics
from smartexam.accounts.user import User
from smartexam.api import Access, Api, Request
from smartexam.platform.dynamodb import queries, table
from smartexam.platform.errors import Conflict, NotFound
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, access_token, create_user, hashed

pytestmark = pytest.mark.usefixtures("tables")

admin_api, user_api = Api("administration"), Api("students")


@admin_api.get("/admin/thing", access=Access.ADMIN)
def _administer(request: Request) -> dict[str, Any]:
    return {"role": request.caller.role}


@user_api.get("/thing", access=Access.USER)
def _study(request: Request) -> dict[str, Any]:
    return {"role": request.caller.role}


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for api in (app.api, account_app.api, admin_api, user_api):
        monkeypatch.setattr(api, "clock", clock)


def new_password(user: User, now: float = MORNING) -> None:
    link = credentials.find_password_link(credentials.issue_password_link(user.id, now), now)
    assert link is not None
    accounts.set_password(user, hashed("another-Good-one-9"), link, now)


def administer(token: str) -> Answer:
    return send(admin_api.handler, "GET", "/admin/thing", token=token)


def study(**credentials: Any) -> Answer:
    return send(user_api.handler, "GET", "/thing", **credentials)


def session_of(user: User) -> dict[str, str]:
    return {"session": sessions.start_session(user, MORNING)}


def test_a_demoted_admin_is_out_of_admin_routes_at_once() -> None:
    create_user(role="admin")
    admin = create_user(role="user,admin")
    token = access_token(admin)
    assert administer(token).status == 200

    accounts.change_role(admin.id, "user", MORNING)

    assert administer(token).status == 403


def test_a_promoted_user_is_in_at_once() -> None:
    user = create_user()
    token = access_token(user)
    assert administer(token).status == 403

    accounts.change_role(user.id, "user,admin", MORNING)

    assert administer(token).body == {"role": "user,admin"}


@pytest.mark.parametrize("end", [new_password, lambda user: accounts.erase(user.id, MORNING)])
def test_dead_credentials_are_out_of_admin_routes_at_once(end: Any) -> None:
    create_user(role="admin")
    admin = create_user(role="admin")
    token = access_token(admin)
    assert administer(token).status == 200

    end(admin)

    assert administer(token).status == 401


@pytest.mark.parametrize("kind", ["token", "session"])
def test_elsewhere_a_new_password_binds_within_five_seconds(kind: str, clock: FrozenClock) -> None:
    user = create_user()
    credentials: dict[str, Any] = {"token": access_token(user)} if kind == "token" else {"cookies": session_of(user)}
    assert study(**credentials).status == 200

    new_password(user)
    clock.advance(4.5)

    assert study(**credentials).status == 401


@pytest.mark.parametrize("kind", ["token", "session"])
def test_elsewhere_a_deletion_binds_within_five_seconds(kind: str, clock: FrozenClock) -> None:
    user = create_user()
    credentials: dict[str, Any] = {"token": access_token(user)} if kind == "token" else {"cookies": session_of(user)}
    assert study(**credentials).status == 200

    accounts.erase(user.id, MORNING)
    clock.advance(4.5)

    assert study(**credentials).status == 401


def test_elsewhere_a_role_binds_within_five_seconds_and_leaves_one_signed_in(clock: FrozenClock) -> None:
    user = create_user()
    token = access_token(user)
    assert study(token=token).body == {"role": "user"}

    accounts.change_role(user.id, "user,admin", MORNING)
    clock.advance(4.5)
    assert study(token=token).body == {"role": "user,admin"}

    accounts.change_role(user.id, "admin", MORNING + 1)
    clock.advance(4.5)
    assert study(token=token).status == 403


def test_credentials_issued_after_the_change_live(clock: FrozenClock) -> None:
    user = create_user()
    new_password(user)
    renewed = identity.get_user(user.id)
    assert renewed is not None

    clock.advance(4.5)

    assert study(token=access_token(renewed)).status == 200
    assert study(token=access_token(user)).status == 401


def test_two_changes_in_one_moment_both_bind(clock: FrozenClock) -> None:
    user = create_user()
    token = access_token(user)
    accounts.change_role(user.id, "user,admin", MORNING)
    accounts.change_role(user.id, "admin", MORNING)

    clock.advance(4.5)

    assert study(token=token).status == 403


def test_a_new_password_is_not_undone_by_a_role_of_the_same_moment(clock: FrozenClock) -> None:
    user = create_user()
    token = access_token(user)
    new_password(user)
    accounts.change_role(user.id, "user,admin", MORNING)

    clock.advance(4.5)

    assert study(token=token).status == 401


def test_a_first_password_leaves_nothing_in_the_feed() -> None:
    user = create_user(password=None)

    new_password(user)

    assert revocations.revocations_since(0) == []


def test_a_request_with_a_token_reads_nothing_while_the_copy_is_fresh(clock: FrozenClock) -> None:
    user = create_user()
    token = access_token(user)
    study(token=token)

    with pytest.MonkeyPatch.context() as patch:
        for module in (table, queries):
            patch.setattr(module, "call", None)
        for _ in range(5):
            assert study(token=token).status == 200


def test_refresh_gives_the_present_role_and_survives_a_role_change() -> None:
    create_user(role="admin")
    user = create_user(username="john.doe")
    signed_in = send(
        app.lambda_handler, "POST", "/api/auth/login", body={"username": "john.doe", "password": PASSWORD}
    ).body["data"]

    accounts.change_role(user.id, "admin", MORNING)
    refreshed = send(
        app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": signed_in["refresh_token"]}
    )

    assert refreshed.status == 200
    assert administer(refreshed.body["data"]["access_token"]).body == {"role": "admin"}


class TestLastAdmin:
    def test_cannot_be_demoted_or_deleted(self) -> None:
        admin = create_user(role="user,admin")
        create_user()

        with pytest.raises(Conflict):
            accounts.change_role(admin.id, "user", MORNING)
        with pytest.raises(Conflict):
            accounts.erase(admin.id, MORNING)

        assert identity.statistics() == UserStatistics(1, 0, 1, 1)
        assert identity.get_user(admin.id) == admin

    def test_may_change_to_another_admin_role(self) -> None:
        admin = create_user(role="user,admin")

        assert accounts.change_role(admin.id, "admin", MORNING).role == "admin"
        assert accounts.change_role(admin.id, "admin", MORNING).role == "admin"
        assert identity.statistics() == UserStatistics(0, 1, 0, 1)

    def test_one_of_two_may_go(self) -> None:
        first, second = create_user(role="admin"), create_user(role="user,admin")

        accounts.change_role(first.id, "user", MORNING)

        assert identity.statistics() == UserStatistics(1, 0, 1, 1)
        with pytest.raises(Conflict):
            accounts.erase(second.id, MORNING)

    def test_an_unknown_user_is_none(self) -> None:
        with pytest.raises(NotFound):
            accounts.change_role(999, "admin", MORNING)
        with pytest.raises(NotFound):
            accounts.erase(999, MORNING)
