"""Sessions, rotation of refresh tokens, change of password and names, and the second factor."""

from typing import Any

import pytest

from account import app as account_app
from admin_users import app as admin_app
from auth import app as auth_app
from local.demo import required_second_factor
from smartexam.accounts import totp
from smartexam.accounts.store import accounts, identity
from smartexam.accounts.user import User
from smartexam.platform.settings import settings
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, create_user

pytestmark = pytest.mark.usefixtures("tables")

NEW_PASSWORD = "another-Heron-81"


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for api in (account_app.api, auth_app.api, admin_app.api):
        monkeypatch.setattr(api, "clock", clock)
    # The feed is read at every request, as in a new process.
    monkeypatch.setattr("smartexam.accounts.revocations._REFRESH_SECONDS", -1.0)


@pytest.fixture
def user() -> User:
    return create_user(username="john.doe", email="john@example.org", role="user,admin")


def sign_in(path: str = "/api/auth/login", password: str = PASSWORD, **request: Any) -> Answer:
    body = {"username": "john.doe", "password": password}
    return send(auth_app.lambda_handler, "POST", path, body=body, **request)


def tokens_of(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    data: dict[str, Any] = answer.body["data"]
    return data


def cookie_of(answer: Answer) -> dict[str, str]:
    name, _, value = answer.cookies[0].partition(";")[0].partition("=")
    return {name: value}


def refresh(token: str, **body: Any) -> Answer:
    return send(auth_app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": token, **body})


def account(method: str, path: str, body: Any = None, **request: Any) -> Answer:
    return send(account_app.lambda_handler, method, f"/api/account{path}", body=body, **request)


def is_in(**credentials: Any) -> bool:
    return send(account_app.lambda_handler, "POST", "/_ping", **credentials).status == 204


@pytest.mark.usefixtures("user")
class TestRotation:
    def test_without_it_the_token_stays(self) -> None:
        token = tokens_of(sign_in())["refresh_token"]

        for _ in range(3):
            assert "refresh_token" not in tokens_of(refresh(token))

    def test_replaces_the_token(self) -> None:
        first = tokens_of(sign_in())["refresh_token"]

        second = tokens_of(refresh(first, rotate=True))

        assert second["refresh_token"] != first
        assert is_in(token=second["access_token"])
        assert tokens_of(refresh(second["refresh_token"], rotate=True))["refresh_token"] != second["refresh_token"]

    def test_a_replaced_token_works_for_thirty_seconds(self, clock: FrozenClock) -> None:
        first = tokens_of(sign_in())["refresh_token"]
        lost = tokens_of(refresh(first, rotate=True))["refresh_token"]
        clock.advance(30)

        again = tokens_of(refresh(first, rotate=True))["refresh_token"]

        assert tokens_of(refresh(again, rotate=True))
        assert tokens_of(refresh(lost, rotate=True))

    def test_a_sign_in_ends_after_ninety_days_however_often_its_token_is_replaced(self, clock: FrozenClock) -> None:
        token = tokens_of(sign_in())["refresh_token"]
        for _ in range(4):
            clock.advance(22 * 24 * 3600)
            token = tokens_of(refresh(token, rotate=True))["refresh_token"]

        clock.advance(2 * 24 * 3600 - 1)
        assert refresh(token).status == 200
        clock.advance(2)
        assert (refresh(token).status, refresh(token).body["code"]) == (401, "refresh_token_expired")

    @pytest.mark.parametrize("rotate", [True, False])
    def test_using_it_later_ends_all_that_came_from_the_sign_in(
        self, rotate: bool, clock: FrozenClock, post: PostOffice
    ) -> None:
        other = tokens_of(sign_in())
        first = tokens_of(sign_in())["refresh_token"]
        second = tokens_of(refresh(first, rotate=True))
        clock.advance(31)

        answer = refresh(first, rotate=rotate)

        assert (answer.status, answer.body["code"]) == (401, "refresh_token_revoked")
        assert refresh(second["refresh_token"]).body["code"] == "refresh_token_revoked"
        assert not is_in(token=second["access_token"])
        assert is_in(token=other["access_token"])
        assert tokens_of(refresh(other["refresh_token"]))
        (mail,) = post.delivered()
        assert "copied" in mail.letter.subject

    def test_the_grace_is_not_prolonged_by_using_it(self, clock: FrozenClock) -> None:
        first = tokens_of(sign_in())["refresh_token"]
        refresh(first, rotate=True)
        clock.advance(20)
        refresh(first, rotate=True)
        clock.advance(11)

        assert refresh(first, rotate=True).status == 401

    def test_signing_out_ends_every_token_of_the_sign_in(self) -> None:
        first = tokens_of(sign_in())["refresh_token"]
        second = tokens_of(refresh(first, rotate=True))["refresh_token"]

        send(auth_app.lambda_handler, "POST", "/api/auth/logout", body={"refresh_token": second})

        assert refresh(first).body["code"] == refresh(second).body["code"] == "refresh_token_revoked"


class TestSessions:
    def test_are_listed_the_newest_first(self, user: User, clock: FrozenClock) -> None:
        sign_in("/login", headers={"user-agent": "Firefox\n/1"})
        clock.advance(60)
        mine = tokens_of(sign_in(headers={"user-agent": "App/2"}))

        rows = account("GET", "/sessions", token=mine["access_token"]).body["sessions"]

        assert [(row["kind"], row["user_agent"], row["current"]) for row in rows] == [
            ("token", "App/2", True),
            ("web", "Firefox/1", False),
        ]
        assert rows[0]["created_at"] == rows[0]["last_seen_at"] == "2026-01-05T04:31:00.000Z"

    def test_one_is_ended(self, user: User) -> None:
        web, app = cookie_of(sign_in("/login")), tokens_of(sign_in())
        rows = account("GET", "/sessions", cookies=web).body["sessions"]
        ids = {row["kind"]: row["id"] for row in rows}

        assert account("DELETE", f"/sessions/{ids['token']}", cookies=web).status == 200
        assert not is_in(token=app["access_token"])
        assert refresh(app["refresh_token"]).body["code"] == "refresh_token_revoked"
        assert is_in(cookies=web)
        assert account("DELETE", f"/sessions/{ids['web']}", cookies=web).status == 200
        assert not is_in(cookies=web)

    @pytest.mark.parametrize("name", ["0" * 32, "x", "1", "%20", "a.b"])
    def test_unknown_ones_are_404(self, name: str, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]

        assert account("DELETE", f"/sessions/{name}", token=token).status == 404

    def test_of_others_are_unknown(self, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]
        other = create_user(username="jane")
        body = {"username": "jane", "password": PASSWORD}
        theirs = send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body)
        rows = account("GET", "/sessions", token=theirs.body["data"]["access_token"]).body["sessions"]

        assert account("DELETE", f"/sessions/{rows[0]['id']}", token=token).status == 404
        assert other.id != user.id
        assert is_in(token=theirs.body["data"]["access_token"])

    @pytest.mark.parametrize("kind", ["token", "web"])
    def test_all_others_are_ended(self, kind: str, user: User) -> None:
        others = [{"cookies": cookie_of(sign_in("/login"))}, {"token": tokens_of(sign_in())["access_token"]}]
        mine: dict[str, Any] = (
            {"token": tokens_of(sign_in())["access_token"]}
            if kind == "token"
            else {"cookies": cookie_of(sign_in("/login"))}
        )

        assert account("POST", "/sessions/end-others", **mine).status == 200

        assert is_in(**mine)
        assert [is_in(**other) for other in others] == [False, False]
        assert [row["current"] for row in account("GET", "/sessions", **mine).body["sessions"]] == [True]
        assert send(admin_app.lambda_handler, "GET", "/admin/api/users/stats", **mine).status == 200

    @pytest.mark.parametrize("kind", ["token", "web"])
    def test_an_older_sign_in_ends_only_itself_and_sets_up_no_second_factor(
        self, kind: str, user: User, clock: FrozenClock
    ) -> None:
        """Whoever took over a session that is in use for hours must not be able to shut its owner out."""
        mine, credentials = tokens_of(sign_in()), cookie_of(sign_in("/login"))
        clock.advance(3000)
        victim = tokens_of(sign_in())["access_token"]
        clock.advance(601)
        # A refreshed token is no new sign-in.
        thief: dict[str, Any] = {"cookies": credentials}
        if kind == "token":
            thief = {"token": tokens_of(refresh(mine["refresh_token"], rotate=True))["access_token"]}
        rows = account("GET", "/sessions", **thief).body["sessions"]
        (own,) = [row["id"] for row in rows if row["current"]]
        (newest, *_) = [row["id"] for row in rows if not row["current"]]

        refused = [
            account("DELETE", f"/sessions/{newest}", **thief),
            account("POST", "/sessions/end-others", **thief),
            account("POST", "/mfa/setup", **thief),
        ]

        assert [(answer.status, answer.body["code"]) for answer in refused] == [(403, "sign_in_again")] * 3
        assert is_in(token=victim)
        assert account("DELETE", f"/sessions/{own}", **thief).status == 200
        assert not is_in(**thief)

    def test_a_sign_in_is_recent_for_an_hour(self, user: User, clock: FrozenClock) -> None:
        mine = cookie_of(sign_in("/login"))
        clock.advance(3600)

        assert account("POST", "/mfa/setup", cookies=mine).status == 200
        assert account("POST", "/sessions/end-others", cookies=mine).status == 200

    def test_a_former_cookie_is_still_read(self, user: User) -> None:
        (value,) = cookie_of(sign_in("/login")).values()

        assert is_in(cookies={"session": value})

    def test_the_cookie_has_the_prefix_that_keeps_it_to_our_host(self, user: User) -> None:
        (cookie,) = sign_in("/login").cookies

        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie
        assert "Path=/;" in cookie
        assert "Domain" not in cookie


class TestPassword:
    def change(self, current: str = PASSWORD, new: str = NEW_PASSWORD, **credentials: Any) -> Answer:
        body = {"current_password": current, "new_password": new}
        return account("POST", "/change-password", body, **credentials)

    def test_is_changed_and_only_this_session_stays(self, user: User, post: PostOffice) -> None:
        other, mine = tokens_of(sign_in()), tokens_of(sign_in())

        assert self.change(token=mine["access_token"]).status == 200

        assert is_in(token=mine["access_token"])
        assert tokens_of(refresh(mine["refresh_token"]))
        assert not is_in(token=other["access_token"])
        assert refresh(other["refresh_token"]).body["code"] == "refresh_token_revoked"
        assert sign_in().status == 401
        assert sign_in(password=NEW_PASSWORD).status == 200
        (mail,) = post.delivered()
        assert mail.letter.subject == "Your SmartExam password was changed"

    def test_a_session_that_stayed_ends_with_the_next_reset(self, user: User, clock: FrozenClock) -> None:
        mine = tokens_of(sign_in())
        self.change(token=mine["access_token"])

        accounts.end_other_sessions(user.id, "", clock.now())

        assert not is_in(token=mine["access_token"])

    def test_a_wrong_one_counts_like_a_failed_sign_in(self, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]

        answers = [self.change("wrong", token=token) for _ in range(3)]

        assert [answer.status for answer in answers] == [403, 403, 429]
        assert answers[0].body["code"] == "wrong_password"
        assert sign_in().status == 429
        assert self.change(token=token).status == 429

    @pytest.mark.parametrize("new", ["short", "john.doe.x"[:8], "SmartExam 2026", "asharao20262026", "Rao-Asha-1998!"])
    def test_one_that_the_policy_refuses_is_400(self, new: str, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]

        answer = self.change(new=new, token=token)

        assert answer.status == 400
        assert answer.body["errors"][0]["field"] == "new_password"
        assert sign_in().status == 200

    def test_forms_of_unicode_are_one(self, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]
        self.change(new="\N{LATIN SMALL LIGATURE FI}ve caf\u00e9s here", token=token)

        assert sign_in(password="five cafe\u0301s here").status == 200


class TestProfile:
    def test_names_are_changed_and_known_by_every_credential(self, user: User) -> None:
        token = tokens_of(sign_in())["access_token"]

        assert account("PUT", "/profile", {"first_name": "Johnny", "last_name": ""}, token=token).status == 200

        me = send(auth_app.lambda_handler, "GET", "/api/auth/me", token=token)
        assert me.body["data"]["full_name"] == "Johnny"
        stored = identity.get_user(user.id)
        assert stored is not None
        assert (stored.username, stored.full_name) == ("john.doe", "Johnny")

    @pytest.mark.parametrize("names", [("", "Doe"), ("Admin", ""), ("A\u202eb", "Doe"), ("John", "\u2800")])
    def test_names_that_cannot_be_one_are_400(self, names: tuple[str, str], user: User) -> None:
        token = tokens_of(sign_in())["access_token"]

        body = {"first_name": names[0], "last_name": names[1]}

        assert account("PUT", "/profile", body, token=token).status == 400


class TestTwoFactors:
    @pytest.fixture
    def token(self, user: User) -> str:
        token: str = tokens_of(sign_in())["access_token"]
        return token

    @pytest.fixture
    def secret(self, token: str, clock: FrozenClock) -> str:
        secret: str = account("POST", "/mfa/setup", token=token).body["secret"]
        answer = account("POST", "/mfa/confirm", {"code": self.code(secret, clock)}, token=token)
        assert answer.status == 200
        self.recovery = answer.body["recovery_codes"]
        clock.advance(60)
        return secret

    def code(self, secret: str, clock: FrozenClock) -> str:
        return totp.code_at(secret, int(clock.now() // 30))

    def complete(self, mfa_token: str, code: str) -> Answer:
        body = {"mfa_token": mfa_token, "code": code}
        return send(auth_app.lambda_handler, "POST", "/api/auth/mfa", body=body)

    def waiting(self, path: str = "/api/auth/login") -> str:
        answer = sign_in(path)
        assert (answer.status, answer.body["code"]) == (401, "mfa_required")
        assert not answer.cookies
        token: str = answer.body["mfa_token"]
        return token

    def test_are_set_up_with_a_code(self, token: str, clock: FrozenClock, post: PostOffice) -> None:
        answer = account("POST", "/mfa/setup", token=token)
        secret = answer.body["secret"]
        assert f"secret={secret}" in answer.body["otpauth_url"]
        assert sign_in().status == 200, "not in force yet"

        wrong = account("POST", "/mfa/confirm", {"code": "000000"}, token=token)
        right = account("POST", "/mfa/confirm", {"code": self.code(secret, clock)}, token=token)

        assert (wrong.status, wrong.body["code"]) == (400, "mfa_code_invalid")
        assert len(set(right.body["recovery_codes"])) == 10
        assert account("POST", "/mfa/setup", token=token).status == 409
        assert account("POST", "/mfa/confirm", {"code": "000000"}, token=token).status == 409
        (mail,) = post.delivered()
        assert "is on" in mail.letter.subject

    @pytest.mark.parametrize("path", ["/api/auth/login", "/login", "/admin/login"])
    def test_every_way_to_sign_in_needs_a_code(self, path: str, secret: str, clock: FrozenClock) -> None:
        answer = self.complete(self.waiting(path), self.code(secret, clock))

        assert answer.status == 200
        if path == "/api/auth/login":
            assert is_in(token=tokens_of(answer)["access_token"])
        else:
            assert answer.body["redirect_url"] == ("/dashboard" if path == "/login" else "/admin/dashboard")
            assert is_in(cookies=cookie_of(answer))

    def test_a_code_serves_once(self, secret: str, clock: FrozenClock) -> None:
        one, other, code = self.waiting(), self.waiting(), self.code(secret, clock)

        assert self.complete(one, code).status == 200
        assert self.complete(other, code).body["code"] == "mfa_code_invalid"
        assert self.complete(one, code).body["code"] == "mfa_token_invalid"
        clock.advance(30)
        assert self.complete(other, self.code(secret, clock)).status == 200

    def test_a_recovery_code_serves_once(self, secret: str) -> None:
        one, other = self.waiting(), self.waiting()

        assert self.complete(one, self.recovery[0].upper()).status == 200
        assert self.complete(other, self.recovery[0]).status == 401
        assert self.complete(other, self.recovery[1].replace("-", " ")).status == 200

    def test_a_sign_in_waits_five_minutes_and_takes_five_tries(self, secret: str, clock: FrozenClock) -> None:
        tried, late = self.waiting(), self.waiting()
        for _ in range(5):
            assert self.complete(tried, "000000").body["code"] == "mfa_code_invalid"

        assert self.complete(tried, self.code(secret, clock)).body["code"] == "mfa_token_invalid"
        assert self.waiting(), "wrong codes are no wrong passwords"
        clock.advance(300)
        assert self.complete(late, self.code(secret, clock)).body["code"] == "mfa_token_invalid"

    @pytest.mark.usefixtures("secret")
    def test_a_reset_of_the_password_does_not_switch_them_off(self, post: PostOffice) -> None:
        post.delivered()
        send(account_app.lambda_handler, "POST", "/api/request-password-reset", body={"email": "john@example.org"})
        (mail,) = post.delivered()
        body = {"token": mail.token, "password": NEW_PASSWORD}
        assert send(account_app.lambda_handler, "POST", "/api/set-password", body=body).status == 200

        assert sign_in(password=NEW_PASSWORD).body["code"] == "mfa_required"

    def test_are_removed_with_the_password_and_a_code(
        self, token: str, secret: str, clock: FrozenClock, post: PostOffice
    ) -> None:
        post.delivered()
        body = {"password": PASSWORD, "code": self.code(secret, clock)}

        assert account("POST", "/mfa/disable", {**body, "password": "wrong"}, token=token).status == 403
        assert account("POST", "/mfa/disable", {**body, "code": "000000"}, token=token).status == 403
        assert account("POST", "/mfa/disable", body, token=token).status == 200

        assert sign_in().status == 200
        assert account("POST", "/mfa/disable", body, token=token).status == 409
        (mail,) = post.delivered()
        assert "is off" in mail.letter.subject

    @pytest.mark.parametrize("setting", ["", "true"])
    def test_the_demo_administrator_has_one_only_while_the_demo_data_is_loaded(
        self, setting: str, token: str, user: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUIRE_ADMIN_MFA", setting)
        settings.cache_clear()
        with required_second_factor(user.id):
            status = send(admin_app.lambda_handler, "GET", "/admin/api/users/stats", token=token).status
        assert status == 200
        assert sign_in().status == 200

    @pytest.mark.parametrize("setting", ["true", "1"])
    def test_may_be_required_of_administrators(
        self, setting: str, token: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUIRE_ADMIN_MFA", setting)
        settings.cache_clear()

        refused = send(admin_app.lambda_handler, "GET", "/admin/api/users/stats", token=token)
        secret = account("POST", "/mfa/setup", token=token).body["secret"]
        account("POST", "/mfa/confirm", {"code": self.code(secret, clock)}, token=token)

        assert (refused.status, refused.body["code"]) == (403, "mfa_setup_required")
        assert send(admin_app.lambda_handler, "GET", "/admin/api/users/stats", token=token).status == 200
