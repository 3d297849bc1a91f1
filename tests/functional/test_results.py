"""Results of a student, and when they are visible: the handler of `results`."""

import io
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from pypdf import PdfReader

from exams.models import SyncBody
from exams.saving import sync
from exams.starting import start
from exams.submitting import submit
from result_pdf.app import api as pdf_api
from result_pdf.app import lambda_handler as pdf_handler
from results.app import api, lambda_handler
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, question_changes
from smartexam.catalog.structure import Structure
from smartexam.platform import storage
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, MSQ, add_questions, create_exam, question_ids
from tests.factories.files import Files
from tests.factories.pdf_texts import text_of
from tests.factories.users import access_token, create_user

RESULT_FIELDS = {
    "id",
    "exam_id",
    "exam_name",
    "score",
    "max_score",
    "percentage",
    "grade",
    "correct_answers",
    "incorrect_answers",
    "unanswered_questions",
    "partial_answers",
    "total_questions",
    "time_taken_minutes",
    "completed_at",
    "sections",
}


class Student:
    """A student who has sat exams and asks for results."""

    def __init__(self, clock: FrozenClock, user: User | None = None) -> None:
        self.clock = clock
        self.user = user or create_user()

    def get(self, path: str, **request: Any) -> Answer:
        return send(lambda_handler, "GET", path, token=access_token(self.user, self.clock.now()), **request)

    def time(self) -> ExamTime:
        return ExamTime(self.clock.now(), 30, "Asia/Kolkata")

    def open(self, exam: Exam, *given: Any) -> int:
        """Start and save answers, in the paper's order; returns the attempt's id."""
        sitting, _ = start(self.user.id, exam.id, self.time())
        answers = {str(each): answer for each, answer in zip(question_ids(exam.id), given, strict=False)}
        sync(self.user.id, exam.id, SyncBody(answers=answers), self.time())
        return sitting.attempt_id

    def sit(self, exam: Exam, *given: Any, minutes: int = 10) -> int:
        """Start, answer and submit; returns the result's id."""
        result_id = self.open(exam, *given)
        self.clock.advance(minutes * 60)
        submit(self.user.id, exam.id, self.time())
        return result_id


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Student:
    monkeypatch.setattr(api, "clock", clock)
    monkeypatch.setattr(pdf_api, "clock", clock)
    return Student(clock)


class TestResult:
    def test_shows_marks_counts_and_time(self, student: Student) -> None:
        exam = create_exam()
        result_id = student.sit(exam, "B", ["A"], None)

        assert student.get(f"/result/{exam.id}").body["result"] == {
            "id": result_id,
            "exam_id": exam.id,
            "exam_name": "Mock test",
            "score": 2.0,
            "max_score": 12.0,
            "percentage": 16.67,
            "grade": "F",
            "correct_answers": 1,
            "incorrect_answers": 1,
            "unanswered_questions": 1,
            "partial_answers": 0,
            "sections": [],
            "total_questions": 3,
            "time_taken_minutes": 10.0,
            "completed_at": "2026-01-05T04:40:00.000Z",
        }

    def test_latest_or_by_id(self, student: Student) -> None:
        exam = create_exam()
        first = student.sit(exam, "B")
        second = student.sit(exam)

        assert student.get(f"/result/{exam.id}").body["result"]["id"] == second
        assert student.get(f"/result/{exam.id}/{first}").body["result"]["score"] == 4

    def test_negative_totals_stay_negative(self, student: Student) -> None:
        exam = create_exam()
        student.sit(exam, "A", ["B"], "9")

        result = student.get(f"/result/{exam.id}").body["result"]

        assert (result["score"], result["percentage"], result["grade"]) == (-3, -25, "F")

    def test_of_another_student_is_404(self, student: Student) -> None:
        exam = create_exam()
        result_id = student.sit(exam, "B")
        other = Student(student.clock)

        assert other.get(f"/result/{exam.id}/{result_id}").status == 404
        assert other.get(f"/response/{exam.id}/{result_id}").status == 404

    @pytest.mark.parametrize("path", ["/result/{0}", "/response/{0}", "/result-pending/{0}", "/result/{0}/7"])
    def test_without_a_result_is_404(self, student: Student, path: str) -> None:
        assert student.get(path.format(create_exam().id)).status == 404
        assert student.get(path.format(999)).status == 404

    def test_of_one_exam_is_not_found_under_another(self, student: Student) -> None:
        result_id = student.sit(create_exam(), "B")

        assert student.get(f"/result/{create_exam().id}/{result_id}").status == 404

    def test_a_clock_that_jumps_back_gives_no_negative_time(self, student: Student) -> None:
        exam = create_exam()
        student.open(exam, "B")
        student.clock.advance(-5)
        submit(student.user.id, exam.id, student.time())

        result = student.get(f"/result/{exam.id}").body["result"]

        assert result["time_taken_minutes"] == 0

    def test_attempt_left_open_is_graded_at_the_next_call(self, student: Student) -> None:
        exam = create_exam()
        student.open(exam, "B")
        student.clock.advance(3600 + 31)

        result = student.get(f"/result/{exam.id}").body["result"]

        assert (result["score"], result["time_taken_minutes"]) == (4, 60)


