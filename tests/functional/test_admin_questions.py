"""Questions for administrators: the handler of `admin_questions`."""

import gzip
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from admin_questions import bulk, files
from admin_questions.app import api, lambda_handler
from admin_questions.models import QuestionFields
from question_files import COLUMNS
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes, exams, question_changes, questions
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.forms import multipart
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

GOOD = {
    "question_text": "Which is a vector?",
    "option_a": "Mass",
    "option_b": "Velocity",
    "correct_answer": "B",
    "question_type": "MCQ",
}
HEADER = ",".join(COLUMNS)


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    return Admin(lambda_handler, clock)


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam([])


def add(admin: Admin, exam: Exam, **fields: Any) -> int:
    answer = admin.post("/admin/questions/add-ajax", {"exam_id": exam.id, **GOOD, **fields})
    assert answer.status == 200, answer.body
    question_id: int = answer.body["question_id"]
    return question_id


def get(admin: Admin, question_id: int) -> dict[str, Any]:
    answer = admin.get(f"/admin/questions/get/{question_id}")
    assert answer.status == 200, answer.body
    question: dict[str, Any] = answer.body["question"]
    return question


def listed(admin: Admin, exam: Exam) -> list[int]:
    answer = admin.get("/admin/questions", query={"exam_id": exam.id})
    assert answer.status == 200, answer.body
    return [question["id"] for question in answer.body["questions"]]


def card(exam: Exam) -> Exam:
    """The exam's card, after checking its counts."""
    stored = exams.get_exam(exam.id)
    assert stored is not None
    contents = [question.content for question in questions.questions_of(stored)]
    assert stored.question_count == len(contents)
    assert stored.own_marks == 300 * sum(content.positive_marks or 0 for content in contents)
    assert stored.without_own_marks == sum(content.positive_marks is None for content in contents)
    return stored


def faulty_fields(answer: Answer) -> set[str]:
    assert answer.status == 400, answer.body
    assert answer.body["success"] is False
    return {error["field"] for error in answer.body["errors"]}


def rows(*cells: str) -> bytes:
    return "\r\n".join([HEADER, *cells, ""]).encode()


def upload(admin: Admin, content: bytes, query: str = "", **fields: str) -> Answer:
    request = multipart(fields, {"csv_file": ("questions.csv", content)})
    return admin.call("POST", "/admin/questions/import-csv", query=query, **request)


