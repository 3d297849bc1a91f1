"""What a request asks for."""

import pytest

from smartexam.platform.http.request import Request
from smartexam.platform.principal import Principal

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "with_token", "with_cookie"),
    [(BROWSER, True, True), ("*/*", False, True), ("", False, True), ("application/json, */*", False, False)],
)
def test_only_browsers_await_a_page(accept: str, with_token: bool, with_cookie: bool) -> None:
    for by_cookie, awaits in ((False, with_token), (True, with_cookie)):
        caller = Principal(7, "user", "student", "A Student", 1, by_cookie=by_cookie)
        request = Request({}, 0.0, "POST", "/submit-exam/7", {"accept": accept}, "", "", caller)
        assert request.awaits_page is awaits
