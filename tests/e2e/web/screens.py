"""What people do in the web app, by the roles and names that they find there."""

from typing import Self

from playwright.sync_api import BrowserContext, Locator, Page, expect

from local.stack import LocalStack
from tests.contract.client import Client

PASSWORD = "four unrelated quiet words"
"""Of accounts that tests make."""


def sign_in(profile: BrowserContext, username: str, password: str) -> None:
    """Give a browser a session, without the sign-in screen."""
    assert profile.request.post("/login", data={"username": username, "password": password}).ok


def mailed_link(page: Page, stack: LocalStack, address: str) -> str:
    """The link in the newest mail to an address, which is sent in the background."""
    client = Client(stack.base_url)
    for _ in range(100):
        if mails := client.get(f"/_local/outbox?to={address}").body["mails"]:
            link: str = mails[0]["links"][0]
            return link
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail to {address}")


class App:
    """One tab of the web app."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> Self:
        """Go to an address."""
        self.page.goto(path)
        return self

    def signed_in(self, username: str, password: str) -> Self:
        """Sign in, and wait for the first screen after it."""
        self.open("/app/login").sign_in(username, password)
        expect(self.page).not_to_have_url("/app/login")
        return self

    def sign_in(self, username: str, password: str) -> None:
        """Fill in and send the form of the sign-in screen."""
        self.field("Username, email or roll number").fill(username)
        self.field("Password").fill(password)
        self.button("Sign in").click()

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def open_group(self, name: str) -> Self:
        """Unfold a group of fields."""
        self.page.locator("summary").get_by_text(name, exact=True).click()
        return self

    def heading(self, name: str, level: int = 1) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True, level=level)

    @property
    def alert(self) -> Locator:
        return self.page.get_by_role("alert")

    @property
    def status(self) -> Locator:
        return self.page.get_by_role("status")

    def has_no_horizontal_scroll(self) -> bool:
        fits: bool = self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        return fits
