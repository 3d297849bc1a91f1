"""Before and while signing in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from local.stack import LocalStack
from tests.contract.client import STUDENTS
from tests.e2e.web.screens import App, mailed_link

SCREENS = {
    "/app/login": "Sign in",
    "/app/signup": "Create an account",
    "/app/forgot-password": "Reset your password",
    "/app/set-password?token=x": "Set your password",
    "/app/request-access": "Ask for administrator access",
}


@pytest.mark.parametrize("path", SCREENS)
def test_screens_are_accessible_and_fit_a_phone(app: App, accessible: Callable[[Page], None], path: str) -> None:
    app.page.set_viewport_size({"width": 360, "height": 640})
    app.open(path)

    expect(app.heading(SCREENS[path])).to_be_visible()
    expect(app.page).to_have_title(re.compile(f"^{re.escape(SCREENS[path])}"))
    assert app.has_no_horizontal_scroll()
    accessible(app.page)


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
