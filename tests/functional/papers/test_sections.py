"""The structure of exams: timed sections, draws and orders."""

from typing import Any

import pytest

from smartexam.catalog.layout import layout_of
from smartexam.catalog.store import papers
from smartexam.results.report import report
from smartexam.sitting.store import attempts, results
from tests.factories.clock import FrozenClock
from tests.functional.papers.people import Office, Student, codes


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
