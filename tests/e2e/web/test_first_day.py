"""An empty stack that requires a second factor of everybody: its first administrator and its first student."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from local.stack import LocalStack, Options
from tests.conftest import local_layout
from tests.e2e.web.screens import PASSWORD, App, mailed_link
from tests.e2e.web.sitting import KEYS, MCQ
from tests.e2e.web.test_account import totp

HEAD, STUDENT = "head@example.org", "asha.rao@example.org"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """In place of the shared one, because both settings and what they apply to are the stack's."""
    parameters = {"AdminEmail": HEAD, "RequireAdminMfa": "true", "SecondFactor": "everybody"}
    with LocalStack(Options(demo=False, parameters=parameters), local_layout()) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def no_attempt_stays_open() -> None:
    """Nobody else uses this stack."""


def join(app: App, stack: LocalStack, address: str) -> None:
    """Make an account, and sign in with it."""
    app.open("/app/signup")
    app.field("First name").fill("Asha")
    app.field("Last name").fill("Rao")
    app.field("Email").fill(address)
    app.button("Create account").click()
    expect(app.status).to_contain_text("Check your mail")
    app.open(mailed_link(app.page, stack, address))
    app.field("New password").fill(PASSWORD)
    app.button("Set password").click()
    expect(app.status).to_contain_text("Your password is set")
    app.sign_in(address, PASSWORD)


def set_up(app: App) -> None:
    """Go through the screen for the second factor to where it leads."""
    expect(app.heading("Set up a second factor")).to_be_visible()
    app.button("Set up").click()
    secret = app.page.locator("code").inner_text()
    app.field("Authentication code").fill(totp(secret, time.time()))
    app.button("Turn on").click()
    expect(app.status).to_have_text("Two-factor authentication is on.")
    app.link("Go on").click()


def test_everybody_is_led_to_a_second_factor_and_goes_on(
    new_profile: Callable[..., BrowserContext], stack: LocalStack, accessible: Callable[[Page], None]
) -> None:
    head = App(new_profile().new_page())
    join(head, stack, HEAD)
    expect(head.heading("Set up a second factor")).to_be_visible()
    head.page.set_viewport_size({"width": 360, "height": 640})
    assert head.has_no_horizontal_scroll()
    accessible(head.page)
    head.link("Later").click()
    expect(head.page).to_have_url(re.compile("/app/(admin/)?exams$"))

    # Who puts it off is refused where it counts, and led there again.
    head.open("/app/admin/exams")
    expect(head.alert).to_contain_text("Set up two-factor sign-in first")
    head.link("Set up the second factor").click()
    set_up(head)
    expect(head.page).to_have_url(re.compile("/app/admin/exams$"))
    expect(head.link("New exam")).to_be_visible()

    fields = {"name": "First exam", "duration": 60, "date": "2025-01-01", "start_time": "09:00", "status": "ongoing"}
    made = head.page.request.post("/admin/exams", data=fields)
    assert made.ok, made.text()
    exam_id = made.json()["exam_id"]
    questions = [{"correct_answer": KEYS[MCQ["question_type"]], **MCQ}]
    added = head.page.request.post("/admin/questions/batch-add", data={"exam_id": exam_id, "questions": questions})
    assert added.ok, added.text()

    student = App(new_profile().new_page())
    join(student, stack, STUDENT)
    student.link("Later").click()
    refused = student.page.request.post(f"/start-exam/{exam_id}")
    assert (refused.status, refused.json()["code"]) == (403, "mfa_setup_required")
    student.open("/app/results")
    student.link("Set up the second factor").click()
    set_up(student)
    expect(student.page).to_have_url(re.compile("/app/results$"))
    assert student.page.request.post(f"/start-exam/{exam_id}").ok