class TestWhileSittingAgain:
    def test_nothing_of_the_exam_is_shown(self, student: Student) -> None:
        exam, other = create_exam(max_attempts=0), create_exam()
        earlier = student.sit(exam, "B", ["A", "C"])
        student.sit(other, "B")
        student.open(exam, "A")

        for path in (f"/result/{exam.id}", f"/result/{exam.id}/{earlier}", f"/response/{exam.id}/{earlier}"):
            answer = student.get(path)
            assert (answer.status, answer.body["code"]) == (409, "exam_in_progress")
        assert student.get(f"/result/{other.id}").status == 200
        shown = {
            each["exam_id"]: (each["visible"], each["score"]) for each in student.get("/api/results").body["results"]
        }
        assert shown[exam.id] == (False, None)
        assert shown[other.id][0] is True
        assert student.get("/api/analytics").body["analytics"]["total_exams"] == 1

        first = create_exam()
        student.open(first, "A")
        assert student.get(f"/response/{first.id}").body["code"] == "exam_in_progress", "without an earlier attempt too"
        student.clock.advance(3600 + 31)

        assert student.get(f"/result/{exam.id}/{earlier}").status == 200
        assert student.get("/api/analytics").body["analytics"]["total_exams"] == 4


class TestVisibility:
    def test_delayed_becomes_visible_after_its_time(self, student: Student) -> None:
        exam = create_exam(result_mode="delayed", result_delay=5)
        student.sit(exam, "B")

        before = student.get(f"/result/{exam.id}")
        student.clock.advance(5 * 60)
        after = student.get(f"/result/{exam.id}")

        assert before.status == 403
        assert before.body["result_pending"] is True
        assert before.body["available_at"] == "2026-01-05T04:45:00.000Z"
        assert after.status == 200

    def test_manual_waits_for_the_release_and_can_be_taken_back(self, student: Student) -> None:
        exam = create_exam(result_mode="manual")
        student.sit(exam, "B")

        assert student.get(f"/result/{exam.id}").body["available_at"] is None
        exam_changes.edit_exam(exam.id, lambda _: {"is_released": True})
        assert student.get(f"/result/{exam.id}").status == 200
        exam_changes.edit_exam(exam.id, lambda _: {"is_released": False})
        assert student.get(f"/result/{exam.id}").status == 403

    @pytest.mark.parametrize("fields", [{"result_mode": "manual"}, {"result_mode": "delayed", "result_delay": 60}])
    def test_nothing_leaks_before(self, student: Student, fields: dict[str, Any]) -> None:
        exam = create_exam(**fields)
        result_id = student.sit(exam, "B", ["A", "C"], "1.41")

        for path in (f"/result/{exam.id}", f"/result/{exam.id}/{result_id}", f"/response/{exam.id}"):
            answer = student.get(path)
            assert answer.status == 403
            assert set(answer.body) == {"status", "success", "message", "code", "result_pending", "available_at"}
        history = student.get("/api/results").body["results"][0]
        assert (history["score"], history["percentage"], history["grade"], history["max_score"]) == (None,) * 4

    def test_pending_tells_when(self, student: Student) -> None:
        exam = create_exam(result_mode="delayed", result_delay=5)
        student.sit(exam, "B")

        body = student.get(f"/result-pending/{exam.id}").body

        assert (body["success"], body["pending"]) == (True, True)
        assert body["available_at"] == "2026-01-05T04:45:00.000Z"
        student.clock.advance(300)
        assert student.get(f"/result-pending/{exam.id}").body["pending"] is False


