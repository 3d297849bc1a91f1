"""The life of an account, from creation to deletion."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from account.app import lambda_handler as account
from account_eraser.app import lambda_handler as eraser
from auth.app import lambda_handler as auth
from auth_google import service as google_service
from auth_google.verification import GoogleIdentity
from mailer.app import lambda_handler as mailer
from smartexam.accounts.grants import grant
from smartexam.api import Request
from smartexam.platform.dynamodb import table
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, http_event, send, sqs_event
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, access_token, create_user
from tests.infrastructure.iam import enforced

Handler = Callable[[Any, Any], Mapping[str, Any]]


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("account.app.api.clock", clock)
    monkeypatch.setattr("auth.app.api.clock", clock)


def test_from_creation_to_deletion(tables: dict[str, str], post: PostOffice) -> None:
    def ask(handler: Handler, path: str, body: Any = None, method: str = "POST", **more: Any) -> Answer:
        answer = send(handler, method, path, body=body, **more)
        assert answer.status < 400, answer.body
        return answer

    def work(handler: Handler, queue: str) -> None:
        bodies = [message.body for message in post.taken(queue)]
        assert handler(sqs_event(*bodies), FakeContext()) == {"batchItemFailures": []}

    create_user(role="admin")
    mary = {"email": "mary@example.org", "first_name": "Mary", "last_name": "Singh"}
    ask(account, "/create_account", mary)
    ask(account, "/create_account", mary)
    work(mailer, "mail")
    ask(account, "/api/set-password", {"token": post.mails[-1].token, "password": PASSWORD})
    ask(account, "/api/request-password-reset", {"email": "mary@example.org"})
    work(mailer, "mail")
    ask(account, "/api/set-password", {"token": post.mails[-1].token, "password": PASSWORD})

    credentials = {"username": "mary.singh", "password": PASSWORD}
    assert auth(http_event("POST", "/login", body={**credentials, "password": "wrong"}), FakeContext())
    session = ask(auth, "/login", credentials).cookies[0].split(";")[0]
    ask(account, "/_ping", cookies=[session])
    ask(auth, "/login", credentials, cookies=[session])
    ask(auth, "/logout", cookies=[session])
    tokens = ask(auth, "/api/auth/login", credentials).body["data"]
    ask(auth, "/api/auth/me", method="GET", token=tokens["access_token"])
    ask(auth, "/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    ask(auth, "/api/auth/logout", {"refresh_token": tokens["refresh_token"]})

    with enforced("AuthGoogleFunction", table.connection().client, tables):
        for subject in ("1", "2"):
            google = GoogleIdentity(subject, "mary@example.org", "Mary", "Singh", "Mary Singh")
            grant(Request.from_event({}, MORNING), google_service.sign_in(google, MORNING)[0])
        made, is_new = google_service.sign_in(GoogleIdentity("3", "new@example.org", "New", "", ""), MORNING)
        assert is_new
    ask(account, "/_ping", token=access_token(made))

    requester = {"username": "mary.singh", "email": "mary@example.org"}
    ask(account, "/api/validate-user-for-request", requester)
    wanted = {**requester, "current_access": "user", "requested_access": "admin", "user_reason": "I teach."}
    ask(account, "/api/submit-access-request", wanted)
    ask(account, "/api/delete-account", {"confirm": "DELETE"}, token=tokens["access_token"])
    work(eraser, "account_eraser")
    work(eraser, "account_eraser")
    assert [sent.body["occasion"] for sent in post.taken("mail")] == ["password_changed", "access_requested", "deleted"]
    assert post.sent == []
