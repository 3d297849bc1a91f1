"""Sign-up, sign-in and deletion while AWS fails."""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from account.app import lambda_handler as account
from auth.app import lambda_handler as auth
from auth_google import verification
from auth_google.app import lambda_handler as google_sign_in
from auth_google.verification import GoogleIdentity
from smartexam.accounts import passwords
from smartexam.accounts.store import access_requests, credentials, identity, refresh_tokens, sessions
from smartexam.accounts.user import User
from smartexam.limits.store import windows
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.talk.store import sockets, study
from smartexam.talk.store.study import Turn
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.faults import Extent, Fault, Faults
from tests.factories.users import access_token, create_user
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import nothing, ok

SECRET = "violet-Otter-47-and-more"
WRONG = "never-the-Password-12"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cheap hashes, because they are made and checked a thousand times here."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def user(drill: Drill) -> User:
    return person(username="mary.singh", email="mary@example.org", first_name="Mary", last_name="Singh")


def person(**fields: Any) -> User:
    made = create_user(password=None, **fields)
    return identity.create_user(
        user_id=made.id + 1000,
        username=f"{made.username}2",
        email=f"2{made.email}",
        first_name="Mary",
        last_name="Singh",
        role=made.role,
        password_hash=passwords.hash_password(SECRET),
        now=MORNING,
    )


def post(handler: Callable[..., Any], path: str, body: Any, **request: Any) -> Answer:
    return send(handler, "POST", path, body=body, **request)


def login(user: User, password: str = SECRET) -> Answer:
    return post(auth, "/api/auth/login", {"username": user.username, "password": password})


def test_login(drill: Drill, user: User) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert not any(each.get("failed") for each in of(stored["ephemeral"], user_key(user.id), "SOURCE#").values()), (
            "nothing counts as failed"
        )
        refreshed = post(auth, "/api/auth/refresh", {"refresh_token": answer.body["data"]["refresh_token"]})
        assert refreshed.status == 200

    drill.run(Flow(call=lambda: login(user), done=ok, audit=audit))


def test_web_login(drill: Drill, user: User) -> None:
    earlier = sessions.start_session(user, MORNING)
    body = {"username": user.username, "password": SECRET}

    def audit(stored: Stored, answer: Answer) -> None:
        cookie = answer.cookies[0].partition(";")[0].partition("=")[2]
        assert sessions.find_session(cookie, MORNING) is not None
        assert sessions.find_session(earlier, MORNING) is None

    drill.run(Flow(call=lambda: post(auth, "/login", body, cookies={"session": earlier}), done=ok, audit=audit))


def test_login_with_a_wrong_password_counts_once(drill: Drill, user: User) -> None:
    """A client that got an answer has used one of three attempts, whatever happened meanwhile."""

    def audit(stored: Stored, answer: Answer) -> None:
        if answer.body["attempts_remaining"] == 2:
            assert login(user, WRONG).body["attempts_remaining"] == 1
        assert login(user).status == 200

    drill.run(
        Flow(
            call=lambda: login(user, WRONG),
            done=lambda answer: answer.status == 401 and answer.body["attempts_remaining"] == 2,
            # Repeated by a client whose first answer was lost: two failures.
            done_before=lambda answer: answer.status == 401 and answer.body["attempts_remaining"] == 1,
            audit=audit,
        )
    )


def test_logins_that_failed_for_our_sake_do_not_lock(drill: Drill, user: User, faults: Faults) -> None:
    for number in (1, 2, 3, 4, 4, 4, 5):
        faults.watch(number, Fault.REFUSED, Extent.ONWARDS)
        assert login(user).status == 503
        faults.stop()

    assert login(user).status == 200


def test_refresh(drill: Drill, user: User) -> None:
    token = refresh_tokens.issue(user, MORNING).token
    drill.run(Flow(call=lambda: post(auth, "/api/auth/refresh", {"refresh_token": token}), done=ok, audit=nothing))


def test_logout(drill: Drill, user: User) -> None:
    token = refresh_tokens.issue(user, MORNING).token

    def audit(stored: Stored, answer: Answer) -> None:
        refused = post(auth, "/api/auth/refresh", {"refresh_token": token})
        assert refused.body["message"] == "refresh_token_revoked"

    drill.run(Flow(call=lambda: post(auth, "/api/auth/logout", {"refresh_token": token}), done=ok, audit=audit))


def test_web_logout(drill: Drill, user: User) -> None:
    token = sessions.start_session(user, MORNING)

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["ephemeral"], user_key(user.id), "SESSION#")

    drill.run(Flow(call=lambda: post(auth, "/logout", {}, cookies={"session": token}), done=ok, audit=audit))


def test_who_am_i(drill: Drill, user: User) -> None:
    token = access_token(user)
    drill.run(Flow(call=lambda: send(auth, "GET", "/api/auth/me", token=token), done=ok, audit=nothing))


