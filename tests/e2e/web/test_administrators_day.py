"""An administrator's exam day from end to end, in one browser, while a student sits in another."""

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, expect

from local.stack import LocalStack
from tests.contract.client import ADMIN, STUDENTS, Client
from tests.e2e.web.screens import App

QUESTIONS = (
    "question_text,option_a,option_b,option_c,option_d,correct_answer,question_type\n"
    "What is $3\\times 4$?,7,12,34,1,B,MCQ\n"
    "No such option,1,2,3,4,Z,MCQ\n"
    'Which are even?,1,2,3,4,"B,D",MSQ\n'
)
NAME = "Unit test of an exam day"
CODE = "day-code"


def batch_of(exam_id: int) -> str:
    return f"Exam day {exam_id}"


def newcomer(exam_id: int) -> str:
    """The address of a student whom the roster brings."""
    return f"day{exam_id}@example.org"


def test_an_exam_day(
    new_profile: Callable[..., BrowserContext], stack: LocalStack, admin: Client, tmp_path: Path
) -> None:
    app = App(new_profile(viewport={"width": 1280, "height": 800}).new_page()).signed_in(*ADMIN)
    exam_id = _made(app)
    _filled_by_hand(app, exam_id, tmp_path)
    _filled_by_import(app, tmp_path)
    _students_arranged(app, exam_id, tmp_path)
    _audience_and_code_set(app, exam_id)
    _opened(app, exam_id)

    student = App(new_profile().new_page()).signed_in(*STUDENTS[0]).open(f"/app/exams/{exam_id}")
    _begins(student, exam_id)
    _more_time_is_given(app, exam_id)
    _sits(student)

    _closed(app, exam_id)
    expect(student.open(f"/app/results/{exam_id}").heading("Result pending")).to_be_visible()
    _results_released(app, exam_id)
    student.page.reload()
    expect(student.page.get_by_role("region", name="Summary")).to_contain_text("Score 4 / 12")
    _accounts_managed(app, exam_id, stack, admin)
    _logged(app)
    _tidied(app, exam_id)


def _made(app: App) -> int:
    app.link("New exam").click()
    app.field("Name").fill(NAME)
    app.field("Date").fill("2026-01-05")
    app.field("Start time").fill("09:00")
    app.field("Duration (minutes)").fill("45")
    app.open_group("Results, discussion and chat").field("Results are shown").select_option("manual")
    app.open_group("Languages and order").field("Hindi").check()
    app.button("Create exam").click()
    expect(app.heading(NAME)).to_be_visible()
    expect(app.status).to_have_text("Exam created")
    expect(app.page.get_by_role("list", name="Problems")).to_be_visible()
    return int(app.page.url.rsplit("/", 1)[1])


def _filled_by_hand(app: App, exam_id: int, folder: Path) -> None:
    picture = folder / "circuit.png"
    Image.new("RGB", (120, 80), "white").save(picture)
    app.open(f"/app/admin/exams/{exam_id}/questions").link("New question").click()
    app.field("Type").select_option("MCQ")
    app.field("Question text").fill("Solve $x^2 = 9$ for $x > 0$.")
    app.field("Question text in Hindi").fill("$x^2 = 9$ हल करें।")
    for letter, text in zip("ABCD", ("1", "2", "3", "$\\frac{9}{2}$"), strict=True):
        app.field(f"Option {letter}").fill(text)
    app.field("Correct answer").fill("C")
    app.field("Solution").fill("$3^2 = 9$")
    app.field("Picture").set_input_files(picture)
    preview = app.page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("img", name="Picture of the question").first).to_be_visible()
    expect(preview.locator("math").first).to_be_visible()
    expect(preview).to_contain_text("हल करें")
    app.button("Save question").click()
    expect(app.heading("Questions")).to_be_visible()
    expect(app.status).to_have_text("Question saved")


def _filled_by_import(app: App, folder: Path) -> None:
    file = folder / "questions.csv"
    file.write_text(QUESTIONS, encoding="utf-8")
    app.link("Import questions").click()
    app.field("Question file").set_input_files(file)
    expect(app.page.get_by_role("table", name="Preview", exact=True).get_by_role("row")).to_have_count(3)
    errors = app.page.get_by_role("list", name="Errors", exact=True).get_by_role("listitem")
    expect(errors).to_have_text(re.compile("^Row 3: "))
    app.button("Import 2 questions").click()
    expect(app.status).to_have_text(re.compile("^2 questions imported"))
    app.link("Questions").click()
    rows = app.page.get_by_role("table", name="Questions", exact=True).get_by_role("row")
    expect(rows).to_have_count(4)
    # The translations that are missing are the exam's problem; the one that was written by hand is not.
    app.link("Overview").click()
    expect(app.page.get_by_role("list", name="Problems").get_by_role("listitem")).to_have_count(2)