ROUTES = [
    ("GET", "/admin/questions"),
    ("GET", "/admin/questions/get/1"),
    ("POST", "/admin/questions/add-ajax"),
    ("POST", "/admin/questions/edit-ajax/1"),
    ("POST", "/admin/questions/delete/1"),
    ("POST", "/admin/questions/delete-multiple"),
    ("POST", "/admin/questions/batch-add"),
    ("POST", "/admin/questions/bulk-update"),
    ("GET", "/admin/questions/export-csv/1"),
    ("POST", "/admin/questions/import-csv"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        student = create_user(role="user")

        assert send(lambda_handler, method, path, token=access_token(student, clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


class TestAdd:
    def test_a_question_is_kept_as_it_was_written(self, admin: Admin, exam: Exam) -> None:
        question_id = add(admin, exam)

        assert get(admin, question_id) == {
            "id": question_id,
            "exam_id": exam.id,
            "question_text": "Which is a vector?",
            "option_a": "Mass",
            "option_b": "Velocity",
            "option_c": "",
            "option_d": "",
            "correct_answer": "B",
            "question_type": "MCQ",
            "image_path": "",
            "image_url": None,
            "positive_marks": None,
            "negative_marks": None,
            "tolerance": 0.0,
            **dict.fromkeys(("option_e", "option_f", "option_g", "option_h"), ""),
            **dict.fromkeys(("solution", "solution_image", "topic", "difficulty"), ""),
            **dict.fromkeys(("section_id", "passage_id", "solution_image_url")),
            "option_images": {},
            "option_image_urls": {},
            "tags": [],
            "fixed_options": False,
            "texts": {},
        }

    @pytest.mark.parametrize(
        ("fields", "shown"),
        [
            ({"question_type": "MSQ", "correct_answer": ["B", "A"]}, {"correct_answer": "A,B"}),
            ({"question_type": "msq", "correct_answer": "b, a"}, {"correct_answer": "A,B", "question_type": "MSQ"}),
            ({"positive_marks": "1/3", "negative_marks": 0.5}, {"positive_marks": "1/3", "negative_marks": 0.5}),
            ({"positive_marks": 0, "negative_marks": ""}, {"positive_marks": 0.0, "negative_marks": None}),
            ({"image_path": "images/7.png"}, {"image_url": "/images/7.png"}),
            ({"question_text": " पढ़ें $\\large x^2$\r\n "}, {"question_text": "पढ़ें $\\large x^2$"}),
        ],
    )
    def test_fields_are_read(self, fields: dict[str, Any], shown: dict[str, Any], admin: Admin, exam: Exam) -> None:
        question = get(admin, add(admin, exam, **fields))

        assert {name: question[name] for name in shown} == shown

    def test_numeric_questions_keep_their_text(self, admin: Admin, exam: Exam) -> None:
        numeric = {"question_text": "?", "question_type": "NUMERIC", "correct_answer": "3.10", "tolerance": "0.010"}

        answer = admin.post("/admin/questions/add-ajax", {"exam_id": exam.id, **numeric})

        question = get(admin, answer.body["question_id"])
        assert (question["correct_answer"], question["tolerance"]) == ("3.10", 0.01)

    def test_a_tolerance_that_no_json_number_holds_stays_text(self, admin: Admin, exam: Exam) -> None:
        long = "0.1234567890123456789012345"
        numeric = {"question_text": "?", "question_type": "NUMERIC", "correct_answer": 1, "tolerance": long}

        answer = admin.post("/admin/questions/add-ajax", {"exam_id": exam.id, **numeric})

        assert answer.body["question"]["tolerance"] == long

    @pytest.mark.parametrize("how", ["form", "multipart"])
    def test_forms_are_read(self, how: str, admin: Admin, exam: Exam) -> None:
        fields = {"exam_id": str(exam.id), **GOOD, "positive_marks": "2", "option_c": "", "tolerance": ""}
        request = {"form": fields} if how == "form" else multipart(fields)

        answer = admin.call("POST", "/admin/questions/add-ajax", **request)

        assert answer.status == 200, answer.body
        assert answer.body["question"]["positive_marks"] == 2.0

    def test_counts_and_version_follow(self, admin: Admin, exam: Exam) -> None:
        add(admin, exam)
        add(admin, exam, positive_marks=2)

        stored = card(exam)
        assert (stored.question_count, stored.max_marks) == (2, Fraction(6))
        assert stored.content_version == exam.content_version + 2

    def test_comes_at_the_end(self, admin: Admin, exam: Exam, clock: FrozenClock) -> None:
        first = add(admin, exam)
        clock.advance(0.002)
        second = add(admin, exam)
        clock.advance(60)

        assert [*listed(admin, exam), add(admin, exam)] == [first, second, *listed(admin, exam)[2:]]

    def test_everything_wrong_is_named_at_once(self, admin: Admin) -> None:
        wrong = {"option_a": 1.5, "correct_answer": "Z", "positive_marks": -1, "tolerance": "x", "image_path": ["x"]}

        answer = admin.post("/admin/questions/add-ajax", wrong)

        expected = {
            "exam_id",
            "question_text",
            "option_b",
            "correct_answer",
            "positive_marks",
            "tolerance",
            "image_path",
        }
        assert faulty_fields(answer) == expected

    @pytest.mark.parametrize("exam_id", [None, "", 0, -1, 1.5, True, "x", "1e3", "²", 2**53, [1], {}])
    def test_the_exam_must_be_a_number(self, exam_id: Any, admin: Admin) -> None:
        assert faulty_fields(admin.post("/admin/questions/add-ajax", {**GOOD, "exam_id": exam_id})) == {"exam_id"}

    def test_unknown_exams_are_not_found_and_leave_nothing(
        self, admin: Admin, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        assert admin.post("/admin/questions/add-ajax", {**GOOD, "exam_id": 99}).status == 404
        assert everything(dynamodb, tables)["catalog"] == []

    @pytest.mark.parametrize("body", ["[]", "null", "7", "{", '{"exam_id": 1e999}', b"\xff"])
    def test_another_type_than_an_object_is_refused(self, body: Any, admin: Admin) -> None:
        answer = admin.call(
            "POST", "/admin/questions/add-ajax", body=body, headers={"content-type": "application/json"}
        )

        assert answer.status == 400

    def test_huge_bodies_are_refused(self, admin: Admin) -> None:
        assert admin.post("/admin/questions/add-ajax", {**GOOD, "question_text": "x" * 10_000_000}).status == 413

    _anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )

    @hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(fields=st.dictionaries(st.sampled_from(QuestionFields.__struct_fields__), _anything))
    def test_hostile_types_are_answered(self, fields: dict[str, Any], admin: Admin) -> None:
        assert admin.post("/admin/questions/add-ajax", {**GOOD, "exam_id": 5, **fields}).status in {400, 404}


class TestList:
    def test_pages_follow_each_other_in_the_order_of_the_exam(self, admin: Admin) -> None:
        exam = create_exam([MCQ] * 7)
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = admin.get("/admin/questions", query={"exam_id": exam.id, "limit": 3, "cursor": cursor}).body
            assert len(page["questions"]) <= 3
            seen += [question["id"] for question in page["questions"]]
            cursor = page["next_cursor"]

        assert seen == question_ids(exam.id)

    @pytest.mark.parametrize("page_size", [1, 2, 3, 4, 50])
    def test_without_an_exam_all_exams_follow_each_other(self, page_size: int, admin: Admin) -> None:
        made = [create_exam([MCQ] * count) for count in (2, 0, 3, 1, 0)]
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = admin.get("/admin/questions", query={"limit": page_size, "cursor": cursor}).body
            assert len(page["questions"]) <= page_size
            seen += [question["id"] for question in page["questions"]]
            cursor = page["next_cursor"]

        assert seen == [question_id for exam in made[::-1] for question_id in question_ids(exam.id)]

    def test_a_cursor_of_another_list_is_refused(self, admin: Admin) -> None:
        one, other = create_exam([MCQ] * 2), create_exam([MCQ] * 2)
        cursor = admin.get("/admin/questions", query={"exam_id": one.id, "limit": 1}).body["next_cursor"]

        assert admin.get("/admin/questions", query={"exam_id": other.id, "cursor": cursor}).status == 400

    @pytest.mark.parametrize("exam_id", ["x", "1.5", "²", "0", "-1", "null", "9" * 41])
    def test_wrong_numbers_are_refused(self, exam_id: str, admin: Admin) -> None:
        assert admin.get("/admin/questions", query={"exam_id": exam_id}).status == 400

    @pytest.mark.parametrize("exam_id", ["99", "9" * 15])
    def test_unknown_exams_are_not_found(self, exam_id: str, admin: Admin) -> None:
        assert admin.get("/admin/questions", query={"exam_id": exam_id}).status == 404

    def test_costs_two_round_trips(self, admin: Admin, caplog: pytest.LogCaptureFixture) -> None:
        exam = create_exam([MCQ] * 12)
        listed(admin, exam)
        caplog.clear()

        listed(admin, exam)

        # And one for the admin's current role.
        assert [vars(record)["database_calls"] for record in caplog.records] == [3]


class TestGet:
    @pytest.mark.parametrize("question_id", ["99", "0", "x", "9" * 20])
    def test_unknown_questions_are_not_found(self, question_id: str, admin: Admin) -> None:
        assert admin.get(f"/admin/questions/get/{question_id}").status == 404

    def test_questions_of_a_deleted_exam_are_not_found(self, admin: Admin) -> None:
        exam = create_exam()
        (question_id, *_) = question_ids(exam.id)
        exam_changes.remove_exam(exam.id)

        assert admin.get(f"/admin/questions/get/{question_id}").status == 404
        assert admin.post(f"/admin/questions/edit-ajax/{question_id}", {"question_text": "?"}).status == 404
        assert admin.post(f"/admin/questions/delete/{question_id}").status == 404
        assert admin.post("/admin/questions/delete-multiple", {"ids": [question_id]}).body["deleted"] == 0


class TestEdit:
    def test_changes_what_is_named_and_nothing_else(self, admin: Admin, exam: Exam) -> None:
        question_id = add(admin, exam, positive_marks="1/3")
        before = get(admin, question_id)

        answer = admin.post(f"/admin/questions/edit-ajax/{question_id}", {"option_c": "Time", "correct_answer": "c"})

        expected = {**before, "option_c": "Time", "correct_answer": "C"}
        assert answer.body == {"success": True, "question_id": question_id, "question": expected}
        assert get(admin, question_id) == expected

    def test_what_was_read_can_be_sent_back(self, admin: Admin) -> None:
        exam = create_exam([MCQ, MSQ, NUMERIC])
        version = card(exam).content_version

        for question_id in question_ids(exam.id):
            before = get(admin, question_id)
            assert admin.post(f"/admin/questions/edit-ajax/{question_id}", before).body["question"] == before
        # Nothing changed, so no paper must be compiled.
        assert card(exam).content_version == version

    def test_marks_are_counted_again(self, admin: Admin, exam: Exam) -> None:
        question_id = add(admin, exam, positive_marks=2)

        admin.post(f"/admin/questions/edit-ajax/{question_id}", {"positive_marks": "7.5"})
        assert card(exam).max_marks == Fraction(15, 2)
        admin.call("POST", f"/admin/questions/edit-ajax/{question_id}", form={"positive_marks": "x", "option_a": ""})
        assert card(exam).max_marks == Fraction(15, 2)
        admin.post(f"/admin/questions/edit-ajax/{question_id}", {"positive_marks": None})
        assert card(exam).max_marks == 4

    def test_the_place_in_the_exam_stays(self, admin: Admin) -> None:
        exam = create_exam([MCQ] * 3)
        ids = question_ids(exam.id)

        admin.post(f"/admin/questions/edit-ajax/{ids[1]}", {"question_text": "Another"})

        assert listed(admin, exam) == ids

    def test_another_exam_gets_it_at_its_end(self, admin: Admin, clock: FrozenClock) -> None:
        source, target = create_exam([MCQ, MSQ]), create_exam([NUMERIC])
        (moving, staying) = question_ids(source.id)
        clock.advance(60)

        answer = admin.post(f"/admin/questions/edit-ajax/{moving}", {"exam_id": target.id, "positive_marks": 9})

        assert answer.body["question"]["exam_id"] == target.id
        assert listed(admin, source) == [staying]
        assert listed(admin, target)[-1] == moving
        assert get(admin, moving)["positive_marks"] == 9.0
        assert card(source).question_count == 1
        assert card(target).question_count == 2

    def test_an_unknown_exam_gets_nothing(self, admin: Admin, exam: Exam) -> None:
        question_id = add(admin, exam)

        assert admin.post(f"/admin/questions/edit-ajax/{question_id}", {"exam_id": 99}).status == 404
        assert faulty_fields(admin.post(f"/admin/questions/edit-ajax/{question_id}", {"exam_id": "x"})) == {"exam_id"}
        assert listed(admin, exam) == [question_id]
        assert card(exam).question_count == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"queston_text": "x"},
            {"question_text": ""},
            {"correct_answer": "D"},
            {"question_type": "NUMERIC"},
            {"question_type": "ESSAY"},
            {"positive_marks": "1/0"},
            {"option_b": None},
            {"tolerance": 1},
        ],
    )
    def test_wrong_changes_change_nothing(self, changes: dict[str, Any], admin: Admin, exam: Exam) -> None:
        question_id = add(admin, exam)
        before = get(admin, question_id)

        assert admin.post(f"/admin/questions/edit-ajax/{question_id}", changes).status == 400
        assert get(admin, question_id) == before

    @pytest.mark.parametrize("question_id", ["99", "x"])
    def test_unknown_questions_are_not_found(self, question_id: str, admin: Admin) -> None:
        assert admin.post(f"/admin/questions/edit-ajax/{question_id}", {"question_text": "x"}).status == 404


class TestDelete:
    def test_a_question_is_gone(self, admin: Admin, dynamodb: Any, tables: dict[str, str], exam: Exam) -> None:
        before = everything(dynamodb, tables)["catalog"]
        question_id = add(admin, exam)

        assert admin.post(f"/admin/questions/delete/{question_id}").body == {"success": True}

        assert admin.get(f"/admin/questions/get/{question_id}").status == 404
        assert card(exam).question_count == 0
        assert len(everything(dynamodb, tables)["catalog"]) == len(before)

    @pytest.mark.parametrize("question_id", ["99", "x"])
    def test_unknown_questions_are_not_found(self, question_id: str, admin: Admin) -> None:
        assert admin.post(f"/admin/questions/delete/{question_id}").status == 404

    def test_many_of_several_exams_at_once(self, admin: Admin) -> None:
        one, other = create_exam([MCQ] * 110), create_exam([MSQ] * 2)
        doomed = [*question_ids(one.id)[:105], *question_ids(other.id)]

        answer = admin.post("/admin/questions/delete-multiple", {"ids": [*doomed, doomed[0], str(doomed[1]), 10**9]})

        assert answer.body == {"success": True, "deleted": 107}
        assert card(one).question_count == 5
        assert card(other).question_count == 0
        assert admin.post("/admin/questions/delete-multiple", {"ids": doomed}).body["deleted"] == 0

    @pytest.mark.parametrize(
        "ids", [None, [], "1,2", 7, {"1": 2}, [1, "x"], [1, None], [0], [1.5], [True], [[1]], [2**53], [1] * 10_001]
    )
    def test_another_type_than_a_list_of_ids_is_refused(self, ids: Any, admin: Admin) -> None:
        assert admin.post("/admin/questions/delete-multiple", {"ids": ids}).status == 400

    def test_ten_thousand_unknown_ids_are_no_trouble(self, admin: Admin) -> None:
        answer = admin.post("/admin/questions/delete-multiple", {"ids": list(range(1, 10_001))})

        assert answer.body == {"success": True, "deleted": 0}


class TestBatchAdd:
    def test_good_ones_are_added_and_bad_ones_explained(self, admin: Admin, exam: Exam) -> None:
        batch = [GOOD, {**GOOD, "correct_answer": "Z"}, "text", {**GOOD, "question_text": "Last", "exam_id": exam.id}]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert answer.status == 200
        assert answer.body["added"] == 2
        assert answer.body["question_ids"] == listed(admin, exam)
        assert [(error["index"], error["errors"][0]["field"]) for error in answer.body["errors"]] == [
            (1, "correct_answer"),
            (2, ""),
        ]
        assert "must be one of A to H" in answer.body["errors"][0]["message"]
        assert card(exam).question_count == 2

    @pytest.mark.parametrize("count", [48, 49, 250])
    def test_the_order_is_kept_at_any_size(self, count: int, admin: Admin, exam: Exam) -> None:
        batch = [
            {**GOOD, "question_text": f"Question {number}", "positive_marks": number % 2 or ""}
            for number in range(count)
        ]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert answer.body["added"] == count
        texts = [stored.content.question_text for stored in questions.all_questions(exam.id)]
        assert texts == [item["question_text"] for item in batch]
        assert card(exam).question_count == count
        assert card(exam).open_batches == frozenset()

    def test_questions_of_large_batches_are_like_all_others(self, admin: Admin, exam: Exam) -> None:
        admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": [GOOD] * 60})
        (first, second, *_) = listed(admin, exam)

        assert admin.post(f"/admin/questions/edit-ajax/{first}", {"positive_marks": 5}).status == 200
        assert admin.post(f"/admin/questions/delete/{second}").status == 200
        assert get(admin, first)["positive_marks"] == 5.0
        assert card(exam).question_count == 59

    def test_a_question_for_another_exam_is_refused(self, admin: Admin, exam: Exam) -> None:
        batch = [{**GOOD, "exam_id": exam.id + 1}]

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert (answer.body["added"], answer.body["errors"][0]["errors"][0]["field"]) == (0, "exam_id")

    @pytest.mark.parametrize("batch", [None, [], {}, "x", 7])
    def test_another_type_than_a_list_is_refused(self, batch: Any, admin: Admin, exam: Exam) -> None:
        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": batch})

        assert faulty_fields(answer) == {"questions"}

    def test_too_many_are_refused(self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk, "MAX_BATCH", 2)

        answer = admin.post("/admin/questions/batch-add", {"exam_id": exam.id, "questions": [GOOD] * 3})

        assert faulty_fields(answer) == {"questions"}
        assert card(exam).question_count == 0

    @pytest.mark.parametrize("batch", [[GOOD], [{}], [GOOD] * 60])
    def test_unknown_exams_are_not_found_and_leave_nothing(
        self, batch: Any, admin: Admin, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        assert admin.post("/admin/questions/batch-add", {"exam_id": 99, "questions": batch}).status == 404
        assert everything(dynamodb, tables)["catalog"] == []


class TestBulkUpdate:
    def test_all_of_a_type_are_changed(self, admin: Admin) -> None:
        exam = create_exam([MCQ, MSQ, NUMERIC, MCQ])
        first, msq, numeric, last = question_ids(exam.id)

        changes = {"exam_id": str(exam.id), "question_type": "mcq", "positive_marks": "5", "negative_marks": "1/3"}
        answer = admin.post("/admin/questions/bulk-update", changes)

        assert answer.body == {"success": True, "updated": 2}
        for question_id in (first, last):
            question = get(admin, question_id)
            assert (question["positive_marks"], question["negative_marks"]) == (5.0, "1/3")
        assert get(admin, msq)["positive_marks"] == 4.0
        assert get(admin, numeric)["positive_marks"] is None
        assert card(exam).max_marks == 5 + 4 + 4 + 5
        assert admin.post("/admin/questions/bulk-update", changes).body["updated"] == 2

    def test_empty_marks_are_the_exams_again(self, admin: Admin) -> None:
        exam = create_exam([MSQ])

        admin.post("/admin/questions/bulk-update", {"exam_id": exam.id, "question_type": "MSQ", "positive_marks": ""})

        (question_id,) = question_ids(exam.id)
        assert get(admin, question_id)["positive_marks"] is None
        assert get(admin, question_id)["negative_marks"] == 2.0

    def test_tolerances_are_changed(self, admin: Admin) -> None:
        exam = create_exam([NUMERIC])

        admin.post("/admin/questions/bulk-update", {"exam_id": exam.id, "question_type": "NUMERIC", "tolerance": 0.5})

        (question_id,) = question_ids(exam.id)
        assert get(admin, question_id)["tolerance"] == 0.5

    def test_more_than_a_transaction_holds(self, admin: Admin) -> None:
        exam = create_exam([MCQ] * 100)

        changes = {"exam_id": exam.id, "question_type": "MCQ", "positive_marks": 2}
        assert admin.post("/admin/questions/bulk-update", changes).body["updated"] == 100
        assert card(exam).max_marks == 200

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({}, {"exam_id", "question_type", ""}),
            ({"exam_id": 1, "question_type": "MCQ"}, {""}),
            ({"exam_id": 1, "question_type": "ESSAY", "positive_marks": 1}, {"question_type"}),
            ({"exam_id": 1, "question_type": 5, "positive_marks": 1}, {"question_type"}),
            ({"exam_id": 1, "question_type": "MCQ", "positive_marks": -1}, {"positive_marks"}),
            ({"exam_id": 1, "question_type": "MCQ", "tolerance": 1}, {"tolerance"}),
            (
                {"exam_id": 1, "question_type": "NUMERIC", "tolerance": -1, "negative_marks": []},
                {"tolerance", "negative_marks"},
            ),
        ],
    )
    def test_wrong_values_are_refused_by_name(self, changes: Any, fields: set[str], admin: Admin) -> None:
        assert faulty_fields(admin.post("/admin/questions/bulk-update", changes)) == fields

    def test_unknown_exams_are_not_found(self, admin: Admin) -> None:
        changes = {"exam_id": 99, "question_type": "MCQ", "positive_marks": 1}

        assert admin.post("/admin/questions/bulk-update", changes).status == 404


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
