"""The life of an account, each function held to the rights that the template gives it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from account.app import lambda_handler as account
from account_eraser.app import lambda_handler as eraser
from auth.app import lambda_handler as auth
from auth_google import service as google_service
from auth_google.verification import GoogleIdentity
from mailer.app import lambda_handler as mailer
from smartexam.auth.grants import grant
from smartexam.data import table
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


def test_every_function_may_do_what_it_does(tables: dict[str, str], post: PostOffice) -> None:
    def held_to_rights(function: str, handler: Handler) -> Handler:
        def call(event: Any, context: Any) -> Mapping[str, Any]:
            with enforced(function, table.connection().client, tables):
                return handler(event, context)

        return call

    def ask(function: str, handler: Handler, path: str, body: Any = None, method: str = "POST", **more: Any) -> Answer:
        answer = send(held_to_rights(function, handler), method, path, body=body, **more)
        assert answer.status < 400, answer.body
        return answer

    def work(function: str, handler: Handler, queue: str) -> None:
        bodies = [message.body for message in post.taken(queue)]
        assert held_to_rights(function, handler)(sqs_event(*bodies), FakeContext()) == {"batchItemFailures": []}

    create_user(role="admin")
    mary = {"email": "mary@example.org", "first_name": "Mary", "last_name": "Singh"}
    ask("AccountFunction", account, "/create_account", mary)
    ask("AccountFunction", account, "/create_account", mary)
    work("MailerFunction", mailer, "mail")
    ask("AccountFunction", account, "/api/set-password", {"token": post.mails[-1].token, "password": PASSWORD})
    ask("AccountFunction", account, "/api/request-password-reset", {"email": "mary@example.org"})
    work("MailerFunction", mailer, "mail")
    ask("AccountFunction", account, "/api/set-password", {"token": post.mails[-1].token, "password": PASSWORD})

    credentials = {"username": "mary.singh", "password": PASSWORD}
    assert auth(http_event("POST", "/login", body={**credentials, "password": "wrong"}), FakeContext())
    session = ask("AuthFunction", auth, "/login", credentials).cookies[0].split(";")[0]
    ask("AccountFunction", account, "/_ping", cookies=[session])
    ask("AuthFunction", auth, "/login", credentials, cookies=[session])
    ask("AuthFunction", auth, "/logout", cookies=[session])
    tokens = ask("AuthFunction", auth, "/api/auth/login", credentials).body["data"]
    ask("AuthFunction", auth, "/api/auth/me", method="GET", token=tokens["access_token"])
    ask("AuthFunction", auth, "/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    ask("AuthFunction", auth, "/api/auth/logout", {"refresh_token": tokens["refresh_token"]})

    with enforced("AuthGoogleFunction", table.connection().client, tables):
        for subject in ("1", "2"):
            google = GoogleIdentity(subject, "mary@example.org", "Mary", "Singh", "Mary Singh")
            grant(google_service.sign_in(google, MORNING)[0], MORNING)
        made, is_new = google_service.sign_in(GoogleIdentity("3", "new@example.org", "New", "", ""), MORNING)
        assert is_new
    ask("AccountFunction", account, "/_ping", token=access_token(made))

    requester = {"username": "mary.singh", "email": "mary@example.org"}
    ask("AccountFunction", account, "/api/validate-user-for-request", requester)
    wanted = {**requester, "current_access": "user", "requested_access": "admin", "user_reason": "I teach."}
    ask("AccountFunction", account, "/api/submit-access-request", wanted)
    ask("AccountFunction", account, "/api/delete-account", {"confirm": "DELETE"}, token=tokens["access_token"])
    work("AccountEraserFunction", eraser, "account_eraser")
    work("AccountEraserFunction", eraser, "account_eraser")
    assert post.sent == []
