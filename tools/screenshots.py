"""`make screenshots`: photograph the web app of a running `make run` for the documentation, in both themes."""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.chromium import installed

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
STUDENT = ("student1", "Student@2025demo")
ADMINISTRATOR = ("admin", "Admin@2025demo")


def main() -> int:
    """Write the pictures into `docs/images/`; 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:3000", help="of the local stack")
    parser.add_argument("--browser", default=installed(), help="path of Chromium or Chrome")
    options = parser.parse_args()
    base = options.url
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=options.browser, args=["--no-sandbox", "--disable-gpu"])
        for theme in ("light", "dark"):
            _student(_page(browser, base, theme, STUDENT), theme)
            _administrator(_page(browser, base, theme, ADMINISTRATOR), theme)
        browser.close()
    return 0


def _page(browser: Browser, base: str, theme: str, account: tuple[str, str]) -> Page:
    page = browser.new_context(base_url=base, viewport=SIZE, color_scheme=theme, locale="en-IN").new_page()  # type: ignore[arg-type]
    page.goto("/app/login")
    page.get_by_label("Username, email or roll number").fill(account[0])
    page.get_by_label("Password").fill(account[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/exams")
    return page


def _student(page: Page, theme: str) -> None:
    page.get_by_role("link", name="JEE Main").first.wait_for()
    _photograph(page, f"exams-{theme}")
    page.get_by_role("link", name="JEE Main").first.click()
    page.get_by_role("button", name="exam").wait_for()
    if (box := page.get_by_label("I have read and understood the instructions")).count():
        box.check()
    page.get_by_role("button", name="exam").click()
    page.get_by_role("timer", name="Time left").wait_for()
    if (options := page.get_by_role("radio")).count():
        options.nth(1).check()
    _photograph(page, f"sitting-{theme}")


def _administrator(page: Page, theme: str) -> None:
    page.get_by_role("link", name="JEE Main").first.click()
    page.get_by_role("heading", name="Problems").wait_for()
    _photograph(page, f"admin-exam-{theme}")


def _photograph(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    raise SystemExit(main())
