"""The reference page in a real browser, on a screen and on a phone."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

from admin_questions import app as questions_app
from auth import app as auth_app
from docs import app as docs_app
from docs.assets import description
from tests.e2e.chromium import Browser, browser, executable
from tests.e2e.loopback import served
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import PASSWORD, create_user

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("tables")]

ROUTES = {
    "POST /api/auth/login": auth_app.lambda_handler,
    "GET /api/auth/me": auth_app.lambda_handler,
    "POST /admin/questions/import-csv": questions_app.lambda_handler,
}
READY = "'ready' in document.documentElement.dataset"


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser(executable()) as found:
        yield found


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(ROUTES, docs_app.lambda_handler) as address:
        yield address


@pytest.fixture
def page(tab: Browser, site: str) -> Iterator[Browser]:
    """The reference, freshly opened on a wide screen; its console errors fail the test."""
    tab.resize(1440, 1000)
    # Of the same origin, and quickly there
    tab.open(f"{site}/asyncapi.json")
    tab.evaluate("sessionStorage.clear(), localStorage.clear()")
    tab.complaints.clear()
    tab.open(f"{site}/api-docs")
    tab.wait(READY)
    yield tab
    assert tab.complaints == []


def type_into(page: Browser, selector: str, text: str) -> None:
    page.evaluate(
        f"(field => {{ field.value = {json.dumps(text)}; field.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
        f"(document.querySelector({json.dumps(selector)}))"
    )


def sign_in(page: Browser, password: str = PASSWORD) -> None:
    page.evaluate("document.querySelector('#account').click()")
    type_into(page, "#signin [name=username]", "john.doe")
    type_into(page, "#signin [name=password]", password)
    page.evaluate("document.querySelector('#signin button[value=password]').click()")


def open_route(page: Browser, site: str, name: str) -> None:
    page.open("about:blank")
    page.open(f"{site}/api-docs#{name}")
    page.wait(READY)
    page.wait(f"document.querySelector('#{name} form')")


def test_shows_every_route_from_nothing_but_this_server(page: Browser, site: str) -> None:
    paths = json.loads(description().text)["paths"]
    expected = sorted(f"{method.upper()} {path}" for path, item in paths.items() for method in item)

    shown = page.evaluate(
        "[...document.querySelectorAll('.operation[id]:not(.message)')].map(each =>"
        " each.querySelector('.method').textContent + ' ' + each.querySelector('.path').textContent)"
    )

    assert sorted(shown) == expected
    assert {url for url in page.requested if not url.startswith((site, "data:", "about:"))} == set()


def test_shows_what_a_route_takes_and_answers(page: Browser, site: str) -> None:
    open_route(page, site, "syncAnswers")

    text = page.evaluate("document.querySelector('#syncAnswers').innerText")

    for part in ("exam_id", "markedForReview", "application/json", "remaining_seconds", "authentication_required"):
        assert part in text
    assert "undefined" not in text
    assert "[object" not in text


def test_shows_what_each_value_means(page: Browser, site: str) -> None:
    page.open(f"{site}/api-docs#createExam")
    page.wait("document.querySelector('#createExam .values')")

    shown = page.evaluate("document.querySelector('#createExam').innerText")
    assert "The attempt with the highest score." in shown


def test_opens_every_route_without_a_complaint(page: Browser) -> None:
    page.evaluate("document.querySelectorAll('.operation[id]').forEach(each => { each.open = true })")
    page.wait("[...document.querySelectorAll('.operation[id]')].every(each => each.querySelector('.inside'))")
    text = page.evaluate("document.querySelector('main').innerText")
    assert "[object" not in text
    assert "undefined" not in text


def test_finds_routes_by_words(page: Browser) -> None:
    page.press("/")
    assert page.evaluate("document.activeElement.id") == "search"

    type_into(page, "#search", "submit-exam")

    visible = (
        "[...document.querySelectorAll('.operation[id]')].filter(each => each.checkVisibility()).map(each => each.id)"
    )
    assert page.evaluate(visible) == ["submitExam"]
    assert page.evaluate("document.querySelector('#found').textContent").startswith("1 of ")


def test_finds_fields_codes_and_events_and_goes_to_the_first_hit(page: Browser) -> None:
    shown = "[...document.querySelectorAll('.operation[id], tr[id]')].filter(each => each.checkVisibility())"
    found = f"{shown}.map(each => each.id)"
    type_into(page, "#search", "markedForReview")
    assert "syncAnswers" in page.evaluate(found)

    type_into(page, "#search", "stale_revision")
    assert {"syncAnswers", "code-stale_revision"} <= set(page.evaluate(found))

    type_into(page, "#search", "user_typing")
    assert "message-user_typing" in page.evaluate(found)

    type_into(page, "#search", "submit-exam")
    page.evaluate("document.querySelector('#search').focus()")
    page.press("Enter")
    page.wait("location.hash === '#submitExam' && document.querySelector('#submitExam').open")


@pytest.mark.parametrize("name", ["error-codes", "websocket"])
def test_error_codes_and_the_websocket_are_pages_of_their_own(page: Browser, name: str) -> None:
    page.evaluate(f"document.querySelector('nav a[href=\"#{name}\"]').click()")
    page.wait(f"document.querySelector('#{name}').checkVisibility()")
    assert page.evaluate("document.querySelector('#startExam').checkVisibility()") is False
    page.evaluate("document.querySelector('nav a[href=\"#startExam\"]').click()")
    page.wait("document.querySelector('#startExam').checkVisibility()")


@pytest.mark.parametrize(
    ("language", "part"),
    [(0, "curl"), (1, "requests.request("), (2, "await fetch(")],
    ids=["curl", "Python", "TypeScript"],
)
def test_shows_a_request_as_code(page: Browser, site: str, language: int, part: str) -> None:
    open_route(page, site, "syncAnswers")
    page.evaluate("document.querySelector('#syncAnswers .try details').open = true")
    page.wait("document.querySelector('#syncAnswers .try details pre')")
    page.evaluate(
        f"(choice => {{ choice.value = {language}; choice.dispatchEvent(new Event('change')) }})"
        "(document.querySelector('#syncAnswers .try details select'))"
    )
    text = page.evaluate("document.querySelector('#syncAnswers .try details pre').textContent")
    assert part in text
    assert '"partial"' in text


def test_has_the_form_to_try_out_above_the_fold(page: Browser, site: str) -> None:
    page.resize(1280, 800)
    open_route(page, site, "importQuestions")
    page.wait("document.querySelector('#importQuestions .try').getBoundingClientRect().top < 400")
    assert (
        page.evaluate("document.querySelector('#importQuestions .try input[type=file]').getBoundingClientRect().top")
        < 800
    )


def test_signs_in_and_tries_a_route_out(page: Browser, site: str) -> None:
    create_user(username="john.doe")
    sign_in(page)
    page.wait("document.querySelector('#account').textContent === 'Sign out'")

    open_route(page, site, "getMe")
    page.evaluate("document.querySelector('#getMe form').requestSubmit()")
    page.wait("document.querySelector('#getMe .outcome pre')")

    outcome = page.evaluate("document.querySelector('#getMe .outcome').innerText")
    assert "200" in outcome
    assert '"username": "john.doe"' in outcome
    assert " ms" in outcome

    page.evaluate("document.querySelector('#account').click()")
    page.evaluate("document.querySelector('#getMe form').requestSubmit()")
    page.wait("document.querySelector('#getMe .outcome').innerText.includes('Authentication required')")
    page.complaints.clear()  # Chromium reports the expected 401


def test_uploads_a_file(page: Browser, site: str) -> None:
    create_user(username="john.doe", role="admin")
    exam = create_exam([])
    sign_in(page)
    page.wait("document.querySelector('#account').textContent === 'Sign out'")

    open_route(page, site, "importQuestions")
    type_into(page, "#importQuestions .try [name=exam_id]", str(exam.id))
    content = "question_text,option_a,option_b,correct_answer\nWhich is a vector?,Mass,Velocity,B\n"
    page.evaluate(
        "(input => { const files = new DataTransfer();"
        f"files.items.add(new File([{json.dumps(content)}], 'questions.csv')); input.files = files.files; }})"
        "(document.querySelector('#importQuestions .try input[type=file]'))"
    )
    page.evaluate("document.querySelector('#importQuestions form').requestSubmit()")
    page.wait("document.querySelector('#importQuestions .outcome pre')")

    assert '"inserted": 1' in page.evaluate("document.querySelector('#importQuestions .outcome').innerText")
    assert len(question_ids(exam.id)) == 1


def test_tells_why_signing_in_failed(page: Browser) -> None:
    create_user(username="john.doe")
    sign_in(page, password="a-wrong-password")
    page.wait("document.querySelector('#signin-problem').textContent")
    assert "Invalid credentials" in page.evaluate("document.querySelector('#signin-problem').textContent")
    assert page.evaluate("document.querySelector('#signin').open") is True
    page.complaints.clear()  # Chromium reports the expected 401


def test_is_reached_by_keyboard_alone(page: Browser) -> None:
    page.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the reference"
    page.evaluate("document.querySelector('.operation summary').focus()")
    page.press("Enter")
    page.wait("document.querySelector('.operation').open && document.querySelector('.operation form')")


@pytest.mark.parametrize("width", [320, 390, 768, 1024])
def test_fits_narrow_screens(page: Browser, width: int) -> None:
    page.resize(width, 844, mobile=True)
    page.evaluate("document.querySelectorAll('.operation[id]').forEach(each => { each.open = true })")
    page.wait("[...document.querySelectorAll('.operation[id]')].every(each => each.querySelector('.inside'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_has_its_contents_behind_a_button_on_a_phone(page: Browser) -> None:
    page.resize(390, 844, mobile=True)
    assert page.evaluate("document.querySelector('nav').checkVisibility()") is False

    page.evaluate("document.querySelector('#menu').click()")
    assert page.evaluate("document.querySelector('nav').checkVisibility()") is True
    assert page.evaluate("document.querySelector('#menu').getAttribute('aria-expanded')") == "true"

    page.evaluate("document.querySelector('nav a[href=\"#startExam\"]').click()")
    page.wait("!document.querySelector('nav').checkVisibility() && document.querySelector('#startExam').open")


CONTRASTS = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = (color, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const chain = [];
    for (let each = element; each; each = each.parentElement) chain.unshift(getComputedStyle(each).backgroundColor);
    return chain.reduce((under, color) => `rgb(${channels(color, under).join(" ")})`, "white");
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!says || !element.checkVisibility()) continue;
    const under = behind(element);
    const [a, b] = [light(channels(getComputedStyle(element).color, under)), light(channels(under, under))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_is_readable_by_weak_eyes(page: Browser, site: str, dark: bool) -> None:
    page.resize(1440, 1000, dark=dark)
    page.evaluate("document.querySelectorAll('.operation[id]').forEach(each => { each.open = true })")
    page.wait("[...document.querySelectorAll('.operation[id]')].every(each => each.querySelector('.inside'))")
    # WCAG 2.2, 1.4.3: 4.5 to 1
    assert page.evaluate(CONTRASTS) == []


def test_headings_skip_no_level(page: Browser, site: str) -> None:
    open_route(page, site, "createExam")

    levels = page.evaluate(
        "[...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')]"
        ".filter(each => each.checkVisibility()).map(each => Number(each.tagName[1]))"
    )

    assert 3 in levels
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_control_has_a_name(page: Browser) -> None:
    page.evaluate("document.querySelectorAll('.operation[id]').forEach(each => { each.open = true })")
    page.wait("[...document.querySelectorAll('.operation[id]')].every(each => each.querySelector('.inside'))")
    nodes = page.command("Accessibility.getFullAXTree")["nodes"]
    controls = {"button", "textbox", "searchbox", "combobox", "link", "DisclosureTriangle"}
    nameless = [
        node["role"]["value"]
        for node in nodes
        if node.get("role", {}).get("value") in controls and not node.get("name", {}).get("value")
    ]
    assert nameless == []
