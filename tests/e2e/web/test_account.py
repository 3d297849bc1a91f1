"""The account screen."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.web.screens import PASSWORD, App


def totp(secret: str, at: float) -> str:
    """The code of RFC 6238 at a moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def test_a_second_factor_begins_with_its_code(person: tuple[App, str], sound: Callable[[Page], None]) -> None:
    app, _ = person
    app.button("Set up").click()

    expect(app.field("Authentication code")).to_be_focused()
    sound(app.page)


def test_a_changed_name_and_password_are_used_from_then_on(person: tuple[App, str]) -> None:
    app, address = person
    app.field("First name").fill("Asha Devi")
    app.button("Save name").click()
    expect(app.status).to_have_text("Your name is saved.")
    app.field("Current password").fill("not the password")
    app.field("New password").fill("five other words for it")
    app.button("Change password").click()
    expect(app.alert).to_be_visible()
    app.field("Current password").fill(PASSWORD)
    app.button("Change password").click()
    expect(app.status.filter(has_text="Your password is changed.")).to_be_visible()

    app.button("Sign out").click()
    app.sign_in(address, "five other words for it")
    expect(app.page).to_have_url(re.compile("/app/exams$"))
    app.open("/app/account")
    expect(app.page.get_by_text("Asha Devi Rao")).to_be_visible()


def test_a_second_factor_is_asked_for(person: tuple[App, str]) -> None:
    app, address = person
    app.button("Set up").click()
    secret = app.page.locator("code").inner_text()
    app.field("Authentication code").fill(totp(secret, time.time()))
    app.button("Turn on").click()
    expect(app.status).to_have_text("Two-factor authentication is on.")
    code = app.page.get_by_role("listitem").locator("code").first.inner_text()

    app.button("Sign out").click()
    app.sign_in(address, PASSWORD)
    app.field("Authentication code").fill("000000")
    app.button("Verify").click()
    expect(app.alert).to_be_visible()
    app.field("Authentication code").fill(code)
    app.button("Verify").click()

    expect(app.page).to_have_url(re.compile("/app/exams$"))


def test_other_sessions_are_ended(person: tuple[App, str], new_profile: Callable[..., BrowserContext]) -> None:
    app, address = person
    other = App(new_profile().new_page()).signed_in(address, PASSWORD)
    app.page.reload()
    expect(app.page.get_by_role("table", name="Sessions").get_by_role("row")).to_have_count(3)

    app.button("End all other sessions").click()

    expect(app.page.get_by_role("table", name="Sessions").get_by_role("row")).to_have_count(2)
    other.open("/app/account")
    expect(other.heading("Sign in")).to_be_visible()


def test_what_needs_a_recent_sign_in_leads_to_one_and_back(
    person: tuple[App, str], clock: Callable[[float], object]
) -> None:
    app, address = person
    clock(3700)
    app.button("Set up").click()
    expect(app.alert).to_contain_text("Sign in again to do this")
    app.alert.get_by_role("button", name="Sign in again").click()
    app.sign_in(address, PASSWORD)
    expect(app.heading("Account")).to_be_visible()
    app.button("Set up").click()
    expect(app.field("Authentication code")).to_be_focused()


def test_leaving_takes_the_word_delete(person: tuple[App, str]) -> None:
    app, address = person
    app.button("Delete my account").click()
    expect(app.button("Delete for ever")).to_be_disabled()
    app.field("Type DELETE to confirm").fill("DELETE")
    app.button("Delete for ever").click()

    expect(app.heading("Sign in")).to_be_visible()
    app.sign_in(address, PASSWORD)
    expect(app.alert).to_be_visible()


def test_administrator_access_is_asked_for(person: tuple[App, str]) -> None:
    app, _ = person
    app.link("Ask for administrator access").click()
    expect(app.heading("Ask for administrator access")).to_be_visible()
    app.button("Continue").click()
    app.field("Reason").fill("I set the mock tests.")
    app.button("Send request").click()

    expect(app.status).to_contain_text("was sent")
