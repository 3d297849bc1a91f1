"""§12 of the contract: what a paper can be."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import pytest
import urllib3

from tests.contract.client import Answer, Client, is_error

pytestmark = pytest.mark.contract

LETTERS = "abcde"
Questions = list[dict[str, Any]]


def refused(answer: Answer, status: int, code: str | None = None) -> bool:
    return is_error(answer) and answer.status == status and (code is None or answer.body.get("code") == code)


def mcq(**fields: Any) -> dict[str, Any]:
    options = {f"option_{letter}": f"text {letter}" for letter in "abcd"}
    return {"question_text": "Which?", "question_type": "MCQ", **options, "correct_answer": "B", **fields}


def msq(**fields: Any) -> dict[str, Any]:
    return mcq(question_type="MSQ", **{"correct_answer": "A,B,C", **fields})


def numeric(**fields: Any) -> dict[str, Any]:
    return {"question_text": "How many?", "question_type": "NUMERIC", "correct_answer": "5", **fields}


MakeExam = Callable[..., int]


@pytest.fixture
def make_exam(admin: Client) -> MakeExam:
    """Creates an exam with questions; returns its id."""

    def make(*questions: dict[str, Any], **fields: Any) -> int:
        exam = {"name": "Papers", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "status": "ongoing"}
        made = admin.post("/admin/exams", {**exam, **fields})
        assert made.status == 200, made
        exam_id: int = made.body["exam_id"]
        if questions:
            add(admin, exam_id, *questions)
        return exam_id

    return make


def add(admin: Client, exam: int, *questions: dict[str, Any]) -> None:
    added = admin.post("/admin/questions/batch-add", {"exam_id": exam, "questions": list(questions)})
    assert added.body.get("added") == len(questions), added


def paper_of(student: Client, exam: int) -> dict[str, Any]:
    assert student.post(f"/start-exam/{exam}").status == 200
    answer = student.get(f"/exam/{exam}")
    assert answer.status == 200, answer
    paper: dict[str, Any] = answer.body
    return paper


def sync(student: Client, exam: int, answers: dict[int, Any], **more: Any) -> dict[str, Any]:
    answer = student.post(
        f"/api/sync-exam-answers/{exam}", {"answers": {str(number): given for number, given in answers.items()}, **more}
    )
    assert answer.status == 200, answer
    body: dict[str, Any] = answer.body
    return body


def rejected(synced: dict[str, Any]) -> dict[int, str]:
    return {int(each["question_id"]): each["code"] for each in synced["rejected"]}


def result_of(student: Client, exam: int) -> dict[str, Any]:
    assert student.post(f"/submit-exam/{exam}").status == 200
    result: dict[str, Any] = student.get(f"/result/{exam}").body["result"]
    return result


class TestSections:
    @pytest.mark.parametrize(
        ("field", "sections"),
        [
            ("sections", 5),
            ("sections", [{"name": f"S{number}"} for number in range(21)]),
            ("sections", [{"name": "A", "minutes": 10}, {"name": "B"}]),
            ("sections[0]", [5]),
            ("sections[0].name", [{}]),
            ("sections[1].name", [{"name": "A"}, {"name": "A"}]),
            ("sections[0].id", [{"name": "A", "id": 9**41}]),
            ("sections[0].minutes", [{"name": "A", "minutes": 0}]),
            ("sections[0].choose", [{"name": "A", "choose": -1}]),
            ("sections[0].draw[0].count", [{"name": "A", "draw": [{"topic": "Optics"}]}]),
            ("sections[0].draw[0].question_type", [{"name": "A", "draw": [{"count": 1, "question_type": "ESSAY"}]}]),
            ("sections[0].marking", [{"name": "A", "marking": {"mcq": {"positive": 1}}}]),
            ("sections[0].marking.MSQ.partial", [{"name": "A", "marking": {"MSQ": {"partial": "half"}}}]),
        ],
    )
    def test_what_they_cannot_be_is_400_and_named(self, field: str, sections: Any, admin: Client) -> None:
        exam = {"name": "Refused", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "sections": sections}
        answer = admin.post("/admin/exams", exam)
        assert refused(answer, 400, "invalid_fields")
        assert [fault["field"] for fault in answer.body["errors"]] == [field]

    def test_timed_ones_are_sat_one_after_the_other(
        self, make_exam: MakeExam, student: Client, admin: Client, clock: Callable[[float], Any]
    ) -> None:
        sections = [{"name": name, "minutes": minutes} for name, minutes in (("A", 10), ("B", 20), ("C", 5))]
        exam = make_exam(*(mcq(section_id=number) for number in (1, 2, 3)), sections=sections, duration=500)
        paper = paper_of(student, exam)
        assert paper["exam"]["duration"] == 35
        assert [section["state"] for section in paper["sections"]] == ["open", "upcoming", "upcoming"]
        shape = {"id", "name", "instructions", "state", "remaining_seconds", "choose", "question_ids"}
        assert all(section.keys() >= shape for section in paper["sections"])
        first, second, third = (section["question_ids"][0] for section in paper["sections"])

        assert rejected(sync(student, exam, {first: "A", second: "B"})) == {second: "section_closed"}
        for body in ({"from": 2}, {"from": 99}):
            assert refused(student.post(f"/exam/{exam}/next-section", body), 400, "not_that_section")
        assert refused(student.post(f"/exam/{exam}/next-section", {"from": "1"}), 400, "invalid_fields")
        with ThreadPoolExecutor(4) as pool:
            moved = list(pool.map(lambda _: student.post(f"/exam/{exam}/next-section", {"from": 1}).status, range(4)))
        assert sorted(moved) == [200, 400, 400, 400]

        assert rejected(sync(student, exam, {first: "B", second: "B"})) == {first: "section_closed"}
        assert rejected(sync(student, exam, {first: "A", second: "B"})) == {}
        sync(student, exam, {second: "C"})
        paper = student.get(f"/exam/{exam}").body
        assert paper["answers"] == {str(first): "A", str(second): "C"}
        assert paper["sections"][0]["remaining_seconds"] == 0
        assert 1100 < paper["sections"][1]["remaining_seconds"] <= 1200

        clock(20 * 60 + 5)
        assert rejected(sync(student, exam, {second: "B", third: "B"}, partial=True)) == {second: "section_closed"}
        assert refused(student.post(f"/exam/{exam}/next-section"), 400, "not_that_section")
        result = result_of(student, exam)
        assert [section["score"] for section in result["sections"]] == [-1, -1, 4]
        assert sum(section["max_score"] for section in result["sections"]) == result["max_score"] == 12
        assert refused(student.post(f"/exam/{exam}/next-section"), 400, "no_attempt")
        kept = [{"id": 1, "name": "A", "minutes": 10}]
        assert refused(admin.post(f"/admin/exams/edit/{exam}", {"sections": kept}), 409, "section_in_use")

    def test_of_some_only_so_many_answers_count(self, make_exam: MakeExam, student: Client, admin: Client) -> None:
        exam = make_exam(*(mcq(section_id=1) for _ in range(4)), mcq(), sections=[{"name": "A", "choose": 2}])
        assert refused(
            admin.post("/admin/questions/add-ajax", mcq(exam_id=exam, positive_marks=9)), 400, "unequal_marks"
        )
        detail = student.get(f"/api/exams/{exam}").body["exam"]
        assert (detail["total_questions"], detail["max_marks"]) == (2, 8)
        a, b, c, d, _ = (question["id"] for question in paper_of(student, exam)["questions"])

        assert rejected(sync(student, exam, {a: "A", b: "B", c: "C"})) == {c: "section_full"}
        assert rejected(sync(student, exam, {c: "C"}, partial=True)) == {c: "section_full"}
        assert rejected(sync(student, exam, {c: "C", a: None}, partial=True)) == {}
        assert rejected(sync(student, exam, {d: "B"})) == {}
        result = result_of(student, exam)
        counts = [result[name] for name in ("score", "max_score", "total_questions", "unanswered_questions")]
        assert counts == [4, 8, 2, 1]

    def test_draws_are_fixed_at_the_start(
        self, make_exam: MakeExam, student: Client, other_student: Client, admin: Client
    ) -> None:
        draw = [
            {"count": 2, "question_type": "MCQ"},
            {"count": 1, "topic": "Optics"},
            {"count": 1, "difficulty": "Hard"},
        ]
        exam = make_exam(mcq(), mcq(topic="Optics"), sections=[{"name": "A", "draw": draw}])
        for method, path in (("GET", f"/preload-exam/{exam}"), ("POST", f"/start-exam/{exam}")):
            assert refused(student.send(method, path), 400, "pool_too_small")
        problems = admin.get(f"/admin/api/exams/{exam}").body["exam"]["problems"]
        assert [problem["code"] for problem in problems] == ["pool_too_small"]

        add(admin, exam, mcq(), mcq(), mcq(difficulty="Hard"), mcq(topic="Optics", difficulty="Hard"), numeric())
        everything = {each["id"] for each in admin.get("/admin/questions", query={"exam_id": exam}).body["questions"]}
        for client in (student, other_student):
            drawn = [question["id"] for question in paper_of(client, exam)["questions"]]
            assert len(set(drawn)) == 4
            assert [question["id"] for question in paper_of(client, exam)["questions"]] == drawn
            other = min(everything - set(drawn))
            assert rejected(sync(client, exam, {other: "A"})) == {other: "unknown_question"}
            result = result_of(client, exam)
            assert (result["total_questions"], result["max_score"]) == (4, 16)


class TestMarking:
    # (fields, answer, marks): the first section has the exam's marking, the second and third some of their own.
    TABLE: tuple[tuple[dict[str, Any], Any, str], ...] = (
        (mcq(), "B", "4"),
        (mcq(), "A", "-1/3"),
        (mcq(), None, "0"),
        (mcq(positive_marks=10, negative_marks=5), "A", "-5"),
        (mcq(correct_answer="A|C"), "C", "4"),
        (numeric(), "5", "1/7"),
        (numeric(), "6", "0"),
        (numeric(correct_answer="5|5.1:5.3"), "5.3", "1/7"),
        (numeric(correct_answer="5|7:8", tolerance="0.5"), "8.4", "0"),
        (numeric(correct_answer="5|7:8", tolerance="0.5"), "\u2212 5", "0"),
        (numeric(correct_answer="\u0966.\u096b"), "0.5", "1/7"),
        (msq(), ["A", "B", "C"], "4"),
        (msq(), ["A", "B"], "2"),
        (msq(), ["A"], "1"),
        (msq(), ["A", "D"], "-2"),
        (msq(), [], "0"),
        (msq(correct_answer="A,C|A,D"), ["A", "D"], "4"),
        (mcq(section_id=2), "A", "-2/3"),
        (msq(section_id=2), ["A", "B"], "8/3"),
        (msq(section_id=2), ["A", "B", "D"], "4/3"),
        (msq(section_id=2), ["A", "D"], "0"),
        (msq(section_id=2), ["D"], "0"),
        (msq(section_id=3), ["A", "B"], "-2"),
        (msq(section_id=3), ["A", "B", "C"], "5/7"),
    )

    def test_gives_each_answer_its_marks_exactly(self, make_exam: MakeExam, student: Client) -> None:
        exam = make_exam(
            *(question for question, _, _ in self.TABLE),
            positive_marks="1/7",
            negative_marks="1/3",
            marking={
                "MCQ": {"positive": 4},
                "MSQ": {"positive": 4, "negative": 2, "partial": "per_option"},
                "NUMERIC": {"negative": 0},
            },
            sections=[
                {"name": "A"},
                {"name": "B", "marking": {"MSQ": {"partial": "proportional"}, "MCQ": {"negative": "2/3"}}},
                {"name": "C", "marking": {"MSQ": {"partial": "none", "positive": "5/7"}}},
            ],
        )
        asked = sorted(question["id"] for question in paper_of(student, exam)["questions"])
        answers = dict(zip(asked, (given for _, given, _ in self.TABLE), strict=True))
        assert rejected(sync(student, exam, answers)) == {}
        result = result_of(student, exam)

        marks = [Fraction(expected) for _, _, expected in self.TABLE]
        responses = {each["question_id"]: each for each in student.get(f"/response/{exam}").body["responses"]}
        assert [responses[each]["marks_obtained"] for each in asked] == [
            pytest.approx(each, abs=0.0051) for each in marks
        ]
        assert result["score"] == pytest.approx(float(sum(marks)), abs=0.0051)
        partly = [each for each in asked if responses[each]["is_partial"]]
        assert (
            len(partly) == result["partial_answers"] == sum(section["partial"] for section in result["sections"]) == 4
        )
        assert not any(responses[each]["is_correct"] for each in partly)
        counts = ("correct_answers", "incorrect_answers", "partial_answers", "unanswered_questions")
        assert sum(result[name] for name in counts) == result["total_questions"] == len(self.TABLE)

    @pytest.mark.parametrize(
        "marking",
        [
            5,
            [],
            {"mcq": {}},
            {"MCQ": 5},
            {"MCQ": {"positive": "x"}},
            {"MCQ": {"positive": -1}},
            {"MCQ": {"partial": "none"}},
        ],
    )
    def test_what_it_cannot_be_is_400(self, marking: Any, admin: Client) -> None:
        exam = {"name": "Refused", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "marking": marking}
        assert refused(admin.post("/admin/exams", exam), 400, "invalid_fields")

    def test_presets_fill_what_is_not_given(self, admin: Client) -> None:
        presets = {each["id"]: each for each in admin.get("/admin/api/exam-presets").body["presets"]}
        asked = {
            "jee-main-2025": (180, {"MCQ": 60, "NUMERIC": 15}),
            "jee-main-2024": (180, {"MCQ": 60, "NUMERIC": 30}),
            "jee-advanced-2024-1": (180, {"MCQ": 24, "MSQ": 9, "NUMERIC": 18}),
            "neet-2025": (180, {"MCQ": 180}),
            "neet-2024": (200, {"MCQ": 200}),
            "gate-2026": (180, None),
        }
        exam = {"name": "Preset", "date": "2099-01-05", "start_time": "09:00"}
        for preset, (duration, expected) in asked.items():
            counts: dict[str, int] = {}
            for section in presets[preset]["sections"]:
                for kind, count in section["expected"].items():
                    counts[kind] = counts.get(kind, 0) + count
            assert presets[preset]["duration"] == duration
            assert expected is None or counts == expected, preset
            made = admin.post("/admin/exams", {**exam, "preset": preset, "max_attempts": 1}).body["exam"]
            assert (made["duration"], made["max_attempts"]) == (duration, 1)
            assert [section["name"] for section in made["sections"]] == [
                section["name"] for section in presets[preset]["sections"]
            ]
        assert refused(admin.post("/admin/exams", {**exam, "preset": "ssc"}), 400, "invalid_fields")


class TestQuestions:
    @pytest.mark.parametrize(
        ("field", "fields"),
        [
            ("correct_answer", {"correct_answer": "E"}),
            ("correct_answer", {"correct_answer": "A|"}),
            ("correct_answer", {"correct_answer": "A,C"}),
            ("correct_answer", {"option_b": ""}),
            ("correct_answer", numeric(correct_answer="5:4", **dict.fromkeys(map("option_{}".format, "abcd"), ""))),
            ("option_images", {"option_images": {"Z": "images/z.png"}}),
            ("passage_id", {"passage_id": 99_999}),
            ("section_id", {"section_id": 99}),
            ("difficulty", {"difficulty": "Extreme"}),
            ("tags", {"tags": [f"tag {number}" for number in range(11)]}),
            ("fixed_options", {"fixed_options": 5}),
            ("texts.fr", {"texts": {"fr": {"question_text": "Quoi?"}}}),
            ("texts.hi", {"texts": {"hi": {"correct_answer": "A"}}}),
            ("texts.hi.option_e", {"texts": {"hi": {"option_e": "x"}}}),
            ("solution", {"solution": "x" * 10_001}),
        ],
    )
    def test_what_they_cannot_be_is_400_and_named(
        self, field: str, fields: dict[str, Any], make_exam: MakeExam, admin: Client
    ) -> None:
        exam = make_exam(languages=["en", "hi"], sections=[{"name": "A"}])
        answer = admin.post("/admin/questions/add-ajax", {**mcq(exam_id=exam), **fields})
        assert refused(answer, 400, "invalid_fields")
        assert [fault["field"] for fault in answer.body["errors"]] == [field]

    def test_faults_are_named_at_once(self, make_exam: MakeExam, admin: Client) -> None:
        wrong = {"question_text": "", "correct_answer": "Z", "difficulty": "?", "positive_marks": "?", "tags": [""]}
        answer = admin.post("/admin/questions/add-ajax", {**mcq(exam_id=make_exam()), **wrong})
        assert {fault["field"] for fault in answer.body["errors"]} == wrong.keys()

    def test_what_their_exam_does_not_have_is_named_with_the_other_faults(
        self, make_exam: MakeExam, admin: Client
    ) -> None:
        wrong = {"correct_answer": "Z", "section_id": 99, "passage_id": 999_999, "texts": {"hi": {"solution": "x"}}}
        exam = make_exam()
        added = admin.post("/admin/questions/add-ajax", {**mcq(exam_id=exam), **wrong})
        saved = admin.post("/admin/ai-command-centre/save", {"questions": [{**mcq(exam_id=exam), **wrong}]})
        named = {"correct_answer", "section_id", "passage_id", "texts.hi"}
        assert {fault["field"] for fault in added.body["errors"]} == named
        assert {fault["field"].removeprefix("questions[0].") for fault in saved.body["errors"]} == named

    def test_a_language_of_their_texts_stays(self, make_exam: MakeExam, admin: Client) -> None:
        exam = make_exam(mcq(texts={"hi": {"question_text": "x"}}), languages=["en", "hi"])
        assert refused(admin.post(f"/admin/exams/edit/{exam}", {"languages": ["en"]}), 409, "language_in_use")

    def test_a_clone_closes_as_long_after_its_opening(self, make_exam: MakeExam, admin: Client) -> None:
        exam = make_exam(mcq(), closes_at="2026-01-05T12:00")
        fields = {"name": "Copy", "date": "2026-02-01", "start_time": "10:00"}
        copy = admin.post(f"/admin/exams/{exam}/clone", fields).body["exam_id"]
        shown = admin.get(f"/admin/api/exams/{copy}").body["exam"]
        assert (shown["closes_at"], shown["status"]) == ("2026-02-01T07:30:00.000Z", "upcoming")

    def test_travel_as_csv_with_all_they_have_and_as_before_without(
        self, make_exam: MakeExam, student: Client, admin: Client
    ) -> None:
        languages, sections = ["en", "hi"], [{"name": "A"}, {"name": "B"}]
        exam, other = (make_exam(languages=languages, sections=given) for given in (sections, []))
        passage = {"text": "Read this.", "texts": {"hi": {"text": "\u092a\u0922\u093c\u094b"}}}
        passage_id = admin.post(f"/admin/exams/{exam}/passages", passage).body["passage"]["id"]
        full = mcq(
            **{f"option_{letter}": letter for letter in "efgh"},
            correct_answer="H|A",
            option_images={"B": "images/b.png"},
            passage_id=passage_id,
            section_id=2,
            solution="Because of a secret.",
            solution_image="images/s.png",
            topic="Optics",
            difficulty="Hard",
            tags=["a", "b"],
            fixed_options=True,
            texts={"hi": {"question_text": "\u0915\u094d\u092f\u093e?", "solution": "\u0930\u0939\u0938\u094d\u092f"}},
        )
        add(admin, exam, full)
        paper = paper_of(student, exam)
        shown = paper["questions"][0]
        assert (shown["option_h"], list(shown["option_image_urls"]), shown["passage_id"]) == ("h", ["B"], passage_id)
        assert paper["passages"][0].keys() == {"id", "text", "image_url", "texts"}
        assert not any(secret in str(paper) for secret in ("secret", "solution", "\u0930\u0939\u0938", "H|A"))
        assert student.post(f"/submit-exam/{exam}").status == 200
        assert student.get(f"/response/{exam}").body["responses"][0]["solution"] == "Because of a secret."
        assert refused(admin.post(f"/admin/passages/delete/{passage_id}"), 409, "passage_in_use")

        exported = admin.get(f"/admin/questions/export-csv/{exam}").body
        form: dict[str, Any] = {"csv_file": ("questions.csv", exported.encode()), "exam_id": str(other)}
        for more, stored in (({"dry_run": "1"}, 0), ({"dry_run": "maybe"}, 0), ({}, 1)):
            body, content_type = urllib3.encode_multipart_formdata({**form, **more})
            answer = admin.post("/admin/questions/import-csv", body, headers={"content-type": content_type})
            assert answer.status == (400 if "maybe" in more.values() else 200)
            found = admin.get("/admin/questions", query={"exam_id": other}).body["questions"]
            assert len(found) == stored, more
        again = admin.get(f"/admin/questions/export-csv/{other}").body
        (before,), (after,) = (list(csv.DictReader(io.StringIO(text))) for text in (exported, again))
        assert {**before, "exam_id": ""} == {**after, "exam_id": ""}
        plain = make_exam(mcq())
        header = admin.get(f"/admin/questions/export-csv/{plain}").body.splitlines()[0].split(",")
        assert header[:2] == ["exam_id", "question_text"]
        assert header[-1] == "tolerance"
        assert len(header) == 12


class TestOrder:
    def test_is_the_attempts_own_and_grades_like_the_exams(
        self, make_exam: MakeExam, student: Client, other_student: Client, admin: Client
    ) -> None:
        exam = make_exam(shuffle={"questions": True, "options": True}, sections=[{"name": "A"}, {"name": "B"}])
        passage_id = admin.post(f"/admin/exams/{exam}/passages", {"text": "Read this."}).body["passage"]["id"]
        options = {f"option_{letter}": letter for letter in LETTERS}
        questions = [mcq(**options, question_text=f"Q{number}", section_id=1 + number // 6) for number in range(12)]
        for question in questions[1:4]:
            question["passage_id"] = passage_id
        questions[7]["fixed_options"] = True
        add(admin, exam, *questions)

        orders = []
        for client in (student, other_student, student):
            paper = paper_of(client, exam)
            assert paper_of(client, exam)["questions"] == paper["questions"]
            texts = [question["question_text"] for question in paper["questions"]]
            orders.append((texts, [[question[f"option_{a}"] for a in LETTERS] for question in paper["questions"]]))
            assert set(texts[:6]) == {f"Q{number}" for number in range(6)}
            places = sorted(texts.index(f"Q{number}") for number in (1, 2, 3))
            assert places[2] - places[0] == 2
            assert "".join(orders[-1][1][texts.index("Q7")]) == LETTERS

            right = {
                question["id"]: next(letter.upper() for letter in LETTERS if question[f"option_{letter}"] == "b")
                for question in paper["questions"]
            }
            assert rejected(sync(client, exam, right)) == {}
            assert client.get(f"/exam/{exam}").body["answers"] == {str(each): given for each, given in right.items()}
            assert result_of(client, exam)["score"] == 48
            responses = client.get(f"/response/{exam}").body["responses"]
            assert [response["question_text"] for response in responses] == texts
            for response in responses:
                assert response["given_answer"] == response["correct_answer"] == right[response["question_id"]]
        assert orders[0] != orders[1] != orders[2] != orders[0]
        kept = admin.get("/admin/questions", query={"exam_id": exam}).body["questions"]
        assert [question["question_text"] for question in kept] == [f"Q{number}" for number in range(12)]
        assert {question["correct_answer"] for question in kept} == {"B"}
