"""Many at once at accounts, on an engine with real transactions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

import pytest

from account import app
from account_eraser.app import lambda_handler as eraser
from auth_google.service import sign_in as google_sign_in
from auth_google.verification import GoogleIdentity
from smartexam.accounts.store import access_requests, accounts, credentials, directory, identity
from smartexam.accounts.store.identity import UserStatistics
from smartexam.limits.store import windows
from smartexam.platform import mail
from smartexam.platform.dynamodb import table
from smartexam.platform.errors import AppError, Conflict
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.users import PASSWORD, access_token, create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

ResultT = TypeVar("ResultT")
THREADS = 12


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr(mail, "order", lambda *_: None)
    monkeypatch.setattr("smartexam.accounts.erasing_queue.order", lambda *_: None)


def at_once(calls: Sequence[Callable[[], ResultT]]) -> list[ResultT | AppError]:
    """What each call returned or raised; all start at the same moment."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], ResultT]) -> ResultT | AppError:
        barrier.wait()
        try:
            return call()
        except AppError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def post(path: str, body: dict[str, Any], **request: Any) -> Callable[[], Answer]:
    return lambda: send(app.lambda_handler, "POST", path, body=body, **request)


def statuses(answers: Sequence[Answer | AppError]) -> list[int]:
    return sorted(answer.status for answer in answers)


def test_sign_ups_at_once_for_one_address_are_one_account() -> None:
    body = {"email": "john@example.org", "first_name": "John", "last_name": "Doe"}

    answers = at_once([post("/create_account", body)] * THREADS)

    assert statuses(answers) == [200] * THREADS
    assert identity.statistics() == UserStatistics(1, 0, 0, 0)


def test_sign_ups_at_once_for_one_name_are_different_usernames() -> None:
    bodies = [{"email": f"{n}@example.org", "first_name": "John", "last_name": "Doe"} for n in range(6)]

    answers = at_once([post("/create_account", body) for body in bodies])

    assert statuses(answers) == [200] * 6
    made = [identity.get_user(identity.find_user_id(f"{number}@example.org") or 0) for number in range(6)]
    expected = {"john.doe", *(f"john.doe{number}" for number in range(2, 7))}
    assert {user.username for user in made if user is not None} == expected
    assert identity.statistics() == UserStatistics(6, 0, 0, 0)


def test_a_link_used_many_times_at_once_works_once() -> None:
    user = create_user(username="john.doe", email="john@example.org")
    token = credentials.issue_password_link(user.id, MORNING)

    answers = at_once(
        [post("/api/set-password", {"token": token, "password": f"{PASSWORD}-{number}"}) for number in range(THREADS)]
    )

    assert statuses(answers) == [200] + [400] * (THREADS - 1)
    changed = identity.get_user(user.id)
    assert changed is not None
    assert changed.credentials_version == user.credentials_version + 1


@pytest.mark.parametrize("_round", range(5))
def test_the_last_two_admins_cannot_demote_each_other(_round: int) -> None:
    pair = [create_user(role="user,admin"), create_user(role="admin")]

    outcomes = at_once([partial(accounts.change_role, user.id, "user", MORNING) for user in pair])

    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert identity.statistics().admins == 1


def test_the_last_two_admins_cannot_both_leave() -> None:
    pair = [create_user(role="admin"), create_user(role="user,admin")]

    answers = at_once([post("/api/delete-account", {"confirm": "DELETE"}, token=access_token(user)) for user in pair])

    assert statuses(answers) == [200, 409]
    assert identity.statistics().admins == 1


def test_one_leaves_while_the_other_is_demoted() -> None:
    leaving, demoted = create_user(role="admin"), create_user(role="admin")

    calls: list[Callable[[], Any]] = [
        lambda: accounts.erase(leaving.id, MORNING),
        lambda: accounts.change_role(demoted.id, "user", MORNING),
    ]
    outcomes = at_once(calls)

    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert identity.statistics().admins == 1