def test_sign_in_with_google_as_somebody_new(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    google = GoogleIdentity("4711", "mary@example.org", "Mary Singh", "Mary", "Singh")
    monkeypatch.setattr(verification, "verified", lambda *_: google)

    def audit(stored: Stored, answer: Answer) -> None:
        assert len(of(stored["identity"], "USER#", "PROFILE")) == 1

    drill.run(
        Flow(
            call=lambda: post(google_sign_in, "/api/auth/google", {"id_token": "a"}),
            done=lambda answer: answer.status == 200 and answer.body["data"]["is_new_user"],
            done_before=ok,
            audit=audit,
        )
    )


def test_sign_in_with_google_to_an_account_that_is_there(
    drill: Drill, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = GoogleIdentity("4711", user.email, "Mary Singh", "Mary", "Singh")
    monkeypatch.setattr(verification, "verified", lambda *_: google)

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["identity"]["GOOGLE#4711", "GOOGLE"]["user_id"] == user.id
        assert answer.body["data"]["user"]["id"] == user.id

    drill.run(Flow(call=lambda: post(google_sign_in, "/api/auth/google", {"id_token": "a"}), done=ok, audit=audit))


@pytest.mark.parametrize("is_taken", [False, True])
def test_create_account(drill: Drill, user: User, clock: FrozenClock, is_taken: bool) -> None:
    email = user.email if is_taken else "john@example.org"
    before = len(of(drill.stored()["identity"], "USER#", "PROFILE"))

    def audit(stored: Stored, answer: Answer) -> None:
        assert len(of(stored["identity"], "USER#", "PROFILE")) == before + (not is_taken)
        # A repeated order may send two mails, but never none.
        assert {mail["Destination"]["ToAddresses"][0] for mail in drill.cloud.mails} == {email}

    body = {"email": email, "first_name": "John", "last_name": "Doe"}
    drill.run(
        Flow(
            call=lambda: post(account, "/create_account", body),
            done=ok,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


def test_request_password_reset(drill: Drill, user: User, clock: FrozenClock) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert drill.cloud.mails

    drill.run(
        Flow(
            call=lambda: post(account, "/api/request-password-reset", {"email": user.email}),
            done=ok,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_first", [False, True])
def test_set_password(drill: Drill, user: User, monkeypatch: pytest.MonkeyPatch, is_first: bool) -> None:
    owner = create_user(email="boss@example.org", password=None) if is_first else user
    monkeypatch.setenv("ADMIN_EMAIL", "boss@example.org")
    token = credentials.issue_password_link(owner.id, MORNING)

    def audit(stored: Stored, answer: Answer) -> None:
        profile = stored["identity"][user_key(owner.id), "PROFILE"]
        assert profile["auth_version"] == owner.auth_version + 1
        assert profile["role"] == ("user,admin" if is_first else "user")
        assert not of(stored["ephemeral"], user_key(owner.id), "PASSWORD_LINK")
        assert len(of(stored["ephemeral"], "REVOCATIONS")) == (not is_first)
        assert login(owner, f"{SECRET}!").status == 200

    drill.run(
        Flow(
            call=lambda: post(account, "/api/set-password", {"token": token, "password": f"{SECRET}!"}),
            done=ok,
            # A link works once; a client that was not told of its success finds it used, and the password set.
            done_before=lambda answer: answer.body.get("code") == "link_invalid",
            audit=audit,
        )
    )


def test_ask_for_another_role(drill: Drill, user: User) -> None:
    body = {
        "username": user.username,
        "email": user.email,
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "I teach",
    }

    def audit(stored: Stored, answer: Answer) -> None:
        assert access_requests.counts()["pending"] == 1

    drill.run(
        Flow(
            call=lambda: post(account, "/api/submit-access-request", body),
            done=ok,
            done_before=lambda answer: answer.body.get("code") == "request_pending",
            audit=audit,
        )
    )


def test_validate_for_a_request(drill: Drill, user: User) -> None:
    body = {"username": user.username, "email": user.email}
    drill.run(Flow(call=lambda: post(account, "/api/validate-user-for-request", body), done=ok, audit=nothing))


def test_delete_account(drill: Drill, user: User, clock: FrozenClock) -> None:
    sessions.start_session(user, MORNING)
    access_requests.submit(user, "admin", "I teach", MORNING)
    study.remember(user.id, Turn("What is a vector?", "An arrow.", MORNING))
    sockets.connect("laptop", user.principal(), MORNING)
    windows.use_limit(user.id, "mail", MORNING, limit=3, window_seconds=60)
    kept = create_user()
    token = access_token(user)

    def audit(stored: Stored, answer: Answer) -> None:
        mine = {f"{kind}#{user.id}" for kind in ("USER", "SENT", "SOCKETS", "LIMIT#study")}
        assert not [(context, *key) for context, rows in stored.items() for key in rows if key[0] in mine]
        assert identity.get_user(kept.id) is not None

    drill.run(
        Flow(
            whole="once settled",
            call=lambda: post(account, "/api/delete-account", {"confirm": "DELETE"}, token=token),
            done=ok,
            # A client that was not told of its success has no account any more.
            done_before=lambda answer: answer.status == 401,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


def test_export(drill: Drill, user: User, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADS_BUCKET", "uploads-test")
    settings.cache_clear()
    token = access_token(user)

    def audit(stored: Stored, answer: Answer) -> None:
        # A job that was stored and not sent is sent by the next look at it, a minute later.
        (status,) = {job["status"] for job in of(stored["ephemeral"], "JOB#", "JOB").values()}
        assert status in {"done", "queued"}

    drill.run(
        Flow(
            call=lambda: send(account, "GET", "/api/account/export", token=token),
            done=lambda answer: answer.status == 202,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            whole="when asked again",
        )
    )