class TestResponses:
    def test_shows_every_question(self, student: Student) -> None:
        exam = create_exam()
        student.sit(exam, "B", ["A", "B"], None)

        body = student.get(f"/response/{exam.id}").body

        assert set(body["result"]) == RESULT_FIELDS
        assert body["responses"][1] == {
            "question_id": question_ids(exam.id)[1],
            "question_text": "Which are even?",
            "option_a": "2",
            "option_b": "3",
            "option_c": "4",
            "option_d": "",
            "question_type": "MSQ",
            "given_answer": ["A", "B"],
            "correct_answer": ["A", "C"],
            "is_attempted": True,
            "is_correct": False,
            "is_partial": False,
            "marks_obtained": -2.0,
            "max_marks": 4.0,
            "image_url": None,
            "option_image_urls": {},
            "section_id": None,
            "passage_id": None,
            "texts": {},
            "solution": "",
            "solution_image_url": None,
        }
        assert body["responses"][2]["given_answer"] is None
        assert body["responses"][2]["marks_obtained"] == 0

    def test_shows_the_paper_that_was_sat(self, student: Student) -> None:
        exam = create_exam()
        student.sit(exam, "B", ["A", "C"], "1.41")
        question_changes.delete_questions(question_ids(exam.id))
        add_questions(exam.id, [MSQ])

        body = student.get(f"/response/{exam.id}").body

        assert [each["is_correct"] for each in body["responses"]] == [True] * 3


def _text(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return text_of(answer.body)


class TestPdf:
    @pytest.fixture(autouse=True)
    def files(self, monkeypatch: pytest.MonkeyPatch) -> Files:
        return Files.installed(monkeypatch)

    def test_is_of_the_latest_result(self, student: Student) -> None:
        exam = create_exam()
        student.sit(exam, "B")

        answer = send(pdf_handler, "GET", f"/response-pdf/{exam.id}", token=access_token(student.user, MORNING))

        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")

    def test_is_in_a_language_of_the_exam(self, student: Student) -> None:
        hindi = replace(MCQ, texts={"hi": {"question_text": "कथन"}})
        exam = create_exam([hindi], structure=Structure(languages=("en", "hi")))
        student.sit(exam, "B")

        def read(query: str) -> Answer:
            token = access_token(student.user, MORNING)
            return send(pdf_handler, "GET", f"/response-pdf/{exam.id}", query=query, token=token)

        in_hindi = _text(read("lang=hi"))
        assert "कथन" in in_hindi
        for label in ("प्राप्तांक", "प्रतिशत", "ग्रेड", "प्रयास", "मिनट", "समाप्ति", "परिणाम"):
            assert label in in_hindi
        assert "Percentage" not in in_hindi
        assert MCQ.question_text in _text(read("lang=en"))
        assert _text(read("")) == _text(read("lang=en"))
        refused = read("lang=ta")
        assert refused.status == 400
        assert refused.body["errors"] == [{"field": "lang", "message": "must be one of en, hi"}]

    @pytest.fixture
    def picture(self, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        def drawn(bucket: str, key: str, *, most: int) -> bytes | None:
            content = io.BytesIO()
            Image.new("RGB", (40, 30), "red" if "a.png" in key else "blue").save(content, "PNG")
            return content.getvalue()[:most] if bucket == "images" else files.fetch(bucket, key, most=most)

        monkeypatch.setenv("IMAGES_BUCKET", "images")
        monkeypatch.setattr(storage, "get", drawn)

    def test_shows_pictures(self, picture: None, student: Student) -> None:
        exam = create_exam([replace(MCQ, image_path="images/a.png", solution_image="images/b.png")])
        student.sit(exam, "B")

        answer = send(pdf_handler, "GET", f"/response-pdf/{exam.id}", token=access_token(student.user, MORNING))

        pages = PdfReader(io.BytesIO(answer.body)).pages
        assert sum(len(page.images) for page in pages) == 2


class TestHistory:
    def test_newest_first_over_all_exams(self, student: Student) -> None:
        one, two = create_exam(name="One"), create_exam(name="Two", result_mode="manual")
        student.sit(one, "B")
        student.sit(two, "B")

        results = student.get("/api/results").body["results"]

        assert [(each["exam_name"], each["visible"], each["score"]) for each in results] == [
            ("Two", False, None),
            ("One", True, 4),
        ]

    def test_pages(self, student: Student) -> None:
        exam = create_exam()
        ids = [student.sit(exam) for _ in range(5)]

        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            body = student.get("/api/results", query={"limit": 2, "cursor": cursor}).body
            assert len(body["results"]) <= 2
            seen += [each["id"] for each in body["results"]]
            cursor = body["next_cursor"]

        assert seen == ids[::-1]

    def test_is_the_callers_own(self, student: Student) -> None:
        student.sit(create_exam())

        assert Student(student.clock).get("/api/results").body["results"] == []

    def test_thirds_are_exact(self, student: Student) -> None:
        third = MSQ.__class__(
            **{**{name: getattr(MSQ, name) for name in MSQ.__struct_fields__}, "negative_marks": Fraction(1, 3)}
        )
        exam = create_exam([third] * 3, positive_marks=Fraction(1))
        student.sit(exam, ["A"], ["A"], ["A"])

        assert student.get(f"/result/{exam.id}").body["result"]["score"] == -1
