"""Questions for administrators: files that are exported and imported."""

import gzip
from typing import Any

import pytest

from admin_questions import files
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import question_changes, questions
from tests.factories.admins import Admin
from tests.factories.events import Answer
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam
from tests.factories.forms import multipart
from tests.functional.questions.desk import HEADER, add, card, faulty_fields, get, listed, rows, upload


class TestExport:
    def test_is_a_download(self, admin: Admin) -> None:
        exam = create_exam([MCQ, MSQ, NUMERIC])

        answer = admin.get(f"/admin/questions/export-csv/{exam.id}")

        assert answer.status == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == f'attachment; filename="exam-{exam.id}-questions.csv"'
        assert answer.body.splitlines()[0] == HEADER
        assert f'{exam.id},Which are even?,2,3,4,,"A,C",MSQ,,4,2,0' in answer.body

    def test_imports_again_unchanged(self, admin: Admin) -> None:
        odd = [MCQ, MSQ, NUMERIC]
        exam = create_exam(odd)
        exported = admin.get(f"/admin/questions/export-csv/{exam.id}").body

        assert upload(admin, exported.encode()).body["inserted"] == 3
        twice = admin.get(f"/admin/questions/export-csv/{exam.id}").body
        assert twice == exported + exported.removeprefix(HEADER + "\r\n")

    def test_safe_keeps_formulas_from_running(self, admin: Admin, exam: Exam) -> None:
        add(admin, exam, question_text="=1+1")

        assert "'=1+1" in admin.get(f"/admin/questions/export-csv/{exam.id}", query="safe=1").body
        assert "'=1+1" not in admin.get(f"/admin/questions/export-csv/{exam.id}").body

    def test_unknown_exams_are_not_found(self, admin: Admin) -> None:
        assert admin.get("/admin/questions/export-csv/99").status == 404

    def test_what_is_too_large_for_an_answer_goes_compressed(
        self, admin: Admin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exam = create_exam([MCQ] * 3)
        plain = admin.get(f"/admin/questions/export-csv/{exam.id}").body
        monkeypatch.setattr("admin_questions.app._LARGEST_ANSWER", 100)

        path = f"/admin/questions/export-csv/{exam.id}"
        answer = admin.get(path, headers={"accept-encoding": "gzip, br"})

        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.body).decode() == plain
        assert admin.get(path).status == 413


