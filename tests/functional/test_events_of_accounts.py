"""The events of accounts in `events/`: each does what its name says."""

import json
from pathlib import Path
from typing import Any

import pytest

from account.app import lambda_handler as account
from account_eraser.app import lambda_handler as eraser
from auth.app import lambda_handler as auth
from auth_google.app import lambda_handler as auth_google
from mailer.app import lambda_handler as mailer
from smartexam.accounts.store import credentials, refresh_tokens, sessions
from smartexam.accounts.user import User
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, answer_of
from tests.factories.post import PostOffice
from tests.factories.users import create_user, signed_in

pytestmark = pytest.mark.usefixtures("tables", "frozen_settings")

EVENTS = Path(__file__).parents[2] / "events"
HANDLERS: dict[str, Any] = {
    "account": account,
    "account_eraser": eraser,
    "auth": auth,
    "auth_google": auth_google,
    "mailer": mailer,
}
STATUSES = {
    "auth/login.json": 200,
    "auth/login_by_email_wrong_password.json": 401,
    "auth/refresh.json": 200,
    "auth/logout.json": 200,
    "auth/me.json": 200,
    "auth/web_login_form.json": 302,
    "auth/admin_login.json": 200,
    "auth/web_logout.json": 200,
    "auth_google/client.json": 200,
    "auth_google/sign_in.json": 503,
    "auth_google/web_login.json": 503,
    "account/create_account.json": 200,
    "account/set_password.json": 200,
    "account/request_password_reset.json": 200,
    "account/validate_user_for_request.json": 200,
    "account/submit_access_request.json": 200,
    "account/delete_account.json": 200,
    "account/ping.json": 204,
    "account/withdraw_access_request.json": 404,
    "account/change_profile.json": 200,
    "account/change_password.json": 200,
    "account/export.json": 202,
    "account/list_sessions.json": 200,
    "account/end_session.json": 404,
    "account/end_other_sessions.json": 200,
    "account/begin_mfa.json": 200,
    "account/confirm_mfa.json": 409,
    "account/disable_mfa.json": 409,
    "auth/complete_mfa.json": 401,
    "auth/rotate_refresh_token.json": 200,
}


def student() -> User:
    create_user(username="admin", role="user,admin", password="Admin@2025demo")
    return create_user(username="student1", email="student1@example.com", password="Student@2025demo")


def filled_in(name: str, user: User) -> dict[str, Any]:
    """An event with real tokens where it has placeholders."""
    text = (EVENTS / name).read_text(encoding="utf-8")
    for placeholder, value in {
        "<access token>": signed_in(user),
        "<refresh token>": refresh_tokens.issue(user, MORNING).token,
        "<session token>": sessions.start_session(user, MORNING),
        "<Google's ID token>": "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl",
        "<token of the mailed link>": credentials.issue_password_link(user.id, MORNING),
    }.items():
        text = text.replace(placeholder, value)
    event: dict[str, Any] = json.loads(text)
    return event


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_requests(name: str, status: int, post: PostOffice, clock: FrozenClock) -> None:
    event = filled_in(name, student())

    answer = answer_of(HANDLERS[name.split("/", maxsplit=1)[0]](event, FakeContext()))

    assert answer.status == status, answer.body


@pytest.mark.parametrize("name", STATUSES)
def test_requests_with_placeholders_are_refused_and_no_crash(name: str, post: PostOffice) -> None:
    event = json.loads((EVENTS / name).read_text(encoding="utf-8"))

    answer = answer_of(HANDLERS[name.split("/", maxsplit=1)[0]](event, FakeContext()))

    assert answer.status < 500


@pytest.mark.parametrize(
    "name", ["mailer/reset_and_sign_up.json", "account_eraser/first_pass.json", "account_eraser/last_pass.json"]
)
def test_messages(name: str, post: PostOffice) -> None:
    event = filled_in(name, student())

    assert HANDLERS[name.split("/", maxsplit=1)[0]](event, FakeContext()) == {"batchItemFailures": []}


def test_every_event_of_these_functions_is_known_here() -> None:
    found = {str(path.relative_to(EVENTS)) for function in HANDLERS for path in (EVENTS / function).glob("*.json")}

    assert {name for name in found if not name.startswith(("mailer/", "account_eraser/"))} == set(STATUSES)
    assert all(list((EVENTS / function).glob("*.json")) for function in HANDLERS)
