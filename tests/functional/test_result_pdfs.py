"""Results as PDFs: kept, one at a time, by a job where they are long, and erased with account and exam."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from admin_analytics import app as analytics_app
from admin_analytics import downloads
from exams import app as exams_app
from job_worker.app import lambda_handler as worker
from jobs import app as jobs_app
from result_pdf import app as pdf_app
from result_sheets import making, pdf
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes
from smartexam.erasing import erase_account, erase_exam
from smartexam.platform import storage
from smartexam.results.store import sheets
from smartexam.sitting.store import results
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.exams import create_exam, question_ids
from tests.factories.files import Files
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user


@pytest.fixture
def files(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files.installed(monkeypatch)


@pytest.fixture(autouse=True)
def _frozen(files: Files, post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in (exams_app, pdf_app, jobs_app, analytics_app):
        monkeypatch.setattr(app.api, "clock", frozen_settings)
    monkeypatch.setattr(
        storage, "presigned_download", lambda _, key, *, name, media_type, seconds: f"https://files/{key}?{name}"
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[pdf.Sheet]:
    """The sheets that were typeset."""
    seen: list[pdf.Sheet] = []

    def render(sheet: pdf.Sheet) -> bytes:
        seen.append(sheet)
        return b"%PDF-" + str(len(seen)).encode()

    monkeypatch.setattr(pdf, "render", render)
    return seen


class Student:
    """A student with a result."""

    def __init__(self, clock: FrozenClock, role: str = "user") -> None:
        self.clock, self.user = clock, create_user(role=role)

    def call(self, app: Any, method: str, path: str, **request: Any) -> Answer:
        return send(app.lambda_handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def sit(self, exam: Exam) -> int:
        self.call(exams_app, "POST", f"/start-exam/{exam.id}")
        self.call(
            exams_app,
            "POST",
            f"/api/sync-exam-answers/{exam.id}",
            body={"answers": {str(question_ids(exam.id)[0]): "B"}},
        )
        submitted = self.call(exams_app, "POST", f"/submit-exam/{exam.id}", headers={"accept": "application/json"})
        result_id: int = submitted.body["result_id"]
        return result_id

    def pdf(self, exam: Exam) -> Answer:
        return self.call(pdf_app, "GET", f"/response-pdf/{exam.id}")

    def job(self, accepted: Answer) -> dict[str, Any]:
        found: dict[str, Any] = self.call(jobs_app, "GET", accepted.body["status_url"]).body["job"]
        return found


@pytest.fixture
def student(clock: FrozenClock) -> Student:
    return Student(clock)


@pytest.fixture
def work(post: PostOffice) -> Callable[[], None]:
    """Works on what is in the queue."""
    context = FakeContext(remaining_ms=lambda: 100_000)

    def run() -> None:
        for order in [sent.body for sent in post.taken("job")]:
            assert worker(sqs_event(order), context) == {"batchItemFailures": []}

    return run


class TestKept:
    def test_one_is_typeset_once(self, student: Student, made: list[pdf.Sheet], files: Files) -> None:
        exam = create_exam()
        student.sit(exam)

        answers = [student.pdf(exam) for _ in range(3)]

        assert [answer.status for answer in answers] == [200] * 3
        assert {answer.body for answer in answers} == {b"%PDF-1"}
        assert (len(made), len(files)) == (1, 1)
        assert answers[2].headers["content-type"] == "application/pdf"
        assert ".pdf" in answers[2].headers["content-disposition"]

    def test_another_result_is_typeset_anew(self, student: Student, made: list[pdf.Sheet], files: Files) -> None:
        exam = create_exam()
        for _ in range(2):
            student.sit(exam)
            student.pdf(exam)

        assert (len(made), len(files)) == (2, 2)

    def test_what_shows_something_else_is_typeset_anew(
        self, student: Student, made: list[pdf.Sheet], files: Files, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a result that was graded again, its old PDF is not served, and is deleted."""
        exam = create_exam()
        student.sit(exam)
        student.pdf(exam)
        get_result = results.get_result

        def graded_again(*keys: int) -> results.Result | None:
            found = get_result(*keys)
            assert found is not None
            return structs.replace(found, score=structs.replace(found.score, score=found.score.score + 300))

        monkeypatch.setattr(results, "get_result", graded_again)

        assert student.pdf(exam).body == b"%PDF-2"
        assert list(files.values()) == [b"%PDF-2"]

    def test_an_old_one_is_typeset_anew(self, student: Student, made: list[pdf.Sheet]) -> None:
        exam = create_exam()
        student.sit(exam)
        student.pdf(exam)
        student.clock.advance(6 * 24 * 3600)

        assert student.pdf(exam).body == b"%PDF-2"

    def test_a_file_that_is_gone_is_typeset_anew(self, student: Student, made: list[pdf.Sheet], files: Files) -> None:
        exam = create_exam()
        student.sit(exam)
        student.pdf(exam)
        files.clear()

        assert student.pdf(exam).body == b"%PDF-2"

    def test_without_the_storage_it_is_made_all_the_same(
        self, student: Student, made: list[pdf.Sheet], files: Files
    ) -> None:
        exam = create_exam()
        student.sit(exam)
        student.pdf(exam)
        files.fails = True

        assert student.pdf(exam).body == b"%PDF-2"
        files.fails = False
        assert student.pdf(exam).body == b"%PDF-3"

    def test_a_result_that_is_not_visible_stays_closed(self, student: Student, made: list[pdf.Sheet]) -> None:
        exam = create_exam()
        student.sit(exam)
        student.pdf(exam)
        exam_changes.edit_exam(exam.id, lambda _: {"result_mode": "manual"})

        assert student.pdf(exam).body["code"] == "result_pending"


