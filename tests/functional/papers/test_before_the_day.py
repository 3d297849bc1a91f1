"""The structure of exams: problems, clones and files."""

from smartexam.accounts.store import batches
from smartexam.catalog.store import exams
from smartexam.platform import audit
from tests.factories.forms import multipart
from tests.functional.papers.people import Office


class TestBeforeTheDay:
    def test_problems(self, office: Office) -> None:
        exam = office.exam(languages=["en", "hi"])
        assert [each["code"] for each in office.shown(exam["id"])["problems"]] == ["no_questions"]
        question_id = office.mcq(exam["id"], image_path="images/missing.png")

        problems = office.shown(exam["id"])["problems"]
        assert [(each["code"], each["question_id"]) for each in problems] == [
            ("translation_missing", question_id),
            ("image_missing", question_id),
        ]

    def test_problems_of_the_day(self, office: Office) -> None:
        made = audit.entry(audit.Change(1, "batch.create", "batch:1", None, None), 0)
        batches.create(batches.Batch(1, "Batch", 0, 0), made)
        exam = office.exam(closes_at="2026-01-05T09:30", audience="batches", batch_ids=[1])
        office.mcq(exam["id"])

        problems = office.shown(exam["id"])["problems"]
        assert [each["code"] for each in problems] == ["closes_too_early", "audience_empty"]

    def test_clone(self, office: Office) -> None:
        exam = office.exam(sections=[{"name": "A"}, {"name": "B"}], shuffle={"options": True})
        passage = office.exams.post(f"/admin/exams/{exam['id']}/passages", {"text": "Read."}).body["passage"]["id"]
        second = exam["sections"][1]["id"]
        office.mcq(exam["id"], section_id=second, passage_id=passage)

        path = f"/admin/exams/{exam['id']}/clone"
        assert {each["field"] for each in office.exams.post(path, {"name": "Copy"}).body["errors"]} == {
            "date",
            "start_time",
        }
        copy_id = office.exams.post(path, {"name": "Copy", "date": "2026-03-01", "start_time": "10:00"}).body["exam_id"]

        copy = office.shown(copy_id)
        assert (copy["name"], copy["status"], copy["total_questions"]) == ("Copy", "upcoming", 1)
        assert copy["sections"] == exam["sections"]
        (question,) = office.questions.get("/admin/questions", query={"exam_id": str(copy_id)}).body["questions"]
        assert question["section_id"] == second
        assert question["passage_id"] not in {None, passage}

    def test_a_clone_closes_as_long_after_its_opening_and_is_for_the_batches_that_exist(self, office: Office) -> None:
        for number in (5, 6):
            batches.create(
                batches.Batch(number, f"B{number}", 0, 0),
                audit.entry(audit.Change(1, "batch.create", f"batch:{number}", None, None), 0),
            )
        exam = office.exam(
            closes_at="2026-01-05T12:30",
            result_mode="after_close",
            audience="batches",
            batch_ids=[5, 6],
            access_code="hall",
        )
        gone = audit.entry(audit.Change(1, "batch.delete", "batch:6", None, None), 0)
        batches.delete(6, lambda _: False, lambda _: gone)

        path = f"/admin/exams/{exam['id']}/clone"
        copied = office.exams.post(path, {"name": "Copy", "date": "2026-03-01", "start_time": "10:00"})

        copy = office.shown(copied.body["exam_id"])
        assert (copy["opens_at"], copy["closes_at"]) == ("2026-03-01T04:30:00.000Z", "2026-03-01T08:00:00.000Z")
        assert (copy["result_mode"], copy["batch_ids"], copy["has_access_code"]) == ("after_close", [5], False)


class TestCsv:
    FILE = (
        "question_text,option_a,option_b,correct_answer,question_type,section,passage,option_h,tags,question_text_hi\r\n"
        "One?,x,y,A|H,MCQ,Physics,Read this.,z,a;b,एक?\r\n"
        "Two?,,,5:6,NUMERIC,physics,Read this.,,,\r\n"
        "Three?,x,y,A,MCQ,Chemistry,,,,\r\n"
        "Four?,x,y,Q,MCQ,,,,,\r\n"
    ).encode()

    def test_sections_and_passages_are_made_and_the_file_comes_back(self, office: Office) -> None:
        exam = office.exam(languages=["en", "hi"])
        upload = {"csv_file": ("q.csv", self.FILE)}
        path = "/admin/questions/import-csv"

        dry = office.questions.call(
            "POST", path, query={"dry_run": "1"}, **multipart({"exam_id": str(exam["id"])}, upload)
        ).body
        assert (dry["inserted"], dry["skipped"], len(dry["questions"])) == (3, 1, 3)
        assert office.shown(exam["id"])["sections"] == []
        real = office.questions.upload(path, upload, exam_id=str(exam["id"])).body
        assert (real["inserted"], real["errors"]) == (3, dry["errors"])

        assert [each["name"] for each in office.shown(exam["id"])["sections"]] == ["Physics", "Chemistry"]
        exported = office.questions.get(f"/admin/questions/export-csv/{exam['id']}").body
        other = office.exam(languages=["en", "hi"])
        again = {"csv_file": ("q.csv", exported.encode())}
        assert office.questions.upload(path, again, exam_id=str(other["id"])).body["inserted"] == 3
        second = office.questions.get(f"/admin/questions/export-csv/{other['id']}").body
        assert second == exported.replace(f"\n{exam['id']},", f"\n{other['id']},")
        assert exams.get_exam(other["id"]) is not None
