"""Every screen of the web app as people and programs find it: address, heading, navigation, names, sizes."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.contract.client import STUDENTS, Client
from tests.e2e.web.screens import PASSWORD, App
from tests.e2e.web.survey import DESK, PHONE

SIGNED_OUT = {
    "/app/login": "Sign in",
    "/app/signup": "Create an account",
    "/app/forgot-password": "Reset your password",
    "/app/set-password?token=7.x": "Set your password",
    "/app/request-access": "Ask for administrator access",
    "/app/nothing-here": "Page not found",
}
OF_STUDENTS = {
    "/app/exams": "Exams",
    "/app/results": "Results",
    "/app/chat": "Chat",
    "/app/assistant": "Study assistant",
    "/app/account": "Account",
}
OF_ADMINS = {
    "/app/admin/exams": "Exams",
    "/app/admin/exams/new": "New exam",
    "/app/admin/students": "Students",
    "/app/admin/batches": "Batches",
    "/app/admin/users": "Users",
    "/app/admin/requests": "Access requests",
    "/app/admin/attempts": "Attempts",
    "/app/admin/categories": "Categories",
    "/app/admin/analytics": "Analytics",
    "/app/admin/jobs": "Jobs",
    "/app/admin/audit": "Audit log",
}
OF_EXAM = {
    "/edit": "Edit exam",
    "/questions": "Questions",
    "/questions/new": "New question",
    "/import": "Import questions",
    "/generate": "Questions from a PDF or a topic",
    "/results": "Results",
    "/overrides": "Exceptions",
}


@pytest.fixture
def exam(admin: Client) -> Iterator[tuple[int, str]]:
    """An open exam in two languages, with a question; its id and name."""
    name = "Screens"
    fields = {"name": name, "date": "2026-01-05", "start_time": "09:00", "duration": 60, "status": "ongoing"}
    exam_id: int = admin.post("/admin/exams", {**fields, "languages": ["en", "hi"], "max_attempts": 0}).body["exam_id"]
    question = {"exam_id": exam_id, "question_text": "What is $2+2$?", "option_a": "3", "option_b": "4"}
    added = admin.post("/admin/questions/add-ajax", {**question, "question_type": "MCQ", "correct_answer": "B"})
    assert added.status == 200, added.body
    yield exam_id, name
    admin.post(f"/admin/exams/delete/{exam_id}")


Sound = Callable[[Page], None]


def shows(app: App, path: str, heading: str, sound: Sound) -> None:
    """The screen at an address has its heading, and all that screens must have, once it has loaded."""
    app.open(path)
    expect(app.heading(heading)).to_be_visible()
    app.page.wait_for_load_state("networkidle")
    sound(app.page)


def test_screens_before_signing_in(app: App, sound: Sound) -> None:
    for path, heading in SIGNED_OUT.items():
        shows(app, path, heading, sound)


def test_screens_of_students(student_app: App, exam: tuple[int, str], sound: Sound) -> None:
    exam_id, name = exam

    for path, heading in {**OF_STUDENTS, f"/app/exams/{exam_id}": name}.items():
        shows(student_app, path, heading, sound)


def test_screens_of_administrators(admin_app: App, exam: tuple[int, str], sound: Sound) -> None:
    exam_id, name = exam
    expect(admin_app.page).to_have_url(re.compile("/app/admin/exams$"))

    for path, heading in OF_ADMINS.items():
        shows(admin_app, path, heading, sound)
    for path, heading in {"": name, **OF_EXAM}.items():
        shows(admin_app, f"/app/admin/exams/{exam_id}{path}", heading, sound)
        of_exam = admin_app.page.get_by_role("navigation", name="Exam", exact=True)
        for link in ("Overview", "Questions", "Results"):
            expect(of_exam.get_by_role("link", name=link, exact=True)).to_be_visible()


def test_every_screen_leads_through_the_sign_in_to_itself(app: App, exam: tuple[int, str]) -> None:
    exam_id, name = exam
    for path in (*OF_STUDENTS, *OF_ADMINS, f"/app/exams/{exam_id}/sit", f"/app/admin/exams/{exam_id}/questions/new"):
        app.open(path)
        expect(app.heading("Sign in")).to_be_visible()
        assert "/app/login" in app.page.url
    app.open(f"/app/exams/{exam_id}").sign_in(*STUDENTS[0])

    expect(app.heading(name)).to_be_visible()
    expect(app.page).to_have_url(re.compile(f"/app/exams/{exam_id}$"))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_is_on_all_screens(new_profile: Callable[..., BrowserContext], size: ViewportSize) -> None:
    app = App(new_profile(viewport=size).new_page()).signed_in(*STUDENTS[0])
    app.button("हिन्दी").click()
    expect(app.page.locator("html")).to_have_attribute("lang", "hi")
    app.button("English").click()
    expect(app.page.locator("html")).to_have_attribute("lang", "en")

    if app.button("Menu").is_visible():
        app.button("Menu").click()
    main = app.page.get_by_role("navigation", name="Main", exact=True)
    for link in ("Exams", "Results", "Chat", "Study assistant", "Account"):
        expect(main.get_by_role("link", name=link, exact=True)).to_be_visible()
    expect(app.link("Administration")).to_have_count(0)

    app.button("Sign out").click()
    expect(app.heading("Sign in")).to_be_visible()


def test_who_is_both_changes_over(person: tuple[App, str], admin: Client) -> None:
    app, address = person
    found = admin.get("/admin/api/users/search", query={"q": address}).body["users"]
    assert admin.post("/admin/users/update-role", {"user_id": found[0]["id"], "new_role": "user,admin"}).status == 200
    app.page.context.clear_cookies()

    app.signed_in(address, PASSWORD).link("Administration").click()
    expect(app.page).to_have_url(re.compile("/app/admin/exams$"))
    app.link("Student view").click()
    expect(app.page).to_have_url(re.compile("/app/exams$"))


def test_a_student_comes_to_no_screen_of_administrators(student_app: App) -> None:
    student_app.open("/app/admin/exams")

    expect(student_app.heading("No access")).to_be_visible()
    expect(student_app.page.get_by_role("table")).to_have_count(0)


def test_a_list_that_cannot_be_loaded_says_so_and_is_asked_for_again(admin_app: App) -> None:
    admin_app.page.route("**/admin/api/batches?*", lambda route: route.abort())
    admin_app.page.route("**/admin/api/batches", lambda route: route.abort())
    admin_app.open("/app/admin/batches")
    expect(admin_app.alert).to_contain_text("The server cannot be reached", timeout=60_000)
    admin_app.page.unroute_all()
    admin_app.button("Try again").click()

    expect(admin_app.page.get_by_role("table", name="Batches", exact=True)).to_contain_text("Morning")
    expect(admin_app.alert).to_have_count(0)


def test_lists_say_that_there_is_nothing(admin_app: App) -> None:
    admin_app.open("/app/admin/exams").field("Search exams").fill("no exam has such a name")

    expect(admin_app.page.get_by_text("No exams found.")).to_be_visible()
