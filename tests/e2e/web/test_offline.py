"""Without a network for hours: the sitting goes on after a crash, and the device shows it to its student alone."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.contract.client import STUDENTS, Client
from tests.e2e.web.screens import sign_in
from tests.e2e.web.sitting import MCQ, MSQ, SYNC, Sitting
from tests.factories.forms import multipart

KEPT_APP = """async () => {
    await navigator.serviceWorker.ready;
    return (await (await caches.open('app')).keys()).map(request => new URL(request.url).pathname);
}"""
# Waits until a key with this in it is kept on the device, or until there is none any more.
KEPT = """async ([part, wanted]) => {
    const keys = () => new Promise(resolve => {
        indexedDB.open('smart-exam').onsuccess = opened => {
            const asked = opened.target.result.transaction('documents').objectStore('documents').getAllKeys();
            asked.onsuccess = () => { opened.target.result.close(); resolve(asked.result) };
        };
    });
    for (let tries = 0; tries < 1000; tries += 1) {
        if ((await keys()).some(key => key.includes(part)) === wanted) return true;
        await new Promise(resolve => setTimeout(resolve, 60));
    }
    return false;
}"""


@pytest.fixture(scope="module")
def picture(admin: Client) -> str:
    """An uploaded picture's path."""
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "PNG")
    form = multipart({}, {"image": ("a.png", written.getvalue())})
    taken = admin.post("/admin/images", form["body"], headers=form["headers"])
    assert taken.status == 200, taken
    path: str = taken.body["image_path"]
    return path


def is_kept(sitting: Sitting, *names: str) -> None:
    """Waits until the app and the paper are kept, with what else is named."""
    expect(sitting.time).to_be_visible()
    sitting.page.evaluate(KEPT_APP)
    for name in ("/account", "/state", *names):
        assert sitting.page.evaluate(KEPT, [name, True])


def test_a_reload_without_a_network_opens_the_paper_and_nothing_is_lost(
    profile: BrowserContext, new_exam: Callable[..., int], accessible: Callable[[Page], None]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    sitting.option("B. 4").check()
    sitting.button("Mark for review & next").click()
    sitting.has_saved({"1": "B"})
    is_kept(sitting)

    profile.set_offline(True)
    sitting.box("A. 2").check()
    expect(sitting.saved).to_have_text(re.compile("^Offline.*1 answer"))
    sitting.page.reload()

    expect(sitting.saved).to_have_text(re.compile("^Offline.*1 answer"))
    expect(sitting.in_palette("Question 1, answered and marked for review")).to_be_visible()
    expect(sitting.in_palette("Question 2, answered")).to_be_visible()
    expect(sitting.option("B. 4")).to_be_checked()
    expect(sitting.page.get_by_role("math").first).to_be_visible()
    expect(sitting.time).to_have_text(re.compile(r"^0:5\d:\d\d$"))
    accessible(sitting.page)
    sitting.in_palette("Question 2, answered").click()
    sitting.box("B. 3").check()
    sitting.in_palette("Question 3, not visited").click()
    sitting.field("Your answer").fill("1.41")
    sitting.page.close()
    again = Sitting(profile.new_page(), sitting.exam_id).enter()
    expect(again.in_palette("Question 3, answered")).to_be_visible()

    profile.set_offline(False)
    again.has_saved({"1": "B", "2": ["A", "B"], "3": "1.41"})
    again.button("Submit exam").click()
    again.button("Yes, submit").click()

    expect(again.page).to_have_url(re.compile(f"/app/results/{again.exam_id}$"))
    assert profile.request.get(f"/result/{again.exam_id}").json()["result"]["correct_answers"] == 3
    assert again.page.evaluate(KEPT, ["/", False])


def test_the_app_opens_without_a_server_and_keeps_no_answers_of_it(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    is_kept(sitting)
    kept = sitting.page.evaluate(KEPT_APP)

    assert {re.sub("^/app/(assets/)?", "", path)[:3] for path in kept} >= {"", "ind", "Sit", "typ"}
    assert all(path == "/app/" or path.startswith("/app/assets/") for path in kept)
    assert sitting.page.evaluate("caches.keys()") == ["app"]
    stored = sitting.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    cookie = next(it["value"] for it in profile.cookies() if it["httpOnly"])
    assert cookie not in stored


def test_pictures_of_the_paper_are_shown_without_a_network(
    profile: BrowserContext, new_exam: Callable[..., int], admin: Client, picture: str
) -> None:
    sitting = Sitting(profile.new_page(), new_exam([MCQ, MSQ | {"image_path": picture}])).begin()
    is_kept(sitting, "/picture/")
    # The browser's own cache has it as well, perhaps.
    sitting.page.route("**/images/*", lambda route: route.abort())
    profile.set_offline(True)
    sitting.page.reload()
    sitting.button("Save & next").click()

    shown = sitting.page.get_by_role("img", name="Picture of question 2")
    expect(shown).to_have_attribute("src", re.compile("^blob:"))
    expect(shown).to_have_js_property("naturalWidth", 40)


def test_signing_out_takes_the_paper_away_and_another_student_does_not_see_it(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    is_kept(sitting)
    other = Sitting(profile.new_page(), sitting.exam_id)
    other.open("/app/account")
    other.button("Sign out").click()
    expect(other.heading("Sign in")).to_be_visible()

    expect(sitting.page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    assert other.page.evaluate(KEPT, ["paper/", False])
    sitting.page.close()
    profile.set_offline(True)
    other.enter()
    expect(other.alert).to_be_visible()
    expect(other.question(1)).to_have_count(0)

    profile.set_offline(False)
    expect(other.heading("Sign in")).to_be_visible(timeout=30_000)
    other.signed_in(*STUDENTS[1])
    profile.set_offline(True)
    other.enter()
    expect(other.alert).to_be_visible()
    expect(other.question(1)).to_have_count(0)


def test_whoever_signs_in_next_takes_the_paper_of_the_one_before_away(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    is_kept(sitting)
    sitting.page.close()
    profile.clear_cookies()
    sign_in(profile, *STUDENTS[1])
    other = Sitting(profile.new_page(), sitting.exam_id).enter()

    expect(other.button("Start exam")).to_be_visible()
    assert other.page.evaluate(KEPT, ["paper/", False])


def test_a_server_that_hangs_does_not_keep_the_paper_from_opening(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    is_kept(sitting)
    for path in ("**/api/auth/me", "**/exam/*", SYNC):
        sitting.page.route(path, lambda route: None)
    sitting.page.reload()

    expect(sitting.question(1)).to_be_visible(timeout=30_000)
    sitting.option("B. 4").check()
    sitting.page.unroute_all(behavior="ignoreErrors")
    expect(sitting.saved).to_have_text("All answers saved", timeout=60_000)
    sitting.has_saved({"1": "B"})


def test_the_time_without_a_network_is_the_servers(
    profile: BrowserContext, new_exam: Callable[..., int], clock: Callable[[float], Any]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    is_kept(sitting)
    # The device's clock is half an hour behind the server's.
    clock(1800)
    sitting.option("B. 4").check()
    expect(sitting.time).to_have_text(re.compile(r"^0:(30:00|29:\d\d)$"))
    profile.set_offline(True)
    sitting.page.reload()

    expect(sitting.time).to_have_text(re.compile(r"^0:(30:00|2\d:\d\d)$"))