def test_role_changes_of_one_account_at_once_leave_lists_and_counts_in_agreement() -> None:
    create_user(role="admin")
    user = create_user()
    roles = ["admin", "user,admin", "user"] * 3

    at_once([partial(accounts.change_role, user.id, role, MORNING) for role in roles])

    now = identity.get_user(user.id)
    assert now is not None
    members = {
        role: {item.user_id for item in table.query(directory.MemberItem, f"USERS#{role}", limit=10).items}
        for role in ("user", "admin", "user,admin")
    }
    assert [role for role, ids in members.items() if user.id in ids] == [now.role]
    counted = identity.statistics()
    assert (counted.user_role, counted.admin_role, counted.both_roles) == tuple(len(ids) for ids in members.values())
    assert counted.admins == len(members["admin"] | members["user,admin"])


def test_access_requests_at_once_leave_one() -> None:
    owner = create_user(username="john.doe", email="john@example.org")
    body = {
        "username": "john.doe",
        "email": "john@example.org",
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "please",
    }

    answers = at_once([post("/api/submit-access-request", body, token=access_token(owner))] * THREADS)

    assert statuses(answers) == [200] + [400] * (THREADS - 1)
    assert access_requests.counts()["pending"] == 1


def test_google_sign_ins_at_once_are_one_account() -> None:
    google = GoogleIdentity("4711", "mary@example.org", "Mary", "Singh", "Mary Singh")

    outcomes = at_once([lambda: google_sign_in(google, MORNING)] * 6)

    assert {outcome[0].id for outcome in outcomes if not isinstance(outcome, AppError)} == {
        identity.find_google_user_id("4711")
    }
    assert sum(outcome[1] for outcome in outcomes if not isinstance(outcome, AppError)) == 1
    assert identity.statistics().total == 1


def test_a_deletion_among_sign_ins_leaves_no_half_account(monkeypatch: pytest.MonkeyPatch) -> None:
    user = create_user(username="mary", email="mary@example.org")
    google = GoogleIdentity("4711", "mary@example.org", "Mary", "Singh", "Mary Singh")

    calls: list[Callable[[], Any]] = [
        lambda: google_sign_in(google, MORNING),
        lambda: accounts.erase(user.id, MORNING),
        lambda: accounts.change_role(user.id, "user,admin", MORNING),
    ]
    at_once(calls)

    holder = identity.find_google_user_id("4711")
    by_email = identity.find_user_id("mary@example.org")
    assert by_email is not None
    account = identity.get_user(by_email)
    assert account is not None
    assert holder in {None, account.id}
    assert (account.google_sub == "4711") == (holder == account.id)


def test_a_large_account_is_erased_however_often_the_eraser_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    user = create_user()
    pk = f"USER#{user.id}"
    table.batch_put(windows.LimitItem(pk, f"LIMIT#{n}", expires_at=MORNING) for n in range(2500))
    accounts.erase(user.id, MORNING)
    queue: list[Any] = [{"user_id": user.id, "requested_at": MORNING}]
    handed: list[Any] = []
    monkeypatch.setattr("smartexam.accounts.erasing_queue.hand_over", lambda order, **_: handed.append(order))
    rounds = 0
    while queue:
        assert eraser(sqs_event(queue.pop()), FakeContext(remaining_ms=lambda: 1000)) == {"batchItemFailures": []}
        queue += [
            {"user_id": order.user_id, "requested_at": order.requested_at, "is_last_pass": order.is_last_pass}
            for order in handed
        ]
        handed.clear()
        rounds += 1

    assert rounds > 10
    assert table.query(windows.LimitItem, pk, limit=1).items == []


@pytest.mark.parametrize("has_password", [True, False])
def test_a_sign_up_costs_the_same_whether_or_not_there_is_an_account(
    has_password: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer is that of its calls: the same ones for a known and an unknown address."""
    monkeypatch.setenv("TRUSTED_NETWORKS", "0.0.0.0/0")
    create_user(username="known", email="known@example.org", password=PASSWORD if has_password else None)
    made: list[tuple[str, int]] = []
    original = table.call

    def noting(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        made.append((operation, len(arguments.get("TransactItems", ()))))
        return original(operation, arguments)

    monkeypatch.setattr(table, "call", noting)
    costs = []
    # The first request of a process reserves ids.
    for email in ("first@example.org", "known@example.org", "unknown@example.org"):
        made.clear()
        assert post("/create_account", {"email": email, "first_name": "Asha", "last_name": "Rao"})().status == 200
        costs.append(list(made))

    _, known, unknown = costs
    assert known == unknown
