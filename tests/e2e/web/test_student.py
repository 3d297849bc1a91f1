"""The student's screens around a sitting: exams, results with their review, chat and the study assistant."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from local.stack import LocalStack
from tests.contract.client import STUDENTS, Client
from tests.e2e.web.screens import App

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'


@pytest.fixture
def exam(admin: Client, stack: LocalStack) -> Iterator[tuple[int, str]]:
    """An open exam of three questions, with its name. The first student's attempt at it ends with the test."""
    name = f"Review <b>test</b> {id(admin)}"
    fields = {"name": name, "date": "2025-01-01", "start_time": "10:00", "duration": 60, "status": "ongoing"}
    exam_id: int = admin.post("/admin/exams", {**fields, "max_attempts": 0}).body["exam_id"]
    options = {"option_a": HOSTILE, "option_b": "two", "option_c": "three", "option_d": "four"}
    for text, key in (("What is $1+1$?", "B"), (HOSTILE, "C"), ("Which is four?", "D")):
        question = {"exam_id": exam_id, "question_text": text, "correct_answer": key, "question_type": "MCQ"}
        added = admin.post("/admin/questions/add-ajax", {**question, **options, "solution": "Count $n$ of them."})
        assert added.status == 200, added.body
    yield exam_id, name
    Client(stack.base_url).signed_in(*STUDENTS[0]).post(f"/submit-exam/{exam_id}")


@pytest.fixture
def result(exam: tuple[int, str], stack: LocalStack) -> tuple[int, str]:
    """The same exam, sat by the first student: one right, one wrong, one open."""
    exam_id, name = exam
    student = Client(stack.base_url).signed_in(*STUDENTS[0])
    assert student.post(f"/start-exam/{exam_id}").status == 200
    ids = [question["id"] for question in student.get(f"/exam/{exam_id}").body["questions"]]
    saved = student.post(f"/api/sync-exam-answers/{exam_id}", {"answers": {str(ids[0]): "B", str(ids[1]): "A"}})
    assert saved.body["saved"] == 2
    assert student.post(f"/submit-exam/{exam_id}").status == 200
    return exam_id, name


def test_an_exam_is_found_and_its_start_needs_the_declaration(
    student_app: App, exam: tuple[int, str], admin: Client
) -> None:
    exam_id, name = exam
    later = {"name": f"{name} later", "date": "2031-01-01", "start_time": "10:00", "duration": 60, "status": "upcoming"}
    later_id = admin.post("/admin/exams", later).body["exam_id"]
    student_app.open("/app/exams").field("Search exams").fill(name)
    entries = student_app.page.get_by_role("list", name="Exams").get_by_role("listitem")
    # What can be sat now comes before what opens later, whatever the dates.
    expect(entries).to_contain_text([re.compile("Open"), re.compile("Upcoming")])
    expect(entries).to_have_count(2)
    student_app.link(name).click()

    expect(student_app.heading(name)).to_be_visible()
    expect(student_app.page.get_by_role("region", name="Instructions")).to_be_visible()
    expect(student_app.button("Start exam")).to_be_disabled()
    student_app.page.get_by_label("I have read and understood the instructions").check()
    student_app.button("Start exam").click()

    expect(student_app.page).to_have_url(re.compile(f"/app/exams/{exam_id}/sit$"))
    admin.post(f"/admin/exams/delete/{later_id}")


def test_an_access_code_is_asked_for_and_checked(student_app: App, exam: tuple[int, str], admin: Client) -> None:
    exam_id, _ = exam
    assert admin.post(f"/admin/exams/edit/{exam_id}", {"access_code": "opensesame"}).status == 200
    student_app.open(f"/app/exams/{exam_id}")
    student_app.page.get_by_label("I have read and understood the instructions").check()
    student_app.field("Access code").fill("wrong-code")
    student_app.button("Start exam").click()
    expect(student_app.alert).to_be_visible()

    student_app.field("Access code").fill("opensesame")
    student_app.button("Start exam").click()
    expect(student_app.page).to_have_url(re.compile(f"/app/exams/{exam_id}/sit$"))


