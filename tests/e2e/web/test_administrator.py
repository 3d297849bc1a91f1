"""An administrator's day in the web app."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.client import Client
from tests.e2e.web.screens import App
from tests.e2e.web.survey import faults

QUESTIONS = (
    "question_text,option_a,option_b,option_c,option_d,correct_answer,question_type\n"
    "What is $2+2$?,3,4,5,6,B,MCQ\n"
    "Broken,1,2,3,4,Z,MCQ\n"
)


@pytest.fixture
def exam(admin: Client) -> int:
    """An upcoming exam without questions."""
    fields = {"name": "Admin's exam", "date": "2027-01-01", "start_time": "10:00", "duration": 60}
    exam_id: int = admin.post("/admin/exams", {**fields, "result_mode": "manual"}).body["exam_id"]
    return exam_id


def test_an_exam_from_a_preset_is_made_filled_and_opened(admin_app: App, tmp_path: Path) -> None:
    admin_app.open("/app/admin/exams/new").field("Preset").select_option("neet-2025")
    expect(admin_app.field("Duration (minutes)")).to_have_value("180")
    admin_app.field("Name").fill("NEET in December")
    admin_app.field("Date").fill("2027-12-06")
    admin_app.field("Start time").fill("14:00")
    admin_app.button("Create exam").click()
    expect(admin_app.heading("NEET in December")).to_be_visible()
    expect(admin_app.page.get_by_role("list", name="Problems")).to_be_visible()

    admin_app.link("Questions").click()
    admin_app.link("New question").click()
    admin_app.field("Question text").fill("If $x^2=4$ and $x>0$, what is $x$?")
    for letter, text in zip("ABCD", ("1", "2", "3", "4"), strict=True):
        admin_app.field(f"Option {letter}").fill(text)
    admin_app.field("Correct answer").fill("B")
    preview = admin_app.page.get_by_role("region", name="Preview")
    expect(preview.locator("math").first).to_be_visible()
    admin_app.button("Save question").click()
    expect(admin_app.status).to_have_text("Question saved")
    expect(admin_app.page.get_by_role("table", name="Questions").get_by_role("row")).to_have_count(2)

    admin_app.link("Import questions").click()
    file = tmp_path / "questions.csv"
    file.write_text(QUESTIONS, encoding="utf-8")
    admin_app.field("Question file").set_input_files(file)
    expect(admin_app.page.get_by_role("table", name="Preview").get_by_role("row")).to_have_count(2)
    expect(admin_app.page.get_by_role("list", name="Errors")).to_contain_text("Row 3: ")
    admin_app.button("Import 1 questions").click()
    expect(admin_app.status).to_have_text(re.compile("^1 questions imported"))

    admin_app.link("Overview").click()
    admin_app.button("Open exam").click()
    expect(admin_app.button("Close exam")).to_be_visible()


def test_a_faulty_question_is_refused_by_name(admin_app: App, exam: int) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/questions/new").field("Question text").fill("Which?")
    admin_app.field("Option A").fill("one")
    admin_app.field("Correct answer").fill("D")
    admin_app.button("Save question").click()

    expect(admin_app.alert).to_be_visible()
    expect(admin_app.heading("New question")).to_be_visible()


def test_results_are_released_and_hidden(admin_app: App, exam: int) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/results")
    expect(admin_app.page.get_by_role("img", name=re.compile("^Score distribution"))).to_be_visible()
    admin_app.button("Release results").click()
    expect(admin_app.button("Hide results")).to_be_visible()
    admin_app.button("Hide results").click()
    expect(admin_app.button("Release results")).to_be_visible()


def test_a_roster_is_taken_in_and_its_faults_are_named(admin_app: App, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("name,email,roll_no\nKiran Bose,kiran.bose@example.org,K/7\nBad,nothing,8\n", encoding="utf-8")
    admin_app.open("/app/admin/students").field("Roster file").set_input_files(file)
    admin_app.page.get_by_label("Mail set-up links").uncheck()
    admin_app.button("Import students").click()

    expect(admin_app.status).to_contain_text("Created 1")
    expect(admin_app.status).to_contain_text("Updated 0")
    expect(admin_app.page.get_by_role("list", name="Errors")).to_contain_text("Row 3")
    admin_app.field("Search students").fill("K/7")
    expect(admin_app.page.get_by_role("table", name="Students")).to_contain_text("kiran.bose@example.org")


def test_a_student_gets_an_exception(admin_app: App, exam: int) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/overrides").field("Find student").fill("Ravi")
    admin_app.button("Choose Ravi Kumar").click()
    admin_app.field("Extra minutes").fill("20")
    admin_app.button("Set exception").click()

    expect(admin_app.page.get_by_role("table", name="Exceptions")).to_contain_text("Ravi Kumar")


def test_a_role_is_changed_after_a_second_question(admin_app: App, admin: Client, exam: int) -> None:
    person = {"email": f"meera{exam}@example.org", "first_name": "Meera", "last_name": f"Iyer {exam}"}
    assert admin.post("/create_account", person).status == 200
    name = f"Meera Iyer {exam}"
    admin_app.open("/app/admin/users").field("Search users").fill(person["email"])
    role = admin_app.field(f"Role of {name}")

    role.select_option("admin")
    admin_app.button("Cancel").click()
    expect(role).to_have_value("user")
    role.select_option("user,admin")
    admin_app.button(f"Change the role of {name}").click()

    expect(admin_app.status).to_contain_text("Role changed")
    expect(role).to_have_value("user,admin")
    role.select_option("user")
    admin_app.button(f"Change the role of {name}").click()
    expect(role).to_have_value("user")


def test_jobs_are_shown_with_their_progress(admin_app: App, exam: int, admin: Client) -> None:
    batch = admin.post("/admin/batches/create", {"name": f"Jobs {exam}"}).body["batch"]["id"]
    granted = admin.post(f"/admin/exams/{exam}/overrides", {"batch_id": batch, "extra_minutes": 5})
    assert granted.status == 200, granted.body
    admin_app.open("/app/admin/jobs")
    table = admin_app.page.get_by_role("table", name="Jobs", exact=True)
    row = table.get_by_role("row").filter(has_text="New deadlines for running attempts").first
    expect(row).to_contain_text(re.compile("Waiting|Running|Done"))
    expect(row.get_by_role("progressbar")).to_have_accessible_name(re.compile("^Progress of New deadlines"))


def test_sections_with_draws_and_marking_are_written_moved_and_kept(
    admin_app: App, exam: int, admin: Client, accessible: Callable[[Page], None]
) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/edit").open_group("Sections")
    for at, name in enumerate(("Maths", "Physics"), start=1):
        admin_app.button("Add section").click()
        admin_app.field(f"Name, section {at}").fill(name)
        admin_app.field(f"Minutes, section {at}").fill("30")
    expect(admin_app.field("Duration (minutes)")).to_be_disabled()
    expect(admin_app.field("Duration (minutes)")).to_have_value("60")
    admin_app.button("Move section 2 up").click()
    expect(admin_app.field("Name, section 1")).to_have_value("Physics")
    physics = admin_app.page.get_by_role("region", name="Section 1: Physics", exact=True)
    physics.get_by_text("Marking of the section; empty: that of the exam").click()
    physics.get_by_label("MCQ: right answer, section 1", exact=True).fill("2")
    physics.get_by_label("MCQ: taken off if wrong, section 1", exact=True).fill("2/3")
    physics.get_by_label("MSQ: partly right answer, section 1", exact=True).select_option("per_option")
    physics.get_by_label("MSQ: marks for each right option, section 1", exact=True).fill("0.5")
    physics.get_by_text("Random questions", exact=True).click()
    physics.get_by_role("button", name="Add a draw to section 1").click()
    physics.get_by_label("Questions, draw 1 of section 1", exact=True).fill("3")
    physics.get_by_label("Difficulty, draw 1 of section 1", exact=True).select_option("Easy")
    physics.get_by_label("Topic, draw 1 of section 1", exact=True).fill("Optics")
    admin_app.open_group("Marking").field("NUMERIC: taken off if wrong").fill("0")
    admin_app.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert faults(admin_app.page) == []
    accessible(admin_app.page)
    admin_app.button("Save exam").click()
    expect(admin_app.status).to_have_text("Exam saved")
    sections = admin_app.page.get_by_role("table", name="Sections", exact=True)
    shown = [re.compile(text) for text in ("^Section", "^Physics30.3$", "^Maths30..$")]
    expect(sections.get_by_role("row")).to_have_text(shown)

    stored = admin.get(f"/admin/api/exams/{exam}").body["exam"]
    assert stored["marking"] == {"NUMERIC": {"negative": 0}}
    first = stored["sections"][0]
    assert first["draw"] == [{"count": 3, "difficulty": "Easy", "topic": "Optics"}]
    assert first["marking"] == {
        "MCQ": {"positive": 2, "negative": "2/3"},
        "MSQ": {"partial": "per_option", "partial_marks": 0.5},
    }

    admin_app.link("Edit exam").click()
    admin_app.open_group("Sections")
    expect(admin_app.field("Questions, draw 1 of section 1")).to_have_value("3")
    admin_app.button("Remove draw 1 of section 1").click()
    admin_app.button("Remove section 2").click()
    admin_app.button("Save exam").click()
    expect(admin_app.status).to_have_text("Exam saved")
    kept = admin.get(f"/admin/api/exams/{exam}").body["exam"]["sections"]
    assert [(each["id"], each["draw"], each["marking"]) for each in kept] == [(first["id"], [], first["marking"])]


def test_a_preset_fills_sections_and_marking_that_can_be_changed(admin_app: App, admin: Client) -> None:
    admin_app.open("/app/admin/exams/new").field("Preset").select_option("jee-advanced-2024-1")
    admin_app.open_group("Sections")
    expect(admin_app.field("Name, section 2")).to_have_value("Mathematics: Section 2")
    region = admin_app.page.get_by_role("region", name="Section 2: Mathematics: Section 2", exact=True)
    expect(region).to_contain_text("3 MSQ")
    region.get_by_text("Marking of the section; empty: that of the exam").click()
    expect(region.get_by_label("MSQ: partly right answer, section 2")).to_have_value("per_option")
    region.get_by_label("MSQ: marks for each right option, section 2").fill("1/2")
    for at in range(12, 2, -1):
        admin_app.button(f"Remove section {at}").click()
    admin_app.field("Name").fill("From a preset")
    admin_app.field("Date").fill("2027-12-06")
    admin_app.field("Start time").fill("14:00")
    admin_app.button("Create exam").click()
    expect(admin_app.status).to_have_text("Exam created")

    exam_id = int(admin_app.page.url.rsplit("/", 1)[1])
    stored = admin.get(f"/admin/api/exams/{exam_id}").body["exam"]
    assert stored["duration"] == 180
    assert [each["name"] for each in stored["sections"]] == ["Mathematics: Section 1", "Mathematics: Section 2"]
    assert stored["sections"][1]["marking"]["MSQ"] == {
        "positive": 4,
        "negative": 2,
        "partial": "per_option",
        "partial_marks": 0.5,
    }


def test_all_faults_of_an_exam_are_named_beside_their_fields_at_once(admin_app: App) -> None:
    admin_app.open("/app/admin/exams/new").field("Name").fill("Faulty")
    admin_app.open_group("Marking").field("MCQ: right answer").fill("many")
    admin_app.open_group("Who may sit, and when").field("Access code").fill("abc")
    admin_app.open_group("Sections").button("Add section").click()
    admin_app.field("Answers that count, section 1").fill("0")
    admin_app.open_group("Sections")
    admin_app.button("Create exam").click()

    expect(admin_app.alert).to_be_visible()
    faulty = ("Date", "Start time", "Duration (minutes)", "MCQ: right answer", "Access code")
    for name in (*faulty, "Name, section 1", "Answers that count, section 1"):
        expect(admin_app.field(name)).to_be_visible()
        expect(admin_app.field(name)).to_have_attribute("aria-invalid", "true")
        expect(admin_app.field(name)).to_have_accessible_description(re.compile("."))
    expect(admin_app.field("Date")).to_be_focused()
    expect(admin_app.field("Name")).not_to_have_attribute("aria-invalid", "true")
    expect(admin_app.heading("New exam")).to_be_visible()


def test_a_fault_of_sections_together_is_shown(admin_app: App, exam: int) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/edit").open_group("Sections")
    for at in (1, 2):
        admin_app.button("Add section").click()
        admin_app.field(f"Name, section {at}").fill(f"Part {at}")
    admin_app.field("Minutes, section 1").fill("30")
    admin_app.open_group("Sections").button("Save exam").click()
    expect(admin_app.alert).to_be_visible()
    expect(admin_app.page.get_by_text("must all have minutes, or none", exact=True)).to_be_visible()


def test_every_setting_of_an_exam_is_kept(admin_app: App, exam: int, admin: Client) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/edit").field("Instructions").fill("Sit still.")
    admin_app.field("Status").select_option("ongoing")
    admin_app.open_group("Who may sit, and when").field("Closes at").fill("2027-01-02T18:00")
    admin_app.field("Access code").fill("sesame")
    admin_app.field("Attempts (0: unlimited)").fill("3")
    admin_app.field("Attempt that counts").select_option("last")
    admin_app.open_group("Results, discussion and chat").field("Results are shown").select_option("after_close")
    admin_app.field("Discussion of questions").select_option("off")
    admin_app.field("Chat is allowed while sitting").check()
    admin_app.field("The study assistant is allowed while sitting").check()
    admin_app.open_group("Languages and order").field("Tamil").check()
    admin_app.field("Questions in an order of each student's own").check()
    admin_app.field("Options in an order of each student's own").check()
    admin_app.button("Save exam").click()
    expect(admin_app.status).to_have_text("Exam saved")

    stored = admin.get(f"/admin/api/exams/{exam}").body["exam"]
    expected = {
        "instructions": "Sit still.",
        "status": "ongoing",
        "closes_at": "2027-01-02T12:30:00.000Z",
        "has_access_code": True,
        "max_attempts": 3,
        "counted_attempt": "last",
        "result_mode": "after_close",
        "discussion": "off",
        "allow_chat": True,
        "allow_assistant": True,
        "languages": ["en", "ta"],
        "shuffle": {"questions": True, "options": True},
    }
    assert {name: stored[name] for name in expected} == expected


def test_lists_are_sorted_by_the_headers_of_their_columns(admin_app: App, admin: Client) -> None:
    for name in ("Sorted 2", "Sorted 1", "Sorted 3"):
        assert admin.post("/admin/batches/create", {"name": name}).status == 200
    admin_app.open("/app/admin/batches").field("Search batches").fill("sorted")
    table = admin_app.page.get_by_role("table", name="Batches", exact=True)
    links = table.get_by_role("link")
    expect(links).to_have_text(["Sorted 1", "Sorted 2", "Sorted 3"])
    header = table.get_by_role("columnheader", name="Name")
    expect(header).to_have_attribute("aria-sort", "ascending")
    header.get_by_role("button").press("Enter")
    expect(links).to_have_text(["Sorted 3", "Sorted 2", "Sorted 1"])
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("columnheader", name="Students").get_by_role("button")).to_have_count(0)


def test_questions_are_sorted_by_several_columns(admin_app: App, exam: int, admin: Client) -> None:
    for text, topic in (("Third", "Heat"), ("First", "Optics"), ("Second", "Heat")):
        question = {"exam_id": exam, "question_type": "NUMERIC", "question_text": text, "correct_answer": "1"}
        assert admin.post("/admin/questions/add-ajax", {**question, "topic": topic}).status == 200
    admin_app.open(f"/app/admin/exams/{exam}/questions")
    table = admin_app.page.get_by_role("table", name="Questions", exact=True)
    links = table.get_by_role("link")
    expect(links).to_have_text(["Third", "First", "Second"])
    table.get_by_role("button", name="Question", exact=True).click()
    expect(links).to_have_text(["First", "Second", "Third"])
    table.get_by_role("button", name="Topic", exact=True).click()
    expect(links).to_have_text(["Third", "Second", "First"])
    expect(table.get_by_role("columnheader", name="Question")).to_have_attribute("aria-sort", "none")
    table.get_by_role("button", name="No.", exact=True).click()
    expect(links).to_have_text(["Third", "First", "Second"])


def test_pictures_are_dropped_and_a_passage_is_shared(admin_app: App, exam: int) -> None:
    admin_app.open(f"/app/admin/exams/{exam}/questions/new")
    admin_app.field("Question text").fill("Which one?")
    admin_app.page.get_by_text("Pictures of options and of the solution").click()
    _drop_picture(admin_app.field("Picture of option A"))
    _drop_picture(admin_app.field("Picture of option B"))
    preview = admin_app.page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("img", name="Picture of option A")).to_be_visible()
    expect(preview.get_by_role("img", name="Picture of option B")).to_be_visible()
    admin_app.field("Correct answer").fill("A")
    admin_app.page.get_by_text("More settings").click()
    admin_app.button("New passage").click()
    admin_app.field("Text of the passage").fill("A train leaves at noon.")
    admin_app.button("Save passage").click()
    expect(admin_app.page.get_by_label("Passage", exact=True).locator("option:checked")).to_have_text(
        "A train leaves at noon."
    )
    admin_app.button("Save question").click()
    expect(admin_app.status).to_have_text("Question saved")

    admin_app.link("Which one?").click()
    expect(preview.get_by_role("img", name="Picture of option B")).to_be_visible()
    admin_app.page.get_by_text("More settings").click()
    expect(admin_app.page.get_by_label("Passage", exact=True).locator("option:checked")).to_have_text(
        "A train leaves at noon."
    )


def _drop_picture(field: Locator) -> None:
    """Drop a small picture onto a file field."""
    field.evaluate(
        """async (field) => {
          const canvas = new OffscreenCanvas(40, 30)
          canvas.getContext("2d").fillRect(5, 5, 20, 20)
          const files = new DataTransfer()
          files.items.add(new File([await canvas.convertToBlob()], "drawn.png", { type: "image/png" }))
          field.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }))
        }"""
    )
