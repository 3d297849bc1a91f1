"""Sitting an exam in the browser: no answer is lost, whatever happens to network, tabs, sessions and clocks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from local.stack import LocalStack
from tests.contract.client import ADMIN, STUDENTS, Client
from tests.e2e.web.sitting import MCQ, NUMERIC, SYNC, Sitting

NAME, PASSWORD = STUDENTS[0]
# The clock of a device that is an hour behind.
HOUR_BEHIND = """
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts) { parts.length ? super(...parts) : super(RealDate.now() - 3600_000) }
  static now() { return RealDate.now() - 3600_000 }
};
"""


def test_answers_of_every_kind_are_saved_at_once_and_survive_a_reload(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()

    expect(sitting.heading("Physics mock")).to_be_visible()
    expect(sitting.page.get_by_role("radiogroup", name="The sum of")).to_be_visible()
    expect(sitting.page.get_by_role("math").first).to_be_visible()
    sitting.option("B. 4").check()
    sitting.button("Save & next").click()
    expect(sitting.question(2)).to_be_focused()
    sitting.box("A. 2").check()
    sitting.box("C. 4").check()
    sitting.button("Mark for review & next").click()
    sitting.field("Your answer").fill("\u22121.5")

    expect(sitting.in_palette("Question 1, answered")).to_be_visible()
    expect(sitting.in_palette("Question 2, answered and marked for review")).to_be_visible()
    expect(sitting.in_palette("Question 3, answered")).to_have_attribute("aria-current", "true")
    sitting.has_saved({"1": "B", "2": ["A", "C"], "3": "-1.5"})
    sitting.page.reload()
    expect(sitting.option("B. 4")).to_be_checked()
    expect(sitting.in_palette("Question 2, answered and marked for review")).to_be_visible()
    sitting.button("Clear response").click()
    expect(sitting.in_palette("Question 1, not answered")).to_be_visible()
    sitting.has_saved({"2": ["A", "C"], "3": "-1.5"})


def test_without_a_network_answers_wait_on_the_device_until_a_later_visit(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    expect(sitting.question(1)).to_be_visible()
    profile.set_offline(True)
    sitting.option("B. 4").check()
    sitting.button("Save & next").click()
    sitting.box("A. 2").check()
    expect(sitting.saved).to_have_text(re.compile("^Offline.*2 answers"))
    sitting.page.close()
    profile.set_offline(False)

    again = Sitting(profile.new_page(), sitting.exam_id).enter()

    expect(again.option("B. 4")).to_be_checked()
    again.has_saved({"1": "B", "2": ["A"]})


def test_a_server_that_does_not_answer_is_tried_again(profile: BrowserContext, new_exam: Callable[..., int]) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    sitting.page.route(SYNC, lambda route: route.abort())
    sitting.option("B. 4").check()
    expect(sitting.saved).to_have_text(re.compile("^Offline"))

    sitting.button("Submit exam").click()
    sitting.button("Yes, submit").click()
    expect(sitting.dialog.get_by_role("alert")).to_contain_text("not submitted")
    sitting.page.unroute(SYNC)
    sitting.button("Yes, submit").click()

    expect(sitting.page).to_have_url(re.compile(f"/app/results/{sitting.exam_id}$"))
    result = profile.request.get(f"/result/{sitting.exam_id}").json()["result"]
    assert result["correct_answers"] == 1


def test_one_tab_answers_and_another_can_take_over(profile: BrowserContext, new_exam: Callable[..., int]) -> None:
    first = Sitting(profile.new_page(), new_exam()).begin()
    first.option("A. 3").check()
    second = Sitting(profile.new_page(), first.exam_id).enter()
    dialog = second.page.get_by_role("dialog", name="Exam open in another tab")
    expect(dialog).to_be_visible()

    second.button("Continue here").click()

    expect(second.option("A. 3")).to_be_checked()
    expect(first.page.get_by_role("dialog", name="Exam open in another tab")).to_be_visible()
    second.option("B. 4").check()
    second.has_saved({"1": "B"})
    second.page.close()
    expect(first.option("B. 4")).to_be_checked()


def test_answers_of_another_device_are_merged(
    profile: BrowserContext, new_exam: Callable[..., int], stack: LocalStack
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    expect(sitting.question(1)).to_be_visible()
    phone = Client(stack.base_url).signed_in(NAME, PASSWORD)
    paper = phone.get(f"/exam/{sitting.exam_id}").body
    third = str(paper["questions"][2]["id"])
    saved = phone.post(f"/api/sync-exam-answers/{sitting.exam_id}", {"answers": {third: "2"}, "partial": True})
    assert saved.status == 200

    sitting.option("B. 4").check()

    sitting.has_saved({"1": "B", "3": "2"})
    expect(sitting.in_palette("Question 3, answered")).to_be_visible()


def test_an_ended_session_asks_for_the_password_over_the_paper(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    expect(sitting.question(1)).to_be_visible()
    # Nothing is asked in between, so that the dialog does not come before the answer.
    profile.set_offline(True)
    profile.clear_cookies()
    sitting.option("B. 4").check()
    profile.set_offline(False)
    dialog = sitting.page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()

    sitting.page.keyboard.press("Escape")
    sitting.page.keyboard.press("Escape")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()

    expect(dialog).to_be_hidden()
    sitting.has_saved({"1": "B"})


def test_added_time_is_told_by_an_event_and_the_page_asks_every_five_minutes(
    profile: BrowserContext, new_exam: Callable[..., int], admin: Client
) -> None:
    page = profile.new_page()
    page.clock.install()
    with page.expect_websocket() as connecting:
        sitting = Sitting(page, new_exam()).begin()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(page.url.split("/app/")[0])))
    with page.expect_response(SYNC):  # when the connection is proven
        connecting.value.wait_for_event("framereceived")
    expect(sitting.saved).to_have_text("All answers saved")

    # From now on the page's time passes only here.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    asked.clear()
    with page.expect_response(SYNC):
        more = admin.post(f"/admin/exams/{sitting.exam_id}/add-time", {"minutes": 5, "all": True})
    assert more.body["changed"] == 1, more
    page.clock.run_for(1000)
    expect(sitting.time).to_have_text(re.compile(r"^1:0[45]:\d\d$"))
    assert asked == [f"/api/sync-exam-answers/{sitting.exam_id}"]

    asked.clear()
    for _ in range(28):
        page.clock.run_for(10_000)
    expect(sitting.time).to_have_text(re.compile(r"^1:00:\d\d$"))
    assert asked == []
    with page.expect_response(SYNC):
        page.clock.run_for(25_000)


@pytest.mark.parametrize("fate", ["refused", "silent"])
def test_without_the_connection_added_time_shows_within_35_seconds(
    fate: str, profile: BrowserContext, new_exam: Callable[..., int], admin: Client
) -> None:
    page = profile.new_page()
    page.clock.install()
    page.route_web_socket("**", lambda socket: socket.close() if fate == "refused" else None)
    with page.expect_response("**/api/chat/ws-ticket"):
        sitting = Sitting(page, new_exam()).begin()
    expect(sitting.saved).to_have_text("All answers saved")
    for _ in range(10):
        page.clock.run_for(9_000)
        expect(sitting.saved).to_have_text("All answers saved")

    more = admin.post(f"/admin/exams/{sitting.exam_id}/add-time", {"minutes": 5, "all": True})
    assert more.body["changed"] == 1, more
    with page.expect_response(SYNC):
        page.clock.run_for(35_000)

    expect(sitting.time).to_have_text(re.compile(r"^1:0[0-5]:\d\d$"))


def test_a_network_that_dropped_a_connection_silently_gets_no_other(
    profile: BrowserContext, new_exam: Callable[..., int], admin: Client
) -> None:
    connections: list[WebSocketRoute] = []

    def carry_one_answer(socket: WebSocketRoute) -> None:
        connections.append(socket)
        server = socket.connect_to_server()
        socket.on_message(_once(server.send))
        server.on_message(_once(socket.send))

    page = profile.new_page()
    page.clock.install()
    page.route_web_socket("**", carry_one_answer)
    with page.expect_response(SYNC):  # when the connection is proven
        sitting = Sitting(page, new_exam()).begin()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    with page.expect_response(SYNC):
        page.clock.run_for(305_000)
    page.clock.run_for(165_000)
    with page.expect_response(SYNC):  # when the heartbeat is not answered
        page.clock.run_for(25_000)
    expect(sitting.saved).to_have_text("All answers saved")

    more = admin.post(f"/admin/exams/{sitting.exam_id}/add-time", {"minutes": 5, "all": True})
    assert more.body["changed"] == 1, more
    with page.expect_response(SYNC):
        page.clock.run_for(35_000)
    page.clock.run_for(1000)

    expect(sitting.time).to_have_text(re.compile(r"^1:0[45]:\d\d$"))
    assert len(connections) == 1


def _once(send: Callable[[str | bytes], None]) -> Callable[[str | bytes], None]:
    """Passes the first frame on and drops the others."""
    ways = iter([send])

    def pass_on(frame: str | bytes) -> None:
        if (way := next(ways, None)) is not None:
            way(frame)

    return pass_on


def test_the_clock_is_the_servers(
    profile: BrowserContext,
    new_exam: Callable[..., int],
    clock: Callable[[float], Any],
    stack: LocalStack,
) -> None:
    page = profile.new_page()
    page.add_init_script(HOUR_BEHIND)
    sitting = Sitting(page, new_exam()).begin()
    expect(sitting.time).to_have_text(re.compile(r"^(1:00:00|0:59:\d\d)$"))

    clock(3590)
    sitting.option("B. 4").check()
    expect(sitting.time).to_have_text(re.compile(r"^0:00:0\d$"))
    admin = Client(stack.base_url).signed_in(*ADMIN)  # later than the shared one's token lives
    more = admin.post(f"/admin/exams/{sitting.exam_id}/add-time", {"minutes": 5, "all": True})
    assert more.body["changed"] == 1, more
    expect(sitting.time).to_have_text(re.compile(r"^0:0[45]:\d\d$"), timeout=20_000)
    expect(sitting.dialog).to_be_hidden()

    clock(3890)
    sitting.option("C. 5").check()
    expect(page).to_have_url(re.compile(f"/app/results/{sitting.exam_id}$"), timeout=30_000)
    assert profile.request.get(f"/result/{sitting.exam_id}").json()["result"]["incorrect_answers"] == 1


def test_200_answers_by_keyboard_alone(profile: BrowserContext, new_exam: Callable[..., int]) -> None:
    questions = [MCQ | {"question_text": f"Number {number}"} for number in range(1, 201)]
    sitting = Sitting(profile.new_page(), new_exam(questions)).begin()
    press = sitting.page.keyboard.press
    sitting.option("A. 3").focus()
    for number in range(1, 201):
        press("Space")
        press("Tab")
        press("Enter")
        if number < 200:
            expect(sitting.question(number + 1)).to_be_focused()
            press("Tab")
    expect(sitting.saved).to_have_text("All answers saved")
    assert len(profile.request.get(f"/exam/{sitting.exam_id}").json()["answers"]) == 200

    sitting.button("Submit exam").focus()
    press("Enter")
    expect(sitting.page.get_by_role("dialog", name="Submit exam?")).to_be_visible()
    rows = sitting.page.get_by_role("table", name="Summary").get_by_role("row")
    expect(rows.filter(has_text=re.compile("^Answered200$"))).to_be_visible()
    press("Escape")
    expect(sitting.dialog).to_be_hidden()
    expect(sitting.button("Submit exam")).to_be_focused()
    press("Enter")
    expect(sitting.button("No, go back")).to_be_focused()
    press("Tab")
    press("Enter")
    expect(sitting.page).to_have_url(re.compile(f"/app/results/{sitting.exam_id}$"))


def test_memory_does_not_grow_while_going_through_the_paper(
    profile: BrowserContext, new_exam: Callable[..., int]
) -> None:
    questions = [MCQ | {"question_text": f"Number ${number}$"} for number in range(1, 201)]
    sitting = Sitting(profile.new_page(), new_exam(questions)).begin()
    expect(sitting.question(1)).to_be_visible()
    debugger = profile.new_cdp_session(sitting.page)

    def walk(steps: int) -> float:
        sitting.page.evaluate(
            """async steps => {
                const buttons = [...document.querySelectorAll('#palette button')];
                for (let step = 0; step < steps; step += 1) {
                    buttons[(step * 7) % buttons.length].click();
                    await new Promise(resolve => setTimeout(resolve, 4));
                }
            }""",
            steps,
        )
        debugger.send("HeapProfiler.collectGarbage")
        used: float = debugger.send("Runtime.getHeapUsage")["usedSize"]
        return used

    before = walk(200)

    assert walk(1000) < before * 1.2


def test_sections_passages_languages_and_pictures(
    profile: BrowserContext, new_exam: Callable[..., int], admin: Client
) -> None:
    exam_id = new_exam(
        [MCQ | {"texts": {"hi": {"question_text": "दो और दो", "option_a": "तीन"}}}, NUMERIC],
        languages=["en", "hi"],
        sections=[{"name": "Physics", "minutes": 10}, {"name": "Chemistry", "minutes": 20, "choose": 1}],
    )
    exam = admin.get(f"/admin/api/exams/{exam_id}").body["exam"]
    chemistry = exam["sections"][1]["id"]
    moved = admin.get("/admin/questions", query={"exam_id": exam_id}).body["questions"][1]["id"]
    edited = admin.post(f"/admin/questions/edit-ajax/{moved}", {"section_id": chemistry})
    assert edited.status == 200, edited
    sitting = Sitting(profile.new_page(), exam_id).begin()

    sitting.field("View in").select_option("hi")
    expect(sitting.page.get_by_role("radiogroup", name="दो और दो")).to_be_visible()
    expect(sitting.option("A. तीन")).to_be_visible()
    sitting.option("B. 4").check()
    tabs = sitting.page.get_by_role("tablist", name="Sections")
    expect(tabs.get_by_role("tab", name="Physics", exact=True)).to_have_attribute("aria-selected", "true")
    expect(tabs.get_by_role("tab", name="Chemistry", exact=True)).to_be_disabled()
    sitting.button("Next section").click()
    sitting.button("Yes, go on").click()

    expect(tabs.get_by_role("tab", name="Chemistry", exact=True)).to_have_attribute("aria-selected", "true")
    expect(sitting.question(2)).to_be_visible()
    sitting.has_saved({"1": "B"})


@pytest.mark.parametrize("width", [360, 1280])
def test_the_screen_is_accessible_and_fits(
    profile: BrowserContext, new_exam: Callable[..., int], accessible: Callable[[Page], None], width: int
) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).begin()
    sitting.page.set_viewport_size({"width": width, "height": 640})
    expect(sitting.question(1)).to_be_visible()
    assert sitting.has_no_horizontal_scroll()
    accessible(sitting.page)
    sitting.option("B. 4").check()
    sitting.button("Mark for review & next").click()
    if width == 360:
        sitting.button("Show question palette").click()
    sitting.in_palette("Question 3, not visited").click()
    accessible(sitting.page)
    sitting.button("Submit exam").click()
    accessible(sitting.page)


def test_without_an_attempt_there_is_no_paper(profile: BrowserContext, new_exam: Callable[..., int]) -> None:
    sitting = Sitting(profile.new_page(), new_exam()).enter()

    expect(sitting.page).to_have_url(re.compile(f"/app/exams/{sitting.exam_id}$"))


def test_texts_of_a_paper_are_never_html(profile: BrowserContext, new_exam: Callable[..., int]) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> $\\href{javascript:alert(3)}{go}$"
    sitting = Sitting(profile.new_page(), new_exam([MCQ | {"question_text": hostile, "option_a": hostile}])).begin()

    expect(sitting.page.get_by_text("<script>alert(2)</script>").first).to_be_visible()
    expect(sitting.page.get_by_role("math").first).to_be_visible()
    assert sitting.page.locator("main img, main script, main a").count() == 0
