"""The structure of exams, from the admin's form to the student's result."""

from fractions import Fraction
from typing import Any

import pytest

from admin_exams import app as admin_exams
from admin_questions import app as admin_questions
from exams import app as exams_app
from results import app as results_app
from smartexam.accounts.store import batches
from smartexam.catalog.layout import layout_of
from smartexam.catalog.store import exams, papers
from smartexam.platform import audit, ids
from smartexam.results.report import report
from smartexam.sitting.store import attempts, results
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.forms import multipart
from tests.factories.users import access_token, create_user

LEAST = {"name": "Mock", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "status": "ongoing"}
JSON = {"accept": "application/json"}


class Office:
    """An admin who creates exams and questions."""

    def __init__(self, clock: FrozenClock) -> None:
        self.exams = Admin(admin_exams.lambda_handler, clock)
        self.questions = Admin(admin_questions.lambda_handler, clock)

    def exam(self, **fields: Any) -> dict[str, Any]:
        answer = self.exams.post("/admin/exams", {**LEAST, **fields})
        assert answer.status == 200, answer.body
        exam: dict[str, Any] = answer.body["exam"]
        return exam

    def shown(self, exam_id: int) -> dict[str, Any]:
        answer = self.exams.get(f"/admin/api/exams/{exam_id}")
        assert answer.status == 200, answer.body
        exam: dict[str, Any] = answer.body["exam"]
        return exam

    def edit(self, exam_id: int, **fields: Any) -> Answer:
        return self.exams.post(f"/admin/exams/edit/{exam_id}", fields)

    def add(self, exam_id: int, **fields: Any) -> Answer:
        return self.questions.post("/admin/questions/add-ajax", {"exam_id": exam_id, **fields})

    def mcq(self, exam_id: int, correct: str = "A", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "MCQ", "correct_answer": correct, **OPTIONS, **fields})

    def msq(self, exam_id: int, correct: str = "A,B", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "MSQ", "correct_answer": correct, **OPTIONS, **fields})

    def numeric(self, exam_id: int, correct: str = "5", **fields: Any) -> int:
        return self._added(exam_id, {"question_type": "NUMERIC", "correct_answer": correct, **fields})

    def _added(self, exam_id: int, fields: dict[str, Any]) -> int:
        answer = self.add(exam_id, question_text="Which?", **fields)
        assert answer.status == 200, answer.body
        question_id: int = answer.body["question_id"]
        return question_id


OPTIONS = {f"option_{letter}": f"text {letter}" for letter in "abcd"}