class TestExportOfFormats:
    def test_a_workbook_imports_again_unchanged(self, admin: Admin) -> None:
        exam = create_exam([MCQ, MSQ, NUMERIC])

        answer = admin.get(f"/admin/questions/export/{exam.id}", query="format=xlsx")

        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        assert answer.headers["content-disposition"] == f'attachment; filename="exam-{exam.id}-questions.xlsx"'
        assert upload(admin, answer.body).body == {"success": True, "inserted": 3, "skipped": 0, "errors": []}
        rows = admin.get(f"/admin/questions/export/{exam.id}").body.split("\r\n")
        assert rows[1:4] == rows[4:7]

    def test_of_other_formats_is_refused(self, admin: Admin, exam: Exam) -> None:
        assert admin.get(f"/admin/questions/export/{exam.id}", query="format=pdf").status == 400
        assert admin.get("/admin/questions/export/99", query="format=xlsx").status == 404

    def test_too_large_workbooks_are_refused(self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("admin_questions.app._LARGEST_BYTES", 100)

        assert admin.get(f"/admin/questions/export/{exam.id}", query="format=xlsx").status == 413


class TestSkippingExisting:
    FIRST = ",First,a,b,,,A,MCQ,,,,"
    SECOND = ",Second,a,b,,,B,MCQ,,,,"

    def again(self, admin: Admin, exam: Exam, *cells: str, **more: str) -> Answer:
        query = "&".join(["skip_existing=1", *(f"{name}={value}" for name, value in more.items())])
        return upload(admin, rows(*cells), query=query, exam_id=str(exam.id))

    def test_a_corrected_file_doubles_nothing(self, admin: Admin, exam: Exam) -> None:
        wrong = ",Third,a,b,,,D,MCQ,,,,"
        assert upload(admin, rows(self.FIRST, wrong, self.SECOND), exam_id=str(exam.id)).body["inserted"] == 2

        answer = self.again(admin, exam, self.FIRST, wrong.replace("D,MCQ", "B,MCQ"), self.SECOND)

        assert answer.body == {"success": True, "inserted": 1, "skipped": 2, "errors": [], "existing": 2}
        assert self.again(admin, exam, self.FIRST, self.SECOND).body["existing"] == 2
        assert card(exam).question_count == 3

    def test_a_row_that_the_file_repeats_is_taken_once(self, admin: Admin, exam: Exam) -> None:
        answer = self.again(admin, exam, self.FIRST, self.SECOND, self.FIRST)

        assert (answer.body["inserted"], answer.body["existing"], answer.body["errors"]) == (2, 1, [])

    def test_a_question_with_another_key_is_named_instead(self, admin: Admin, exam: Exam) -> None:
        upload(admin, rows(self.FIRST), exam_id=str(exam.id))
        (question_id,) = listed(admin, exam)

        answer = self.again(admin, exam, ",First,a,b,,,B,MCQ,,3,,", self.SECOND)

        assert answer.body["errors"] == [
            f"Row 2: question {question_id} of the exam is the same, but with another correct_answer, positive_marks"
        ]
        assert (answer.body["inserted"], answer.body["existing"]) == (1, 0)

    def test_of_missing_sections_and_passages(self, admin: Admin, exam: Exam) -> None:
        content = b"question_text,correct_answer,question_type,section,passage\n1,1,NUMERIC,S,Read\n2,2,NUMERIC,,\n"

        first, second = (upload(admin, content, query="skip_existing=1", exam_id=str(exam.id)).body for _ in range(2))

        assert (first["inserted"], first["existing"]) == (2, 0)
        assert (second["inserted"], second["existing"], second["errors"]) == (0, 2, [])

    def test_with_dry_run_and_atomic(self, admin: Admin, exam: Exam) -> None:
        upload(admin, rows(self.FIRST), exam_id=str(exam.id))

        dry = self.again(admin, exam, self.FIRST, self.SECOND, dry_run="1")
        assert [question["question_text"] for question in dry.body["questions"]] == ["Second"]
        assert (dry.body["inserted"], dry.body["existing"]) == (1, 1)
        assert self.again(admin, exam, self.FIRST, self.SECOND, atomic="1").body["inserted"] == 1

    def test_a_change_in_between_is_seen(self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another administrator imports the same file between the comparison and the write."""
        add_to_exams = question_changes.add_to_exams
        others = iter([self.FIRST, self.SECOND])

        def late(*args: Any, **kwargs: Any) -> None:
            if row := next(others, None):
                monkeypatch.setattr(question_changes, "add_to_exams", add_to_exams)
                upload(admin, rows(row), exam_id=str(exam.id))
                monkeypatch.setattr(question_changes, "add_to_exams", late)
            add_to_exams(*args, **kwargs)

        monkeypatch.setattr(question_changes, "add_to_exams", late)
        answer = self.again(admin, exam, self.FIRST, self.SECOND, ",Third,a,b,,,A,MCQ,,,,")

        assert (answer.body["inserted"], answer.body["existing"], answer.body["errors"]) == (1, 2, [])
        assert card(exam).question_count == 3


class TestImport:
    def test_rows_go_to_their_exams_in_their_order(self, admin: Admin) -> None:
        one, other = create_exam([]), create_exam([])
        content = rows(
            f"{one.id},First,a,b,,,A,MCQ,,,,",
            f'{other.id},Second,a,b,c,,"A,C",MSQ,,1/3,0.5,',
            f"{one.id},Third,,,,,007,NUMERIC,,,,0.10",
        )

        answer = upload(admin, content)

        assert answer.body == {"success": True, "inserted": 3, "skipped": 0, "errors": []}
        texts = [[stored.content.question_text for stored in questions.all_questions(exam.id)] for exam in (one, other)]
        assert texts == [["First", "Third"], ["Second"]]
        assert get(admin, listed(admin, one)[1])["correct_answer"] == "007"
        assert (card(one).question_count, card(other).question_count) == (2, 1)

    def test_bad_rows_are_explained_and_good_ones_kept(self, admin: Admin, exam: Exam) -> None:
        content = rows(
            f"{exam.id},Good,a,b,,,A,MCQ,,,,",
            f"{exam.id},No such option,a,b,,,D,MCQ,,,,",
            "99,No such exam,a,b,,,A,MCQ,,,,",
            ",No exam,a,b,,,A,MCQ,,,,",
            f"{exam.id},Good too,a,b,,,B,MCQ,,,,",
        )

        answer = upload(admin, content)

        assert answer.status == 200
        assert (answer.body["inserted"], answer.body["skipped"]) == (2, 3)
        assert answer.body["errors"] == [
            "Row 3: correct_answer: names an option that is empty: D",
            "Row 4: exam_id: there is no exam 99",
            "Row 5: exam_id: must not be empty",
        ]
        assert card(exam).question_count == 2

    def test_rows_without_an_exam_go_to_the_one_named(self, admin: Admin, exam: Exam) -> None:
        answer = upload(admin, rows(",First,a,b,,,A,MCQ,,,,"), exam_id=str(exam.id))

        assert answer.body["inserted"] == 1
        assert faulty_fields(upload(admin, rows(), exam_id="x")) == {"exam_id"}

    def test_atomic_is_all_or_nothing(self, admin: Admin) -> None:
        one, other = create_exam([]), create_exam([])
        good = [f"{exam.id},Text,a,b,,,A,MCQ,,,," for exam in (one, other, one)]

        refused = upload(admin, rows(*good, f"{one.id},,a,b,,,A,MCQ,,,,"), query="atomic=1")

        assert refused.status == 400
        assert refused.body["code"] == "import_refused"
        assert (refused.body["inserted"], refused.body["skipped"]) == (0, 4)
        assert refused.body["errors"] == ["Row 5: question_text: must not be empty"]
        assert (card(one).question_count, card(other).question_count) == (0, 0)

        accepted = upload(admin, rows(*good), query="atomic=1")

        assert accepted.body == {"success": True, "inserted": 3, "skipped": 0, "errors": []}
        assert (card(one).question_count, card(other).question_count) == (2, 1)

    def test_atomic_imports_go_into_a_bounded_number_of_exams(
        self, admin: Admin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "MOST_EXAMS", 1)
        content = rows(*(f"{create_exam([]).id},Text,a,b,,,A,MCQ,,,," for _ in range(2)))

        assert upload(admin, content, query="atomic=1").body["code"] == "too_many_exams"
        assert upload(admin, content).body["inserted"] == 2

    @pytest.mark.parametrize("content", [b"", b"\n", b"a,b,c\n1,2,3\n", b"\xff\xfe\x00", b"\x00" * 100, b"<html>"])
    def test_a_file_that_is_not_a_csv_of_questions_is_refused(self, content: bytes, admin: Admin) -> None:
        answer = upload(admin, content)

        assert answer.status == 400
        assert answer.body["code"] == "csv_unreadable"

    def test_a_header_alone_imports_nothing(self, admin: Admin) -> None:
        assert upload(admin, rows()).body == {"success": True, "inserted": 0, "skipped": 0, "errors": []}

    def test_too_many_rows_are_refused(self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_ROWS", 2)

        answer = upload(admin, rows(*[f"{exam.id},Text,a,b,,,A,MCQ,,,,"] * 3))

        assert answer.body["code"] == "too_many_rows"
        assert card(exam).question_count == 0

    def test_only_so_many_errors_are_listed(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "_MOST_ERRORS_SHOWN", 2)

        answer = upload(admin, rows(*["99,Text,a,b,,,A,MCQ,,,,"] * 5))

        assert answer.body["skipped"] == 5
        assert answer.body["errors"] == [
            "Row 2: exam_id: there is no exam 99",
            "Row 3: exam_id: there is no exam 99",
            "... and 3 more rows",
        ]

    def test_the_file_must_be_there(self, admin: Admin) -> None:
        path = "/admin/questions/import-csv"

        assert faulty_fields(admin.call("POST", path, **multipart({"csv_file": "as text"}))) == {"csv_file"}
        assert faulty_fields(admin.call("POST", path, form={"csv_file": "x"})) == {"csv_file"}
        assert admin.post(path, {"csv_file": "x"}).status == 415
        broken = admin.call("POST", path, body="--x", headers={"content-type": "multipart/form-data; boundary=x"})
        assert broken.status == 400
        unbounded = admin.call("POST", path, body="--x", headers={"content-type": "multipart/form-data"})
        assert unbounded.status == 400

    def test_huge_files_are_refused(self, admin: Admin) -> None:
        assert upload(admin, b"x" * 10_000_000).status == 413