def _students_arranged(app: App, exam_id: int, folder: Path) -> None:
    app.open("/app/admin/batches").field("Name").fill(batch_of(exam_id))
    app.button("Create batch").click()
    app.link(batch_of(exam_id)).click()
    app.field("Add students").fill("Ravi")
    app.button("Add Ravi Kumar").click()
    students = app.page.get_by_role("table", name="Students", exact=True)
    expect(students).to_contain_text("Ravi Kumar")

    file = folder / "roster.csv"
    file.write_text(f"name,email,roll_no\nDay One,{newcomer(exam_id)},DAY/{exam_id}\nNobody,,N/1\n", encoding="utf-8")
    app.open("/app/admin/students").field("Roster file").set_input_files(file)
    app.field("Put all into the batch").select_option(label=batch_of(exam_id))
    app.field("Mail set-up links").uncheck()
    app.button("Import students").click()
    expect(app.status).to_contain_text("Created 1")
    expect(app.page.get_by_role("list", name="Errors", exact=True)).to_contain_text("Row 3: ")
    app.field("Search students").fill(f"DAY/{exam_id}")
    app.button("Edit Day One").click()
    dialog = app.page.get_by_role("dialog", name="Edit Day One", exact=True)
    dialog.get_by_label("Last name", exact=True).fill("First")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(app.page.get_by_role("table", name="Students", exact=True)).to_contain_text("Day First")


def _audience_and_code_set(app: App, exam_id: int) -> None:
    app.open(f"/app/admin/exams/{exam_id}/edit").open_group("Who may sit, and when")
    app.field("Who may sit").select_option("batches")
    app.field(f"{batch_of(exam_id)} (2)").check()
    app.field("Access code").fill(CODE)
    app.button("Save exam").click()
    expect(app.status).to_have_text("Exam saved")
    expect(app.page.get_by_role("region", name="Settings")).to_contain_text("Batches: 1")


def _opened(app: App, exam_id: int) -> None:
    app.open(f"/app/admin/exams/{exam_id}")
    # Its opening is in the past, so it is open already; closing and opening is what a late start needs.
    app.button("Close exam").click()
    expect(app.status).to_have_text("The exam is closed")
    app.button("Open exam").click()
    expect(app.button("Close exam")).to_be_visible()


def _begins(student: App, exam_id: int) -> None:
    student.field("I have read and understood the instructions").check()
    student.field("Access code").fill(CODE)
    student.button("Start exam").click()
    expect(student.page).to_have_url(re.compile(f"/app/exams/{exam_id}/sit$"))
    expect(student.page.get_by_role("timer", name="Time left", exact=True)).to_have_text(re.compile("^0:4[45]:"))


def _more_time_is_given(app: App, exam_id: int) -> None:
    app.open(f"/app/admin/exams/{exam_id}/overrides")
    app.field("Find student").fill("Ravi")
    app.button("Choose Ravi Kumar").click()
    app.field("Extra minutes").fill("15")
    app.button("Set exception").click()
    expect(app.page.get_by_role("table", name="Exceptions", exact=True)).to_contain_text("Ravi Kumar")
    app.field("Minutes").fill("5")
    app.field("Reason for the extra time").fill("Power cut")
    app.button("Add time").click()
    dialog = app.page.get_by_role("dialog", name="Add time?", exact=True)
    expect(dialog).to_contain_text("5 minutes later")
    dialog.get_by_role("button", name="Add time", exact=True).click()
    expect(app.status.filter(has_text="1 attempt has more time")).to_be_visible()


def _sits(student: App) -> None:
    student.page.reload()
    time = student.page.get_by_role("timer", name="Time left", exact=True)
    expect(time).to_have_text(re.compile("^1:0[0-5]:"))
    student.page.get_by_role("radio", name="C. 3", exact=True).check()
    expect(student.page.get_by_role("status", name="Answers")).to_have_text("All answers saved")
    student.button("Submit exam").click()
    student.button("Yes, submit").click()
    expect(student.heading("Result pending")).to_be_visible()


def _closed(app: App, exam_id: int) -> None:
    app.open(f"/app/admin/exams/{exam_id}").button("Close exam").click()
    expect(app.button("Open exam")).to_be_visible()


