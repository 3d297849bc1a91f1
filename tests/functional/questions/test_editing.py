"""Questions for administrators: one at a time: added, read, edited, deleted."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from admin_questions.app import lambda_handler
from admin_questions.models import QuestionFields
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import send
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.forms import multipart
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user
from tests.functional.questions.desk import GOOD, add, card, faulty_fields, get, listed

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