def test_a_result_and_its_review(student_app: App, result: tuple[int, str], accessible: Callable[[Page], None]) -> None:
    _, name = result
    student_app.open("/app/results")
    student_app.page.get_by_role("table", name="Results").get_by_role("link", name=name).first.click()
    summary = student_app.page.get_by_role("region", name="Summary")
    for line in ("Score 3 / 12", "Correct 1", "Wrong 1", "Not answered 1"):
        expect(summary).to_contain_text(line)
    accessible(student_app.page)

    with student_app.page.expect_download() as download:
        student_app.button("Download PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")

    student_app.link("Review answers").click()
    first = student_app.page.get_by_role("article", name="Question 1")
    expect(first.locator("math").first).to_be_visible()
    for line in ("Your answer B", "Correct answer B", "Marks 4 / 4", "Solution Count"):
        expect(first).to_contain_text(line)
    expect(student_app.page.get_by_role("article", name="Question 2")).to_contain_text(HOSTILE)
    expect(student_app.page).to_have_title(re.compile("^Review"))
    accessible(student_app.page)

    first.get_by_role("button", name="Discussion").click()
    first.get_by_label("Your comment").fill("Why not C?")
    first.get_by_role("button", name="Post comment").click()
    expect(first.get_by_role("listitem").filter(has_text="Why not C?")).to_be_visible()


def test_a_result_that_waits_says_so(
    student_app: App, exam: tuple[int, str], admin: Client, sound: Callable[[Page], None]
) -> None:
    exam_id, _ = exam
    assert admin.post(f"/admin/exams/edit/{exam_id}", {"result_mode": "manual"}).status == 200
    student_app.page.request.post(f"/start-exam/{exam_id}")
    student_app.page.request.post(f"/submit-exam/{exam_id}", headers={"accept": "application/json"})

    student_app.open(f"/app/results/{exam_id}")

    expect(student_app.heading("Result pending")).to_be_visible()
    sound(student_app.page)


def test_two_people_meet_and_write(new_profile: Callable[..., BrowserContext]) -> None:
    first = App(new_profile().new_page()).signed_in(*STUDENTS[1]).open("/app/chat")
    second = App(new_profile().new_page()).signed_in(*STUDENTS[2]).open("/app/chat")
    first.field("Find people").fill("Imran")
    people = first.page.get_by_role("list", name="People")
    people.get_by_role("button", name="Send request to Imran Sheikh").click()

    second.page.get_by_role("button", name="Accept Meera Nair").click()
    second.page.get_by_role("list", name="Conversations").get_by_role("button", name=re.compile("^Meera Nair")).click()
    second.field("Message").fill(HOSTILE)
    second.button("Send").click()

    first.page.get_by_role("list", name="Conversations").get_by_role("button", name=re.compile("^Imran Sheikh")).click()
    log = first.page.get_by_role("log", name="Messages")
    expect(log).to_contain_text(HOSTILE)
    first.field("Message").fill("Seen at once")
    first.button("Send").click()
    expect(second.page.get_by_role("log", name="Messages")).to_contain_text("Seen at once")

    first.button("Report").click()
    first.field("What is wrong with it?").fill("It is a script.")
    first.button("Send report").click()
    expect(first.page.get_by_text("Reported to the administrators.")).to_be_visible()
    first.button("Block Imran Sheikh").click()
    first.page.get_by_role("dialog").get_by_role("button", name="Block Imran Sheikh").click()
    expect(first.field("Message")).to_have_count(0)
    second.field("Message").fill("Are you there?")
    second.button("Send").click()
    expect(second.alert).to_contain_text("blocked")
    first.button("Unblock Imran Sheikh").click()
    first.field("Message").fill("Again")
    first.button("Send").click()
    expect(second.page.get_by_role("log", name="Messages")).to_contain_text("Again")


def test_the_assistant_answers_and_counts(student_app: App) -> None:
    student_app.open("/app/assistant")
    expect(student_app.status.first).to_have_text(re.compile(r"^\d+ of 50 questions left today$"))
    left = int((student_app.status.first.text_content() or "").split()[0])
    student_app.field("Your question").fill("What is the area of a circle of radius $r$?")
    student_app.button("Ask").click()

    log = student_app.page.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Answer")
    expect(student_app.status.first).to_have_text(f"{left - 1} of 50 questions left today")