def _results_released(app: App, exam_id: int) -> None:
    app.link("Results").click()
    expect(app.page).to_have_url(re.compile(f"/{exam_id}/results$"))
    table = app.page.get_by_role("table", name="Results", exact=True)
    row = table.get_by_role("row").filter(has_text="Ravi Kumar")
    # Results are counted in the background.
    for _ in range(60):
        if row.count() > 0:
            break
        app.page.wait_for_timeout(500)
        app.page.reload()
        expect(table).to_be_visible()
        app.page.wait_for_load_state("networkidle")
    expect(row).to_contain_text("4 / 12")
    expect(app.page.get_by_role("img", name=re.compile("^Score distribution"))).to_be_visible()
    with app.page.expect_download(timeout=60_000) as download:
        row.get_by_role("button", name="Download the PDF of Ravi Kumar").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")

    app.page.get_by_text("Filters", exact=True).click()
    app.field("To").fill("2026-01-01")
    expect(app.page.get_by_text("No results yet.")).to_be_visible()
    app.button("Show all results").click()
    expect(row).to_be_visible()
    app.button("Release results").click()
    expect(app.button("Hide results")).to_be_visible()


def _accounts_managed(app: App, exam_id: int, stack: LocalStack, admin: Client) -> None:
    client = Client(stack.base_url)
    person = {"username": STUDENTS[1][0], "email": "student2@example.com"}
    asked = client.post(
        "/api/submit-access-request",
        {**person, "current_access": "user", "requested_access": "user,admin", "user_reason": "I teach."},
    )
    client.close()
    assert asked.status == 200, asked.body
    app.open("/app/admin/requests").button(f"Deny {STUDENTS[1][0]}").click()
    app.field("Reason for the denial").fill("Ask the head of your institute.")
    app.button("Deny").click()
    expect(app.page.get_by_role("dialog")).to_have_count(0)
    app.field("State").select_option("denied")
    expect(app.page.get_by_role("table", name="Access requests", exact=True)).to_contain_text(STUDENTS[1][0])

    app.open("/app/admin/users").field("Search users").fill(newcomer(exam_id))
    row = app.page.get_by_role("table", name="Users", exact=True).get_by_role("row").nth(1)
    expect(row).to_contain_text("Day First")
    row.get_by_label("Role of Day First").select_option("user,admin")
    app.button("Change the role of Day First").click()
    expect(app.status).to_have_text("Role changed")
    row.get_by_role("button", name="Close the account of Day First").click()
    app.page.get_by_role("dialog").get_by_role("button", name="Close the account of Day First").click()
    expect(row.get_by_role("button", name="Open the account of Day First")).to_be_visible()
    assert admin.get("/admin/api/users/search", query={"q": newcomer(exam_id)}).body["users"][0]["active"] is False


def _logged(app: App) -> None:
    app.open("/app/admin/audit")
    table = app.page.get_by_role("table", name="Audit log", exact=True)
    expect(table.get_by_role("row").nth(1)).to_contain_text("admin")
    expect(table).to_contain_text("is released: false → true")


def _tidied(app: App, exam_id: int) -> None:
    """What is lost for good is asked for once more, and Cancel keeps it."""
    app.open(f"/app/admin/exams/{exam_id}/questions")
    questions = app.page.get_by_role("table", name="Questions", exact=True).get_by_role("row")
    app.page.get_by_label("Choose question 3", exact=True).check()
    app.button("Delete 1 questions").click()
    dialog = app.page.get_by_role("dialog", name="Delete 1 questions?", exact=True)
    dialog.get_by_role("button", name="Cancel").click()
    expect(questions).to_have_count(4)
    app.button("Delete 1 questions").click()
    dialog.get_by_role("button", name="Delete 1 questions").click()
    expect(questions).to_have_count(3)

    app.open(f"/app/admin/exams/{exam_id}").button("Delete exam").click()
    app.page.get_by_role("dialog", name="Delete exam?").get_by_role("button", name="Delete exam").click()
    expect(app.page).to_have_url(re.compile("/app/admin/exams$"))
    expect(app.status).to_have_text("Exam deleted")

    app.open("/app/admin/batches").link(batch_of(exam_id)).click()
    app.button("Delete batch").click()
    dialog = app.page.get_by_role("dialog", name="Delete batch?")
    expect(dialog).to_be_visible()
    app.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(app.button("Delete batch")).to_be_focused()
    app.button("Delete batch").click()
    dialog.get_by_role("button", name="Delete batch").click()
    expect(app.page).to_have_url(re.compile("/app/admin/batches$"))
    expect(app.link(batch_of(exam_id))).to_have_count(0)
