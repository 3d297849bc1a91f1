"""A real browser before the local stack.

The browser is the machine's Chromium or Chrome, else the one that the npm package `@sparticuz/chromium` ships. The
stack is shared, the browser by the tests of a module; every test has browser profiles of its own, whose pages must not
write errors to the console.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright

from local.layout import PROJECT
from local.stack import LocalStack
from tests.contract.client import ADMIN, STUDENTS, Client
from tests.e2e.chromium import FLAGS, executable
from tests.e2e.web.screens import PASSWORD, App, mailed_link, sign_in
from tests.e2e.web.sitting import KEYS, MCQ, MSQ, NUMERIC
from tests.e2e.web.survey import check_access, survey


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


# A busy machine may take its time; waiting long costs only where a test fails.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def built() -> None:
    """The build of the present sources."""
    made = subprocess.run(["make", "--silent", "web"], check=False, cwd=PROJECT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    return executable()


# The driver keeps an event loop running in the thread, in which tests of other modules could start none of their own.
@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright_driver: Playwright, chromium: str) -> Iterator[Browser]:
    launched = playwright_driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
    yield launched
    launched.close()


@pytest.fixture(scope="module", autouse=True)
def no_attempt_stays_open(stack: LocalStack) -> Iterator[None]:
    """Hands in what the demo students still sit: chat and the assistant are closed meanwhile, for other modules too."""
    yield
    for account in STUDENTS:
        student = Client(stack.base_url).signed_in(*account)
        for exam in student.get("/api/exams", query={"status": "ongoing", "limit": 100}).body["exams"]:
            student.post(f"/submit-exam/{exam['id']}")
        student.close()


@pytest.fixture
def new_profile(browser: Browser, stack: LocalStack, built: None) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles; pages in them fail the test by errors in their console, refused statuses excepted."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch_request(request: Request) -> None:
        # A page may lead elsewhere, as to Google, but asks no other host for itself.
        if not request.is_navigation_request():
            hosts.add(request.url.split("/")[2])

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line.type, line.text) else None)
        page.on("request", watch_request)

    hosts: set[str] = set()

    def create(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=stack.base_url, **{"locale": "en-IN", **options})
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield create
    for context in contexts:
        context.close()
    assert complaints == []
    own = {stack.base_url.removeprefix("http://"), stack.aws_endpoint.removeprefix("http://")}
    assert {host for host in hosts if host} <= own, "a page asked another host"


def _is_complaint(kind: str, text: str) -> bool:
    # A refusal (401, 409, ...) and a cut network are written there too, and are what many tests are about.
    return kind in {"error", "warning"} and not text.startswith(("Failed to load resource", "WebSocket connection to"))


@pytest.fixture
def app(new_profile: Callable[..., BrowserContext]) -> App:
    """A page of a fresh profile, with nobody signed in."""
    return App(new_profile().new_page())


@pytest.fixture
def student_app(app: App) -> App:
    """The first demo student, signed in."""
    return app.signed_in(*STUDENTS[0])


@pytest.fixture
def admin_app(app: App) -> App:
    """The demo administrator, signed in."""
    return app.signed_in(*ADMIN)


@pytest.fixture
def person(stack: LocalStack, app: App) -> tuple[App, str]:
    """The app of somebody new, signed in, and the address."""
    address = f"person.{time.monotonic_ns()}@example.org"
    client = Client(stack.base_url)
    names = {"email": address, "first_name": "Asha", "last_name": "Rao"}
    assert client.post("/create_account", names).status == 200
    token = mailed_link(app.page, stack, address).partition("token=")[2]
    was_set = client.post("/api/set-password", {"token": token, "password": PASSWORD})
    assert was_set.status == 200, was_set
    app.signed_in(address, PASSWORD).open("/app/account")
    expect(app.heading("Account")).to_be_visible()
    return app, address


@pytest.fixture(scope="session")
def admin(stack: LocalStack) -> Iterator[Client]:
    """The demo administrator's client of the API, to prepare what a test needs."""
    client = Client(stack.base_url)
    yield client.signed_in(*ADMIN)
    client.close()


@pytest.fixture
def new_exam(admin: Client) -> Callable[..., int]:
    """Creates an exam that can be sat at once; returns its id."""

    def create(questions: list[dict[str, Any]] | None = None, **fields: Any) -> int:
        exam = {
            "name": "Physics mock",
            "date": "2026-01-05",
            "start_time": "09:00",
            "duration": 60,
            "status": "ongoing",
        }
        made = admin.post("/admin/exams", exam | fields)
        assert made.status == 200, made
        exam_id: int = made.body["exam_id"]
        asked = [{"correct_answer": KEYS[it["question_type"]], **it} for it in questions or [MCQ, MSQ, NUMERIC]]
        added = admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": asked})
        assert added.body["added"] == len(asked), added
        return exam_id

    return create


@pytest.fixture
def profile(new_profile: Callable[..., BrowserContext]) -> BrowserContext:
    """A browser in which the first demo student is signed in."""
    context = new_profile()
    sign_in(context, *STUDENTS[0])
    return context


@pytest.fixture
def clock(stack: LocalStack) -> Iterator[Callable[[float], Any]]:
    """Sets the server's clock to an offset in seconds; resets it afterwards."""
    yield stack.set_clock
    stack.set_clock(0)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The accessibility checker's script."""
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def accessible(axe_source: str) -> Callable[[Page], None]:
    """Fails for serious and critical findings of axe on a page as it is, in both themes."""
    return partial(check_access, axe_source=axe_source)


@pytest.fixture
def sound(axe_source: str) -> Callable[[Page], None]:
    """Fails for whatever is wrong with a screen, in both sizes and themes."""
    return partial(survey, axe_source=axe_source)
