"""Before and while signing in."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Route, expect

from local.stack import LocalStack
from tests.contract.client import STUDENTS
from tests.e2e.web.screens import App, mailed_link


def test_signing_in_leads_to_where_one_was_going_and_holds_for_all_tabs(app: App) -> None:
    app.open("/app/account?from=mail")
    expect(app.heading("Sign in")).to_be_visible()
    app.sign_in(*STUDENTS[0])

    expect(app.heading("Account")).to_be_visible()
    expect(app.page).to_have_url(re.compile(r"/app/account\?from=mail$"))
    other = App(app.page.context.new_page()).open("/app/account")
    expect(other.heading("Account")).to_be_visible()

    app.button("Sign out").click()
    expect(app.heading("Sign in")).to_be_visible()
    expect(other.heading("Sign in")).to_be_visible()


def test_a_wrong_password_is_told_by_the_server(app: App) -> None:
    app.open("/app/login").sign_in("nobody-by-this-name", "not the password")

    expect(app.alert).to_contain_text("Invalid credentials")


def test_another_site_is_no_destination(app: App) -> None:
    app.open("/app/login?next=//elsewhere.example/app/").sign_in(*STUDENTS[0])

    expect(app.page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/app/exams$"))


def test_an_account_is_made_by_mail(app: App, stack: LocalStack) -> None:
    app.open("/app/signup")
    app.field("First name").fill("Meera")
    app.field("Last name").fill("Iyer")
    app.field("Email").fill("meera.iyer@example.org")
    app.button("Create account").click()
    expect(app.status).to_contain_text("Check your mail")

    link = mailed_link(app.page, stack, "meera.iyer@example.org")
    assert link.startswith(f"{stack.base_url}/app/set-password?token=")
    app.open(link)
    app.field("New password").fill("four unrelated quiet words")
    app.button("Set password").click()

    expect(app.status).to_contain_text("Your password is set")
    app.sign_in("meera.iyer@example.org", "four unrelated quiet words")
    expect(app.page).to_have_url(re.compile(r"/app/exams$"))


class TestGoogle:
    """Google's page is the test's; so is the server's look at its token, which the functional tests cover."""

    @pytest.fixture(autouse=True)
    def _is_set_up(self, app: App) -> None:
        answer = {"status": "success", "data": {"client_id": "the-app"}}
        app.page.route("**/api/auth/google/client", lambda route: route.fulfill(json=answer))

    def google(self, app: App, answer: dict[str, str]) -> dict[str, str]:
        """Let Google answer with this, and the state if it is not there; returns what it is asked."""
        asked: dict[str, str] = {}

        def answered(route: Route) -> None:
            asked.update(parse_qsl(urlsplit(route.request.url).query))
            back = f"{asked['redirect_uri']}#{urlencode({'state': asked['state'], **answer})}"
            route.fulfill(content_type="text/html", body=f"<script>location.replace({json.dumps(back)})</script>")

        app.page.route("https://accounts.google.com/**", answered)
        return asked

    def test_sends_the_browser_back_with_a_token(self, app: App, stack: LocalStack) -> None:
        asked, sent = self.google(app, {"id_token": "of.google.itself"}), []

        def signed_in(route: Route) -> None:
            sent.append(route.request.post_data_json)
            username, password = STUDENTS[0]
            body = json.dumps({"username": username, "password": password})
            route.continue_(url=f"{stack.base_url}/login", post_data=body)

        app.page.route("**/login/google", signed_in)
        app.open("/app/account")
        app.button("Continue with Google").click()

        expect(app.heading("Account")).to_be_visible()
        expect(app.page).to_have_url(f"{stack.base_url}/app/account")
        assert (asked["client_id"], asked["response_type"]) == ("the-app", "id_token")
        assert asked["redirect_uri"] == f"{stack.base_url}/app/login"
        assert sent == [{"id_token": "of.google.itself", "nonce": asked["nonce"]}]

    @pytest.mark.parametrize(
        "answer", [{"error": "access_denied"}, {"id_token": "made.by.another", "state": "another"}]
    )
    def test_does_not_sign_in_who_did_not_ask_for_it(self, app: App, answer: dict[str, Any]) -> None:
        self.google(app, answer)
        app.page.route("**/login/google", lambda _: pytest.fail("the token was used"))
        app.open("/app/login")
        app.button("Continue with Google").click()

        expect(app.button("Continue with Google")).to_be_visible()
        if "error" in answer:
            expect(app.alert).to_contain_text("Google did not sign you in")
        expect(app.heading("Sign in")).to_be_visible()


def test_a_used_link_is_refused(app: App) -> None:
    app.open("/app/set-password?token=7.used")
    app.field("New password").fill("four unrelated quiet words")
    app.button("Set password").click()

    expect(app.alert).to_be_visible()
    expect(app.link("Ask for a new link")).to_be_visible()


def test_a_forgotten_password_is_answered_the_same_for_everybody(app: App) -> None:
    app.open("/app/forgot-password")
    app.field("Email").fill("unknown@example.org")
    app.button("Send link").click()

    expect(app.status).to_contain_text("Check your mail")


def test_language_and_theme_are_kept_in_the_browser(app: App) -> None:
    app.open("/app/login")
    app.button("हिन्दी").click()
    app.button("गहरी थीम").click()
    app.page.reload()

    expect(app.page.locator("html")).to_have_attribute("lang", "hi")
    expect(app.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(app.heading("साइन इन")).to_be_visible()
    expect(app.button("English")).to_be_visible()
