"""A stack that requires a second factor of everybody: what waits for it, and that no running attempt does."""

from typing import Any
from unittest.mock import Mock

import pytest

from account import app as account_app
from admin_users import app as admin_app
from auth import app as auth_app
from chat import app as chat_app
from exams import app as exams_app
from results import app as results_app
from smartexam.accounts import tokens, totp
from smartexam.accounts.store import identity
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.platform.settings import SettingsError, parse, settings
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, create_user
from tests.functional.test_account_security import cookie_of

pytestmark = pytest.mark.usefixtures("tables")

REFUSED = (403, "mfa_setup_required")


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in (account_app, admin_app, auth_app, chat_app, exams_app, results_app):
        monkeypatch.setattr(app.api, "clock", clock)


@pytest.fixture
def user() -> User:
    return create_user(username="asha.rao", email="asha@example.org")


def require_of(whom: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_FACTOR", whom)
    settings.cache_clear()


@pytest.fixture
def everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    require_of("everybody", monkeypatch)


class Caller:
    """Somebody who signed in on the web or with an app, before or after the factor was required."""

    def __init__(self, user: User, way: str) -> None:
        body = {"username": user.username, "password": PASSWORD}
        path = "/login" if way == "web" else "/api/auth/login"
        self.signed_in = send(auth_app.lambda_handler, "POST", path, body=body)
        assert self.signed_in.status == 200, self.signed_in.body
        self.credential: dict[str, Any] = (
            {"cookies": cookie_of(self.signed_in)}
            if way == "web"
            else {"token": self.signed_in.body["data"]["access_token"]}
        )

    def call(self, app: Any, method: str, path: str, body: Any = None) -> Answer:
        headers = {"accept": "application/json"}
        return send(app.lambda_handler, method, path, body=body, headers=headers, **self.credential)

    def refresh(self) -> None:
        body = {"refresh_token": self.signed_in.body["data"]["refresh_token"]}
        answer = send(auth_app.lambda_handler, "POST", "/api/auth/refresh", body=body)
        self.credential = {"token": answer.body["data"]["access_token"]}

    def enrol(self, clock: FrozenClock) -> None:
        secret = self.call(account_app, "POST", "/api/account/mfa/setup").body["secret"]
        code = totp.code_at(secret, int(clock.now() // 30))
        assert self.call(account_app, "POST", "/api/account/mfa/confirm", {"code": code}).status == 200


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("way", ["web", "app"])
class TestWithoutOne:
    def test_everything_waits_for_it(self, user: User, way: str, clock: FrozenClock) -> None:
        exam, caller = create_exam(), Caller(user, way)
        waiting = (
            (chat_app, "GET", "/api/chat/conversations"),
            (chat_app, "GET", "/api/chat/unread_count"),
            (results_app, "GET", "/api/results"),
            (account_app, "GET", "/api/account/export"),
            (account_app, "GET", "/api/account/sessions"),
            (exams_app, "POST", f"/start-exam/{exam.id}"),
        )
        for app, method, path in waiting:
            assert code_of(caller.call(app, method, path)) == REFUSED, path

        caller.enrol(clock)

        for app, method, path in waiting:
            answer = caller.call(app, method, path)
            assert answer.status < 300, (path, answer.body)

    def test_the_way_to_it_is_open(self, user: User, way: str) -> None:
        caller = Caller(user, way)

        assert caller.call(auth_app, "GET", "/api/auth/me").status == 200
        assert caller.call(account_app, "POST", "/api/account/mfa/setup").status == 200
        if way == "web":
            assert caller.signed_in.body["redirect_url"] == "/second-factor"

    def test_a_students_role_is_still_what_closes_admin_routes(self, user: User, way: str) -> None:
        assert code_of(Caller(user, way).call(admin_app, "GET", "/admin/api/users/stats")) == (403, "wrong_role")

    def test_administrators_need_it_too(self, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUIRE_ADMIN_MFA", "false")
        settings.cache_clear()
        admin = Caller(create_user(role="admin"), way)
        assert code_of(admin.call(admin_app, "GET", "/admin/api/users/stats")) == REFUSED


@pytest.mark.parametrize("way", ["web", "app"])
class TestARunningAttempt:
    @pytest.fixture
    def exam(self) -> Exam:
        return create_exam()

    def sit(self, caller: Caller, exam: Exam) -> None:
        assert caller.call(exams_app, "POST", f"/start-exam/{exam.id}").body["resumed"] is True
        paper = caller.call(exams_app, "GET", f"/exam/{exam.id}")
        answers = {str(paper.body["questions"][0]["id"]): "B"}
        saved = caller.call(exams_app, "POST", f"/api/sync-exam-answers/{exam.id}", {"answers": answers})
        assert saved.body["saved"] == 1

    def test_goes_on_where_the_factor_is_required_meanwhile(
        self, user: User, exam: Exam, way: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = Caller(user, way)
        assert caller.call(exams_app, "POST", f"/start-exam/{exam.id}").status == 200

        require_of("everybody", monkeypatch)
        self.sit(caller, exam)
        if way == "app":
            caller.refresh()
            self.sit(caller, exam)
        again = Caller(user, way)  # after a crash, or at another machine
        self.sit(again, exam)

        assert again.call(exams_app, "POST", f"/submit-exam/{exam.id}").status == 200
        assert code_of(again.call(exams_app, "POST", f"/start-exam/{exam.id}")) == REFUSED
        assert code_of(again.call(results_app, "GET", f"/result/{exam.id}")) == REFUSED


class TestWhatItCosts:
    def test_only_a_sign_in_without_one_reads_the_account(
        self, user: User, clock: FrozenClock, everybody: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        marked = Caller(user, "app")
        marked.enrol(clock)
        marked.refresh()
        reading = Mock(wraps=identity.get_user)
        monkeypatch.setattr(identity, "get_user", reading)

        assert marked.call(account_app, "POST", "/_ping").status == 204
        reading.assert_not_called()

    def test_credentials_say_nothing_of_it_where_it_is_not_required(self, user: User, clock: FrozenClock) -> None:
        caller = Caller(user, "app")
        assert not tokens.verify(caller.credential["token"], clock.now()).must_enrol
        assert Caller(user, "web").signed_in.body["redirect_url"] == "/dashboard"

    def test_a_stack_that_requires_it_no_more_forgets_the_marks(
        self, user: User, everybody: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = Caller(user, "app")
        require_of("administrators", monkeypatch)
        assert caller.call(account_app, "POST", "/_ping").status == 204


def test_other_values_are_refused() -> None:
    with pytest.raises(SettingsError, match="SECOND_FACTOR"):
        parse({"SECOND_FACTOR": "students"})
