"""Several administrators at once, on an engine with real transactions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from admin_requests import app as requests_app
from admin_users import app as users_app
from smartexam.accounts.store import access_requests, identity
from smartexam.platform import audit
from smartexam.platform.dynamodb import table
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import access_token, create_user
from tests.infrastructure.iam import enforced

pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def _frozen(engine_tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_app.api, "clock", clock)
    monkeypatch.setattr(requests_app.api, "clock", clock)


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[int]:
    """The statuses of calls that all start at the same moment."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> int:
        barrier.wait()
        return call().status

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(one, calls))


@pytest.mark.parametrize("admins", [2, 5])
def test_admins_who_all_step_down_at_once_leave_one(admins: int) -> None:
    users = [create_user(role="admin") for _ in range(admins)]

    def demote(index: int) -> Callable[[], Answer]:
        # Each demotes the next one, so nobody takes away their own role.
        actor, target = users[index], users[(index + 1) % admins]
        body = {"user_id": target.id, "new_role": "user"}
        path = "/admin/users/update-role"
        return lambda: send(users_app.lambda_handler, "POST", path, body=body, token=access_token(actor))

    statuses = at_once([demote(index) for index in range(admins)])

    assert identity.statistics().admins >= 1
    stored = identity.get_users(user.id for user in users).values()
    assert [user.role for user in stored].count("admin") == identity.statistics().admins
    assert statuses.count(200) == admins - identity.statistics().admins
    assert set(statuses) <= {200, 403, 409}


def test_two_admins_on_one_request_one_wins(engine_tables: dict[str, str]) -> None:
    admins = [create_user(role="admin") for _ in range(2)]
    for _ in range(10):
        user = create_user()
        request_id = access_requests.submit(user, "admin", "Please", MORNING)
        calls: list[Callable[[], Answer]] = [
            lambda path=path, body=body, actor=actor: send(  # type: ignore[misc]
                requests_app.lambda_handler, "POST", path, body=body, token=access_token(actor)
            )
            for actor, path, body in (
                (admins[0], f"/admin/requests/approve/{request_id}", {"approved_access": "admin"}),
                (admins[1], f"/admin/requests/deny/{request_id}", {"reason": "No"}),
            )
        ]

        assert at_once(calls) == [200, 404]

        request = access_requests.get(request_id)
        stored = identity.get_user(user.id)
        assert request is not None
        assert stored is not None
        assert (request.status, stored.role) in {("completed", "admin"), ("denied", "user")}
    counts = access_requests.counts()
    assert counts["pending"] == 0
    assert counts["completed"] + counts["denied"] == 10
    assert len(audit.list_entries(limit=50, after=None)[0]) == 10


def test_deployed_rights_suffice(engine_tables: dict[str, str]) -> None:
    admin, user = create_user(role="admin"), create_user()
    token = access_token(admin)
    request_id = access_requests.submit(user, "admin", "Please", MORNING)
    client = table.connection().client
    with enforced("AdminRequestsFunction", client, engine_tables):
        for status in ("pending", "denied"):
            listed = send(
                requests_app.lambda_handler, "GET", "/admin/api/requests/list", token=token, query={"status": status}
            )
            assert listed.status == 200
        path = f"/admin/requests/approve/{request_id}"
        assert send(requests_app.lambda_handler, "POST", path, token=token, body={}).status == 200
    with enforced("AdminUsersFunction", client, engine_tables):
        body = {"user_id": user.id, "new_role": "user"}
        assert send(users_app.lambda_handler, "POST", "/admin/users/update-role", token=token, body=body).status == 200
        assert send(users_app.lambda_handler, "GET", "/admin/api/users/search", token=token).status == 200
