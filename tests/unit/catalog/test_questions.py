"""A question is consistent or refused, and its text stays as written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexam.catalog.questions import FIELDS, Question, as_fields, check, merge
from tests.unit.catalog.strategies import hostile, questions

MCQ_FIELDS: dict[str, object] = {
    "question_text": "2 + 2 =",
    "option_a": "3",
    "option_b": "4",
    "option_c": "",
    "option_d": "",
    "correct_answer": "B",
    "question_type": "MCQ",
}
NUMERIC_FIELDS: dict[str, object] = {
    "question_text": "g?",
    "correct_answer": "9.81",
    "question_type": "NUMERIC",
    "tolerance": "0.01",
}


def accepted(fields: dict[str, object], **changes: object) -> Question:
    question = check({**fields, **changes})
    assert isinstance(question, Question), question
    return question


def faults(fields: dict[str, object], **changes: object) -> dict[str, str]:
    found = check({**fields, **changes})
    assert isinstance(found, list), found
    return dict(found)


def test_a_question_needs_little() -> None:
    assert check({"question_text": "Q", "option_a": "x", "option_b": "y", "correct_answer": "a"}) == Question(
        question_type="MCQ", question_text="Q", option_a="x", option_b="y", correct_answer="A"
    )


def test_marks_left_out_are_the_exams() -> None:
    for nothing in (None, "", "  "):
        question = accepted(MCQ_FIELDS, positive_marks=nothing, negative_marks=nothing)
        assert (question.positive_marks, question.negative_marks) == (None, None)
    assert accepted(MCQ_FIELDS, negative_marks="1/3", positive_marks=0).negative_marks == Fraction(1, 3)


def test_other_fields_are_ignored() -> None:
    assert accepted(MCQ_FIELDS, id=3, exam_id="x", anything=object()) == accepted(MCQ_FIELDS)


@pytest.mark.parametrize("name", ["mcq", "MCQ", " Mcq ", None, "", " "])
def test_type_names_are_case_insensitive_and_mcq_by_default(name: object) -> None:
    assert accepted(MCQ_FIELDS, question_type=name).question_type == "MCQ"


@pytest.mark.parametrize("name", ["ESSAY", "MCQ2", 1, True, ["MCQ"], "\uff2d\uff23\uff31"])
def test_unknown_types(name: object) -> None:
    assert faults(MCQ_FIELDS, question_type=name) == {"question_type": "must be MCQ, MSQ or NUMERIC"}


class TestCorrectAnswers:
    @pytest.mark.parametrize("value", ["B", "b", " b ", ["B"], "[B]", '["B"]'])
    def test_mcq_letter(self, value: object) -> None:
        assert accepted(MCQ_FIELDS, correct_answer=value).correct_answer == "B"

    @pytest.mark.parametrize(
        "value", ["", None, "I", "AB", "A,B", ["A", "B"], "option_b", "4", 1, True, [], [["B"]], {}, "\uff22", "ß"]
    )
    def test_mcq_refused(self, value: object) -> None:
        assert faults(MCQ_FIELDS, correct_answer=value) == {"correct_answer": "must be one of A to H"}

    def test_an_option_that_is_empty_is_not_correct(self) -> None:
        assert faults(MCQ_FIELDS, correct_answer="C") == {"correct_answer": "names an option that is empty: C"}
        assert faults(MCQ_FIELDS, question_type="MSQ", correct_answer="A,C,D") == {
            "correct_answer": "names an option that is empty: C, D"
        }

    @pytest.mark.parametrize(
        "value",
        ["A,C", "a, c", "C,A", "AC", "ca", "A;C", "A C", "A,C,A", ["A", "C"], ["c", " a "], '["A", "C"]', "['A','C']"],
    )
    def test_msq_letters(self, value: object) -> None:
        question = accepted(MCQ_FIELDS, question_type="MSQ", option_c="5", correct_answer=value)
        assert question.correct_answer == "A,C"

    def test_msq_with_one_letter(self) -> None:
        assert accepted(MCQ_FIELDS, question_type="MSQ", correct_answer="B").correct_answer == "B"

    @pytest.mark.parametrize(
        "value", ["", None, [], "A,E", "A and C", "1,2", ["A", None], ["A", 1], ["A"] * 200, "A," * 80, 5]
    )
    def test_msq_refused(self, value: object) -> None:
        assert "correct_answer" in faults(MCQ_FIELDS, question_type="MSQ", option_c="5", correct_answer=value)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("9.81", "9.81"),
            (" 3.10 ", "3.10"),
            ("007", "007"),
            ("-.5", "-.5"),
            ("+5.", "+5."),
            ("6.02e23", "6.02e23"),
            ("1E-19", "1E-19"),
            (42, "42"),
            (42.5, "42.5"),
            (0, "0"),
        ],
    )
    def test_numeric_stays_as_written(self, value: object, text: str) -> None:
        assert accepted(NUMERIC_FIELDS, correct_answer=value).correct_answer == text

    @pytest.mark.parametrize(
        "value",
        [
            "",
            None,
            "x",
            "NaN",
            "Infinity",
            "-inf",
            "1e999",
            "1e100",
            "1_0",
            "1,5",
            "1/3",
            "0x1",
            "9" * 33,
            "1 0",
            "A",
            True,
            pytest.param(10**5000, id="huge"),
            float("nan"),
            ["1"],
            "1\n2",
        ],
    )
    def test_numeric_refused(self, value: object) -> None:
        assert faults(NUMERIC_FIELDS, correct_answer=value) == {"correct_answer": "must be a number"}


class TestOptions:
    def test_two_at_least(self) -> None:
        assert list(faults(MCQ_FIELDS, option_a=" ")) == ["option_a"]
        assert list(faults(MCQ_FIELDS, option_b="", correct_answer="A")) == ["option_b"]
        assert list(faults({"question_text": "Q", "correct_answer": "A"})) == ["option_a"]

    def test_need_not_be_the_first_ones(self) -> None:
        question = accepted(MCQ_FIELDS, option_b="", option_d="4", correct_answer="D")
        assert question.filled_options == "AD"

    def test_numeric_has_none(self) -> None:
        assert faults(NUMERIC_FIELDS, option_b="4") == {"option_b": "must be empty: a NUMERIC question has no options"}

    def test_bounded(self) -> None:
        assert len(accepted(MCQ_FIELDS, option_a="x" * 2000).option_a) == 2000
        assert faults(MCQ_FIELDS, option_b="x" * 2001) == {"option_b": "must have at most 2000 characters"}

    def test_numbers_are_written_as_sent(self) -> None:
        question = accepted(MCQ_FIELDS, option_a=3, option_b=4.5)
        assert (question.option_a, question.option_b) == ("3", "4.5")


class TestTolerance:
    @pytest.mark.parametrize("value", [None, "", " ", "0", 0, "0.00", "-0", 0.0])
    def test_zero_for_every_type(self, value: object) -> None:
        assert accepted(MCQ_FIELDS, tolerance=value).tolerance == "0"
        assert accepted(NUMERIC_FIELDS, tolerance=value).tolerance == "0"

    def test_as_written(self) -> None:
        assert accepted(NUMERIC_FIELDS, tolerance=" 0.10 ").tolerance == "0.10"
        assert accepted(NUMERIC_FIELDS, tolerance=0.01).tolerance == "0.01"

    @pytest.mark.parametrize("value", [-1, "-0.01", "NaN", "inf", "x", True, [], "1e999", "5%"])
    def test_refused(self, value: object) -> None:
        assert faults(NUMERIC_FIELDS, tolerance=value) == {"tolerance": "must be a number, 0 or more"}

    def test_only_numeric_has_one(self) -> None:
        assert list(faults(MCQ_FIELDS, tolerance="0.01")) == ["tolerance"]


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "007",
            "None",
            "NA",
            "null",
            "true",
            "3.10",
            "1e5",
            "=1+1",
            "'x",
            "a\tb",
            "a\n\nb",
            "<b>&amp;",
            "🙂 हिन्दी",
            "a  b",
        ],
    )
    def test_stays_as_written(self, text: str) -> None:
        question = accepted(MCQ_FIELDS, question_text=text, option_a=text)
        assert (question.question_text, question.option_a) == (text, text)

    def test_white_space_around_it_is_dropped(self) -> None:
        assert accepted(MCQ_FIELDS, question_text=" \n a b \t").question_text == "a b"

    def test_line_breaks_are_line_feeds(self) -> None:
        assert accepted(MCQ_FIELDS, question_text="a\r\nb\rc\nd").question_text == "a\nb\nc\nd"

    @pytest.mark.parametrize("foreign", ["\x00", "\x0b", "\x1f", "\x7f", "\x85", "\ud800"])
    def test_control_characters_are_refused(self, foreign: str) -> None:
        assert faults(MCQ_FIELDS, question_text=f"a{foreign}b") == {
            "question_text": f"must not contain the character U+{ord(foreign):04X}"
        }

    def test_bounded(self) -> None:
        assert faults(MCQ_FIELDS, question_text="x" * 10_001) == {"question_text": "must have at most 10000 characters"}
        assert len(accepted(MCQ_FIELDS, question_text=f" {'x' * 10_000} ").question_text) == 10_000

    @pytest.mark.parametrize("value", ["", None, "  \n"])
    def test_needed(self, value: object) -> None:
        assert faults(MCQ_FIELDS, question_text=value) == {"question_text": "must not be empty"}

    @pytest.mark.parametrize("value", [True, [], {}, b"x", pytest.param(10**5000, id="huge"), object()])
    def test_nothing_but_text_and_numbers(self, value: object) -> None:
        assert faults(MCQ_FIELDS, question_text=value) == {"question_text": "must be text"}


@pytest.mark.parametrize("path", ["", "questions/7/q1.png", "https://img.example/a.png?x=1", "/static/a..b.png"])
def test_image_paths(path: str) -> None:
    assert accepted(MCQ_FIELDS, image_path=path).image_path == path


@pytest.mark.parametrize(
    "path",
    ["javascript:alert(1)", "JAVASCRIPT:x", "data:image/png;base64,x", "a/../../b", "..", "C:\\a.png", "a\\b", "a\nb"],
)
def test_image_paths_that_are_none(path: str) -> None:
    assert list(faults(MCQ_FIELDS, image_path=path)) == ["image_path"]


def test_all_faults_are_reported_together() -> None:
    assert set(
        faults(
            {"question_type": "NUMERIC", "option_a": "x", "correct_answer": "x", "tolerance": -1, "positive_marks": -1}
        )
    ) == {"question_text", "option_a", "correct_answer", "tolerance", "positive_marks"}


class TestMerge:
    def test_only_named_fields_change(self) -> None:
        before = accepted(MCQ_FIELDS, positive_marks="1/3", image_path="a.png")
        after = merge(before, {"option_b": "four", "unknown": 1})
        assert isinstance(after, Question)
        assert as_fields(after) == {**as_fields(before), "option_b": "four"}

    def test_nothing_named_changes_nothing(self) -> None:
        before = accepted(NUMERIC_FIELDS, negative_marks="1/3")
        assert merge(before, {}) == before

    def test_marks_can_become_the_exams_again(self) -> None:
        after = merge(accepted(MCQ_FIELDS, positive_marks=2), {"positive_marks": None})
        assert isinstance(after, Question)
        assert after.positive_marks is None

    def test_the_result_is_checked_as_a_whole(self) -> None:
        assert merge(accepted(MCQ_FIELDS), {"option_b": ""}) == check({**MCQ_FIELDS, "option_b": ""})

    def test_a_type_left_empty_stays(self) -> None:
        before = accepted(NUMERIC_FIELDS)
        assert merge(before, {"question_type": ""}) == before

    def test_a_new_type_starts_without_tolerance(self) -> None:
        options = {"option_a": "x", "option_b": "y", "correct_answer": "A"}
        after = merge(accepted(NUMERIC_FIELDS), {"question_type": "mcq", **options})
        assert isinstance(after, Question)
        assert after.tolerance == "0"

    def test_a_new_type_does_not_drop_options(self) -> None:
        found = merge(accepted(MCQ_FIELDS), {"question_type": "NUMERIC", "correct_answer": "4"})
        assert isinstance(found, list)
        assert [fault.field for fault in found] == ["option_a", "option_b"]


@given(questions())
def test_a_consistent_question_is_itself_again(question: Question) -> None:
    assert check(as_fields(question)) == question
    assert merge(question, {}) == question


@given(st.dictionaries(st.sampled_from(FIELDS), hostile))
def test_nothing_raises(fields: dict[str, object]) -> None:
    found = check(fields)
    if isinstance(found, Question):
        assert check(as_fields(found)) == found
    else:
        assert found


@given(questions(), st.dictionaries(st.sampled_from(FIELDS), hostile))
def test_no_edit_raises(question: Question, changes: dict[str, object]) -> None:
    found = merge(question, changes)
    assert found if isinstance(found, list) else check(as_fields(found)) == found