class Student:
    """A student who takes exams and reads results."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user()

    def call(self, handler: Any, method: str, path: str, **request: Any) -> Answer:
        return send(handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def start(self, exam_id: int) -> Answer:
        return self.call(exams_app.lambda_handler, "POST", f"/start-exam/{exam_id}")

    def paper(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(exams_app.lambda_handler, "GET", f"/exam/{exam_id}")
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.body
        return body

    def sync(self, exam_id: int, answers: Any = None, **fields: Any) -> dict[str, Any]:
        body = dict(fields)
        if answers is not None:
            body |= {"answers": {str(key): value for key, value in answers.items()}, "partial": True, **fields}
        answer = self.call(exams_app.lambda_handler, "POST", f"/api/sync-exam-answers/{exam_id}", body=body)
        assert answer.status == 200, answer.body
        saved: dict[str, Any] = answer.body
        return saved

    def next_section(self, exam_id: int, body: Any = None) -> Answer:
        return self.call(exams_app.lambda_handler, "POST", f"/exam/{exam_id}/next-section", body=body)

    def submit(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(exams_app.lambda_handler, "POST", f"/submit-exam/{exam_id}", headers=JSON)
        assert answer.status == 200, answer.body
        return self.result(exam_id)

    def result(self, exam_id: int) -> dict[str, Any]:
        answer = self.call(results_app.lambda_handler, "GET", f"/result/{exam_id}")
        assert answer.status == 200, answer.body
        result: dict[str, Any] = answer.body["result"]
        return result

    def responses(self, exam_id: int) -> list[dict[str, Any]]:
        answer = self.call(results_app.lambda_handler, "GET", f"/response/{exam_id}")
        assert answer.status == 200, answer.body
        responses: list[dict[str, Any]] = answer.body["responses"]
        return responses


@pytest.fixture
def office(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    for app in (admin_exams, admin_questions, exams_app, results_app):
        monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr("smartexam.catalog.images.exists", lambda path: "missing" not in path)
    return Office(clock)


@pytest.fixture
def student(office: Office, clock: FrozenClock) -> Student:
    return Student(clock)


def codes(saved: dict[str, Any]) -> dict[str, str]:
    return {each["question_id"]: each["code"] for each in saved["rejected"]}


class TestMarking:
    def test_the_scheme_of_a_section_wins_over_the_exams(self, office: Office, student: Student) -> None:
        exam = office.exam(
            marking={"MCQ": {"positive": 3, "negative": "1/3"}, "MSQ": {"partial": "per_option"}},
            sections=[
                {"name": "One"},
                {"name": "Two", "marking": {"MCQ": {"positive": 1}, "MSQ": {"negative": "2/7"}}},
            ],
        )
        one, two = (section["id"] for section in exam["sections"])
        first = office.mcq(exam["id"], section_id=one)
        second = office.mcq(exam["id"], section_id=two)
        several = office.msq(exam["id"], "A,B,C", section_id=two)
        wrong = office.msq(exam["id"], "A,B", section_id=two)
        own = office.numeric(exam["id"], section_id=two, positive_marks="5/7")
        student.start(exam["id"])
        student.sync(exam["id"], {first: "B", second: "A", several: ["A", "B"], wrong: ["D"], own: "5.0"})

        result = student.submit(exam["id"])

        total = -Fraction(1, 3) + 1 + 2 - Fraction(2, 7) + Fraction(5, 7)
        assert result["score"] == round(float(total), 2)
        assert result["max_score"] == round(float(3 + 1 + 4 + 4 + Fraction(5, 7)), 2)
        assert (result["correct_answers"], result["partial_answers"], result["incorrect_answers"]) == (2, 1, 2)
        assert [(each["name"], each["score"], each["max_score"]) for each in result["sections"]] == [
            ("One", -0.33, 3.0),
            ("Two", 3.43, 9.71),
        ]
        partly = next(each for each in student.responses(exam["id"]) if each["question_id"] == several)
        assert (partly["is_correct"], partly["is_partial"], partly["marks_obtained"]) == (False, True, 2.0)

    def test_everything_wrong_with_a_scheme_is_named(self, office: Office) -> None:
        answer = office.exams.post(
            "/admin/exams",
            {
                **LEAST,
                "marking": {"MCQ": {"positive": "x", "partial": "none"}, "ESSAY": {}},
                "sections": [{"name": ""}, {"name": "B", "minutes": 10, "draw": [{"count": 0, "difficulty": "Odd"}]}],
            },
        )

        assert answer.status == 400
        assert {error["field"] for error in answer.body["errors"]} >= {
            "marking.MCQ.positive",
            "marking.MCQ.partial",
            "marking",
            "sections[0].name",
            "sections[1].draw[0].count",
            "sections[1].draw[0].difficulty",
            "sections",
        }

    def test_presets_fill_what_is_not_given(self, office: Office) -> None:
        exam = office.exams.post(
            "/admin/exams", {"name": "J", "date": "2026-01-05", "start_time": "09:00", "preset": "jee-advanced-2024-1"}
        ).body["exam"]

        assert exam["duration"] == 180
        assert len(exam["sections"]) == 12
        assert exam["sections"][1]["marking"]["MSQ"]["partial"] == "per_option"
        listed = office.exams.get("/admin/api/exam-presets").body["presets"]
        assert {each["id"] for each in listed} >= {
            "jee-main-2025",
            "jee-main-2024",
            "neet-2025",
            "neet-2024",
            "gate-2026",
        }
        again = office.exam(**{name: listed[0][name] for name in ("duration", "sections", "marking")})
        assert [section["name"] for section in again["sections"]] == [each["name"] for each in listed[0]["sections"]]


class TestChoose:
    @pytest.fixture
    def exam(self, office: Office) -> dict[str, Any]:
        exam = office.exam(sections=[{"name": "A", "choose": 2}, {"name": "B"}])
        exam["q"] = [office.mcq(exam["id"]) for _ in range(4)]
        exam["other"] = office.mcq(exam["id"], section_id=exam["sections"][1]["id"])
        return exam

    def test_one_more_is_rejected_until_another_is_cleared(
        self, exam: dict[str, Any], office: Office, student: Student
    ) -> None:
        a, b, c, d = exam["q"]
        student.start(exam["id"])

        assert codes(student.sync(exam["id"], {a: "A", b: "B", c: "C"})) == {str(c): "section_full"}
        assert codes(student.sync(exam["id"], {c: "C", b: "D"})) == {str(c): "section_full"}
        assert codes(student.sync(exam["id"], {c: "A", b: None, exam["other"]: "A"})) == {}
        assert student.paper(exam["id"])["answers"] == {str(a): "A", str(c): "A", str(exam["other"]): "A"}
        # A whole sync keeps the saved answers' places.
        assert codes(student.sync(exam["id"], {d: "A", c: "A", a: "A"}, partial=False)) == {str(d): "section_full"}
        result = student.submit(exam["id"])
        assert (result["score"], result["max_score"], result["total_questions"]) == (8.0, 12.0, 3)
        assert result["unanswered_questions"] == 1
        assert office.shown(exam["id"])["max_marks"] == 12.0

    def test_marks_must_be_equal(self, exam: dict[str, Any], office: Office) -> None:
        answer = office.add(
            exam["id"], question_text="Q", question_type="NUMERIC", correct_answer="1", positive_marks="2"
        )

        assert (answer.status, answer.body["code"]) == (400, "unequal_marks")
        marking = {"MCQ": {"positive": 1}}
        assert office.edit(exam["id"], marking=marking).status == 200
        answer = office.edit(exam["id"], sections=[{**exam["sections"][0], "id": exam["sections"][0]["id"]}])
        assert (answer.status, answer.body["code"]) == (409, "section_in_use")


class TestTimedSections:
    @pytest.fixture
    def exam(self, office: Office) -> dict[str, Any]:
        exam = office.exam(
            duration=999, sections=[{"name": n, "minutes": m} for n, m in (("A", 10), ("B", 20), ("C", 30))]
        )
        exam["q"] = [[office.mcq(exam["id"], section_id=each["id"]) for _ in range(2)] for each in exam["sections"]]
        return exam

    def states(self, student: Student, exam: dict[str, Any]) -> list[tuple[str, int]]:
        return [(each["state"], each["remaining_seconds"]) for each in student.paper(exam["id"])["sections"]]

    def test_the_duration_is_their_sum(self, exam: dict[str, Any]) -> None:
        assert exam["duration"] == 60

    def test_they_close_by_the_clock(self, exam: dict[str, Any], student: Student, clock: FrozenClock) -> None:
        (a1, a2), (b1, _), (c1, _) = exam["q"]
        student.start(exam["id"])
        assert self.states(student, exam) == [("open", 600), ("upcoming", 1200), ("upcoming", 1800)]
        assert codes(student.sync(exam["id"], {a1: "A", b1: "A"})) == {str(b1): "section_closed"}
        clock.advance(600)
        assert self.states(student, exam) == [("closed", 0), ("open", 1200), ("upcoming", 1800)]
        assert codes(student.sync(exam["id"], {a1: "A", a2: "A", b1: "A"})) == {str(a2): "section_closed"}
        # A whole sync without the answers of a closed section keeps them.
        assert codes(student.sync(exam["id"], {b1: "B"}, partial=False)) == {}
        clock.advance(1200)
        assert codes(student.sync(exam["id"], {c1: "A", b1: None})) == {str(b1): "section_closed"}
        assert student.paper(exam["id"])["answers"] == {str(a1): "A", str(b1): "B", str(c1): "A"}
        clock.advance(1800 + 31)
        result = student.result(exam["id"])
        assert (result["score"], result["incorrect_answers"]) == (7.0, 1)
        assert [each["score"] for each in result["sections"]] == [4.0, -1.0, 4.0]

    def test_they_are_left_early_and_the_time_is_lost(
        self, exam: dict[str, Any], student: Student, clock: FrozenClock
    ) -> None:
        one, two, three = (section["id"] for section in exam["sections"])
        student.start(exam["id"])
        clock.advance(60)

        assert student.next_section(exam["id"], {"from": two}).body["code"] == "not_that_section"
        answer = student.next_section(exam["id"], {"from": one})
        assert answer.body == {"success": True, "section_id": two, "remaining_seconds": 1200}
        assert self.states(student, exam) == [("closed", 0), ("open", 1200), ("upcoming", 1800)]
        assert student.paper(exam["id"])["remaining_seconds"] == 3000
        assert student.next_section(exam["id"]).body["section_id"] == three
        last = student.next_section(exam["id"])
        assert (last.status, last.body["code"]) == (400, "not_that_section")


class TestDraws:
    def test_each_attempt_gets_its_own_and_nothing_else(self, office: Office, clock: FrozenClock) -> None:
        exam = office.exam(
            sections=[
                {"name": "A", "draw": [{"count": 2, "difficulty": "Hard"}, {"count": 1, "question_type": "MCQ"}]}
            ],
            shuffle={"questions": True, "options": True},
        )
        hard = [office.mcq(exam["id"], difficulty="Hard") for _ in range(6)]
        easy = [office.mcq(exam["id"], difficulty="Easy") for _ in range(3)]
        students = [Student(clock) for _ in range(8)]
        drawn = []
        for each in students:
            assert each.start(exam["id"]).status == 200
            paper = each.paper(exam["id"])
            drawn.append([question["id"] for question in paper["questions"]])
            assert paper["sections"][0]["question_ids"] == drawn[-1]
            assert (paper["exam"]["total_questions"], paper["exam"]["max_marks"]) == (3, 12.0)
            other = next(each for each in (*hard, *easy) if each not in drawn[-1])
            saved = each.sync(exam["id"], {other: "A"}, markedForReview=[other])
            assert saved["saved"] == 0
            assert {entry["code"] for entry in saved["rejected"]} == {"unknown_question"}
            assert [question["id"] for question in each.paper(exam["id"])["questions"]] == drawn[-1]

        assert all(len(set(ids)) == 3 and sum(each in hard for each in ids) >= 2 for ids in drawn)
        assert len({tuple(ids) for ids in drawn}) > 1
        assert office.shown(exam["id"])["total_questions"] == 3

    def test_too_few_are_named_before_and_refused(self, office: Office, student: Student) -> None:
        exam = office.exam(sections=[{"name": "A", "draw": [{"count": 3}]}])
        office.mcq(exam["id"])

        assert [each["code"] for each in office.shown(exam["id"])["problems"]] == ["pool_too_small"]
        answer = student.start(exam["id"])
        assert (answer.status, answer.body["code"]) == (400, "pool_too_small")

    def test_who_began_before_goes_on(self, office: Office, student: Student) -> None:
        exam = office.exam(sections=[{"name": "A", "draw": [{"count": 2}]}])
        ids = [office.mcq(exam["id"]) for _ in range(2)]
        student.start(exam["id"])
        assert office.questions.post(f"/admin/questions/delete/{ids[0]}").status == 200

        assert student.start(exam["id"]).body["resumed"] is True
        assert len(student.paper(exam["id"])["questions"]) == 2

    def test_questions_older_than_the_sections_are_in_the_first(self, office: Office) -> None:
        exam = office.exam()
        question_id = office.mcq(exam["id"])
        sections = office.edit(exam["id"], sections=[{"name": "A"}, {"name": "B"}]).body["exam"]["sections"]
        backwards = office.edit(exam["id"], sections=sections[::-1]).body["exam"]["sections"]

        assert [each["name"] for each in backwards] == ["B", "A"]
        shown = office.questions.get(f"/admin/questions/get/{question_id}").body["question"]
        assert shown["section_id"] == sections[0]["id"]
        assert office.edit(exam["id"], sections=[backwards[0]]).body["code"] == "section_in_use"


class TestOrder:
    def test_letters_are_the_students_until_the_result_and_the_exams_in_it(
        self, office: Office, clock: FrozenClock
    ) -> None:
        exam = office.exam(shuffle={"questions": True, "options": True})
        passage = office.exams.post(f"/admin/exams/{exam['id']}/passages", {"text": "Read this."}).body["passage"]["id"]
        ids = [office.mcq(exam["id"], "C", passage_id=passage if at in {1, 4} else None) for at in range(6)]
        fixed = office.mcq(exam["id"], "D", fixed_options=True)
        several = office.msq(exam["id"], "B,D")
        orders = set()
        for _ in range(6):
            student = Student(clock)
            student.start(exam["id"])
            paper = student.paper(exam["id"])
            order = [question["id"] for question in paper["questions"]]
            orders.add(tuple(order))
            assert abs(order.index(ids[1]) - order.index(ids[4])) == 1
            by_id = {question["id"]: question for question in paper["questions"]}
            assert [by_id[fixed][f"option_{letter}"] for letter in "abcd"] == [f"text {letter}" for letter in "abcd"]
            answers: dict[int, Any] = {}
            for question_id, right in [(each, "c") for each in ids] + [(fixed, "d")]:
                answers[question_id] = letter_of(by_id[question_id], f"text {right}")
            answers[several] = [letter_of(by_id[several], f"text {right}") for right in "bd"]
            student.sync(exam["id"], answers)
            # A second device gets the same layout, also after a restart of the processes.
            layout_of.cache_clear()
            papers.load_paper.cache_clear()
            again = student.paper(exam["id"])
            assert again["questions"] == paper["questions"]
            assert again["answers"] == {
                str(key): sorted(value) if isinstance(value, list) else value for key, value in answers.items()
            }
            result = student.submit(exam["id"])
            assert (result["score"], result["correct_answers"]) == (32.0, 8)
            responses = student.responses(exam["id"])
            assert [each["question_id"] for each in responses] == order
            assert all(each["given_answer"] == each["correct_answer"] for each in responses)
            shown = {each["question_id"]: each for each in responses}
            assert shown[ids[0]][f"option_{shown[ids[0]]['correct_answer'].lower()}"] == "text c"
        assert len(orders) > 1

    def test_admins_see_the_exams_own_letters(self, office: Office, clock: FrozenClock) -> None:
        exam = office.exam(shuffle={"options": True})
        question_id = office.mcq(exam["id"], "C")
        shown = set()
        for _ in range(8):
            student = Student(clock)
            student.start(exam["id"])
            (question,) = student.paper(exam["id"])["questions"]
            student.sync(exam["id"], {question_id: letter_of(question, "text c")})
            result_id = student.submit(exam["id"])["id"]
            result = results.get_result(student.user.id, exam["id"], result_id)
            assert result is not None
            shown.add(report(result).responses[0].given_answer)
            assert report(result, own_letters=True).responses[0].given_answer == "C"
        assert len(shown) > 1

    def test_an_attempt_without_a_seed_goes_on_as_it_was(self, office: Office, student: Student) -> None:
        exam = office.exam()
        ids = [office.mcq(exam["id"], "C") for _ in range(3)]
        student.start(exam["id"])
        office.edit(exam["id"], shuffle={"questions": True, "options": True}, sections=[{"name": "A", "choose": 1}])
        student.sync(exam["id"], dict.fromkeys(ids, "C"))

        assert [question["id"] for question in student.paper(exam["id"])["questions"]] == ids
        assert student.submit(exam["id"])["score"] == 12.0

    def test_nobody_is_told_the_seed(self, office: Office, student: Student) -> None:
        exam = office.exam(shuffle={"questions": True})
        office.mcq(exam["id"])
        started = student.start(exam["id"])
        stored = attempts.get_sitting(student.user.id, exam["id"])

        assert stored is not None
        assert len(stored.seed) >= 22
        assert stored.seed not in str(started.body) + str(student.paper(exam["id"]))


def letter_of(question: dict[str, Any], text: str) -> str:
    return next(letter for letter in "ABCD" if question[f"option_{letter.lower()}"] == text)


class TestPalette:
    def test_visited_and_seconds_only_grow(self, office: Office, student: Student, clock: FrozenClock) -> None:
        exam = office.exam()
        a, b = office.mcq(exam["id"]), office.mcq(exam["id"])
        student.start(exam["id"])
        clock.advance(100)
        saved = student.sync(exam["id"], {a: "B"}, visited=[a, "x", None], seconds={str(a): 42, str(b): 1e9, "x": []})
        assert (saved["saved"], saved["rejected"]) == (1, [])
        student.sync(exam["id"], visited=[b], seconds={str(a): 7, str(b): 5000})
        student.sync(exam["id"], visited="all", seconds=[1])

        paper = student.paper(exam["id"])
        assert (paper["visited"], paper["seconds"]) == ([a, b], {str(a): 42, str(b): 100})
        assert paper["answers"] == {str(a): "B"}


class TestQuestions:
    def test_a_paper_shows_all_but_the_answer(self, office: Office, student: Student) -> None:
        exam = office.exam(languages=["en", "hi"])
        fields = {
            "option_e": "text e",
            "option_images": {"F": "images/f.png"},
            "solution": "Because.",
            "solution_image": "images/s.png",
            "texts": {"hi": {"question_text": "कौन?", "solution": "क्योंकि।"}},
            "topic": "Optics",
            "difficulty": "hard",
            "tags": ["one", "two"],
        }
        office.mcq(exam["id"], "A|F", **fields)
        student.start(exam["id"])

        paper = student.paper(exam["id"])
        (question,) = paper["questions"]
        assert (question["option_e"], question["option_image_urls"]) == ("text e", {"F": "/images/f.png"})
        assert question["texts"] == {"hi": {"question_text": "कौन?"}}
        assert "Because" not in str(paper)
        student.sync(exam["id"], {question["id"]: "F"})
        assert student.submit(exam["id"])["score"] == 4.0
        (response,) = student.responses(exam["id"])
        assert (response["solution"], response["correct_answer"]) == ("Because.", "A|F")
        assert response["texts"]["hi"] == {"question_text": "कौन?", "solution": "क्योंकि।"}

    def test_everything_wrong_is_named_at_once(self, office: Office) -> None:
        exam_id = office.exam()["id"]
        wrong = {
            "question_text": "",
            "option_a": "1",
            "correct_answer": "Z",
            "difficulty": "Odd",
            "texts": {"ta": {"question_text": "x"}},
            "section_id": 99,
            "passage_id": 98,
        }
        named = {"question_text", "option_b", "correct_answer", "difficulty", "texts.ta", "section_id", "passage_id"}
        good = office.add(exam_id, question_text="?", option_a="1", option_b="2", correct_answer="A").body[
            "question_id"
        ]

        added = office.add(exam_id, **wrong)
        edited = office.questions.post(f"/admin/questions/edit-ajax/{good}", {**wrong, "option_b": ""})
        batch = office.questions.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": [wrong]})

        for answer in (added.body, edited.body, batch.body["errors"][0]):
            assert {error["field"] for error in answer["errors"]} == named
            assert len(answer["errors"]) == len(named)

    def test_a_wrong_exam_is_named_with_everything_else(self, office: Office) -> None:
        question = office.mcq(office.exam()["id"])

        answer = office.questions.post(
            f"/admin/questions/edit-ajax/{question}", {"exam_id": "x", "correct_answer": "Z", "section_id": 99}
        )

        assert answer.status == 400
        assert {each["field"] for each in answer.body["errors"]} == {"exam_id", "correct_answer", "section_id"}

    def test_a_row_names_what_is_wrong_with_it_and_what_its_exam_does_not_have(self, office: Office) -> None:
        exam_id = office.exam(sections=[{"name": "A", "minutes": 60}])["id"]
        header = "exam_id,question_text,option_a,option_b,correct_answer,section,question_text_ta"

        def named(content: str, **fields: str) -> list[set[str]]:
            request = multipart(fields, {"csv_file": ("q.csv", content.encode())})
            errors = office.questions.call("POST", "/admin/questions/import-csv", **request).body["errors"]
            return [
                {part.partition(": ")[0] for part in each.partition(": ")[2].split("; ") if ": " in part}
                for each in errors
            ]

        wrong = {"correct_answer", "section", "texts.ta"}
        assert named(f"{header}\n,?,1,2,Z,B,x", exam_id=str(exam_id)) == [wrong]
        assert named(f"{header}\n{exam_id},?,1,2,Z,B,x\n999,?,1,2,Z,,\n,?,1,2,Z,,\n0,?,1,2,Z,,") == [
            wrong,
            *[{"correct_answer", "exam_id"}] * 3,
        ]

    def test_a_passage_names_everything_at_once(self, office: Office) -> None:
        path = f"/admin/exams/{office.exam()['id']}/passages"

        wrong = office.exams.post(path, {"id": "x", "text": "", "texts": {"ta": "x"}})
        only_an_image = office.exams.post(path, {"id": "x", "image": "images/p.png"})

        assert {each["field"] for each in wrong.body["errors"]} == {"id", "text", "texts.ta"}
        assert [each["field"] for each in only_an_image.body["errors"]] == ["id"]

    def test_an_exam_names_everything_at_once(self, office: Office) -> None:
        exam_id = office.exam()["id"]
        wrong = {
            "name": "x" * 201,
            "closes_at": "2026-01-04T10:00",
            "sections": [{"name": ""}],
            "marking": {"ESSAY": {}},
            "category_id": 77,
            "batch_ids": [78],
        }
        named = {"name", "closes_at", "sections[0].name", "marking", "category_id", "batch_ids"}

        created = office.exams.post("/admin/exams", {**LEAST, **wrong})
        edited = office.edit(exam_id, **wrong)
        without = office.exams.post("/admin/exams", {"result_mode": "after_close", "batch_ids": [78]})
        cloned = office.exams.post(f"/admin/exams/{exam_id}/clone", {"date": "2026-02-30"})

        assert {each["field"] for each in created.body["errors"]} == named
        assert {each["field"] for each in edited.body["errors"]} == named
        assert {each["field"] for each in without.body["errors"]} == {
            *("name", "date", "start_time", "duration"),
            *("result_mode", "batch_ids"),
        }
        assert {each["field"] for each in cloned.body["errors"]} == {"name", "date", "start_time"}

    def test_spaces_are_no_access_code_and_remove_none(self, office: Office) -> None:
        exam_id = office.exam(access_code="hall-7")["id"]

        for answer in (
            office.edit(exam_id, access_code="   "),
            office.exams.post("/admin/exams", {**LEAST, "access_code": "\u200b "}),
        ):
            assert answer.status == 400
            assert [each["field"] for each in answer.body["errors"]] == ["access_code"]
        assert office.shown(exam_id)["has_access_code"] is True
        assert office.edit(exam_id, access_code=None).body["exam"]["has_access_code"] is False

    def test_a_language_of_texts_cannot_be_removed(self, office: Office) -> None:
        exam_id = office.exam(languages=["en", "hi", "ta"])["id"]
        question = office.mcq(exam_id, texts={"hi": {"question_text": "कौन?"}})
        office.mcq(exam_id)
        passage = office.exams.post(f"/admin/exams/{exam_id}/passages", {"text": "x", "texts": {"hi": "पढ़ें"}}).body[
            "passage"
        ]

        refused = office.edit(exam_id, languages=["en", "ta"])

        assert (refused.status, refused.body["code"]) == (409, "language_in_use")
        assert (refused.body["questions"], refused.body["passages"]) == (1, 1)
        assert office.edit(exam_id, languages=["en", "hi"]).status == 200
        assert office.questions.post(f"/admin/questions/edit-ajax/{question}", {"texts": {}}).status == 200
        assert office.edit(exam_id, languages=["en"]).status == 409
        assert office.exams.post(f"/admin/passages/delete/{passage['id']}").status == 200
        assert office.edit(exam_id, languages=["en"]).body["exam"]["languages"] == ["en"]

    def test_what_the_exam_does_not_have_is_refused(self, office: Office) -> None:
        exam = office.exam(sections=[{"name": "A"}])
        answer = office.add(
            exam["id"],
            **OPTIONS,
            question_text="Q",
            correct_answer="A",
            section_id=9,
            passage_id=9,
            texts={"hi": {"question_text": "प्र"}},
        )

        assert answer.status == 400
        assert {each["field"] for each in answer.body["errors"]} == {"section_id", "passage_id", "texts.hi"}

    def test_one_saved_during_an_edit_of_the_exam_is_decided_by_what_the_exam_is_then(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exam_id = office.exam(languages=["en", "hi"])["id"]
        path = f"/admin/exams/{exam_id}/passages"
        text = {"text": "Read.", "texts": {"hi": "पढ़ें"}}
        id_of = ids.next_id

        def edited_meanwhile(kind: str) -> int:
            if kind == "passage":
                assert office.edit(exam_id, languages=["en"]).status == 200
            return id_of(kind)

        monkeypatch.setattr(ids, "next_id", edited_meanwhile)
        refused = office.exams.post(path, text)

        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "texts.hi")
        assert office.exams.get(f"/admin/api/exams/{exam_id}/passages").body["passages"] == []

    def test_passages(self, office: Office, student: Student) -> None:
        exam = office.exam(languages=["en", "hi"])
        path = f"/admin/exams/{exam['id']}/passages"
        passage = office.exams.post(path, {"text": "Read.", "image": "images/p.png", "texts": {"hi": "पढ़ें"}}).body[
            "passage"
        ]
        office.mcq(exam["id"], passage_id=passage["id"])

        assert office.exams.post(path, {"text": ""}).status == 400
        assert office.exams.post(path, {"text": "x", "texts": {"fr": "x"}}).status == 400
        assert office.exams.post(path, {"id": 999, "text": "x"}).status == 404
        assert office.exams.post(path, {"id": passage["id"], "text": "Read well."}).status == 200
        assert office.exams.post(f"/admin/passages/delete/{passage['id']}").body["code"] == "passage_in_use"
        student.start(exam["id"])
        assert student.paper(exam["id"])["passages"] == [
            {"id": passage["id"], "text": "Read well.", "image_url": None, "texts": {}}
        ]
        listed = office.exams.get(f"/admin/api/exams/{exam['id']}/passages").body["passages"]
        assert [each["text"] for each in listed] == ["Read well."]


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