class TestOneAtATime:
    def test_a_second_one_meanwhile_is_429(self, student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
        exam = create_exam()
        student.sit(exam)
        other = Student(student.clock)
        other.sit(exam)
        meanwhile: list[Answer] = []

        def render(_: pdf.Sheet) -> bytes:
            if not meanwhile:
                meanwhile.append(student.pdf(exam))
                meanwhile.append(other.pdf(exam))
            return b"%PDF"

        monkeypatch.setattr(pdf, "render", render)

        assert student.pdf(exam).status == 200
        assert (meanwhile[0].status, meanwhile[0].body["code"]) == (429, "pdf_in_progress")
        assert meanwhile[0].headers["retry-after"] == "2"
        assert meanwhile[1].status == 200

    def test_a_turn_ends_with_a_failure(self, student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
        exam = create_exam()
        student.sit(exam)

        def fail(_: pdf.Sheet) -> bytes:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(pdf, "render", fail)
            assert student.pdf(exam).status == 500

        assert student.pdf(exam).status == 200

    def test_a_turn_that_a_crash_left_expires(self, student: Student, made: list[pdf.Sheet]) -> None:
        exam = create_exam()
        student.sit(exam)
        sheets.take_turn(student.user.id, "crashed", student.clock.now(), seconds=35)

        assert student.pdf(exam).status == 429
        student.clock.advance(35)
        assert student.pdf(exam).status == 200


class TestJob:
    @pytest.fixture
    def exam(self, monkeypatch: pytest.MonkeyPatch) -> Exam:
        monkeypatch.setattr(making, "MOST_QUESTIONS", 2)
        return create_exam()

    def test_a_long_result_is_a_job_of_ones_own(
        self, student: Student, exam: Exam, made: list[pdf.Sheet], files: Files, work: Callable[[], None]
    ) -> None:
        result_id = student.sit(exam)

        accepted = student.pdf(exam)

        assert accepted.status == 202
        assert accepted.body["status_url"] == f"/api/jobs/{accepted.body['job_id']}"
        assert student.job(accepted)["status"] == "queued"
        again = student.pdf(exam)
        assert (again.status, again.body["job_id"]) == (202, accepted.body["job_id"])
        work()
        job = student.job(accepted)
        (key,) = files
        assert (job["status"], job["kind"]) == ("done", "result_pdf")
        assert job["download_url"] == f"https://files/{key}?exam-{exam.id}-result-{result_id}.pdf"
        assert len(made) == 1
        other = Student(student.clock)
        assert other.call(jobs_app, "GET", accepted.body["status_url"]).status == 404

    def test_asked_for_again_it_is_not_typeset_again(
        self, student: Student, exam: Exam, made: list[pdf.Sheet], work: Callable[[], None]
    ) -> None:
        student.sit(exam)
        for _ in range(2):
            accepted = student.pdf(exam)
            work()
            assert student.job(accepted)["status"] == "done"

        assert len(made) == 1

    def test_an_administrators_is_in_the_list_of_jobs(
        self,
        clock: FrozenClock,
        student: Student,
        exam: Exam,
        made: list[pdf.Sheet],
        work: Callable[[], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        result_id = student.sit(exam)
        result = results.get_result(student.user.id, exam.id, result_id)
        monkeypatch.setattr(downloads, "_find", lambda _: result)
        admin = Student(student.clock, "admin")

        accepted = admin.call(analytics_app, "GET", f"/admin/users-analytics/download-result/{result_id}")

        assert accepted.status == 202
        assert accepted.body["status_url"].startswith("/admin/api/jobs/")
        work()
        assert admin.job(accepted)["status"] == "done"

    def test_while_another_one_is_made_a_job_is_refused_or_waits(
        self, student: Student, exam: Exam, made: list[pdf.Sheet], work: Callable[[], None]
    ) -> None:
        student.sit(exam)
        sheets.take_turn(student.user.id, "other", student.clock.now(), seconds=35)
        assert student.pdf(exam).status == 429
        student.clock.advance(35)
        accepted = student.pdf(exam)
        student.clock.advance(121)
        sheets.take_turn(student.user.id, "other", student.clock.now(), seconds=35)

        work()
        assert student.job(accepted)["status"] == "queued"
        assert not made
        student.clock.advance(35)
        work()
        assert student.job(accepted)["status"] == "done"

    def test_one_that_is_too_large_for_an_answer_is_handed_over(
        self, student: Student, made: list[pdf.Sheet], work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(making, "MOST_BYTES", 3)
        exam = create_exam()
        student.sit(exam)

        accepted = student.pdf(exam)

        assert accepted.status == 202
        work()
        assert student.job(accepted)["status"] == "done"
        assert len(made) == 1

    def test_of_an_exam_that_is_deleted_meanwhile_fails(
        self, student: Student, exam: Exam, made: list[pdf.Sheet], files: Files, work: Callable[[], None]
    ) -> None:
        student.sit(exam)
        accepted = student.pdf(exam)
        exam_changes.remove_exam(exam.id)
        erase_exam(exam.id, lambda: True)

        work()

        job = student.job(accepted)
        assert (job["status"], job["code"]) == ("failed", "result_not_found")
        assert not files


class TestErased:
    def test_with_the_account(self, student: Student, made: list[pdf.Sheet], files: Files) -> None:
        exam = create_exam()
        for each in (create_exam(), exam):
            student.sit(each)
            student.pdf(each)
        other = Student(student.clock)
        other.sit(exam)
        other.pdf(exam)
        assert len(files) == 3

        erase_account(student.user.id, lambda: True)

        assert [key.split("/")[1] for key in files] == [str(other.user.id)]
        assert other.pdf(exam).status == 200
        assert len(made) == 3

    def test_with_the_exam(self, student: Student, made: list[pdf.Sheet], files: Files) -> None:
        kept, exam = create_exam(), create_exam()
        for each in (kept, exam):
            student.sit(each)
            student.pdf(each)

        exam_changes.remove_exam(exam.id)
        erase_exam(exam.id, lambda: True)

        assert [key.split("/")[2] for key in files] == [str(kept.id)]

    def test_while_it_is_made(self, student: Student, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        exam = create_exam()
        student.sit(exam)
        put = storage.put

        def erased_meanwhile(*file: Any) -> None:
            erase_account(student.user.id, lambda: True)
            put(*file)

        monkeypatch.setattr(storage, "put", erased_meanwhile)

        assert student.pdf(exam).status == 404
        assert not files
